"""What lies at a place, as the law sees it: which road, inside or outside, whose land. Metres, storage CRS.

A place may be seen in more than one way: on the bridge or below it, at a junction's outer end, where a polygon of
a road lies on somebody's yard. Each way is a `View`, and what they do not agree upon is left open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import shapely
from shapely import Point

from config.benchmarks.truth.world import Asset, Parcel, Section, World

ROAD_USES: Final = frozenset({"ROAD", "PATH", "SQUARE"})
# Highest first.
CLASS_RANK: Final = "ABLKGSP"
LEVEL_USES: Final = frozenset({"RAIL", "CANAL", "WATER"})
CLASSIFIED: Final = frozenset("BLK")
# How far from its axis a verge may lie: half the width of the widest land of such a road.
VERGE_M: Final = {"A": 26.0, "B": 14.0, "L": 13.0, "K": 12.0, "G": 9.0, "S": 6.0, "P": 4.0}
# Who owns road land tells its class, where no polygon and no name does.
CLASSES_OF_OWNER: Final = {
    "BUND_STR": "AB",
    "LAND": "L",
    "KREIS": "K",
    "CITY": "GS",
    "PRIV": "PS",
    "CHURCH": "PS",
}
# EBKrG § 14 II 1: 2.25 m from the outer rail; half the gauge lies between it and the track's axis.
RAIL_ZONE_M: Final = 2.25 + 1.435 / 2
# A place this near to a limit is on neither side for sure: it is not drawn.
CLEAR_M: Final = 0.2


@dataclass(frozen=True)
class View:
    """One way to see a place. `road_class` N: no road; `through_road` and `built_up`: in, out or unknown.

    `part` is the polygon's, verge where none covers. `section_key` is empty without a section.
    """

    road_class: str
    through_road: str
    built_up: str
    usage: str
    owner: str
    part: str
    cleaning_class: str
    section_key: str = ""

    @property
    def is_road(self) -> bool:
        return self.road_class != "N"

    @property
    def inside(self) -> str:
        """In or out as the duties of the town begin and end: through-road on B, L and K, built-up area elsewhere."""
        return self.through_road if self.road_class in CLASSIFIED else self.built_up


class Land(NamedTuple):
    """A parcel and its use at the place."""

    parcel: Parcel
    usage: str
    description: str


@dataclass(frozen=True)
class Ground:
    """All that the law asks of a place. Distances in metres; several uses lie on a border."""

    x: float
    y: float
    inside: bool
    views: tuple[View, ...]
    usages: tuple[str, ...]
    description: str
    parts: tuple[str, ...]
    rail_m: float
    crossing_m: float
    bridges: tuple[tuple[float, str], ...]
    assets: tuple[tuple[float, Asset], ...]
    bank_of: tuple[str, str]
    agreements: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def is_rail_part(self) -> bool:
        """On the piece of a level crossing that the railway maintains."""
        return self.crossing_m <= 30 and self.rail_m <= RAIL_ZONE_M

    def asset(self, kind: str, metres: float) -> Asset | None:
        return next((one for m, one in self.assets if one.kind == kind and m <= metres), None)


def ground_at(world: World, x: float, y: float, *, on: str) -> Ground | None:
    """What lies there on that day (ISO), or None where the data do not tell it without doubt."""
    place = shapely.Point(x, y)
    inside = bool(shapely.covers(world.boundary, place))
    lands = _lands_at(world, place) if inside else []
    parts = world.parts.at(place)
    crossings = [
        (m, one)
        for m, one in world.assets.near(place, 60.0)
        if one.kind in ("bridge", "level_crossing")
    ]
    tracks = world.tracks.near(place, 40.0)
    ground = Ground(
        x=x,
        y=y,
        inside=inside,
        views=(),
        usages=tuple(sorted({one.usage for one in lands})),
        description=lands[0].description if lands else "",
        parts=tuple(sorted({one.part for one in parts})),
        rail_m=tracks[0][0] if tracks else float("inf"),
        crossing_m=min((m for m, one in crossings if one.kind != "bridge"), default=float("inf")),
        bridges=tuple((m, one.note) for m, one in crossings if one.kind == "bridge"),
        assets=tuple(world.assets.near(place, 15.0)),
        bank_of=_bank_of(world, place, lands),
        agreements=tuple(
            (one.body, one.categories)
            for one in world.agreements.at(place)
            if one.valid_from <= on <= one.valid_to
        ),
    )
    if not inside:
        return ground
    each = [_views(world, place, ground, land) for land in lands]
    views = {view for own in each if own is not None for view in own}
    return (
        replace(ground, views=tuple(sorted(views, key=str))) if each and None not in each else None
    )


def is_clear(world: World, x: float, y: float) -> bool:
    """Whether no line between parcels, uses or parts of the road is so near that a place could be on either side."""
    place = shapely.Point(x, y)
    disc = place.buffer(CLEAR_M)
    return (
        world.parcels.numbers_at(disc) == world.parcels.numbers_at(place)
        and world.uses.numbers_at(disc) == world.uses.numbers_at(place)
        and world.parts.numbers_at(place.buffer(CLEAR_M / 2)) == world.parts.numbers_at(place)
        and world.built_up_limit.distance(place) > CLEAR_M
        and not _is_near_limit(world, place)
        and all(abs(m - RAIL_ZONE_M) > CLEAR_M for m, _kind in world.tracks.near(place, 5.0))
    )


def _lands_at(world: World, place: Point) -> list[Land]:
    """Each parcel at the place with its use there: several on a border."""
    uses = world.uses.at(place)
    lands = []
    for parcel in world.parcels.at(place):
        own = [one for one in uses if one.parcel_key in {"", parcel.key}]
        lands += [Land(parcel, one.usage, one.description) for one in own]
    return lands


def _bank_of(world: World, place: Point, lands: list[Land]) -> tuple[str, str]:
    """(use, owner) of the water within 3 m of a place that is neither water nor road."""
    if {one.usage for one in lands} & {"WATER", "CANAL", *ROAD_USES}:
        return "", ""
    owners = {one.key: one.owner for one in world.parcels.at(place.buffer(3.0))}
    for _m, one in world.uses.near(place, 3.0):
        if one.usage in {"WATER", "CANAL"}:
            return one.usage, owners.get(one.parcel_key, "UNKNOWN")
    return "", ""


def _views(world: World, place: Point, ground: Ground, land: Land) -> list[View] | None:
    built_up = "in" if shapely.covers(world.built_up, place) else "out"
    covering = [(one.part, world.section[one.section_key]) for one in world.parts.at(place)
                if one.section_key in world.section]  # fmt: skip
    ways: list[tuple[str, Section | None]] = []
    if covering:
        classes = {one.road_class for _part, one in covering}
        for group in _levels(classes):
            top = min(group, key=CLASS_RANK.index)
            ways += [(part, one) for part, one in covering if one.road_class == top]
        ways += _outer_end(world, place, land, classes)
        if land.usage not in ROAD_USES:
            ways.append(("", None))
    elif land.usage in ROAD_USES:
        if any(m <= 45 and note.startswith("road_over_road") for m, note in ground.bridges):
            return None
        verge = _verge(world, place, land.parcel)
        if verge is None and land.usage == "ROAD":
            return None
        ways.append(("verge" if verge else "", verge))
    else:
        ways.append(("", None))
    return sorted({_view(world, place, land, built_up, way) for way in ways}, key=str)


def _levels(classes: set[str]) -> list[set[str]]:
    """A motorway has no junction at grade: what else covers its carriageway leads over or under it."""
    below = classes - {"A"}
    return [{"A"}, below] if "A" in classes and below else [classes]


def _outer_end(
    world: World, place: Point, land: Land, classes: set[str]
) -> list[tuple[str, Section | None]]:
    """The road whose land it is, where only a lower road's polygon covers: the outer end of a junction or bridge."""
    if land.usage not in ROAD_USES or classes & _classes_of(land.parcel):
        return []
    owner = _verge(world, place, land.parcel)
    return [("verge", owner)] if owner else []


