"""What is drawn, from the bottom to the top, in terms that MapLibre and MapServer both know.

Zooms are the map's: 256 pixels for the whole world at 0, so 1 : 10,000 is about 16. Colours are names of `colours.csv`.
Of labels the last ones are placed first, so that a parcel number gives way to a street's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gis_core.maps.tiles import TileLayer
from mapui.maps import tile_layers as tiles
from parcels.enums import OwnerClass, Usage
from routing.enums import AreaKind, RoadClass, StretchStatus


class Group(StrEnum):
    """What is switched on and off together. BASE is what a variant shows, the others lie upon it."""

    BASE = "base"
    PARCELS = "parcels"
    OWNERS = "owners"
    DUTIES = "duties"
    STRETCHES = "stretches"


@dataclass(frozen=True, kw_only=True)
class Style:
    """`only`: an attribute and the values of it that are drawn. Shown from `min_zoom` to below `max_zoom`."""

    name: str
    tile: TileLayer
    group: Group = Group.BASE
    only: tuple[str, tuple[str, ...]] | None = None
    min_zoom: float = 0
    max_zoom: float = 24


@dataclass(frozen=True, kw_only=True)
class Fill(Style):
    """`colours`: of each value of the attribute `by`; where `by` is empty there is one for all."""

    by: str = ""
    colours: tuple[tuple[str, str], ...]
    outline: str = ""
    opacity: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Line(Style):
    """`width`: pixels at zoom 16; it grows with the map between `least` and `most`. `dash` in widths."""

    colour: str
    width: float
    least: float = 0.5
    most: float = 40.0
    dash: tuple[float, float] | None = None
    opacity: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Label(Style):
    """`text`: the attribute that is written, `size` its pixels; `along`: it follows its line.

    `beside`: where something is written at its place already it stands beside it.
    """

    text: str
    size: float
    colour: str
    along: bool = False
    beside: bool = False
    is_bold: bool = False


@dataclass(frozen=True, kw_only=True)
class Shield(Style):
    """The road's number in the sign of its class: B 235. Colours of the ground, of the rim and of the letters."""

    colours: tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Mark(Style):
    """A small round mark with a rim."""

    colour: str
    radius: float


@dataclass(frozen=True)
class Road:
    """How the roads of a class are drawn: their width at zoom 16 and the zooms from which road and name appear."""

    road_class: RoadClass
    colour: str
    width: float
    min_zoom: float
    names_from: float = 13


USES: Final = (
    (Usage.AGRI, "farmland"),
    (Usage.BUILT, "built"),
    (Usage.GREEN, "green"),
    (Usage.FOREST, "forest"),
    (Usage.WATER, "water"),
    (Usage.CANAL, "water"),
    (Usage.RAIL, "rail_ground"),
    (Usage.ROAD, "road_ground"),
    (Usage.PATH, "road_ground"),
    (Usage.SQUARE, "road_ground"),
)
# From the least to the greatest class, so that the greater lies on top.
ROADS: Final = (
    Road(RoadClass.P, "path", 3, 15, 16),
    Road(RoadClass.S, "path", 4, 14.5, 15),
    Road(RoadClass.G, "street", 8, 12.5, 14),
    Road(RoadClass.K, "county", 9.5, 10),
    Road(RoadClass.L, "state", 11, 10),
    Road(RoadClass.B, "federal", 12.5, 8),
    Road(RoadClass.A, "motorway", 16, 8),
)
# The signs of the roads of each class (StVO signs 401, 405; state and county roads as maps write them).
SHIELDS: Final = {
    RoadClass.A: ("#1a4f96", "#ffffff", "#ffffff"),
    RoadClass.B: ("#ffd21f", "#1c1c1c", "#1c1c1c"),
    RoadClass.L: ("#ffffff", "#5a5a5a", "#1c1c1c"),
    RoadClass.K: ("#ffffff", "#9a9a9a", "#3a3a3a"),
}


def style_layers() -> Iterator[Style]:
    """The whole style."""
    yield from _ground()
    yield from _owners()
    yield from _roads()
    yield from _cadastre()
    yield from _duties()
    yield from _labels()


