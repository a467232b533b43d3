"""All that is loaded about a city, read by plain SQL and kept as shapely geometries. Metres, storage CRS."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from django.db import connection
from shapely import LineString, STRtree
from shapely.geometry.base import BaseGeometry

from gis_core.models import Jurisdiction

ACTIVE: Final = "WHERE t.edition_to_id IS NULL AND t.jurisdiction_id = %s"


class Parcel(NamedTuple):
    key: str
    location_text: str
    owner: str


class Use(NamedTuple):
    parcel_key: str
    usage: str
    description: str


class Section(NamedTuple):
    """A road section; `start` and `length` are stations in metres, `line` is its axis."""

    key: str
    road_class: str
    number: str
    name: str
    start: float
    length: float
    cleaning_class: str
    line: LineString


class Part(NamedTuple):
    """What a polygon of the road is: carriageway, footway, cycle_own, cycle_shared or parking."""

    part: str
    section_key: str


class Asset(NamedTuple):
    kind: str
    number: str
    owner: str
    note: str


class Stretch(NamedTuple):
    """A through-road stretch on a section, by stations in metres; `is_unknown` says that its limits are."""

    first: float
    last: float
    is_unknown: bool


class Agreement(NamedTuple):
    body: str
    categories: tuple[str, ...]
    valid_from: str
    valid_to: str


class Layer:
    """Rows with their geometries, to be asked by place."""

    def __init__(self, rows: list[Any], geometries: Any) -> None:
        self.rows = rows
        self.geometries = np.array(geometries, dtype=object)
        self.tree = STRtree(self.geometries)

    def at(self, place: BaseGeometry) -> list[Any]:
        """The rows whose geometry the place touches, in the order of the table."""
        return [self.rows[n] for n in self.numbers_at(place)]

    def numbers_at(self, place: BaseGeometry) -> list[int]:
        found: list[int] = sorted(self.tree.query(place, predicate="intersects").tolist())
        return found

    def near(self, place: BaseGeometry, metres: float) -> list[tuple[float, Any]]:
        """(distance, row) of all within so many metres, the nearest first."""
        numbers = self.tree.query(place, predicate="dwithin", distance=metres)
        found = [(self.geometries[n].distance(place), self.rows[n]) for n in numbers.tolist()]
        return sorted(found, key=lambda one: (one[0], str(one[1])))

    def box(self) -> tuple[float, float, float, float]:
        x0, y0, x1, y1 = shapely.total_bounds(self.geometries).tolist()
        return x0, y0, x1, y1


@dataclass(frozen=True)
class World:
    """The loaded city. `built_up` is the union of the built-up areas and `built_up_limit` its outline; `boundary` is
    the municipality.
    """

    parcels: Layer
    uses: Layer
    sections: Layer
    parts: Layer
    assets: Layer
    agreements: Layer
    tracks: Layer
    section: dict[str, Section]
    stretches: dict[str, list[Stretch]]
    built_up: BaseGeometry
    built_up_limit: BaseGeometry
    boundary: BaseGeometry
    categories: frozenset[str]


def world_read(jurisdiction: Jurisdiction) -> World:
    """Read the active state of a jurisdiction; some seconds and some hundred megabytes for a city."""
    sections = _sections(jurisdiction)
    boundary, built_up = (_area(jurisdiction, kind) for kind in ("municipality", "built_up"))
    return World(
        parcels=_parcels(jurisdiction),
        uses=_layer(
            jurisdiction,
            "parcels_landuse",
            "t.parcel_key, t.usage, t.description",
            lambda row: Use(*row),
        ),
        sections=sections,
        parts=_layer(
            jurisdiction, "routing_roadpartarea", "t.part, t.section_key", lambda row: Part(*row)
        ),
        assets=_layer(
            jurisdiction,
            "routing_asset",
            "t.kind, t.number, t.owner, t.note",
            lambda row: Asset(*row),
        ),
        agreements=_layer(
            jurisdiction,
            "routing_agreement",
            "t.body, t.categories::text, t.valid_from::text, t.valid_to::text",
            _agreement,
        ),
        tracks=_layer(jurisdiction, "routing_railtrack", "t.kind", lambda row: row[0]),
        section={one.key: one for one in sections.rows},
        stretches=_stretches(jurisdiction),
        built_up=built_up,
        built_up_limit=built_up.boundary,
        boundary=boundary,
        categories=_categories(jurisdiction),
    )


def _rows(jurisdiction: Jurisdiction, statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [jurisdiction.pk])
        return list(cursor.fetchall())


def _layer(jurisdiction: Jurisdiction, table: str, columns: str, made: Any) -> Layer:
    found = _rows(
        jurisdiction,
        f"SELECT {columns}, ST_AsBinary(t.geometry) FROM {table} t {ACTIVE} ORDER BY t.key",  # noqa: S608
    )
    return Layer([made(row[:-1]) for row in found], _geometries(found))


def _geometries(rows: list[tuple[Any, ...]]) -> Any:
    return shapely.from_wkb([bytes(row[-1]) for row in rows])


def _area(jurisdiction: Jurisdiction, kind: str) -> BaseGeometry:
    """All areas of a kind as one, prepared for being asked again and again."""
    areas = _layer(jurisdiction, "routing_area", "t.kind", lambda row: row[0])
    whole = shapely.union_all(
        [shape for row, shape in zip(areas.rows, areas.geometries, strict=True) if row == kind]
    )
    shapely.prepare(whole)
    return whole


def _categories(jurisdiction: Jurisdiction) -> frozenset[str]:
    """What can be reported at all."""
    statement = "SELECT code FROM issues_category WHERE jurisdiction_id = %s AND is_active"
    return frozenset(code for (code,) in _rows(jurisdiction, statement))


def _parcels(jurisdiction: Jurisdiction) -> Layer:
    found = _rows(
        jurisdiction,
        f"""
        SELECT t.key, t.location_text, COALESCE(o.owner_class, 'UNKNOWN'), ST_AsBinary(t.geometry)
        FROM parcels_parcel t
        LEFT JOIN parcels_ownership o
            ON o.key = t.key AND o.edition_to_id IS NULL AND o.jurisdiction_id = t.jurisdiction_id
        {ACTIVE} ORDER BY t.key
        """,  # noqa: S608
    )
    return Layer([Parcel(*row[:-1]) for row in found], _geometries(found))


def _sections(jurisdiction: Jurisdiction) -> Layer:
    found = _rows(
        jurisdiction,
        f"""
        SELECT t.key, t.road_class, t.road_number, t.name, t.start_station, t.length, t.cleaning_class,
               ST_AsBinary(ST_LineMerge(t.geometry))
        FROM routing_roadsection t {ACTIVE} ORDER BY t.key
        """,  # noqa: S608
    )
    lines = _geometries(found)
    rows = [Section._make([*row[:-1], line]) for row, line in zip(found, lines, strict=True)]
    return Layer(rows, lines)


def _stretches(jurisdiction: Jurisdiction) -> dict[str, list[Stretch]]:
    found = _rows(
        jurisdiction,
        f"""
        SELECT t.section_key, COALESCE(t.from_station, '-infinity'), COALESCE(t.to_station, 'infinity'),
               t.status = 'unknown'
        FROM routing_throughroad t {ACTIVE} ORDER BY t.key
        """,  # noqa: S608
    )
    stretches: dict[str, list[Stretch]] = {}
    for key, *stretch in found:
        stretches.setdefault(key, []).append(Stretch(*stretch))
    return stretches


def _agreement(row: tuple[Any, ...]) -> Agreement:
    body, categories, valid_from, valid_to = row
    return Agreement(body, tuple(json.loads(categories)), valid_from or "", valid_to or "9999")
