"""The style as MapLibre reads it (MapLibre Style Specification, version 8).

A tile covers 512 pixels, so MapLibre's zoom is the map's less one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import singledispatch
from typing import Any, Final

from mapui.maps.style.colours import Variant, colours
from mapui.maps.style.layers import Fill, Group, Label, Line, Mark, Shield, Style, style_layers
from mapui.maps.tile_layers import FINEST_ZOOM, TILE_SETS

REGULAR: Final = ["Fira Sans Regular"]
BOLD: Final = ["Fira Sans Bold"]
REFERENCE_ZOOM: Final = 16

Json = dict[str, Any]


def style_build(variant: Variant, *, tiles: dict[str, str], attribution: str) -> Json:
    """The style of a variant. `tiles`: the address of each tile set, with {z}, {x} and {y}.

    Each layer tells its group in its metadata. Only the base is visible; the browser switches the other groups on.
    """
    palette = colours(variant)
    background = {
        "id": "ground",
        "type": "background",
        "paint": {"background-color": palette["ground"]},
        "metadata": {"group": Group.BASE.value},
    }
    layers = [_layer(one, palette) for one in style_layers()]
    return {
        "version": 8,
        "name": variant.value,
        "sources": {
            name: {
                "type": "vector",
                "tiles": [address],
                "minzoom": min(one.min_zoom for one in TILE_SETS[name].layers),
                "maxzoom": FINEST_ZOOM,
                # All come from one place, which is named once.
                "attribution": attribution if name == "base" else "",
            }
            for name, address in tiles.items()
        },
        "layers": [background, *layers],
    }


def _layer(style: Style, palette: dict[str, str]) -> Json:
    drawn = _drawn(style, palette)
    layout = {
        **drawn.pop("layout", {}),
        "visibility": "visible" if style.group is Group.BASE else "none",
    }
    built: Json = {
        "id": style.name,
        "source": next(key for key, one in TILE_SETS.items() if style.tile in one.layers),
        "source-layer": style.tile.name,
        "layout": layout,
        "metadata": {"group": style.group.value},
        **drawn,
    }
    if style.min_zoom:
        built["minzoom"] = max(0, style.min_zoom - 1)
    if style.max_zoom < 24:
        built["maxzoom"] = style.max_zoom - 1
    conditions = [*_conditions(style)]
    if conditions:
        built["filter"] = ["all", *conditions]
    return built


def _conditions(style: Style) -> Iterable[Json | list[Any]]:
    if style.only:
        attribute, values = style.only
        yield ["in", ["get", attribute], ["literal", list(values)]]
    if isinstance(style, Label):
        yield ["!=", ["coalesce", ["get", style.text], ""], ""]
    if isinstance(style, Shield):
        yield ["!=", ["coalesce", ["get", "number"], ""], ""]


@singledispatch
def _drawn(style: Style, palette: dict[str, str]) -> Json:
    raise TypeError(f"MapLibre has no layer for {type(style).__name__}.")


@_drawn.register
def _(style: Fill, palette: dict[str, str]) -> Json:
    of_value = [(value, palette[name]) for value, name in style.colours]
    if style.by:
        matched = [part for value, colour in of_value for part in (value, colour)]
        colour: Any = ["match", ["get", style.by], *matched, "rgba(0,0,0,0)"]
    else:
        colour = of_value[0][1]
    paint: Json = {"fill-color": colour}
    if style.outline:
        paint["fill-outline-color"] = palette[style.outline]
    if style.opacity < 1:
        # Its own outline would be twice as dark.
        paint |= {"fill-opacity": style.opacity, "fill-antialias": False}
    return {"type": "fill", "paint": paint}


@_drawn.register
def _(style: Line, palette: dict[str, str]) -> Json:
    paint: Json = {
        "line-color": palette[style.colour],
        "line-width": _width(style),
        "line-opacity": style.opacity,
    }
    if style.dash:
        paint["line-dasharray"] = list(style.dash)
    ends = "butt" if style.dash or style.opacity < 1 else "round"
    return {"type": "line", "paint": paint, "layout": {"line-cap": ends, "line-join": "round"}}


def _width(style: Line) -> list[Any]:
    """Twice as wide with each zoom, between its limits."""
    first = REFERENCE_ZOOM + math.log2(style.least / style.width) - 1
    last = REFERENCE_ZOOM + math.log2(style.most / style.width) - 1
    stops = [round(first, 3), style.least, round(last, 3), style.most]
    return ["interpolate", ["exponential", 2], ["zoom"], *stops]


@_drawn.register
def _(style: Label, palette: dict[str, str]) -> Json:
    layout: Json = {
        "text-field": ["get", style.text],
        "text-font": BOLD if style.is_bold else REGULAR,
        "text-size": style.size,
        "text-padding": 3,
    }
    if style.along:
        layout |= {"symbol-placement": "line", "symbol-spacing": 320, "text-max-angle": 35}
    else:
        layout |= {"text-max-width": 8}
    if style.beside:
        layout |= {
            "text-variable-anchor": ["center", "top", "bottom", "left", "right"],
            # Clear of another label of one line, with the padding of both.
            "text-radial-offset": 1.7,
        }
    paint = {
        "text-color": palette[style.colour],
        "text-halo-color": palette["halo"],
        "text-halo-width": 1.4,
    }
    return {"type": "symbol", "layout": layout, "paint": paint}


@_drawn.register
def _(style: Shield, palette: dict[str, str]) -> Json:
    """The browser draws the sign from the name of its image: `shield|ground|rim` (js/layers/vectormap.js)."""
    ground, rim, letters = style.colours
    layout = {
        "symbol-placement": "line",
        "symbol-spacing": 420,
        "text-field": ["concat", ["get", "letters"], " ", ["get", "number"]],
        "text-font": BOLD,
        "text-size": 11,
        "text-rotation-alignment": "viewport",
        "icon-rotation-alignment": "viewport",
        "icon-image": f"shield|{ground}|{rim}",
        "icon-text-fit": "both",
        "icon-text-fit-padding": [1, 3, 1, 3],
        "text-padding": 12,
    }
    return {"type": "symbol", "layout": layout, "paint": {"text-color": letters}}


@_drawn.register
def _(style: Mark, palette: dict[str, str]) -> Json:
    paint = {
        "circle-color": palette["halo"],
        "circle-radius": style.radius,
        "circle-stroke-color": palette[style.colour],
        "circle-stroke-width": 2,
    }
    return {"type": "circle", "paint": paint}
