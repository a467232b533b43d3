"""The map of an explanation: parcels, roads, the place and its disc, coloured by who would have to act."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from gis_core.models import MapService
from mapui.maps.building import map_begin, map_texts
from mapui.maps.elements import FlurpostLayer, Legend, MapReady
from mapui.maps.layer_panel import layers_add, services_add
from mapui.maps.rendering import RenderedMap, map_render
from mapui.site.types import Bounds
from routing.models import Authority, Decision

PARCEL_COLOUR = "#8a4b00"
SECTION_COLOUR = "#1c2526"


class ExplanationLayer(FlurpostLayer):
    """The features of one kind. Options: url, kind."""

    factory = "explanationLayer"


def explanation_map_build(
    *,
    decision: Decision,
    authorities: Iterable[Authority],
    bounds: Bounds,
    services: Iterable[MapService],
) -> RenderedMap:
    """One layer a kind; the parts of the disc carry the authority's code, so that colour is not all they have."""
    built = map_begin(bounds=bounds)
    services_add(built, services)
    feed = reverse("explanation_feed", args=[decision.issue.number])
    for kind, name in (
        ("parcel", _("Parcels")),
        ("section", _("Road sections in reach")),
        ("part", _("Who would have to act")),
        ("place", _("Reported place")),
    ):
        url = f"{feed}?decision={decision.number}"
        ExplanationLayer(name=name, url=url, kind=kind).add_to(built)
    layers_add(built)
    entries: list[dict[str, str]] = [
        {"kind": "authority", "colour": one.colour, "text": one.name} for one in authorities
    ]
    entries += [
        {"kind": "unclear", "colour": "#ffffff", "text": _("No rule names anybody")},
        {"kind": "line", "colour": PARCEL_COLOUR, "text": _("Parcel boundary")},
        {"kind": "line road", "colour": SECTION_COLOUR, "text": _("Road section")},
    ]
    # Closed at first: an open one would lie upon the disc.
    Legend(
        title=_("Legend"), entries=entries, symbols=static("mapui/symbols.svg"), closed=True
    ).add_to(built)
    texts: dict[str, Any] = {**map_texts(), "map": _("Map of the explanation")}
    MapReady(texts=texts, bounds=bounds).add_to(built)
    return map_render(built, name="explanation")
