"""A place on a road as road keepers write it: "B 235 km 1,2", or a section's key with a station in metres."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.contrib.gis.geos import Point
from django.db import connection

from gis_core.models import Jurisdiction
from gis_core.srids import storage_srid
from routing.enums import AreaKind
from routing.models import Area, RoadSection
from routing.road_signs import SIGN, road_title, sign_class

_NUMBER: Final = r"(?P<station>\d{1,3}\+\d{3}|\d{1,6}(?:[.,]\d{1,3})?)\s*(?P<unit>km|m)?"
# Without a word before it, only what says itself that it is a station.
_BARE: Final = r"(?P<bare>\d{1,3}\+\d{3}|\d{1,3}[.,]\d{1,3}\s*km)"
# "1.250 m" is written with a point for the thousands, as this program writes it, too.
_THOUSANDS: Final = re.compile(r"\d{1,3}[.,]\d{3}")
_ON_ROAD: Final = re.compile(
    rf"^\s*{SIGN}\s*,?\s*(?:bei\s+|in\s+)?"
    rf"(?:(?P<word>km|kilometer|station|stat\.?)\s*:?\s*{_NUMBER}|(?<=[\s,]){_BARE})\s*$",
    re.IGNORECASE,
)
_ON_SECTION: Final = re.compile(
    rf"^\s*(?P<key>[0-9A-Z-]{{6,64}})\s*,?\s+(?:(?P<word>km|station)\s*:?\s*)?{_NUMBER}\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class StationFound:
    """A station on a section; `station` in metres, `point` on the axis in the storage CRS."""

    section_key: str
    road: str
    district: str
    station: float
    point: Point


def stations_find(*, jurisdiction: Jurisdiction, text: str) -> list[StationFound]:
    """Every place that the text means, by section key; empty: the text is not written like a station.

    Stations count within a section, so a road's station may lie in several of its sections. A number is in
    kilometres behind "km", with decimals, or when it says so, else in metres; 3+400 is both. Sections that are cut into
    several pieces have no stations.
    """
    if match := _ON_ROAD.match(text):
        wanted = {"class": sign_class(match["letters"]), "number": match["number"].lower()}
        return _found(
            jurisdiction,
            "s.road_class = %(class)s AND lower(s.road_number) = %(number)s",
            {**wanted, "station": _metres(match)},
        )
    if match := _ON_SECTION.match(text):
        wanted = {"key": match["key"].upper()}
        return _found(jurisdiction, "upper(s.key) = %(key)s", {**wanted, "station": _metres(match)})
    return []


def _metres(match: re.Match[str]) -> float:
    named = match.groupdict()
    number, unit = named["station"], (named["unit"] or "").lower()
    if bare := named.get("bare"):
        number, unit = bare.lower().removesuffix("km").strip(), "km"
    kilometres, plus, metres = number.partition("+")
    if plus:
        return float(kilometres) * 1000 + float(metres)
    if unit == "m" and _THOUSANDS.fullmatch(number):
        return float(number.replace(".", "").replace(",", ""))
    number, word = number.replace(",", "."), (named["word"] or "").lower()
    in_kilometres = unit == "km" or (not unit and (word.startswith("k") or "." in number))
    return float(number) * (1000 if in_kilometres else 1)


def _found(
    jurisdiction: Jurisdiction, condition: str, wanted: dict[str, str | float]
) -> list[StationFound]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT s.key, s.road_class, s.road_number, s.name, COALESCE(d.name, ''), ST_X(s.at), ST_Y(s.at)
            FROM (
                SELECT s.*, ST_LineInterpolatePoint(
                    ST_GeometryN(s.geometry, 1),
                    LEAST(1, (%(station)s - s.start_station) / NULLIF(s.length, 0))
                ) AS at
                FROM {RoadSection._meta.db_table} s
                WHERE s.edition_to_id IS NULL AND s.jurisdiction_id = %(jurisdiction)s
                  AND ST_NumGeometries(s.geometry) = 1 AND {condition}
                  AND %(station)s BETWEEN s.start_station AND s.start_station + s.length
            ) s
            LEFT JOIN LATERAL (
                SELECT a.name FROM {Area._meta.db_table} a
                WHERE a.edition_to_id IS NULL AND a.jurisdiction_id = %(jurisdiction)s
                  AND a.kind = %(district)s AND ST_Covers(a.geometry, s.at)
                ORDER BY a.code LIMIT 1
            ) d ON true
            WHERE s.at IS NOT NULL
            ORDER BY s.key
            """,  # noqa: S608 - names of our own tables, and conditions from above
            {**wanted, "jurisdiction": jurisdiction.pk, "district": AreaKind.DISTRICT.value},
        )
        return [
            StationFound(
                section_key=key,
                road=road_title(road_class, road_number, name, jurisdiction.municipality_key),
                district=district,
                station=float(wanted["station"]),
                point=Point(x, y, srid=storage_srid()),
            )
            for key, road_class, road_number, name, district, x, y in cursor.fetchall()
        ]
