"""What of the cadastre can be loaded: from the columns of the profiles to the fields of the models.

The profiles (JSON) and the code list of land use (CSV) are data, in parcels/profiles.
"""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection

from gis_core.datasets import Columns, DatasetSpec, RowError, dataset_register
from gis_core.enums import Dataset
from gis_core.loading.nba import AS_STORED, stored_texts
from gis_core.models import Jurisdiction
from gis_core.srids import storage_srid
from parcels.edition_checks import PARCEL_CHECKS
from parcels.enums import DistrictKind, Usage
from parcels.errors import ParcelKeyError
from parcels.keys import ParcelKey, parcel_key_parse
from parcels.models import CadastralDistrict, LandUse, Ownership, Parcel

PROFILES: Final = Path(__file__).parent / "profiles"
# Parcels that touch may leave slits of millimetres; closing them keeps the hull in one piece.
_HULL_CLOSING_M: Final = 0.5


def datasets_register() -> None:
    """Makes the datasets of the cadastre loadable."""
    for spec in (
        DatasetSpec(
            Dataset.CADASTRAL_DISTRICTS,
            CadastralDistrict,
            _districts,
            PROFILES,
            district_field="key",
        ),
        DatasetSpec(
            Dataset.PARCELS,
            Parcel,
            _parcels,
            PROFILES,
            boundary=parcels_hull,
            boundary_rank=2,
            district_field="key",
            successions=True,
            coverage=True,
            checks=PARCEL_CHECKS,
        ),
        DatasetSpec(Dataset.LAND_USE, LandUse, _land_use, PROFILES, district_field="parcel_key"),
        DatasetSpec(Dataset.OWNERSHIP, Ownership, _ownership, PROFILES, district_field="key"),
    ):
        dataset_register(spec)


def parcels_hull(jurisdiction: Jurisdiction) -> GEOSGeometry | None:
    """The area that all active parcels cover (storage CRS), or None without parcels."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsEWKB(ST_Multi(ST_Buffer(ST_Buffer(ST_Union(geometry), %s, 'join=mitre'), -%s,"
            " 'join=mitre'))) FROM parcels_parcel WHERE jurisdiction_id = %s AND edition_to_id IS NULL",
            [_HULL_CLOSING_M, _HULL_CLOSING_M, jurisdiction.pk],
        )
        row = cursor.fetchone()
    return GEOSGeometry(row[0], srid=storage_srid()) if row and row[0] else None


def _parcels(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    keys = _keys(columns["key"])
    names = columns["gemarkung_name"]
    if None in names:
        known = _gemarkung_names(jurisdiction)
        names = [
            name or known.get(key.gemarkung_key, "") for name, key in zip(names, keys, strict=True)
        ]
    return {
        "key": list(map(str, keys)),
        "object_id": _texts(columns["object_id"]),
        "gemarkung_key": [key.gemarkung_key for key in keys],
        "gemarkung_name": names,
        "flur": [key.flur for key in keys],
        "numerator": [key.numerator for key in keys],
        "denominator": [key.denominator for key in keys],
        "official_area": _areas(columns["official_area"]),
        "location_text": [text[:300] for text in _locations(columns, jurisdiction)],
        "source_date": _dates(columns["source_date"]),
    }


def _locations(columns: Columns, jurisdiction: Jurisdiction) -> list[str]:
    """Location texts; updates that do not bring a parcel's streets leave what is stored."""
    texts = _texts(columns["location_text"])
    if AS_STORED not in texts:
        return texts
    identifiers = _texts(columns["object_id"])
    kept = [i for i, text in zip(identifiers, texts, strict=True) if text == AS_STORED]
    stored = stored_texts(Parcel, "location_text", kept, jurisdiction)
    return [
        stored.get(identifier, "") if text == AS_STORED else text
        for identifier, text in zip(identifiers, texts, strict=True)
    ]


def _gemarkung_names(jurisdiction: Jurisdiction) -> dict[str, str]:
    """Names of the active Gemarkungen; sources that name none (NAS) are loaded after the districts."""
    districts = CadastralDistrict.objects.active().filter(
        jurisdiction=jurisdiction, kind=DistrictKind.GEMARKUNG
    )
    return dict(districts.values_list("key", "name"))


