"""What the cadastre and the network know about a piece of the ground: shapes in the storage CRS (metres)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import shapely
from django.contrib.gis.geos import GEOSGeometry
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from gis_core.models import EditionedModel, Jurisdiction
from gis_core.srids import storage_srid
from parcels.enums import CadastreDataset
from parcels.models import Address, Building, LandUse, Parcel
from routing.enums import AreaKind, NetworkDataset, StretchStatus
from routing.models import Area, RailTrack, RoadPartArea, RoadSection, ThroughRoad

# The datasets that are read here: their editions tell whether a sheet is still the same.
DATASETS: Final = (
    CadastreDataset.PARCELS,
    CadastreDataset.LAND_USE,
    CadastreDataset.BUILDINGS,
    CadastreDataset.ADDRESSES,
    NetworkDataset.ROAD_SECTIONS,
    NetworkDataset.THROUGH_ROADS,
    NetworkDataset.ROAD_PARTS,
    NetworkDataset.TRACKS,
    NetworkDataset.AREAS,
)


@dataclass(frozen=True)
class Shape:
    """A thing on the ground, cut at the frame. `kind` is its class where it has one; `text` is written at it."""

    key: str
    geometry: BaseGeometry
    kind: str = ""
    text: str = ""


@dataclass(frozen=True)
class Ground:
    """`limits` are the points at which the through-road stretches that are fixed begin or end; `borders` are those of
    the municipality.
    """

    uses: tuple[Shape, ...]
    parts: tuple[Shape, ...]
    buildings: tuple[Shape, ...]
    parcels: tuple[Shape, ...]
    tracks: tuple[Shape, ...]
    roads: tuple[Shape, ...]
    stretches: tuple[Shape, ...]
    limits: tuple[shapely.Point, ...]
    borders: tuple[BaseGeometry, ...]
    addresses: tuple[Shape, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.parcels or self.roads or self.uses)

    def within(self, box: BaseGeometry) -> Ground:
        """What of it lies in a smaller box."""

        def cut(shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
            pairs = ((one, one.geometry.intersection(box)) for one in shapes)
            return tuple(replace(one, geometry=left) for one, left in pairs if not left.is_empty)

        borders = (line.intersection(box) for line in self.borders)
        return Ground(
            uses=cut(self.uses),
            parts=cut(self.parts),
            buildings=cut(self.buildings),
            parcels=cut(self.parcels),
            tracks=cut(self.tracks),
            roads=cut(self.roads),
            stretches=cut(self.stretches),
            limits=tuple(point for point in self.limits if box.covers(point)),
            borders=tuple(line for line in borders if not line.is_empty),
            addresses=cut(self.addresses),
        )


def ground_read(*, jurisdiction: Jurisdiction, box: BaseGeometry) -> Ground:
    """The active state within the box."""
    sections = list(_rows(RoadSection, jurisdiction, box))
    stretches = list(_stretches(jurisdiction, box, sections))
    fixed = [one.geometry for one in stretches if one.kind == StretchStatus.FIXED]
    return Ground(
        uses=_shapes(_rows(LandUse, jurisdiction, box), box, kind="usage"),
        parts=_shapes(_rows(RoadPartArea, jurisdiction, box), box, kind="part"),
        buildings=_shapes(_rows(Building, jurisdiction, box), box),
        parcels=_shapes(_rows(Parcel, jurisdiction, box), box, text="number"),
        tracks=_shapes(_rows(RailTrack, jurisdiction, box), box, kind="kind"),
        roads=tuple(
            Shape(row.key, cut, row.road_class, _road_text(row, jurisdiction))
            for row, cut in _cut(sections, box)
        ),
        stretches=tuple(
            replace(one, geometry=one.geometry.intersection(box))
            for one in stretches
            if one.geometry.intersects(box)
        ),
        limits=_limits(fixed, box),
        borders=_borders(jurisdiction, box),
        addresses=_shapes(_rows(Address, jurisdiction, box), box, text="number"),
    )


def _rows(model: type[EditionedModel], jurisdiction: Jurisdiction, box: BaseGeometry) -> Any:
    here = GEOSGeometry(box.wkt, srid=storage_srid())
    active = model._default_manager.filter(jurisdiction=jurisdiction, edition_to__isnull=True)
    return active.filter(geometry__bboverlaps=here).order_by("key")


def _cut(rows: Any, box: BaseGeometry) -> Iterator[tuple[Any, BaseGeometry]]:
    """The rows that reach into the box, each with the part of its geometry that lies there."""
    for row in rows:
        cut = shapely.make_valid(_shapely(row.geometry)).intersection(box)
        if not cut.is_empty:
            yield row, cut


def _shapely(geometry: GEOSGeometry) -> BaseGeometry:
    return shapely.from_wkb(bytes(geometry.wkb))


def _shapes(rows: Any, box: BaseGeometry, *, kind: str = "", text: str = "") -> tuple[Shape, ...]:
    """`kind` and `text` are names of the model's attributes."""
    return tuple(
        Shape(row.key, cut, getattr(row, kind) if kind else "", getattr(row, text) if text else "")
        for row, cut in _cut(rows, box)
    )


def _road_text(section: RoadSection, jurisdiction: Jurisdiction) -> str:
    """Class and number with the street's name: "B 235 Habinghorster Straße"; no name twice."""
    return " ".join(dict.fromkeys(filter(None, (section.title(jurisdiction), section.name))))


def _stretches(
    jurisdiction: Jurisdiction, box: BaseGeometry, sections: list[RoadSection]
) -> Iterator[Shape]:
    """Through-road stretches as whole lines, their status as kind.

    Those without a line of their own lie at their stations on the section.
    """
    for row in _rows(ThroughRoad, jurisdiction, box):
        yield Shape(row.key, _shapely(row.geometry), row.status)
    by_key = {section.key: section for section in sections}
    without = ThroughRoad.objects.active().filter(
        jurisdiction=jurisdiction, section_key__in=by_key, geometry__isnull=True
    )
    for row in without.order_by("key"):
        section = by_key[row.section_key]
        line = shapely.line_merge(_shapely(section.geometry))
        if row.from_station is None or row.to_station is None or line.geom_type != "LineString":
            continue
        scale = line.length / section.length if section.length else 1.0
        ends = [(at - section.start_station) * scale for at in (row.from_station, row.to_station)]
        yield Shape(row.key, substring(line, *ends), row.status)


def _limits(lines: list[BaseGeometry], box: BaseGeometry) -> tuple[shapely.Point, ...]:
    """Ends of the stretches that no other one goes on from."""
    merged = shapely.line_merge(shapely.union_all(lines))
    ends = [
        shapely.Point(line.coords[at])
        for line in shapely.get_parts(merged)
        if line.geom_type == "LineString" and not line.is_empty
        for at in (0, -1)
    ]
    return tuple(point for point in ends if box.covers(point))


def _borders(jurisdiction: Jurisdiction, box: BaseGeometry) -> tuple[BaseGeometry, ...]:
    areas = _rows(Area, jurisdiction, box).filter(kind=AreaKind.MUNICIPALITY)
    lines = [_shapely(row.geometry).boundary.intersection(box) for row in areas]
    return tuple(line for line in lines if not line.is_empty)
