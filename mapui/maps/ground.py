"""The map of a hole in the rules: the places that show it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from gis_core.models import MapService
from mapui.maps.building import map_begin, map_texts, outline_add
from mapui.maps.elements import Legend, MapReady
from mapui.maps.geodata import FindingLayer
from mapui.maps.layer_panel import layers_add, services_add
from mapui.maps.rendering import RenderedMap, map_render
from mapui.site.types import Bounds
from routing.models import GroundRow


def ground_map_build(
    *, row: GroundRow, bounds: Bounds, services: Iterable[MapService]
) -> RenderedMap:
    """A circle for each example place."""
    rule_set = row.coverage.rule_set
    built = map_begin(bounds=bounds)
    services_add(built, services)
    outline_add(built, rule_set.jurisdiction, bounds)
    url = reverse("rules_hole_feed", args=[rule_set.pk, row.pk])
    FindingLayer(name=_("Example places"), url=url).add_to(built)
    layers_add(built)
    entries = [{"kind": "finding", "colour": "#c2185b", "text": _("Example place")}]
    Legend(title=_("Legend"), entries=entries, symbols=static("mapui/symbols.svg")).add_to(built)
    texts: dict[str, Any] = {**map_texts(), "map": _("Map of the example places")}
    MapReady(texts=texts, bounds=bounds).add_to(built)
    return map_render(built, name="ground")
