"""The style in terms of MapServer: the layers of the map file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch
from typing import Final

from gis_core.maps.tiles import TileShape
from mapui.maps.style.colours import Variant, colours
from mapui.maps.style.layers import Fill, Group, Label, Line, Mark, Shield, Style, style_layers

# MapServer's pixel is 1/72 inch, and its scale does not know the latitude.
SCALE_AT_ZOOM_0: Final = 40_075_016.69 / 256 * 72 / 0.0254
# Lines have their width at zoom 16; letters are written in points, 4 to 3 pixels of MapLibre's.
SYMBOL_SCALE: Final = round(SCALE_AT_ZOOM_0 / 2**16)
POINTS: Final = 0.75
# What the WMS calls the pictures of the variants and groups.
GROUP_NAMES: Final = {
    Variant.MAP: "background",
    Variant.GREY: "background_grey",
    Variant.PRINT: "background_print",
    Group.PARCELS: "parcels",
    Group.OWNERS: "owners",
    Group.DUTIES: "road_classes",
    Group.STRETCHES: "stretches",
}
TITLES: Final = {
    Variant.MAP: "Background map",
    Variant.GREY: "Background map, grey",
    Variant.PRINT: "Background map for print",
    Group.PARCELS: "Parcels with numbers",
    Group.OWNERS: "Ownership classes",
    Group.DUTIES: "Roads by maintenance duty",
    Group.STRETCHES: "Through-road stretches",
}


_JOINED: Final = "ST_LineMerge(ST_CollectionExtract(ST_Collect(t.geometry), 2))"
SHAPES: Final = {
    TileShape.JOINED: _JOINED,
    TileShape.ENDS: f"ST_Boundary({_JOINED})",
    TileShape.POINT: "ST_PointOnSurface(t.geometry)",
    TileShape.LABEL: "ST_PointOnSurface(t.geometry)",
}


@dataclass(frozen=True)
class DrawnClass:
    """`value` of the class item, empty for all; `drawn`: MapServer's STYLE and LABEL blocks."""

    drawn: str
    value: str = ""


@dataclass(frozen=True)
class MapLayer:
    """One LAYER of the map file; `rows` is the SELECT that it reads."""

    name: str
    group: str
    group_title: str
    title: str
    type: str
    rows: str
    classes: tuple[DrawnClass, ...]
    class_item: str = ""
    label_item: str = ""
    max_scale: int = 0
    min_scale: int = 0


def map_layers() -> Iterator[MapLayer]:
    """Each variant of the base, then the other groups, in the order of drawing."""
    styles = list(style_layers())
    ranks = {one.name: round(1 + 9 * at / (len(styles) - 1)) for at, one in enumerate(styles)}
    for variant in Variant:
        for style in styles:
            if style.group is Group.BASE:
                yield _layer(style, variant, variant, ranks[style.name])
    for group in Group:
        for style in styles:
            if style.group is group and group is not Group.BASE:
                yield _layer(style, Variant.MAP, group, ranks[style.name])


def _layer(style: Style, variant: Variant, group: Variant | Group, priority: int) -> MapLayer:
    """Of labels that meet, MapServer keeps the one of the higher priority (1 to 10)."""
    written = _written(style)
    return MapLayer(
        name=f"{GROUP_NAMES[group]}_{style.name}",
        group=GROUP_NAMES[group],
        group_title=TITLES[group],
        title=style.name,
        type=_type(style),
        rows=_rows(style, written),
        classes=tuple(_classes(style, colours(variant), priority)),
        class_item=style.by if isinstance(style, Fill) else "",
        label_item="written" if written else "",
        # Half a zoom of room, because a picture is seldom asked for at a whole one.
        max_scale=_scale(style.min_zoom - 0.5) if style.min_zoom else 0,
        min_scale=_scale(style.max_zoom - 0.5) if style.max_zoom < 24 else 0,
    )


def _scale(zoom: float) -> int:
    return round(SCALE_AT_ZOOM_0 / 2**zoom)


def _type(style: Style) -> str:
    if isinstance(style, Fill):
        return "POLYGON"
    return "LINE" if isinstance(style, Line | Shield) or _is_along(style) else "POINT"


def _is_along(style: Style) -> bool:
    return isinstance(style, Label) and style.along


def _written(style: Style) -> str:
    """SQL of what is written, over the tile's attributes."""
    if isinstance(style, Label):
        return style.text
    return "letters || ' ' || number" if isinstance(style, Shield) else ""


