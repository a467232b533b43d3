"""Positions and curves of GML 2 and 3, read by local names. Numbers are x and y alternating, as documents have them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from lxml import etree

from gis_core.coordinates import (
    Coordinates,
    SourceCrs,
    axes_normalise,
    crs_parse,
    storage_crs,
    transform,
)
from gis_core.errors import CoordinateError, GeometryError
from gis_core.loading.gml.arcs import (
    arc_around,
    arcs_linearise,
    circle_linearise,
    circle_through,
)
from gis_core.loading.gml.document import local_name
from gis_core.loading.gml.references import References

# Pieces of a curve may miss each other by this share of their coordinates: 1 cm in metres, 1 cm in degrees.
_TOUCH_SHARE: Final = 2e-9
# How a radius says that it is in metres.
_METRES: Final = frozenset({"", "m", "metre", "meter", "9001"})
# Far enough to tell where north is.
_STEP_DEGREES: Final = 1e-4


@dataclass(frozen=True)
class _Piece:
    """A piece of a curve, in one or several readings of which one touches its neighbours.

    `is_open_arc`: an arc around a centre, which alone makes a ring with its chord.
    """

    readings: list[list[float]]
    is_open_arc: bool = False


@dataclass
class CurveReader:
    """Reads the curves of one document.

    `references` follows xlink:href. `srs_name` is the srsName met last ("" for none); where there is none,
    `default_crs` holds. `arcs` and `flattened` count what was replaced by chords and what lost its height.
    """

    references: References = field(default_factory=References)
    default_crs: SourceCrs | None = None
    srs_name: str = ""
    arcs: int = 0
    flattened: int = 0

    def declared(self, element: etree._Element, dimension: int) -> int:
        """Takes notice of an element's srsName; its dimension, or the one of what holds it."""
        if srs_name := element.get("srsName"):
            self.srs_name = self.srs_name or srs_name
        declared = element.get("srsDimension")
        if declared is None:
            return dimension
        if declared.strip() not in {"2", "3"}:
            raise GeometryError("dimension_unsupported", dimension=repr(declared))
        return int(declared)

    def positions(self, lists: Iterable[etree._Element], dimension: int) -> list[float]:
        """x and y of all these pos, posList and coordinates."""
        numbers: list[float] = []
        try:
            for child in lists:
                size = self.declared(child, dimension)
                if local_name(child.tag) == "coordinates":
                    values, size = _coordinates(child)
                else:
                    values = list(map(float, (child.text or "").split()))
                if len(values) == 3 and local_name(child.tag) == "pos":
                    size = 3
                if len(values) % size:
                    raise GeometryError("positions_uneven", count=len(values), size=size)
                if size != 2:
                    self.flattened += 1
                    values = [value for index, value in enumerate(values) if index % size < 2]
                numbers.extend(values)
        except ValueError as error:
            raise GeometryError("coordinate_no_number", cause=str(error)) from error
        # The sum is finite only when every number is: one test instead of many.
        if not math.isfinite(sum(numbers)):
            raise GeometryError("coordinate_infinite")
        return numbers

    def curve(self, element: etree._Element, dimension: int) -> list[float]:
        """A curve or a segment with its pieces joined. GeometryError where they do not touch."""
        return _joined(self._pieces(element, dimension))

    def ring(self, element: etree._Element, dimension: int) -> list[float]:
        """As a curve(), of which the end is put on the beginning where they touch; an arc alone gets its chord."""
        pieces = self._pieces(element, dimension)
        numbers = _joined(pieces)
        if _touches(numbers[-2:], numbers[:2]):
            numbers[-2:] = numbers[:2]
        elif len(pieces) == 1 and pieces[0].is_open_arc:
            numbers.extend(numbers[:2])
        return numbers

    def _pieces(self, element: etree._Element, dimension: int) -> list[_Piece]:
        dimension = self.declared(element, dimension)
        name = local_name(element.tag)
        if name in {"LineStringSegment", "LineString"}:
            return [_Piece([self.positions(self._each(element), dimension)])]
        if name in {"Ring", "Curve", "CompositeCurve", "OrientableCurve"}:
            pieces = [piece for members in element for piece in self._members(members, dimension)]
            if name == "OrientableCurve" and element.get("orientation") == "-":
                return [
                    _Piece([_turned(one) for one in piece.readings], piece.is_open_arc)
                    for piece in reversed(pieces)
                ]
            return pieces
        self.arcs += 1
        readings = self._round(element, name, dimension)
        return [_Piece(readings, is_open_arc=name == "ArcByCenterPoint")]

    def _members(self, holder: etree._Element, dimension: int) -> list[_Piece]:
        """The pieces of a property; what it only refers to is often a neighbour's, and runs against it."""
        held = self.references.held(holder)
        pieces = [piece for member in held for piece in self._pieces(member, dimension)]
        if held is holder:
            return pieces
        numbers = _joined(pieces)
        return [_Piece([numbers, _turned(numbers)])]

    def _each(self, element: etree._Element) -> Iterable[etree._Element]:
        """Positions, also those that stand in points (pointProperty, pointRep) of which each may be a reference."""
        for child in element:
            if local_name(child.tag) in {"pointProperty", "pointRep"}:
                for point in self.references.held(child):
                    yield from point
            else:
                yield child

    def _round(self, element: etree._Element, name: str, dimension: int) -> list[list[float]]:
        """Arcs and circles as chords."""
        lists: Iterable[etree._Element]
        if name in {"CircleByCenterPoint", "ArcByCenterPoint"}:
            lists = element.iter("{*}pos", "{*}posList", "{*}coordinates")
        elif name in {"Arc", "ArcString", "Circle"}:
            lists = self._each(element)
        else:
            raise GeometryError("curve_unsupported", name=name)
        numbers = self.positions(lists, dimension)
        ground = _Ground.of(numbers, self._crs())
        drawn = numbers if ground is None else ground.to(numbers)
        if name == "ArcByCenterPoint":
            readings = arc_around(
                drawn,
                _radius(element),
                _number(element, "startAngle"),
                _number(element, "endAngle"),
                north=ground.north if ground else 0.0,
            )
        elif name == "CircleByCenterPoint":
            readings = [circle_linearise(drawn, _radius(element))]
        elif name == "Circle":
            readings = [circle_through(drawn)]
        else:
            readings = [arcs_linearise(drawn)]
        if ground is None:
            return readings
        readings = [ground.back(one) for one in readings]
        if name in {"Arc", "ArcString"}:
            # What touches them has these very numbers.
            readings[0][:2], readings[0][-2:] = numbers[:2], numbers[-2:]
        return readings

    def _crs(self) -> SourceCrs | None:
        if not self.srs_name:
            return self.default_crs
        try:
            return crs_parse(self.srs_name)
        except CoordinateError as error:
            raise GeometryError(error.message) from error


