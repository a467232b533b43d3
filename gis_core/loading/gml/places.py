"""Places of NAS objects that have none of their own: an address lies where something that refers to it lies."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import shapely
from lxml import etree

from gis_core.errors import GeometryError
from gis_core.loading.gml.curves import CurveReader
from gis_core.loading.gml.document import local_name
from gis_core.loading.gml.geometry import PolygonCollector
from gis_core.loading.gml.references import References
from gis_core.loading.read.batches import Geometries

# Surfaces are turned into points in so many at a time.
_SURFACES: Final = 2000


class Places:
    """A point for each object that others refer to, in the CRS of the delivery.

    `ways` lists which elements refer to it by which relation, best first; `holders` names the elements' geometry
    properties. Of a surface a point inside it is taken.
    """

    def __init__(self, ways: list[list[str]], holders: list[str]) -> None:
        self.ways = {element: (rank, relation) for rank, (element, relation) in enumerate(ways)}
        self.holders = frozenset(holders)
        # Object identifier → rank of the way, x, y, srsName.
        self._points: dict[str, tuple[int, float, float, str]] = {}
        self._curves = CurveReader()
        self._surfaces = PolygonCollector(self._curves)
        self._waiting: list[tuple[int, list[str], str]] = []

    def begin(self, path: Path) -> None:
        """The elements that come now are from this document."""
        self._curves.references = References(path)

    def add(self, element: etree._Element) -> None:
        """Takes in one element of `ways`; one without relation or geometry says nothing. GeometryError."""
        rank, relation = self.ways[local_name(element.tag)]
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
            self._point(rank, identifiers, geometry)
            return
        self._surfaces.add(geometry)
        self._waiting.append((rank, identifiers, self._surfaces.srs_name))
        if len(self._waiting) >= _SURFACES:
            self._surfaces_take()

    def place(self, identifier: str) -> tuple[shapely.Point, str] | None:
        """The best point of an object and its srsName ("" where only a header says it); None without any."""
        if self._waiting:
            self._surfaces_take()
        known = self._points.get(identifier)
        return None if known is None else (shapely.Point(known[1], known[2]), known[3])

    def _point(self, rank: int, identifiers: list[str], geometry: etree._Element) -> None:
        text = next((child.text for child in geometry if local_name(child.tag) == "pos"), None)
        try:
            x, y, *_height = map(float, (text or "").split())
        except ValueError as error:
            raise GeometryError("position_none", text=repr(text)) from error
        self._keep(rank, identifiers, x, y, geometry.get("srsName") or "")

    def _surfaces_take(self) -> None:
        shapes = self._surfaces.finish()
        inside, rows = shapely.get_coordinates(shapely.point_on_surface(shapes), return_index=True)
        for (x, y), row in zip(inside.tolist(), rows.tolist(), strict=True):
            rank, identifiers, srs_name = self._waiting[row]
            self._keep(rank, identifiers, x, y, srs_name)
        self._waiting.clear()

    def _keep(self, rank: int, identifiers: list[str], x: float, y: float, srs_name: str) -> None:
        for identifier in identifiers:
            known = self._points.get(identifier)
            if known is None or rank < known[0]:
                self._points[identifier] = (rank, x, y, srs_name)


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