def _rows(style: Style, written: str) -> str:
    """The active rows with the tile's attributes; double quotes would end MapServer's string."""
    tile = style.tile
    attributes = ", ".join(f"{sql} AS {name}" for name, sql in tile.columns.items())
    where = tile.where if "%(zoom)s" not in tile.where else "true"
    # Lines are joined where something is written along them or stands at their ends; it needs their length.
    is_joined = tile.shape.is_joined and not isinstance(style, Line)
    grouped = f" GROUP BY {', '.join(tile.columns.values())}" if is_joined else ""
    rows = (
        f"SELECT {'min(t.id) AS id' if is_joined else 't.id'}, {attributes},"  # noqa: S608
        f" {SHAPES[tile.shape] if is_joined or tile.shape.is_point else 't.geometry'} AS geometry"
        f" FROM {tile.model._meta.db_table} t {tile.joins}"
        f" WHERE t.edition_to_id IS NULL AND t.geometry && !BOX! AND {where}{grouped}"
    )
    conditions = []
    if style.only:
        attribute, values = style.only
        listed = ", ".join(f"'{value}'" for value in values)
        conditions.append(f"{attribute} IN ({listed})")
    if written:
        needed = "number" if isinstance(style, Shield) else written
        conditions.append(f"{needed} <> ''")
    selected = f"*, {written} AS written" if written else "*"
    chosen = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return " ".join(f"SELECT {selected} FROM ({rows}) tile{chosen}".split())  # noqa: S608


@singledispatch
def _classes(style: Style, palette: dict[str, str], priority: int) -> Iterator[DrawnClass]:
    raise TypeError(f"MapServer has no layer for {type(style).__name__}.")


@_classes.register
def _(style: Fill, palette: dict[str, str], priority: int) -> Iterator[DrawnClass]:
    for value, name in style.colours:
        outline = palette[style.outline] if style.outline else palette[name]
        opacity = f" OPACITY {round(style.opacity * 100)}" if style.opacity < 1 else ""
        line = "" if opacity else f' OUTLINECOLOR "{outline}" WIDTH 0.6'
        yield DrawnClass(f'STYLE COLOR "{palette[name]}"{line}{opacity} END', value)


@_classes.register
def _(style: Line, palette: dict[str, str], priority: int) -> Iterator[DrawnClass]:
    dash = ""
    ends = "ROUND"
    if style.dash:
        lengths = " ".join(f"{one * style.width:g}" for one in style.dash)
        dash = f" PATTERN {lengths} END"
    if style.dash or style.opacity < 1:
        ends = "BUTT"
    opacity = f" OPACITY {round(style.opacity * 100)}" if style.opacity < 1 else ""
    yield DrawnClass(
        f'STYLE COLOR "{palette[style.colour]}" WIDTH {style.width} MINWIDTH {style.least}'
        f" MAXWIDTH {style.most} LINECAP {ends} LINEJOIN ROUND{dash}{opacity} END"
    )


@_classes.register
def _(style: Label, palette: dict[str, str], priority: int) -> Iterator[DrawnClass]:
    font = "sans-bold" if style.is_bold else "sans"
    place = (
        "ANGLE FOLLOW MINDISTANCE 160 REPEATDISTANCE 320 MINFEATURESIZE 40"
        if style.along
        else f"POSITION {'AUTO' if style.beside else 'CC'} WRAP ' ' MAXLENGTH 14 ALIGN CENTER"
    )
    halo = palette["halo"]
    yield DrawnClass(
        f'LABEL FONT "{font}" SIZE {style.size * POINTS:g} COLOR "{palette[style.colour]}"'
        f' OUTLINECOLOR "{halo}" OUTLINEWIDTH 2.5 PARTIALS FALSE BUFFER 3 PRIORITY {priority} {place} END'
    )


@_classes.register
def _(style: Shield, palette: dict[str, str], priority: int) -> Iterator[DrawnClass]:
    ground, rim, letters = style.colours
    yield DrawnClass(
        f'LABEL FONT "sans-bold" SIZE {11 * POINTS:g} COLOR "{letters}" PARTIALS FALSE ANGLE 0 POSITION CC'
        f" MINDISTANCE 220 REPEATDISTANCE 420 BUFFER 6 PRIORITY {priority}"
        # The box is as narrow as its letters: what is stroked around it keeps them off the rim.
        f' STYLE GEOMTRANSFORM "labelpoly" COLOR "{rim}" OUTLINECOLOR "{rim}" WIDTH 9 END'
        f' STYLE GEOMTRANSFORM "labelpoly" COLOR "{ground}" OUTLINECOLOR "{ground}" WIDTH 6 END END'
    )


@_classes.register
def _(style: Mark, palette: dict[str, str], priority: int) -> Iterator[DrawnClass]:
    halo = palette["halo"]
    yield DrawnClass(
        f'STYLE SYMBOL "dot" SIZE {style.radius * 2:g} COLOR "{halo}"'
        f' OUTLINECOLOR "{palette[style.colour]}" WIDTH 2 END'
    )
