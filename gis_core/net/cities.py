"""Which city a request is for: by the word in its path (`request.city`), by its host, or by neither."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Exists, Q
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.urls import get_script_prefix, reverse

from gis_core.models import Jurisdiction


def host_of(request: HttpRequest) -> str:
    """The host that was asked, in small letters, without port. Raises DisallowedHost."""
    return split_domain_port(request.get_host())[0]


def city_of(request: HttpRequest, cities: Iterable[Jurisdiction]) -> Jurisdiction | None:
    """The one of the cities whose path or host was asked; None for an address that is no city's own.

    It is kept as `request.city`.
    """
    city: Jurisdiction | None = getattr(request, "city", None)
    if city is None:
        host = host_of(request)
        city = next((one for one in cities if host in one.hosts), None)
        vars(request)["city"] = city
    return city


def address_of(request: HttpRequest) -> str:
    """The absolute address of the request without its query, as the public knows it; call after `city_of`."""
    city: Jurisdiction | None = getattr(request, "city", None)
    return f"{city.public_url if city else settings.PUBLIC_URL}{request.path_info}"


def in_city(request: HttpRequest, path: str = "jurisdiction") -> Q:
    """What belongs to the city whose path or host was asked; everything at an address that is no city's own.

    `path` leads from the rows to their jurisdiction.
    """
    city = getattr(request, "city", None)
    if city is not None:
        return Q(**{path: city})
    host = host_of(request)
    is_claimed = Exists(Jurisdiction.objects.filter(hosts__contains=[host]))
    return Q(**{f"{path}__hosts__contains": [host]}) | Q(~is_claimed)


def city_address(jurisdiction: Jurisdiction, name: str, *arguments: Any) -> str:
    """The absolute address of a public page of a city, whichever city's address is asked just now."""
    path = reverse(name, args=arguments).removeprefix(get_script_prefix())
    return f"{jurisdiction.public_url}/{path}"
