"""The city of a public page, and the page that lists the cities where an address names none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import get_script_prefix, set_script_prefix
from django.utils.translation import pgettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from gis_core.models import Jurisdiction
from gis_core.models.jurisdictions import CITY_PREFIX
from gis_core.net.cities import city_of
from gis_core.net.problems import is_for_program, problem_respond


class CityOpen(Exception):
    """Several cities are served, and the address names none of them."""


def city_shown(request: HttpRequest, asked: str = "") -> Jurisdiction | None:
    """The city of path or host, else the one asked for (`?jurisdiction=`), else the only one; None before set-up.

    Its boundary, thousands of corners, is not read before somebody asks for it. Raises Http404 where the address asks
    for a city that is not served here, or at the address of another one, and CityOpen.
    """
    known = list(Jurisdiction.objects.defer("boundary").order_by("pk"))
    city = city_of(request, known)
    if city is not None:
        known = [city]
    if asked and asked not in {one.identifier for one in known}:
        raise Http404(pgettext("city", "This city is not served here."))
    for one in known:
        if asked == one.identifier or len(known) == 1:
            return one
    if known:
        raise CityOpen
    return None


class CityMiddleware:
    """Takes the word of a city off the path, so that all its pages stand below it; lists the cities where that helps.

    Django's script prefix puts the word before every address that is written while the request is answered.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(CITY_PREFIX):
            return self.get_response(request)
        word, slash, rest = request.path_info.removeprefix(CITY_PREFIX).partition("/")
        known = Jurisdiction.objects.defer("boundary").filter(path=word)
        city = known.first() if "\0" not in word and word else None
        if city is None:
            return self.get_response(request)
        if not slash:
            return redirect(f"{request.path}/")
        former = get_script_prefix()
        vars(request)["city"] = city
        request.path_info = f"/{rest}"
        set_script_prefix(f"{former.rstrip('/')}{CITY_PREFIX}{word}/")
        try:
            return self.get_response(request)
        finally:
            set_script_prefix(former)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, CityOpen):
            return None
        if is_for_program(request):
            return problem_respond(404, pgettext("city", "Please name the city: jurisdiction=…"))
        rest = request.path_info.lstrip("/")
        cities: list[dict[str, Any]] = [
            {"name": one.public_name, "url": _address(one, rest)}
            for one in Jurisdiction.objects.defer("boundary").order_by("name")
        ]
        status = 404 if rest else 200
        return render(request, "mapui/site/cities.html", {"cities": cities}, status=status)


def _address(city: Jurisdiction, rest: str) -> str:
    if city.hosts or city.path:
        return f"{city.public_url}/{rest}"
    return f"/{rest}?jurisdiction={city.identifier}"


@require_safe
@cache_control(public=True, max_age=300)
def city_style(request: HttpRequest, identifier: str) -> HttpResponse:
    """The colours of a city as values of the style's names."""
    city = get_object_or_404(Jurisdiction.objects.defer("boundary"), identifier=identifier)
    colours = {"brand": city.brand_colour, "brand-strong": city.brand_colour}
    colours["accent"] = city.accent_colour
    lines = [f"  --{name}: {colour};" for name, colour in colours.items() if colour]
    return HttpResponse("\n".join([":root {", *lines, "}", ""]), content_type="text/css")


@require_safe
@cache_control(public=True, max_age=300)
def city_logo(request: HttpRequest, identifier: str) -> FileResponse:
    """The logo, a PNG that `jurisdiction_save` made."""
    city = get_object_or_404(Jurisdiction.objects.defer("boundary"), identifier=identifier)
    if not city.logo:
        raise Http404
    return FileResponse(city.logo.open("rb"), content_type="image/png")
