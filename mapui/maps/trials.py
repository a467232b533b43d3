"""The map of a trial run: the issues that would come out otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from gis_core.models import MapService
from mapui.maps.building import map_begin, map_texts, outline_add
from mapui.maps.elements import Legend, MapReady
from mapui.maps.geodata import ImpactLayer
from mapui.maps.layer_panel import layers_add, services_add
from mapui.maps.rendering import RenderedMap, map_render
from mapui.site.types import Bounds
from routing.models import Trial


def trial_map_build(*, trial: Trial, bounds: Bounds, services: Iterable[MapService]) -> RenderedMap:
    """A marker names who would be responsible; it leads to both reasons."""
    built = map_begin(bounds=bounds)
    services_add(built, services)
    outline_add(built, trial.jurisdiction, bounds)
    ImpactLayer(
        name=_("Issues concerned"), url=reverse("trial_changes_feed", args=[trial.pk])
    ).add_to(built)
    layers_add(built)
    entries = [{"kind": "impact", "colour": "#1c2526", "text": _("Would go to another authority")}]
    Legend(title=_("Legend"), entries=entries, symbols=static("mapui/symbols.svg")).add_to(built)
    texts: dict[str, Any] = {**map_texts(), "map": _("Map of the trial run")}
    MapReady(texts=texts, bounds=bounds).add_to(built)
    return map_render(built, name="trial")
