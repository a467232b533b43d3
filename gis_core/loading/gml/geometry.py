"""GML without GDAL: GDAL would fetch a document's schemaLocation from the network.

Documents are streamed with lxml; a document type declaration is refused before anything else is read, so that
neither entities nor external files can come into play. Geometry is read by local names, hence GML 3.1 and 3.2.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Final
from xml.parsers import expat

import numpy as np
import shapely
from lxml import etree
from numpy.typing import NDArray

from gis_core.errors import CodedError, GeometryError
from gis_core.loading.gml.arcs import arcs_linearise, circle_linearise, circle_through

_HEAD_CHUNK: Final = 64 * 1024
_HEAD_LIMIT: Final = 4 * 1024 * 1024
# Pieces of a curve may miss each other by this share of their coordinates: 1 cm in metres, 1 cm in degrees.
_TOUCH_SHARE: Final = 2e-9
_HREF_LENGTH: Final = 100
_LOCAL_NAMES: dict[str, str] = {}


class GmlError(CodedError):
    """A document is not well-formed, not allowed, or not GML; `feature` is the one in which it shows, if known."""

    def __init__(self, code: str, *, feature: str = "", **params: Any) -> None:
        self.feature = feature
        super().__init__(code, **params)


def local_name(tag: str) -> str:
    """The name without its namespace."""
    try:
        return _LOCAL_NAMES[tag]
    except KeyError:
        return _LOCAL_NAMES.setdefault(tag, tag.rpartition("}")[2])


def gml_identifier(element: etree._Element) -> str:
    """The gml:id of an element, of GML 3.1 or 3.2, or ""."""
    return next((str(v) for k, v in element.items() if local_name(str(k)) == "id"), "")


@dataclass(frozen=True)
class Head:
    """What a document says before its content: root element, its attributes and namespaces."""

    root: str
    attributes: dict[str, str]
    namespaces: frozenset[str]


def head_read(stream: IO[bytes]) -> Head:
    """Reads up to the root element. Raises GmlError for a DOCTYPE and for what is not XML.

    The namespaces are those of the first elements too: some services declare them only where they need them.
    """
    namespaces: set[str] = set()
    found: list[tuple[str, dict[str, str]]] = []

    def refuse(*_: Any) -> None:
        raise GmlError("xml_dtd")

    def root(name: str, attributes: dict[str, str]) -> None:
        found.append((name, attributes))
        parser.StartElementHandler = None

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartNamespaceDeclHandler = lambda _, uri: namespaces.add(uri or "")
    parser.StartElementHandler = root
    read = 0
    try:
        while not found and (chunk := stream.read(_HEAD_CHUNK)):
            parser.Parse(chunk, False)
            read += len(chunk)
            if read > _HEAD_LIMIT:
                raise GmlError("xml_root_late")
        if not found:
            parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        # What is wrong behind the root is told, with its feature, by whoever reads on.
        if not found:
            raise GmlError("xml_broken", cause=str(error)) from error
    if not found:
        raise GmlError("xml_rootless")
    name, attributes = found[0]
    plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
    return Head(name.rpartition("}")[2], plain, frozenset(namespaces))


def elements_stream(stream: IO[bytes], names: Collection[str]) -> Iterator[etree._Element]:
    """Yields each element with one of these local names when it is complete, then frees all before it.

    Raises GmlError where the document is truncated, badly encoded or not well-formed.
    """
    events = etree.iterparse(
        stream,
        events=("end",),
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    element: etree._Element | None = None
    try:
        for _, element in events:
            yield element
            # The element itself goes when its next sibling comes, or together with its parent.
            parent = element.getparent()
            while parent is not None and (before := element.getprevious()) is not None:
                parent.remove(before)
    except (etree.XMLSyntaxError, LookupError) as error:
        feature = _unfinished(element, names)
        if "too long" in str(error) or "huge" in str(error):
            raise GmlError("xml_text_long", feature=feature) from error
        raise GmlError("xml_broken", feature=feature, cause=str(error)) from error


def _unfinished(last: etree._Element | None, names: Collection[str]) -> str:
    """The feature in which reading stopped: on the way to the last element, the innermost of these names."""
    found = ""
    place = None if last is None else last.getroottree().getroot()
    while place is not None:
        named = isinstance(place.tag, str) and place is not last and local_name(place.tag) in names
        if named and (identifier := gml_identifier(place)):
            found = f"{local_name(place.tag)} {identifier}"
        place = place[-1] if len(place) else None
    return found


# --- Geometry -------------------------------------------------------------------------------------


@dataclass
class PolygonCollector:
    """Collects GML surfaces, one per feature, and makes them an array of shapely MultiPolygons at once.

    `srs_name` is the srsName met while adding the latest surface ("" for none).
    """

    coordinates: array[float] = field(default_factory=lambda: array("d"))
    ring_ends: list[int] = field(default_factory=lambda: [0])
    polygon_ends: list[int] = field(default_factory=lambda: [0])
    feature_ends: list[int] = field(default_factory=lambda: [0])
    srs_name: str = ""
    arcs: int = 0
    flattened: int = 0

    def add(self, geometry: etree._Element | None) -> None:
        """Adds a feature's surface; None or an empty one is kept as an empty place.

        Raises GeometryError for an unsupported element or an impossible ring; what was added stays consistent.
        """
        self.srs_name = ""
        marks = (len(self.coordinates), len(self.ring_ends), len(self.polygon_ends))
        try:
            if geometry is not None:
                self._surface(geometry, 2)
        except GeometryError:
            del (
                self.coordinates[marks[0] :],
                self.ring_ends[marks[1] :],
                self.polygon_ends[marks[2] :],
            )
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
        self.__init__()  # type: ignore[misc]
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
        dimension = self._declared(element, dimension)
        name = local_name(element.tag)
        if name in {"Polygon", "PolygonPatch"}:
            rings = [boundary[0] for boundary in element if len(_held(boundary))]
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
                for member in _held(members):
                    self._surface(member, dimension)
        else:
            raise GeometryError("surface_unsupported", name=name)

    def _declared(self, element: etree._Element, dimension: int) -> int:
        if srs_name := element.get("srsName"):
            self.srs_name = self.srs_name or srs_name
        declared = element.get("srsDimension")
        if declared is None:
            return dimension
        if declared.strip() not in {"2", "3"}:
            raise GeometryError("dimension_unsupported", dimension=repr(declared))
        return int(declared)

    def _ring(self, element: etree._Element, dimension: int) -> None:
        dimension = self._declared(element, dimension)
        name = local_name(element.tag)
        if name == "LinearRing":
            numbers = self._positions(element, dimension)
        elif name == "Ring":
            numbers = self._curves(element, dimension)
        else:
            raise GeometryError("ring_unsupported", name=name)
        if len(numbers) < 8:
            raise GeometryError("ring_short", count=len(numbers) // 2)
        if numbers[0] != numbers[-2] or numbers[1] != numbers[-1]:
            raise GeometryError("ring_open")
        self.coordinates.extend(numbers)
        self.ring_ends.append(len(self.coordinates) // 2)

    def _positions(self, lists: Iterable[etree._Element], dimension: int) -> list[float]:
        """x and y of all these pos and posList, alternating."""
        numbers: list[float] = []
        try:
            for child in lists:
                size = self._declared(child, dimension)
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

    def _curves(self, element: etree._Element, dimension: int) -> list[float]:
        """The segments of a Ring, Curve or CompositeCurve, joined."""
        numbers: list[float] = []
        for members in element:
            for member in _held(members):
                piece = self._curve(member, self._declared(member, dimension))
                joined = len(numbers) > 1 and numbers[-2:] == piece[:2]
                if not joined:
                    _touch(numbers, piece)
                numbers.extend(piece[2:] if joined else piece)
        return numbers

    def _curve(self, element: etree._Element, dimension: int) -> list[float]:
        name = local_name(element.tag)
        if name in {"LineStringSegment", "LineString"}:
            return self._positions(element, dimension)
        if name in {"Curve", "CompositeCurve"}:
            return self._curves(element, dimension)
        if name == "OrientableCurve":
            numbers = self._curves(element, dimension)
            if element.get("orientation") == "-":
                numbers = np.reshape(numbers, (-1, 2))[::-1].ravel().tolist()
            return numbers
        return self._round(element, name, dimension)

    def _round(self, element: etree._Element, name: str, dimension: int) -> list[float]:
        """Arcs and circles as chords."""
        self.arcs += 1
        if name in {"Arc", "ArcString"}:
            return arcs_linearise(self._positions(element, dimension))
        if name == "Circle":
            return circle_through(self._positions(element, dimension))
        if name == "CircleByCenterPoint":
            centre = self._positions(element.iter("{*}pos", "{*}posList"), dimension)
            return circle_linearise(centre, _number(element.find("{*}radius")))
        raise GeometryError("curve_unsupported", name=name)


def _held(holder: etree._Element) -> etree._Element:
    """A property as the holder of what it contains. GeometryError where it only refers to that by xlink:href."""
    if not len(holder):
        for name, value in holder.items():
            if local_name(str(name)) == "href":
                raise GeometryError("geometry_elsewhere", href=str(value)[:_HREF_LENGTH])
    return holder


def _touch(before: list[float], piece: list[float]) -> None:
    """GeometryError where a piece of a curve begins elsewhere than the one before ends; rounding does not count."""
    if not before or not piece:
        return
    gap = math.dist(before[-2:], piece[:2])
    if gap > _TOUCH_SHARE * max(map(abs, before[-2:])):
        raise GeometryError("curve_gap", gap=f"{gap:.3f}")


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


def _number(element: etree._Element | None) -> float:
    try:
        return float("" if element is None else element.text or "")
    except ValueError as error:
        raise GeometryError("coordinate_no_number", cause=str(error)) from error