def _ground() -> Iterator[Style]:
    neighbour = ("kind", (AreaKind.NEIGHBOUR.value,))
    yield Fill(
        name="neighbours",
        tile=tiles.AREAS,
        only=neighbour,
        colours=(("", "neighbour"),),
        outline="neighbour_line",
    )
    yield Fill(
        name="built_up",
        tile=tiles.AREAS,
        only=("kind", (AreaKind.BUILT_UP.value,)),
        colours=(("", "built"),),
    )
    yield Fill(name="land_use", tile=tiles.LAND_USE, by="usage", colours=USES, min_zoom=9)
    yield Fill(
        name="road_parts",
        tile=tiles.ROAD_PARTS,
        colours=(("", "road_part"),),
        outline="road_part_line",
        min_zoom=17,
    )
    yield Fill(
        name="buildings",
        tile=tiles.BUILDINGS,
        colours=(("", "building"),),
        min_zoom=15,
    )
    # From afar their outlines would be all that one sees.
    yield Line(
        name="building_outlines",
        tile=tiles.BUILDINGS,
        colour="building_line",
        width=0.5,
        least=0.5,
        most=1,
        min_zoom=17,
    )
    yield Line(
        name="tracks", tile=tiles.TRACKS, colour="track", width=3, least=0.8, most=7, min_zoom=11
    )
    yield Line(
        name="sleepers",
        tile=tiles.TRACKS,
        colour="halo",
        width=1.8,
        least=0.5,
        most=4.5,
        dash=(4, 4),
        min_zoom=14,
    )


def _owners() -> Iterator[Style]:
    owners = tuple(
        (one.value, f"owner_{one.value}") for one in OwnerClass if one is not OwnerClass.UNKNOWN
    )
    yield Fill(
        name="owners",
        tile=tiles.PARCELS,
        group=Group.OWNERS,
        by="owner",
        colours=owners,
        opacity=0.3,
        min_zoom=15,
    )


def _roads() -> Iterator[Style]:
    """Cases before roads, so that junctions are open; where carriageways are drawn as areas, lines would hide them."""
    for road in ROADS:
        yield Line(
            name=f"case_{road.road_class}",
            tile=tiles.ROADS,
            only=("class", (road.road_class.value,)),
            colour=f"{road.colour}_case",
            width=road.width + 2,
            least=1.2,
            most=road.width + 8,
            min_zoom=road.min_zoom + 1,
            max_zoom=18,
        )
    for road in ROADS:
        yield Line(
            name=f"road_{road.road_class}",
            tile=tiles.ROADS,
            only=("class", (road.road_class.value,)),
            colour=road.colour,
            width=road.width,
            least=0.8,
            most=road.width + 6,
            min_zoom=road.min_zoom,
            max_zoom=18,
        )


def _cadastre() -> Iterator[Style]:
    yield Line(
        name="parcels",
        tile=tiles.PARCELS,
        group=Group.PARCELS,
        colour="parcel_line",
        width=0.5,
        least=0.3,
        most=1.2,
        min_zoom=16,
    )


def _duties() -> Iterator[Style]:
    for road in ROADS:
        yield Line(
            name=f"duty_{road.road_class}",
            tile=tiles.ROADS,
            group=Group.DUTIES,
            only=("class", (road.road_class.value,)),
            colour=f"duty_{road.road_class}",
            width=6,
            least=2,
            most=8,
            opacity=0.75,
            min_zoom=road.min_zoom,
        )
    for status, dash in ((StretchStatus.FIXED, None), (StretchStatus.UNKNOWN, (1.5, 1.5))):
        yield Line(
            name=f"stretches_{status}",
            tile=tiles.STRETCHES,
            group=Group.STRETCHES,
            only=("status", (status.value,)),
            colour="stretch",
            width=5,
            least=2,
            most=9,
            dash=dash,
            opacity=0.45,
            min_zoom=11,
        )
    yield Mark(
        name="stretch_limits",
        tile=tiles.STRETCH_LIMITS,
        group=Group.STRETCHES,
        colour="stretch",
        radius=5,
        min_zoom=14,
    )


def _labels() -> Iterator[Style]:
    yield Label(
        name="parcel_numbers",
        tile=tiles.PARCEL_NUMBERS,
        group=Group.PARCELS,
        text="number",
        size=10.5,
        colour="parcel_text",
        beside=True,
        min_zoom=17,
    )
    yield Label(
        name="house_numbers",
        tile=tiles.HOUSE_NUMBERS,
        text="number",
        size=11,
        colour="house_text",
        min_zoom=18,
    )
    for road in ROADS:
        yield Label(
            name=f"name_{road.road_class}",
            tile=tiles.ROADS,
            only=("class", (road.road_class.value,)),
            text="name",
            size=12,
            colour="text",
            along=True,
            min_zoom=road.names_from,
        )
    for road_class, colours in reversed(SHIELDS.items()):
        yield Shield(
            name=f"shield_{road_class}",
            tile=tiles.ROADS,
            only=("class", (road_class.value,)),
            colours=colours,
            min_zoom=10 if road_class in {RoadClass.A, RoadClass.B} else 12,
        )
    for kind, size in ((AreaKind.DISTRICT, 13), (AreaKind.NEIGHBOUR, 14)):
        yield Label(
            name=f"names_{kind}",
            tile=tiles.AREA_NAMES,
            only=("kind", (kind.value,)),
            text="name",
            size=size,
            colour="text_area",
            is_bold=kind == AreaKind.NEIGHBOUR,
            min_zoom=9 if kind == AreaKind.NEIGHBOUR else 11,
            max_zoom=15,
        )
