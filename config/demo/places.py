"""Where the demo's reports come from: the model city's own list, or parcels of any loaded cadastre."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

from gis_core.models import Jurisdiction

TRIAGE = "TRIAGE"
BOUNDARY_CASE = "genau auf"
REPORTS_OF_PARCELS = 24
# What may be reported on a land use; the first that the list of reports has least of is taken.
CATEGORIES_BY_USAGE: Mapping[str, tuple[str, ...]] = {
    "ROAD": ("ROAD_SURFACE", "SIGN_REQUEST", "ROAD_OBSTACLE", "GAS_SMELL"),
    "PATH": ("SIDEWALK", "WASTE_DUMP"),
    "SQUARE": ("SIDEWALK", "GRAFFITI"),
    "RAIL": ("LEVEL_CROSSING", "WASTE_DUMP"),
    "WATER": ("WATERBODY", "WATER_POLLUTION"),
    "CANAL": ("WATERBODY", "WATER_POLLUTION"),
    "FOREST": ("TREE_DANGER", "WASTE_DUMP"),
    "GREEN": ("PLAYGROUND", "TREE_DANGER"),
    "BUILT": ("ACUTE_DANGER", "GRAFFITI", "TELECOM_CABINET", "RATS"),
    "AGRI": ("WASTE_DUMP", "ROAD_SURFACE"),
}


@dataclass(frozen=True)
class Place:
    """One report to be made. `expected` is the authority's code, TRIAGE, or empty when nothing is expected."""

    label: str
    category: str
    latitude: float
    longitude: float
    answers: Mapping[str, str] = field(default_factory=dict)
    expected: str = ""
    expected_copies: tuple[str, ...] | None = None


def places_of_city(path: Path) -> list[Place]:
    """From the generator's places.json: one for each authority that has to act, every case at a boundary, and
    one for each authority that only ever gets copies."""
    rows = json.loads(path.read_text("utf-8"))
    places = [_place_of_city(row) for row in rows if not row["bears_through_roads"]]
    chosen: list[Place] = []
    for place in places:
        acting = {one.expected for one in chosen}
        if place.expected not in acting or BOUNDARY_CASE in place.label:
            chosen.append(place)
    for place in places:
        told = {code for one in chosen for code in (one.expected, *(one.expected_copies or ()))}
        # What goes to triage first sends no copies yet.
        if place.expected != TRIAGE and not set(place.expected_copies or ()) <= told:
            chosen.append(place)
    return chosen


def _place_of_city(row: Mapping[str, Any]) -> Place:
    copies = row["expect"]["notify"]
    return Place(
        label=row["label"],
        category=row["category"],
        latitude=row["lat"],
        longitude=row["long"],
        answers=row["attributes"],
        expected=row["expect"]["body"],
        expected_copies=None if copies is None else tuple(copies),
    )


# The largest parcels of each use, taken in turn over the uses: first the first of each, then the second …
PARCELS_SQL = """
SELECT usage, use_type, key, ST_Y(point), ST_X(point)
FROM (
    SELECT u.usage, u.use_type, p.key,
           ST_Transform(ST_PointOnSurface(p.geometry), 4326) AS point,
           row_number() OVER (PARTITION BY u.usage ORDER BY ST_Area(p.geometry) DESC, p.key) AS turn
    FROM parcels_landuse u
    JOIN parcels_parcel p ON p.jurisdiction_id = u.jurisdiction_id AND p.edition_to_id IS NULL
        AND ST_Contains(u.geometry, ST_PointOnSurface(p.geometry))
    WHERE u.jurisdiction_id = %s AND u.edition_to_id IS NULL
) AS found
ORDER BY turn, usage
LIMIT %s
"""
# A cadastre without land use: parcels as they come, spread over the area by their key.
PARCELS_ONLY_SQL = """
SELECT 'BUILT', '', key, ST_Y(point), ST_X(point)
FROM (
    SELECT key, ST_Transform(ST_PointOnSurface(geometry), 4326) AS point
    FROM parcels_parcel WHERE jurisdiction_id = %s AND edition_to_id IS NULL
    ORDER BY md5(key) LIMIT %s
) AS found
"""


def places_of_parcels(jurisdiction: Jurisdiction) -> list[Place]:
    """Points inside parcels of different land use, made from whatever cadastre is loaded."""
    with connection.cursor() as cursor:
        rows: list[tuple[str, str, str, float, float]] = []
        for statement in (PARCELS_SQL, PARCELS_ONLY_SQL):
            if not rows:
                cursor.execute(statement, [jurisdiction.pk, REPORTS_OF_PARCELS])
                rows = cursor.fetchall()
    used: dict[str, int] = {}
    places = []
    for usage, use_type, key, latitude, longitude in rows:
        categories = CATEGORIES_BY_USAGE.get(usage, CATEGORIES_BY_USAGE["BUILT"])
        category = min(categories, key=lambda code: used.get(code, 0))
        used[category] = used.get(category, 0) + 1
        places.append(
            Place(
                label=f"{use_type or usage}, {key.rstrip('_')}",
                category=category,
                latitude=round(latitude, 7),
                longitude=round(longitude, 7),
            )
        )
    return places
