"""Parcels, land use, ownership and districts: from the columns of the profiles to the fields of the models."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

import shapely
from django.contrib.gis.db.models import Union
from django.contrib.gis.geos import GEOSGeometry

from gis_core.datasets import Columns, RowError
from gis_core.loading.gml.nba import AS_STORED, stored_texts
from gis_core.models import Jurisdiction
from gis_core.srids import storage_srid
from parcels.enums import DistrictKind, Usage
from parcels.errors import ParcelKeyError
from parcels.importers.key_columns import key_columns
from parcels.importers.values import areas_read, dates_read, texts_read
from parcels.keys import parcel_key_parse, parcel_label
from parcels.models import CadastralDistrict, Parcel

PROFILES: Final = Path(__file__).parents[1] / "profiles"
# Parcels that touch may leave slits of millimetres; closing them keeps the hull in one piece.
_HULL_CLOSING_M: Final = 0.5
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def parcels_hull(jurisdiction: Jurisdiction) -> GEOSGeometry | None:
    """The area that all active parcels cover (storage CRS), or None without parcels.

    United by Gemarkung: a million parcels at once would take gigabytes of the server.
    """
    active = Parcel.objects.active().filter(jurisdiction=jurisdiction)
    parts = []
    for gemarkung in active.order_by().values_list("gemarkung_key", flat=True).distinct():
        united = active.filter(gemarkung_key=gemarkung).aggregate(area=Union("geometry"))["area"]
        parts.append(shapely.from_wkb(bytes(united.wkb)))
    if not parts:
        return None
    hull = shapely.union_all(parts)
    for distance in (_HULL_CLOSING_M, -_HULL_CLOSING_M):
        hull = shapely.buffer(hull, distance, join_style="mitre")
    return GEOSGeometry(memoryview(shapely.to_wkb(hull)), srid=storage_srid())


def parcels_convert(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    keys = key_columns(columns["key"])
    names = columns["gemarkung_name"]
    if None in names:
        known = _gemarkung_names(jurisdiction)
        names = [
            name or known.get(key, "") for name, key in zip(names, keys.gemarkung_key, strict=True)
        ]
    return {
        "key": keys.key,
        "object_id": texts_read(columns["object_id"]),
        "gemarkung_key": keys.gemarkung_key,
        "gemarkung_name": names,
        "flur": keys.flur,
        "numerator": keys.numerator,
        "denominator": keys.denominator,
        "official_area": areas_read(columns, "official_area"),
        "location_text": [text[:300] for text in _locations(columns, jurisdiction)],
        "location_ids": columns.get("location_ids") or [[] for _ in keys.key],
        "source_date": dates_read(columns, "source_date"),
    }


def _locations(columns: Columns, jurisdiction: Jurisdiction) -> list[str]:
    """Location texts; updates that do not bring a parcel's streets leave what is stored."""
    texts = texts_read(columns["location_text"])
    if AS_STORED not in texts:
        return texts
    identifiers = texts_read(columns["object_id"])
    kept = [i for i, text in zip(identifiers, texts, strict=True) if text == AS_STORED]
    stored = stored_texts(Parcel, "location_text", kept, jurisdiction)
    return [
        stored.get(identifier, "") if text == AS_STORED else text
        for identifier, text in zip(identifiers, texts, strict=True)
    ]


def parcel_labels(jurisdiction: Jurisdiction, keys: Iterable[str]) -> dict[str, str]:
    """Parcels by their keys as people name them, with the names of their Gemarkungen as far as these are known."""
    wanted = {key for key in keys if _is_key(key)}
    if not wanted:
        return {}
    names = _gemarkung_names(jurisdiction)
    own = Parcel.objects.filter(jurisdiction=jurisdiction, key__in=wanted).exclude(
        gemarkung_name=""
    )
    named = dict(own.order_by("edition_from").values_list("key", "gemarkung_name"))
    return {key: parcel_label(key, named.get(key) or names.get(key[:6], "")) for key in wanted}


def _is_key(text: str) -> bool:
    try:
        return str(parcel_key_parse(text)) == text
    except ParcelKeyError:
        return False


def _gemarkung_names(jurisdiction: Jurisdiction) -> dict[str, str]:
    """Names of the active Gemarkungen; sources that name none (NAS) are loaded after the districts."""
    districts = CadastralDistrict.objects.active().filter(
        jurisdiction=jurisdiction, kind=DistrictKind.GEMARKUNG
    )
    return dict(districts.values_list("key", "name"))


def districts_convert(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    kinds = {6: DistrictKind.GEMARKUNG, 9: DistrictKind.FLUR}
    keys = columns["key"]
    for row, key in enumerate(keys):
        if len(key) not in kinds or not key.isdigit():
            raise RowError(row, "district_key", key=repr(key))
    return {
        "key": keys,
        "kind": [kinds[len(key)] for key in keys],
        "name": texts_read(columns["name"]),
    }


def land_use_convert(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
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
    return {
        "key": columns["key"],
        "usage": [use[0] for use in uses],
        "use_type": [use[1] for use in uses],
        "description": [use[2] for use in uses],
        "name": texts_read(columns["name"]),
        "parcel_key": _optional_keys(columns["parcel_key"]),
    }


def ownership_convert(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    return {
        "key": key_columns(columns["key"]).key,
        "owner_class": columns["owner_class"],
        "source_date": dates_read(columns, "source_date"),
    }


def _optional_keys(values: list[str | None]) -> list[str]:
    """Keys with their underscores, "" for none."""
    rows = [row for row, value in enumerate(values) if value is not None]
    try:
        keys = key_columns([values[row] for row in rows]).key
    except RowError as error:
        raise RowError(rows[error.row], error.message) from error
    known = dict(zip(rows, keys, strict=True))
    return [known.get(row, "") for row in range(len(values))]


# --- Land use codes -------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def land_use_codes() -> dict[tuple[str, str], tuple[str, str, str]]:
    """(kind, detail) → (usage, type of use, description).

    The kind is an ALKIS class (AX_Weg) with a code as detail, or a type of use with a description, both as
    `_folded` spells them; the detail "*" stands for any.
    """
    codes: dict[tuple[str, str], tuple[str, str, str]] = {}
    with (PROFILES / "land_use_codes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            meaning = (Usage(row["usage"]).value, row["use_type"], row["description"])
            codes.setdefault((row["element"], row["function"] or "*"), meaning)
            kind, detail = _folded(row["use_type"]), _folded(row["description"])
            codes.setdefault((kind, detail or "*"), meaning)
    return codes


def _folded(text: str) -> str:
    """Words in one spelling: the Länder write "Tagebau, Grube, Steinbruch" and "Tagebau/Grube/Steinbruch"."""
    spelled = text.casefold().translate(_UMLAUTS)
    return "".join(character for character in spelled if character.isalnum())


@lru_cache(maxsize=4096)
def _meaning(
    element: str | None, function: str | None, use_type: str | None, description: str | None
) -> tuple[str, str, str] | None:
    codes = land_use_codes()
    if use_type is None:
        found = codes.get((element or "", function or "*")) or codes.get((element or "", "*"))
        return found and (found[0], found[1], found[2] or (function or ""))
    kind, detail = _folded(use_type), _folded(description or "") or "*"
    found = codes.get((kind, detail)) or codes.get((kind, "*"))
    return found and (found[0], use_type, description or "")


def _usage(row: int, *source: str | None) -> tuple[str, str, str]:
    meaning = _meaning(*source)
    if meaning is None:
        named = " / ".join(part for part in source if part) or "–"
        raise RowError(row, "land_use_unknown", use=named)
    return meaning
