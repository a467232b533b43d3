"""The vector base map of the staff, and the layers by which its variants and groups are switched."""

from __future__ import annotations

from typing import Any, Final

import folium
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import pgettext

from mapui.maps.elements import VectorBase, VectorMap, VectorPart
from mapui.maps.mapserver.services import OWN_LAYERS
from mapui.maps.style.colours import Variant
from mapui.maps.style.layers import Group

MAPLIBRE: Final = "npm/maplibre-gl/maplibre-gl.mjs"
WORKER: Final = "npm/maplibre-gl/maplibre-gl-worker.mjs"
PLUGIN: Final = "npm/maplibre-gl-leaflet/leaflet-maplibre-gl.js"
# What is switched on at the start.
SHOWN: Final = frozenset({Group.PARCELS, Group.STRETCHES})
TILE_SIZE: Final = 512


def vector_map_add(built: folium.Map) -> None:
    """The base map in its variants, then the groups that lie upon it."""
    VectorMap(
        library=static(MAPLIBRE),
        worker=static(WORKER),
        plugin=static(PLUGIN),
        styles={one.value: reverse("map_base_style", args=[one.value]) for one in Variant},
        first=Variant.MAP.value,
    ).add_to(built)
    for variant in Variant:
        VectorBase(
            name=variant_name(variant),
            overlay=False,
            show=variant is Variant.MAP,
            variant=variant.value,
            **_pictures(variant),
        ).add_to(built)
    for group in Group:
        if group is not Group.BASE:
            VectorPart(
                name=group_name(group),
                show=group in SHOWN,
                group=group.value,
                **_pictures(group, transparent=True),
            ).add_to(built)


def variant_name(variant: Variant) -> str:
    return {
        Variant.MAP: pgettext("base map", "Map"),
        Variant.GREY: pgettext("base map", "Grey"),
        Variant.PRINT: pgettext("base map", "Print"),
    }[variant]


def group_name(group: Group) -> str:
    return {
        Group.PARCELS: pgettext("map layer", "Parcels"),
        Group.OWNERS: pgettext("map layer", "Ownership classes"),
        Group.DUTIES: pgettext("map layer", "Who maintains the roads"),
        Group.STRETCHES: pgettext("map layer", "Through-road stretches"),
    }[group]


def _pictures(drawn: Variant | Group, *, transparent: bool = False) -> dict[str, Any]:
    """Where the map server's picture of the same comes from, for browsers without WebGL."""
    slug = OWN_LAYERS[drawn]
    request = {
        "layers": slug,
        "format": "image/png",
        "transparent": transparent,
        "version": "1.3.0",
        "tileSize": TILE_SIZE,
        "maxZoom": 20,
    }
    return {"pictures": reverse("map_image", args=[slug]), "request": request}