@dataclass(frozen=True)
class _Ground:
    """From degrees to the metres of the storage CRS and back: on the ground a circle in degrees is an ellipse.

    `north` is the angle in radians by which the meridian leaves the grid there, counterclockwise.
    """

    crs: SourceCrs
    swapped: bool
    north: float

    @classmethod
    def of(cls, numbers: list[float], crs: SourceCrs | None) -> _Ground | None:
        """None where the coordinates are metres already."""
        if crs is None or not crs.crs.is_geographic or not numbers:
            return None
        try:
            normal, _done = axes_normalise(np.reshape(numbers, (-1, 2)), crs)
            steps = normal[:1] + np.array([[0.0, 0.0], [0.0, _STEP_DEGREES]])
            here, there = transform(steps, crs, storage_crs())[0]
        except CoordinateError as error:
            raise GeometryError(error.message) from error
        east, up = (there - here).tolist()
        swapped = normal[0].tolist() != numbers[:2]
        return cls(crs, swapped, math.atan2(-east, up))

    def to(self, numbers: list[float]) -> list[float]:
        return _transformed(self._turned(np.reshape(numbers, (-1, 2))), self.crs, storage_crs())

    def back(self, numbers: list[float]) -> list[float]:
        degrees = _transformed(np.reshape(numbers, (-1, 2)), storage_crs(), self.crs)
        return self._turned(np.reshape(degrees, (-1, 2))).ravel().tolist()

    def _turned(self, xy: Coordinates) -> Coordinates:
        return xy[:, ::-1] if self.swapped else xy


