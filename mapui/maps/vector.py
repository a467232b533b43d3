"""The vector base map of the staff, and the layers by which its variants and groups are switched."""

from __future__ import annotations

from typing import Any, Final

import folium
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from mapui.maps.elements import VectorBase, VectorMap, VectorPart
from mapui.maps.mapserver.services import OWN_LAYERS
from mapui.maps.style.colours import Variant, colours
from mapui.maps.style.layers import Group
from parcels.enums import OwnerClass

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
            about = {
                "name": group_name(group),
                "group": pgettext("group of layers", "Cadastre and roads"),
                "background": False,
                "entries": group_legend(group),
            }
            VectorPart(
                about=about,
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


def group_legend(group: Group) -> list[dict[str, str]]:
    """What the colours and lines of a group mean: how the swatch is drawn (kind), its colour, and words."""
    palette = colours(Variant.MAP)
    owners = [
        ("area", f"owner_{one.value}", str(one.label))
        for one in OwnerClass
        if one is not OwnerClass.UNKNOWN
    ]
    entries = {
        Group.PARCELS: [("line", "parcel_line", _("Parcel boundary"))],
        Group.OWNERS: owners,
        Group.DUTIES: [
            ("line", "duty_A", _("Motorways: the federation")),
            ("line", "duty_B", _("Federal and state roads: the state")),
            ("line", "duty_K", _("County roads: the county")),
            ("line", "duty_G", _("Municipal roads and ways: the municipality")),
            ("line", "duty_P", _("Private ways: the owner")),
        ],
        Group.STRETCHES: [
            ("line", "stretch", _("Through-road stretch, circles at its limits")),
            ("broken", "stretch", _("Through-road stretch, limits unknown")),
        ],
    }[group]
    return [{"kind": kind, "colour": palette[name], "text": text} for kind, name, text in entries]


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
