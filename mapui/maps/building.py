"""The two maps."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

import folium
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from gis_core.models import Jurisdiction, MapService
from mapui.maps.elements import (
    IssueLayer,
    Legend,
    MapReady,
    MapStart,
    OpenedLayer,
    OutlineLayer,
    PlacePicker,
    PlaceSetter,
)
from mapui.maps.issue_tiles import tiles_address
from mapui.maps.layer_panel import layers_add, services_add, services_add_to_vector
from mapui.maps.legends import chip_entries, state_entries, topic_entries
from mapui.maps.rendering import OwnMap, RenderedMap, map_render
from mapui.maps.selectors import EVERYWHERE
from mapui.maps.tools import public_tools_add, tools_add
from mapui.maps.vector import vector_map_add
from mapui.site.enums import MapName
from mapui.site.issues import categories_shown, groups_of
from mapui.site.types import Bounds
from routing.models import Authority

MIN_ZOOM, MAX_ZOOM = 9, 20
# From here on a click asks for the parcel.
PICK_ZOOM = 16


def public_map_build(
    *, jurisdiction: Jurisdiction | None, bounds: Bounds, services: Iterable[MapService]
) -> RenderedMap:
    """The public status map: background, boundary, released issues by state."""
    built = map_begin(bounds=bounds)
    services_add(built, services)
    outline_add(built, jurisdiction, bounds)
    IssueLayer(
        name=_("Issues"),
        url=tiles_address("public_issues"),
        symbols=static("mapui/symbols.svg"),
        maxZoom=MAX_ZOOM,
    ).add_to(built)
    layers_add(built)
    groups = groups_of(categories_shown(jurisdiction, public_only=True))
    entries = [*state_entries(), *topic_entries(groups)]
    Legend(title=_("Legend"), entries=entries, symbols=static("mapui/symbols.svg")).add_to(built)
    public_tools_add(built, search_url=_for_jurisdiction(reverse("public_places"), jurisdiction))
    MapReady(texts=map_texts(), bounds=bounds).add_to(built)
    return map_render(built, name=MapName.PUBLIC)


def triage_map_build(
    *,
    jurisdiction: Jurisdiction | None,
    bounds: Bounds,
    services: Iterable[MapService],
    authorities: Iterable[Authority],
) -> RenderedMap:
    """The triage map: parcels with their numbers as vector tiles, map services, issues by authority."""
    built = map_begin(bounds=bounds)
    vector_map_add(built)
    services_add_to_vector(built, services)
    outline_add(built, jurisdiction, bounds)
    IssueLayer(
        name=_("Issues"),
        url=tiles_address("triage_issues"),
        symbols=static("mapui/symbols.svg"),
        maxZoom=MAX_ZOOM,
        chip="?",
    ).add_to(built)
    OpenedLayer(
        name=_("Who would have to act"), url=reverse("explanation_feed", args=["NUMBER"])
    ).add_to(built)
    layers_add(built)
    _triage_legend(jurisdiction, authorities).add_to(built)
    PlacePicker(
        url=_for_jurisdiction(reverse("triage_parcel"), jurisdiction),
        outline=reverse("parcel_outline", args=["KEY"]),
        target="#details",
        minZoom=PICK_ZOOM,
        hint=_("Zoom in to choose a parcel."),
    ).add_to(built)
    PlaceSetter(hint=_("Click on the new place."), title=_("New place")).add_to(built)
    tools_add(built, search_url=_for_jurisdiction(reverse("suggestions"), jurisdiction))
    MapReady(texts=map_texts(), bounds=bounds).add_to(built)
    return map_render(built, name=MapName.TRIAGE)


def map_begin(*, bounds: Bounds) -> OwnMap:
    """A map with our controls."""
    (south, west), (north, east) = bounds
    built = OwnMap(
        location=((south + north) / 2, (west + east) / 2),
        zoom_start=13,
        tiles=None,
        zoom_control=False,
    )
    # Folium knows these two as options of its tiles only.
    built.options.update(min_zoom=MIN_ZOOM, max_zoom=MAX_ZOOM)
    MapStart(bounds=bounds).add_to(built)
    return built


def outline_add(built: folium.Map, jurisdiction: Jurisdiction | None, bounds: Bounds) -> None:
    """The municipal boundary; nothing where none was loaded, so that the map shows EVERYWHERE."""
    if jurisdiction is not None and bounds != EVERYWHERE:
        url = _for_jurisdiction(reverse("boundary"), jurisdiction)
        OutlineLayer(name=_("Municipal boundary"), url=url).add_to(built)


def _for_jurisdiction(address: str, jurisdiction: Jurisdiction | None) -> str:
    return (
        f"{address}?{urlencode({'jurisdiction': jurisdiction.identifier})}"
        if jurisdiction
        else address
    )


def _triage_legend(jurisdiction: Jurisdiction | None, authorities: Iterable[Authority]) -> Legend:
    entries = [
        *state_entries(),
        *chip_entries(authorities),
        *topic_entries(groups_of(categories_shown(jurisdiction, public_only=False))),
    ]
    return Legend(
        title=_("Legend"), entries=entries, symbols=static("mapui/symbols.svg"), closed=True
    )


def map_texts() -> dict[str, str]:
    return {
        "map": _("Map of issues"),
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
        "failed": _("The issues could not be loaded. Please reload the page."),
    }