def _transformed(xy: Coordinates, source: SourceCrs, target: SourceCrs) -> list[float]:
    try:
        numbers: list[float] = transform(xy, source, target)[0].ravel().tolist()
    except CoordinateError as error:
        raise GeometryError(error.message) from error
    return numbers


def _joined(pieces: list[_Piece]) -> list[float]:
    numbers: list[float] = []
    for index, piece in enumerate(pieces):
        after = pieces[(index + 1) % len(pieces)].readings
        read = piece.readings[0]
        if len(piece.readings) > 1:
            before = [numbers] if numbers else pieces[-1].readings
            read = _fitted(piece.readings, before, after)
        joined = len(numbers) > 1 and numbers[-2:] == read[:2]
        if not joined:
            _touch(numbers, read)
        numbers.extend(read[2:] if joined else read)
    return numbers


def _fitted(
    readings: list[list[float]], before: list[list[float]], after: list[list[float]]
) -> list[float]:
    """The reading that begins where the one before ends, else that ends where the next begins, else the first.

    Its ends are put on those of its neighbours.
    """

    def rated(reading: list[float]) -> tuple[list[float], list[float]]:
        first = next((one[-2:] for one in before if _touches(one[-2:], reading[:2])), [])
        last = next((one[:2] for one in after if _touches(reading[-2:], one[:2])), [])
        return first, last

    best = max(readings, key=lambda reading: [bool(end) for end in rated(reading)])
    first, last = rated(best)
    return [*(first or best[:2]), *best[2:-2], *(last or best[-2:])]


def _touches(end: list[float], start: list[float]) -> bool:
    """Whether two positions are one; rounding does not count."""
    if not end or not start:
        return False
    return math.dist(end, start) <= _TOUCH_SHARE * max(map(abs, end))


def _touch(before: list[float], piece: list[float]) -> None:
    """GeometryError where a piece of a curve begins elsewhere than the one before ends."""
    if before and piece and not _touches(before[-2:], piece[:2]):
        raise GeometryError("curve_gap", gap=f"{math.dist(before[-2:], piece[:2]):.3f}")


def _turned(numbers: list[float]) -> list[float]:
    """The same positions from the last to the first."""
    turned: list[float] = np.reshape(numbers, (-1, 2))[::-1].ravel().tolist()
    return turned


def _coordinates(element: etree._Element) -> tuple[list[float], int]:
    """The numbers of GML 2's "x,y x,y", and how many make a position."""
    between, decimal = element.get("cs") or ",", element.get("decimal") or "."
    text = (element.text or "").replace(element.get("ts") or " ", " ")
    positions = [
        [float(number.replace(decimal, ".")) for number in position.split(between)]
        for position in text.split()
    ]
    sizes = {len(position) for position in positions} or {2}
    if len(sizes) > 1 or not sizes <= {2, 3}:
        raise GeometryError("positions_uneven", count=sum(map(len, positions)), size=2)
    return [number for position in positions for number in position], sizes.pop()


def _radius(element: etree._Element) -> float:
    """In metres; GeometryError for another unit."""
    held = element.find("{*}radius")
    unit = "" if held is None else (held.get("uom") or "")
    if re.split(r"[:/#]", unit)[-1] not in _METRES:
        raise GeometryError("radius_unit", unit=repr(unit))
    return _number(element, "radius")


def _number(element: etree._Element, name: str) -> float:
    held = element.find(f"{{*}}{name}")
    try:
        return float("" if held is None else held.text or "")
    except ValueError as error:
        raise GeometryError("coordinate_no_number", cause=str(error)) from error
