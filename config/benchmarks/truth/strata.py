"""Where the places are drawn: strata by ground, so that rare ground is there as often as common ground."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from config.benchmarks.truth.ground import CLASS_RANK, Ground, View
from config.benchmarks.truth.spots import Draw, around, beside, corners, within
from config.benchmarks.truth.world import Layer, World

Fits = Callable[[Ground], bool]


@dataclass(frozen=True)
class Stratum:
    """A kind of place: candidates drawn one by one, and what the ground there must be.

    Places are clear of all lines between two grounds, but for those `on_a_line`.
    """

    name: str
    draw: Draw
    fits: Fits
    on_a_line: bool = False


def strata_of(world: World) -> list[Stratum]:
    """All strata that this city has ground for."""
    return [
        *_road_parts(world),
        *_verges(world),
        *_edges(world),
        *_land(world),
        *_banks(world),
        *_junctions(world),
        *_crossings(world),
        *_registered(world),
        Stratum("outside the border", _beyond(world.boundary), lambda ground: not ground.inside),
    ]


def _only(ground: Ground) -> View | None:
    return ground.views[0] if len(ground.views) == 1 else None


def _on(road_class: str, part: str, state: str) -> Fits:
    def fits(ground: Ground) -> bool:
        view = _only(ground)
        return (
            view is not None
            and view.road_class == road_class
            and view.part == part
            and state in {view.inside, "any"}
        )

    return fits


def _states(road_class: str) -> tuple[str, ...]:
    """In and out are told apart where the law does; some limits are unknown."""
    return {"A": ("any",), "B": ("in", "out", "unknown")}.get(road_class, ("in", "out"))


def footways(world: World, road_classes: str) -> list[Stratum]:
    """Footways of these classes, inside and outside alike."""
    return [
        Stratum(f"footway {road_class}", within(own), _on(road_class, "footway", "any"))
        for (part, road_class), own in _part_shapes(world)
        if part == "footway" and road_class in road_classes
    ]


def _part_shapes(world: World) -> list[tuple[tuple[str, str], list[BaseGeometry]]]:
    """((part, class of its road), polygons)."""
    shapes: dict[tuple[str, str], list[BaseGeometry]] = {}
    for row, shape in zip(world.parts.rows, world.parts.geometries, strict=True):
        section = world.section.get(row.section_key)
        if section is not None:
            shapes.setdefault((row.part, section.road_class), []).append(shape)
    return sorted(shapes.items())


def _road_parts(world: World) -> Iterator[Stratum]:
    for (part, road_class), own in _part_shapes(world):
        draw = within(own)
        for state in _states(road_class):
            yield Stratum(f"{part} {road_class} {state}", draw, _on(road_class, part, state))
        limits = _limits(world, road_class) if part == "carriageway" else []
        if limits:
            fits = _on(road_class, part, "any")
            yield Stratum(f"{part} {road_class} at the limit", around(limits, 25.0), fits)


def _limits(world: World, road_class: str) -> list[Point]:
    """Where through-road stretches begin or end on the axes of such roads."""
    ends: list[Point] = []
    for key, stretches in sorted(world.stretches.items()):
        section = world.section.get(key)
        if section is None or section.road_class != road_class:
            continue
        scale = section.line.length / section.length
        for one in stretches:
            ends += [
                section.line.interpolate((station - section.start) * scale)
                for station in (one.first, one.last)
                if math.isfinite(station)
                and section.start < station < section.start + section.length
            ]
    return ends


def _verges(world: World) -> Iterator[Stratum]:
    for road_class, near, far in (
        ("A", 15.0, 22.0), ("B", 4.0, 12.0), ("L", 3.5, 11.0), ("K", 3.3, 10.0), ("G", 2.8, 7.0),
        ("S", 1.6, 3.5), ("P", 1.7, 2.0),
    ):  # fmt: skip
        lines = [one.line for one in world.sections.rows if one.road_class == road_class]
        if not lines:
            continue
        draw = beside(lines, near, far)
        for state in ("any",) if road_class in "ASP" else ("in", "out"):
            yield Stratum(f"verge {road_class} {state}", draw, _on(road_class, "verge", state))


def _uses(world: World, *usages: str) -> list[BaseGeometry]:
    return [
        shape
        for row, shape in zip(world.uses.rows, world.uses.geometries, strict=True)
        if row.usage in usages and shape.area > 1
    ]


def _edges(world: World) -> Iterator[Stratum]:
    """0.3 to 2 m from the line between a road and a yard, on both sides."""
    rings = [one.boundary for one in _uses(world, "BUILT")]
    roads = Layer([one for one in world.uses.rows if one.usage == "ROAD"], _uses_all(world, "ROAD"))
    yards = Layer(
        [one for one in world.uses.rows if one.usage == "BUILT"], _uses_all(world, "BUILT")
    )

    def beyond(layer: Layer, ground: Ground) -> bool:
        return bool(layer.near(shapely.Point(ground.x, ground.y), 2.1))

    draw = beside(rings, 0.3, 2.0)
    yield Stratum("edge, yard side", draw, lambda g: _is_off_road(g, "BUILT") and beyond(roads, g))
    yield Stratum("edge, road side", draw, lambda g: g.usages == ("ROAD",) and beyond(yards, g))
    yield Stratum(
        "on the line road/yard",
        corners(rings),
        lambda g: g.usages == ("BUILT", "ROAD"),
        on_a_line=True,
    )


def _uses_all(world: World, usage: str) -> list[BaseGeometry]:
    return [
        shape
        for row, shape in zip(world.uses.rows, world.uses.geometries, strict=True)
        if row.usage == usage
    ]


def _is_off_road(ground: Ground, usage: str) -> bool:
    view = _only(ground)
    return view is not None and not view.is_road and ground.usages == (usage,)


def _land(world: World) -> Iterator[Stratum]:
    owner_of = {one.key: one.owner for one in world.parcels.rows}
    shapes: dict[tuple[str, str], list[BaseGeometry]] = {}
    for row, shape in zip(world.uses.rows, world.uses.geometries, strict=True):
        if row.usage != "ROAD" and shape.area > 1:
            what = "AGRI track" if row.description == "Wirtschaftsweg" else row.usage
            shapes.setdefault((what, owner_of.get(row.parcel_key, "UNKNOWN")), []).append(shape)
    for (what, owner), own in sorted(shapes.items()):
        usage = what.split(" ", maxsplit=1)[0]
        yield Stratum(f"{what} {owner}", within(own), _owned(usage, owner))


def _owned(usage: str, owner: str) -> Fits:
    def fits(ground: Ground) -> bool:
        return _is_off_road(ground, usage) and ground.views[0].owner == owner

    return fits


def _banks(world: World) -> Iterator[Stratum]:
    for usage in ("WATER", "CANAL"):
        rings = [one.boundary for one in _uses(world, usage)]
        yield Stratum(
            f"bank of {usage}",
            beside(rings, 0.3, 3.0),
            _at_bank(usage),
        )


def _at_bank(usage: str) -> Fits:
    return lambda ground: ground.bank_of[0] == usage


def _junctions(world: World) -> Iterator[Stratum]:
    """Inside the overlap of two carriageways of different classes, both at grade."""
    found: dict[str, list[BaseGeometry]] = {}
    rows, shapes = world.parts.rows, world.parts.geometries
    own = [n for n, one in enumerate(rows) if one.part == "carriageway" and one.section_key]
    classes = {n: world.section[rows[n].section_key].road_class for n in own}
    for n in own:
        if classes[n] not in "BLK":
            continue
        for m in world.parts.tree.query(shapes[n], predicate="intersects").tolist():
            low = classes.get(m, "A")
            if CLASS_RANK.index(low) > CLASS_RANK.index(classes[n]):
                overlap = shapely.intersection(shapes[n], shapes[m])
                if overlap.area > 2:
                    found.setdefault(f"junction {classes[n]} x {low}", []).append(overlap)
    for name, own_shapes in sorted(found.items()):
        yield Stratum(name, within(own_shapes), _all_of(name.split()[1]))


def _all_of(road_class: str) -> Fits:
    return lambda ground: {one.road_class for one in ground.views} == {road_class}


def _crossings(world: World) -> Iterator[Stratum]:
    points: dict[str, list[Point]] = {}
    for row, point in zip(world.assets.rows, world.assets.geometries, strict=True):
        if row.kind in {"bridge", "level_crossing"}:
            kind = row.note.split(" ")[0] if row.kind == "bridge" else row.kind
            points.setdefault(kind, []).append(point)
    for kind, own in sorted(points.items()):
        yield Stratum(f"at {kind}", around(own, 18.0), _on_some_road)


def _on_some_road(ground: Ground) -> bool:
    return any(one.is_road for one in ground.views)


def _registered(world: World) -> Iterator[Stratum]:
    shown = ("street_light", "gully", "bus_shelter", "manhole", "power_cabinet")
    points: dict[str, list[Point]] = {}
    for row, point in zip(world.assets.rows, world.assets.geometries, strict=True):
        if row.kind in shown:
            points.setdefault(row.kind, []).append(point)
    for kind, own in sorted(points.items()):
        yield Stratum(
            f"registered {kind}",
            around(own, 0.3),
            _at_asset(kind),
        )


def _at_asset(kind: str) -> Fits:
    return lambda ground: ground.asset(kind, 1.0) is not None


def _beyond(boundary: BaseGeometry) -> Draw:
    return beside([boundary.boundary], 0.5, 80.0)
