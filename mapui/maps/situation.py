"""The map of the figures: districts and roads in shades."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gis_core.models import Jurisdiction, MapService
from mapui.maps.building import map_begin, map_texts, outline_add
from mapui.maps.elements import FlurpostLayer, Legend, MapReady
from mapui.maps.layer_panel import layers_add, services_add
from mapui.maps.rendering import RenderedMap, map_render
from mapui.site.types import Bounds

# From few to many; told apart without colour too, by lightness and by the words of the tip.
SHADES: Final = ("#e4efe9", "#b5d6c9", "#7fb8a4", "#43907a", "#0b5351")
CLASSES: Final = len(SHADES)


class FiguresLayer(FlurpostLayer):
    """Districts or roads in shades. Options: url, kind, shades, texts."""

    factory = "figuresLayer"


def situation_map_build(
    *, jurisdiction: Jurisdiction, feed: str, bounds: Bounds, services: Iterable[MapService]
) -> RenderedMap:
    """Each shade is a fifth of what the district or road with most reports has."""
    built = map_begin(bounds=bounds)
    services_add(built, services)
    outline_add(built, jurisdiction, bounds)
    texts = {
        "received": pgettext("figures", "received: {count}"),
        "open": pgettext("figures", "still open: {count}"),
    }
    for kind, name in (
        ("district", pgettext("figures", "Cadastral districts")),
        ("road", pgettext("figures", "Roads")),
    ):
        FiguresLayer(name=name, url=feed, kind=kind, shades=SHADES, texts=texts).add_to(built)
    layers_add(built)
    entries = [
        {
            "kind": "shade",
            "colour": shade,
            "text": pgettext("figures", "%(from)d to %(to)d %% of the most")
            % {"from": step * 100 // CLASSES, "to": (step + 1) * 100 // CLASSES},
        }
        for step, shade in enumerate(SHADES)
    ]
    Legend(title=_("Legend"), entries=entries, symbols=static("mapui/symbols.svg")).add_to(built)
    texts_of_map: dict[str, Any] = {**map_texts(), "map": pgettext("figures", "Map of the figures")}
    MapReady(texts=texts_of_map, bounds=bounds).add_to(built)
    return map_render(built, name="situation")