def _districts(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    kinds = {6: DistrictKind.GEMARKUNG, 9: DistrictKind.FLUR}
    keys = columns["key"]
    for row, key in enumerate(keys):
        if len(key) not in kinds or not key.isdigit():
            raise RowError(row, f"{key!r} is no key of a Gemarkung (6 digits) or Flur (9 digits)")
    return {
        "key": keys,
        "kind": [kinds[len(key)] for key in keys],
        "name": _texts(columns["name"]),
    }


def _land_use(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    uses = [
        _usage(row, *values)
        for row, values in enumerate(
            zip(
                columns["element"],
                columns["function"],
                columns["use_type"],
                columns["description"],
                strict=True,
            )
        )
    ]
    parcels = [
        None if text is None else str(key) for text, key in _optional_keys(columns["parcel_key"])
    ]
    return {
        "key": columns["key"],
        "usage": [use[0] for use in uses],
        "use_type": [use[1] for use in uses],
        "description": [use[2] for use in uses],
        "name": _texts(columns["name"]),
        "parcel_key": _texts(parcels),
    }


def _ownership(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    return {
        "key": list(map(str, _keys(columns["key"]))),
        "owner_class": columns["owner_class"],
        "source_date": _dates(columns["source_date"]),
    }


# --- Land use codes -------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def land_use_codes() -> dict[tuple[str, str], tuple[str, str, str]]:
    """(kind, detail) → (usage, type of use, description).

    The kind is an ALKIS class (AX_Weg) with a code as detail, or a type of use (lower case) with a description;
    the detail "*" stands for any.
    """
    codes: dict[tuple[str, str], tuple[str, str, str]] = {}
    with (PROFILES / "land_use_codes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            meaning = (Usage(row["usage"]).value, row["use_type"], row["description"])
            codes.setdefault((row["element"], row["function"] or "*"), meaning)
            codes.setdefault((row["use_type"].lower(), row["description"].lower() or "*"), meaning)
    return codes


@lru_cache(maxsize=4096)
def _meaning(
    element: str | None, function: str | None, use_type: str | None, description: str | None
) -> tuple[str, str, str] | None:
    codes = land_use_codes()
    if use_type is None:
        found = codes.get((element or "", function or "*")) or codes.get((element or "", "*"))
        return found and (found[0], found[1], found[2] or (function or ""))
    kind, detail = use_type.lower(), (description or "*").lower()
    found = codes.get((kind, detail)) or codes.get((kind, "*"))
    return found and (found[0], use_type, description or "")


def _usage(row: int, *source: str | None) -> tuple[str, str, str]:
    meaning = _meaning(*source)
    if meaning is None:
        named = " / ".join(part for part in source if part) or "nothing"
        raise RowError(row, f"unknown land use {named}; it belongs into land_use_codes.csv")
    return meaning


# --- Values ---------------------------------------------------------------------------------------


def _keys(values: list[Any]) -> list[ParcelKey]:
    keys = []
    for row, value in enumerate(values):
        try:
            keys.append(parcel_key_parse(str(value)))
        except ParcelKeyError as error:
            raise RowError(row, str(error)) from error
    return keys


def _optional_keys(values: list[Any]) -> list[tuple[Any, ParcelKey | None]]:
    if None not in values:
        return list(zip(values, _keys(values), strict=True))
    return [(value, None if value is None else _keys([value])[0]) for value in values]


def _texts(values: list[Any]) -> list[str]:
    return ["" if value is None else str(value) for value in values]


def _areas(values: list[Any]) -> list[Decimal | None]:
    areas: list[Decimal | None] = []
    for row, value in enumerate(values):
        try:
            areas.append(None if value is None else Decimal(str(value)).quantize(Decimal("0.01")))
        except InvalidOperation as error:
            raise RowError(row, f"{value!r} is no area") from error
    return areas


def _dates(values: list[Any]) -> list[date | None]:
    """Dates, of which sources write some with a time or time zone behind ("2017-06-01Z")."""
    dates: list[date | None] = []
    for row, value in enumerate(values):
        try:
            known = value is None or isinstance(value, date)
            dates.append(value if known else date.fromisoformat(str(value)[:10]))
        except ValueError as error:
            raise RowError(row, f"{value!r} is no date") from error
    return dates
