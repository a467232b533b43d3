"""Places of NAS objects that have none of their own: an address lies where something that refers to it lies."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import shapely
from lxml import etree

from gis_core.errors import GeometryError
from gis_core.loading.gml.curves import CurveReader
from gis_core.loading.gml.document import gml_identifier, local_name
from gis_core.loading.gml.geometry import PolygonCollector
from gis_core.loading.gml.references import References
from gis_core.loading.read.batches import Geometries

# Surfaces are turned into points in so many at a time.
_SURFACES: Final = 2000


class _Carrier(NamedTuple):
    """What refers to objects: the rank of its way, its object identifier, and when its version began."""

    rank: int
    name: str
    begun: str


class _Kept(NamedTuple):
    """The best point of an object so far."""

    carrier: _Carrier
    x: float
    y: float
    srs_name: str


class Places:
    """A point for each object that others refer to, in the CRS of the delivery.

    `ways` lists which elements refer to it by which relation, best first; `holders` names the elements' geometry
    properties. Of a surface a point inside it is taken.
    """

    def __init__(self, ways: list[list[str]], holders: list[str]) -> None:
        self.ways = {element: (rank, relation) for rank, (element, relation) in enumerate(ways)}
        self.holders = frozenset(holders)
        # What the header of the document says.
        self.srs_name = ""
        self._points: dict[str, _Kept] = {}
        self._curves = CurveReader()
        self._surfaces = PolygonCollector(self._curves)
        self._waiting: list[tuple[_Carrier, list[str], str]] = []

    def begin(self, path: Path) -> None:
        """The elements that come now are from this document."""
        self.srs_name = ""
        self._curves.references = References(path)

    def add(self, element: etree._Element, begun: str = "") -> None:
        """Takes in one element of `ways`; one without relation or geometry says nothing. GeometryError.

        `begun` tells when its version began: of one element the latest counts.
        """
        rank, relation = self.ways[local_name(element.tag)]
        carrier = _Carrier(rank, gml_identifier(element)[:16], begun)
        identifiers: list[str] = []
        geometry: etree._Element | None = None
        for child in element.iterchildren(tag=etree.Element):
            name = local_name(child.tag)
            if name == relation:
                identifiers += [
                    str(value).rpartition(":")[2][:16]
                    for key, value in child.items()
                    if local_name(str(key)) == "href"
                ]
            elif name in self.holders and len(held := self._curves.references.held(child)):
                geometry = held[0]
        if not identifiers or geometry is None:
            return
        if local_name(geometry.tag) == "Point":
            self._point(carrier, identifiers, geometry)
            return
        self._surfaces.add(geometry)
        self._waiting.append((carrier, identifiers, self._surfaces.srs_name))
        if len(self._waiting) >= _SURFACES:
            self._surfaces_take()

    def identifiers(self) -> set[str]:
        """The objects that have a point."""
        self._surfaces_take()
        return set(self._points)

    def place(self, identifier: str) -> tuple[shapely.Point, str] | None:
        """The best point of an object and its srsName ("" where nothing says it); None without any."""
        self._surfaces_take()
        known = self._points.get(identifier)
        return None if known is None else (shapely.Point(known.x, known.y), known.srs_name)

    def rank(self, identifier: str) -> int:
        """By which way an object of `identifiers` got its point."""
        return self._points[identifier].carrier.rank

    def _point(self, carrier: _Carrier, identifiers: list[str], geometry: etree._Element) -> None:
        text = next((child.text for child in geometry if local_name(child.tag) == "pos"), None)
        try:
            x, y, *_height = map(float, (text or "").split())
        except ValueError as error:
            raise GeometryError("position_none", text=repr(text)) from error
        self._keep(carrier, identifiers, x, y, geometry.get("srsName") or "")

    def _surfaces_take(self) -> None:
        if not self._waiting:
            return
        shapes = self._surfaces.finish()
        inside, rows = shapely.get_coordinates(shapely.point_on_surface(shapes), return_index=True)
        for (x, y), row in zip(inside.tolist(), rows.tolist(), strict=True):
            carrier, identifiers, srs_name = self._waiting[row]
            self._keep(carrier, identifiers, x, y, srs_name)
        self._waiting.clear()

    def _keep(
        self, carrier: _Carrier, identifiers: list[str], x: float, y: float, srs_name: str
    ) -> None:
        for identifier in identifiers:
            known = self._points.get(identifier)
            if known is None or _goes_before(carrier, known.carrier):
                self._points[identifier] = _Kept(carrier, x, y, srs_name or self.srs_name)


def _goes_before(carrier: _Carrier, known: _Carrier) -> bool:
    is_later_version = carrier.name == known.name and carrier.begun > known.begun
    return carrier.rank < known.rank or is_later_version


class PointCollector:
    """Collects points, one per feature, as gis_core.loading.gml.geometry.PolygonCollector collects surfaces."""

    arcs = flattened = 0

    def __init__(self, curves: CurveReader) -> None:
        self.curves = curves
        self.coordinates: list[shapely.Point] = []
        self.srs_name = ""

    def add(self, place: tuple[shapely.Point, str]) -> None:
        point, self.srs_name = place
        self.coordinates.append(point)

    def add_shape(self, shape: shapely.Point) -> None:
        self.coordinates.append(shape)

    def finish(self) -> Geometries:
        """The points in the order in which they were added; then it is empty again."""
        shapes = np.array(self.coordinates, dtype=object)
        self.coordinates = []
        return shapes
