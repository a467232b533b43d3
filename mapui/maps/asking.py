"""The maps on which somebody chooses a place or an area: of “Wer ist zuständig?”, of a report, of what is followed."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gis_core.models import Jurisdiction, MapService
from mapui.maps.building import map_begin, map_texts, outline_add
from mapui.maps.elements import MapReady, MapTool
from mapui.maps.layer_panel import layers_add, services_add
from mapui.maps.rendering import RenderedMap, map_render
from mapui.maps.tools import area_drawing
from mapui.site.enums import MapName
from mapui.site.types import Bounds


class PlaceAsked(MapTool):
    """Shows the place asked about and takes another by a click. Options: field (selector), label."""

    factory = "placeAsked"


class PlaceReported(MapTool):
    """The place of a report (`mapui/js/tools/reporting.js`). Options: label, here, failed."""

    factory = "placeReported"


def asking_map_build(
    *, jurisdiction: Jurisdiction | None, bounds: Bounds, services: Iterable[MapService]
) -> RenderedMap:
    """Background, boundary and the place; everything works without this map too."""
    tool = PlaceAsked(field="#place", label=_("Place asked about"))
    return _build(MapName.ASKING, tool, jurisdiction, bounds, services)


def reporting_map_build(
    *, jurisdiction: Jurisdiction | None, bounds: Bounds, services: Iterable[MapService]
) -> RenderedMap:
    """The same for a report: a pin that is put by a tap, dragged, or moved by the arrow keys."""
    tool = PlaceReported(
        label=pgettext("report", "Place of the report: move it with the arrow keys"),
        here=pgettext("report", "Here, at the cross"),
        failed=pgettext(
            "report", "Your device did not tell its position. Please choose the place on the map."
        ),
    )
    return _build(MapName.REPORTING, tool, jurisdiction, bounds, services)


def following_map_build(
    *, jurisdiction: Jurisdiction | None, bounds: Bounds, services: Iterable[MapService]
) -> RenderedMap:
    """The same for an area that is drawn corner by corner."""
    return _build(MapName.FOLLOWING, area_drawing(), jurisdiction, bounds, services)


def _build(
    name: MapName,
    tool: MapTool,
    jurisdiction: Jurisdiction | None,
    bounds: Bounds,
    services: Iterable[MapService],
) -> RenderedMap:
    built = map_begin(bounds=bounds)
    services_add(built, services)
    outline_add(built, jurisdiction, bounds)
    layers_add(built)
    MapReady(texts={**map_texts(), "map": _("Map to choose a place")}, bounds=bounds).add_to(built)
    tool.add_to(built)
    return map_render(built, name=name)
