"""Geometry of GML as arrays of shapely: surfaces, curves and points, read by local names, hence GML 2, 3.1 and 3.2."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely
from lxml import etree
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_core.errors import GeometryError
from gis_core.loading.gml.curves import CurveReader
from gis_core.loading.gml.document import local_name
from gis_core.loading.read.batches import Geometries

_CURVES: Final = frozenset(
    {"LineString", "Curve", "CompositeCurve", "OrientableCurve", "LinearRing"}
)
_MANY: Final = frozenset(
    {"MultiPoint", "MultiLineString", "MultiCurve", "MultiGeometry", "GeometricComplex"}
)


@dataclass
class _Collector:
    """What reads the curves of a collection; `srs_name` is the srsName met while adding the latest ("" for none)."""

    curves: CurveReader = field(default_factory=CurveReader)

    @property
    def srs_name(self) -> str:
        return self.curves.srs_name

    @property
    def arcs(self) -> int:
        """How many arcs were replaced by chords since the last finish()."""
        return self.curves.arcs

    @property
    def flattened(self) -> int:
        """How many lists of positions lost their heights since the last finish()."""
        return self.curves.flattened


@dataclass
class PolygonCollector(_Collector):
    """Collects GML surfaces, one per feature, and makes them an array of shapely MultiPolygons at once."""

    coordinates: array[float] = field(default_factory=lambda: array("d"))
    ring_ends: list[int] = field(default_factory=lambda: [0])
    polygon_ends: list[int] = field(default_factory=lambda: [0])
    feature_ends: list[int] = field(default_factory=lambda: [0])

    def add(self, geometry: etree._Element | None) -> None:
        """Adds a feature's surface; None or an empty one is kept as an empty place.

        Raises GeometryError for an unsupported element or an impossible ring; what was added stays consistent.
        """
        self.curves.srs_name = ""
        marks = (len(self.coordinates), len(self.ring_ends), len(self.polygon_ends))
        try:
            if geometry is not None:
                self._surface(geometry, 2)
        except (GeometryError, RecursionError) as error:
            del (
                self.coordinates[marks[0] :],
                self.ring_ends[marks[1] :],
                self.polygon_ends[marks[2] :],
            )
            if isinstance(error, RecursionError):
                raise GeometryError("geometry_circular") from error
            raise
        self.feature_ends.append(len(self.polygon_ends) - 1)

    def finish(self) -> NDArray[np.object_]:
        """MultiPolygons in the order in which they were added, None for an empty place; then it is empty again."""
        xy = np.frombuffer(self.coordinates, dtype=np.float64).reshape(-1, 2).copy()
        offsets = tuple(
            np.array(ends, dtype=np.int64)
            for ends in (self.ring_ends, self.polygon_ends, self.feature_ends)
        )
        result: NDArray[np.object_] = shapely.from_ragged_array(
            shapely.GeometryType.MULTIPOLYGON, xy, offsets
        )
        result[np.diff(offsets[2]) == 0] = None
        self.curves.arcs = self.curves.flattened = 0
        self.__init__(self.curves)  # type: ignore[misc]
        return result

    def add_shape(self, shape: shapely.MultiPolygon | None) -> None:
        """Adds a surface that was read before."""
        for polygon in shape.geoms if shape is not None else ():
            for ring in (polygon.exterior, *polygon.interiors):
                self.coordinates.extend(shapely.get_coordinates(ring).ravel().tolist())
                self.ring_ends.append(len(self.coordinates) // 2)
            self.polygon_ends.append(len(self.ring_ends) - 1)
        self.feature_ends.append(len(self.polygon_ends) - 1)

    def _surface(self, element: etree._Element, dimension: int) -> None:
        dimension = self.curves.declared(element, dimension)
        name = local_name(element.tag)
        if name in {"Polygon", "PolygonPatch"}:
            held = map(self.curves.references.held, element)
            rings = [boundary[0] for boundary in held if len(boundary)]
            for ring in rings:
                self._ring(ring, dimension)
            if rings:
                self.polygon_ends.append(len(self.ring_ends) - 1)
        elif name in {
            "MultiSurface",
            "MultiPolygon",
            "CompositeSurface",
            "Surface",
            "PolyhedralSurface",
        }:
            for members in element:
                for member in self.curves.references.held(members):
                    self._surface(member, dimension)
        else:
            raise GeometryError("surface_unsupported", name=name)

    def _ring(self, element: etree._Element, dimension: int) -> None:
        name = local_name(element.tag)
        if name == "LinearRing":
            numbers = self.curves.positions(element, self.curves.declared(element, dimension))
        elif name == "Ring":
            numbers = self.curves.ring(element, dimension)
        else:
            raise GeometryError("ring_unsupported", name=name)
        if len(numbers) < 8:
            raise GeometryError("ring_short", count=len(numbers) // 2)
        if numbers[0] != numbers[-2] or numbers[1] != numbers[-1]:
            raise GeometryError("ring_open")
        self.coordinates.extend(numbers)
        self.ring_ends.append(len(self.coordinates) // 2)


@dataclass
class ShapeCollector(_Collector):
    """Collects GML points or curves, one per feature, as PolygonCollector collects surfaces.

    What is of another kind than the dataset stores is refused behind it, where the feature is named.
    """

    coordinates: list[BaseGeometry | None] = field(default_factory=list)

    def add(self, geometry: etree._Element | None) -> None:
        """Adds a feature's geometry; None is kept as an empty place. GeometryError."""
        self.curves.srs_name = ""
        try:
            parts = [] if geometry is None else self._parts(geometry, 2)
        except RecursionError as error:
            raise GeometryError("geometry_circular") from error
        self.coordinates.append(_together(parts))

    def add_shape(self, shape: BaseGeometry | None) -> None:
        """Adds a shape that was read before."""
        self.coordinates.append(shape)

    def finish(self) -> Geometries:
        """The shapes in the order in which they were added; then it is empty again."""
        shapes = np.array(self.coordinates, dtype=object)
        self.coordinates, self.curves.arcs, self.curves.flattened = [], 0, 0
        return shapes

    def _parts(self, element: etree._Element, dimension: int) -> list[BaseGeometry]:
        dimension = self.curves.declared(element, dimension)
        name = local_name(element.tag)
        if name == "Point":
            numbers = self.curves.positions(element, dimension)
            if len(numbers) != 2:
                raise GeometryError("position_none", text=repr(numbers))
            return [shapely.Point(numbers)]
        if name in _CURVES:
            read = self.curves.positions if name == "LinearRing" else self.curves.curve
            numbers = read(element, dimension)
            if len(numbers) < 4:
                raise GeometryError("curve_short", count=len(numbers) // 2)
            return [shapely.LineString(np.reshape(numbers, (-1, 2)))]
        if name in _MANY:
            return [
                part
                for members in element
                for member in self.curves.references.held(members)
                for part in self._parts(member, dimension)
            ]
        raise GeometryError("shape_unsupported", name=name)


def _together(parts: list[BaseGeometry]) -> BaseGeometry | None:
    """One part as it is, several as a collection."""
    if len(parts) < 2:
        return parts[0] if parts else None
    lines = [part for part in parts if isinstance(part, shapely.LineString)]
    if len(lines) == len(parts):
        return shapely.MultiLineString(lines)
    return shapely.GeometryCollection(parts)
