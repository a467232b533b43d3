"""What both map pages have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe

from gis_core.models import Jurisdiction
from issues.models import Issue
from issues.selectors import issues_shown
from mapui.maps.asking import asking_map_build, following_map_build, reporting_map_build
from mapui.maps.building import public_map_build, triage_map_build
from mapui.maps.issue_tiles import tiles_address
from mapui.maps.rendering import RenderedMap
from mapui.maps.selectors import bounds_shown, map_services_shown
from mapui.site.enums import MapName
from mapui.site.forms import FilterForm
from mapui.site.issues import authorities_in_use
from mapui.site.lists import LongPaginator
from mapui.site.serializers import PublicIssueSerializer
from mapui.site.types import PageRequest

# The parameter of a list's address that names the issue opened beside it.
SELECTED: Final = "issue"
# The parameter that holds the extent which a list follows (`mapui.site.forms`).
EXTENT: Final = "bbox"
# The parameter by which a page knows the list that it was opened from.
BACK: Final = "back"


@dataclass(frozen=True)
class IssueList:
    """One page of the list beside a map; `features` are the very features that the map shows."""

    page: Page[Issue]
    features: list[dict[str, Any]]


def issue_list(
    issues: Any,
    *,
    request: HttpRequest,
    jurisdiction: Jurisdiction | None,
) -> IssueList:
    """The page asked for of the public list; a page number that does not exist gives the nearest that does."""
    page = LongPaginator(issues_shown(issues), counting=issues).get_page(request.GET.get("page"))
    features = PublicIssueSerializer.features(list(page.object_list), jurisdiction)
    return IssueList(page=page, features=features)


def map_built(
    name: MapName, jurisdiction: Jurisdiction | None, user: AbstractBaseUser | AnonymousUser
) -> RenderedMap:
    """The triage map is the person's own; the others are the same for everybody, also for who is logged in."""
    sees = user if name is MapName.TRIAGE else AnonymousUser()
    bounds, services = bounds_shown(jurisdiction), map_services_shown(sees)
    if name is MapName.ASKING:
        return asking_map_build(jurisdiction=jurisdiction, bounds=bounds, services=services)
    if name is MapName.REPORTING:
        return reporting_map_build(jurisdiction=jurisdiction, bounds=bounds, services=services)
    if name is MapName.FOLLOWING:
        return following_map_build(jurisdiction=jurisdiction, bounds=bounds, services=services)
    if name is MapName.PUBLIC:
        return public_map_build(jurisdiction=jurisdiction, bounds=bounds, services=services)
    return triage_map_build(
        jurisdiction=jurisdiction,
        bounds=bounds,
        services=services,
        authorities=authorities_in_use(jurisdiction),
    )


def map_context(
    name: MapName, jurisdiction: Jurisdiction | None, user: AbstractBaseUser | AnonymousUser
) -> dict[str, Any]:
    """What the template needs to load a map: Folium's own element and the addresses of its parts."""
    rendered = map_built(name, jurisdiction, user)
    query = f"?jurisdiction={jurisdiction.identifier}" if jurisdiction else ""
    return {
        # Written by Folium from names alone; nothing of it comes from a person.
        "map_html": mark_safe(rendered.html),  # noqa: S308
        "map_scripts": [*rendered.scripts, reverse("map_script", args=[name.value]) + query],
        "map_styles": [*rendered.styles, reverse("map_style", args=[name.value]) + query],
    }


def selection_named(request: PageRequest, response: HttpResponse, number: str) -> HttpResponse:
    """Gives the issue that is opened beside a list an address: the list's own with the issue in it."""
    shown = urlsplit(request.htmx.current_url_abs_path or "")
    if request.htmx and shown.path in {reverse("triage"), reverse("public_map")}:
        query = {**dict(parse_qsl(shown.query)), SELECTED: number}
        response["HX-Push-Url"] = f"{shown.path}?{urlencode(query)}"
    return response


def back_to_list(request: PageRequest, number: str) -> str:
    """Where a page about one issue leads back to: the list as it was left (`back`), else the list with the issue."""
    wanted = request.GET.get(BACK, "")
    if wanted.startswith(f"{reverse('triage')}?") and url_has_allowed_host_and_scheme(wanted, None):
        return wanted
    return f"{reverse('triage')}?{urlencode({SELECTED: number})}"


def list_left(request: PageRequest, number: str) -> str:
    """The query by which a page that a list's panel leads to knows that list; empty where there is none."""
    shown = request.htmx.current_url_abs_path if request.htmx else request.get_full_path()
    parts = urlsplit(shown or "")
    if parts.path != reverse("triage"):
        return urlencode({BACK: back_to_list(request, number)})
    query = {**dict(parse_qsl(parts.query)), SELECTED: number}
    return urlencode({BACK: f"{parts.path}?{urlencode(query)}"})


def list_addresses(form: FilterForm, *, page_name: str, feed_name: str) -> dict[str, str]:
    """The addresses of the list, of its pages and of the tiles that the map loads, all with the filter.

    The extent that the list follows is in the address of its pages alone; `whole_url` is the list without it, empty
    where the list follows none.
    """
    given = {name: form.data[name] for name in form.fields if form.data.get(name)}
    chosen = {name: value for name, value in given.items() if name != EXTENT}
    return {
        "page_url": f"{reverse(page_name)}?{urlencode({**given, 'page': ''})}",
        "feed_url": with_query(tiles_address(feed_name), chosen),
        "list_url": reverse(page_name),
        "whole_url": with_query(reverse(page_name), chosen) if EXTENT in given else "",
    }


def with_query(address: str, query: dict[str, str]) -> str:
    return f"{address}?{urlencode(query)}" if query else address
