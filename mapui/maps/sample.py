"""The map of a source that is being mapped: do its first objects lie where they should?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import pgettext

from gis_core.models import Jurisdiction, MapService
from mapui.maps.building import map_begin, map_texts, outline_add
from mapui.maps.elements import FlurpostLayer, MapReady
from mapui.maps.layer_panel import layers_add, services_add
from mapui.maps.rendering import RenderedMap, map_render
from mapui.site.types import Bounds

# A wrong CRS or swapped axes lead to other continents.
WORLD_ZOOM: Final = 1


class SampleLayer(FlurpostLayer):
    """The first objects of a source; the map shows them all. Options: url, bounds (of the municipality)."""

    factory = "sampleLayer"


def sample_map_build(
    *, jurisdiction: Jurisdiction, url: str, bounds: Bounds, services: Iterable[MapService]
) -> RenderedMap:
    """Background, boundary, and the objects behind `url`."""
    built = map_begin(bounds=bounds)
    built.options.update(min_zoom=WORLD_ZOOM)
    services_add(built, services)
    outline_add(built, jurisdiction, bounds)
    SampleLayer(name=pgettext("mapping", "First objects"), url=url, bounds=bounds).add_to(built)
    layers_add(built)
    texts: dict[str, Any] = {
        **map_texts(),
        "map": pgettext("mapping", "Map of the first objects"),
        "failed": pgettext("mapping", "The objects could not be loaded. Please reload the page."),
    }
    MapReady(texts=texts, bounds=bounds).add_to(built)
    return map_render(built, name="sample")
