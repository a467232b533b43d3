"""The map of “Wer ist zuständig?”: a click fills in the place that is asked about."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from gis_core.models import Jurisdiction, MapService
from mapui.maps.building import map_begin, map_texts, outline_add
from mapui.maps.elements import MapReady, MapTool
from mapui.maps.layer_panel import layers_add, services_add
from mapui.maps.rendering import RenderedMap, map_render
from mapui.site.enums import MapName
from mapui.site.types import Bounds


class PlaceAsked(MapTool):
    """Shows the place asked about and takes another by a click. Options: field (selector), label."""

    factory = "placeAsked"


def asking_map_build(
    *, jurisdiction: Jurisdiction | None, bounds: Bounds, services: Iterable[MapService]
) -> RenderedMap:
    """Background, boundary and the place; everything works without this map too."""
    built = map_begin(bounds=bounds)
    services_add(built, services)
    outline_add(built, jurisdiction)
    layers_add(built)
    MapReady(texts={**map_texts(), "map": _("Map to choose a place")}, bounds=bounds).add_to(built)
    PlaceAsked(field="#place", label=_("Place asked about")).add_to(built)
    return map_render(built, name=MapName.ASKING)