def _classes_of(parcel: Parcel) -> set[str]:
    """The classes that road land may be of: by the road it is named after, else by its owner."""
    named = re.match(r"([ABLK]) \d+", parcel.location_text)
    return set(named[1]) if named else set(CLASSES_OF_OWNER.get(parcel.owner, ""))


def _verge(world: World, place: Point, parcel: Parcel) -> Section | None:
    """The road that this land without a polygon belongs to: the nearest of a class that fits its owner."""
    classes = _classes_of(parcel)
    for metres, one in world.sections.near(place, max(VERGE_M.values())):
        if one.road_class in classes and metres <= VERGE_M[one.road_class]:
            return one
    return None


def _view(
    world: World,
    place: Point,
    land: Land,
    built_up: str,
    way: tuple[str, Section | None],
) -> View:
    part, section = way
    owner = land.parcel.owner
    if section is None:
        return View("N", built_up, built_up, land.usage, owner, "", "")
    return View(
        section.road_class,
        through_road_at(world, place, section),
        built_up,
        "ROAD",
        owner,
        part,
        section.cleaning_class,
        section.key,
    )


def through_road_at(world: World, place: Point, section: Section) -> str:
    """In, out or unknown, by the station of the nearest point of the axis."""
    if section.road_class not in CLASSIFIED:
        return ""
    station = station_at(place, section)
    stretches = world.stretches.get(section.key, [])
    within = [one for one in stretches if one.first <= station <= one.last]
    if any(one.is_unknown for one in within):
        return "unknown"
    return "in" if within else "out"


def station_at(place: Point, section: Section) -> float:
    """Metres along the road, counted as the road's administration does."""
    axis = section.line
    return float(section.start + axis.project(place) * section.length / axis.length)


def _is_near_limit(world: World, place: Point) -> bool:
    """Whether a through-road begins or ends within half a metre."""
    for _metres, section in world.sections.near(place, max(VERGE_M.values())):
        station = station_at(place, section)
        for one in world.stretches.get(section.key, []):
            if min(abs(station - one.first), abs(station - one.last)) < 0.5:
                return True
    return False
