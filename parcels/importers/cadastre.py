"""Parcels, land use, ownership and districts: from the columns of the profiles to the fields of the models."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import lru_cache
from math import isclose
from pathlib import Path
from typing import Any, Final

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import TextField
from django.db.models.functions import Cast
from shapely.errors import GEOSException

from gis_core.datasets import Columns, RowError
from gis_core.errors import RowsError
from gis_core.loading.read.prefetch import beside
from gis_core.messages import Message
from gis_core.models import Jurisdiction
from gis_core.srids import storage_srid
from parcels.enums import DistrictKind, Usage
from parcels.errors import ParcelKeyError
from parcels.importers.key_columns import key_columns
from parcels.importers.values import areas_read, dates_read, texts_read, texts_whole
from parcels.keys import parcel_key_parse, parcel_label
from parcels.models import CadastralDistrict, Parcel

PROFILES: Final = Path(__file__).parents[1] / "profiles"
# Parcels that touch may leave slits of millimetres; closing them keeps the hull in one piece.
_HULL_CLOSING_M: Final = 0.5
_AREA_TOLERANCE: Final = 1e-9
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def parcels_hull(jurisdiction: Jurisdiction) -> GEOSGeometry | None:
    """The area that all active parcels cover (storage CRS), or None without parcels.

    United by Gemarkung: a million parcels at once would take gigabytes.
    """
    active = Parcel.objects.active().filter(jurisdiction=jurisdiction).order_by()
    # Hexadecimal WKB as text, as in gis_core.loading.check.coverage.
    wkb = active.values_list(Cast("geometry", TextField()), flat=True)
    gemarkungen = active.values_list("gemarkung_key", flat=True).distinct()
    read = (list(wkb.filter(gemarkung_key=gemarkung)) for gemarkung in gemarkungen)
    parts = list(beside(lambda wkb: _united(shapely.from_wkb(list(map(bytes.fromhex, wkb)))), read))
    if not parts:
        return None
    hull = shapely.union_all(parts)
    for distance in (_HULL_CLOSING_M, -_HULL_CLOSING_M):
        hull = shapely.buffer(hull, distance, join_style="mitre")
    return GEOSGeometry(memoryview(shapely.to_wkb(hull)), srid=storage_srid())


def _united(shapes: Any) -> Any:
    """The area of shapes. Where they neither overlap nor leave slits, leaving out common edges is enough."""
    try:
        united = shapely.coverage_union_all(shapes)
    except GEOSException:
        return shapely.union_all(shapes)
    # Of shapes that do, edges are left that no area has, or areas vanish.
    whole = float(shapely.area(shapes).sum())
    is_whole = isclose(float(shapely.area(united)), whole, rel_tol=_AREA_TOLERANCE)
    return united if is_whole and shapely.is_valid(united) else shapely.union_all(shapes)


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
        "location_text": [
            text[:300]
            for text in texts_whole(columns, jurisdiction, Parcel, "location_text", "object_id")
        ],
        "location_ids": columns.get("location_ids") or [[] for _ in keys.key],
        "source_date": dates_read(columns, "source_date"),
    }


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
    names = texts_read(columns["name"])
    for row, (key, name) in enumerate(zip(keys, names, strict=True)):
        if name:
            continue
        if kinds[len(key)] != DistrictKind.FLUR:
            raise RowError(row, "district_nameless", key=repr(key))
        # Not every service names what is called by its number.
        names[row] = key[6:]
    return {"key": keys, "kind": [kinds[len(key)] for key in keys], "name": names}


def land_use_convert(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    sources = _uses(columns)
    own = columns.get("usage") or [None] * len(sources)
    uses = [
        (meant, source[2] or source[0] or "", source[3] or source[1] or "")
        if meant
        else _meaning(*source)
        for source, meant in zip(sources, own, strict=True)
    ]
    unknown = {
        row: Message("land_use_unknown", {"use": _named(source)})
        for row, (source, use) in enumerate(zip(sources, uses, strict=True))
        if use is None
    }
    if unknown:
        raise RowsError(unknown, file="", features=[""] * len(sources), column="usage")
    known = [use for use in uses if use is not None]
    return {
        "key": columns["key"],
        "usage": [use[0] for use in known],
        "use_type": [use[1] for use in known],
        "description": [use[2] for use in known],
        "name": texts_read(columns["name"]),
        "parcel_key": _optional_keys(columns["parcel_key"]),
    }


def land_use_unknown(columns: Columns, jurisdiction: Jurisdiction) -> list[str]:
    """Of each row the use that nobody understands, "" for the others."""
    return ["" if _meaning(*source) else _named(source) for source in _uses(columns)]


def _uses(columns: Columns) -> list[tuple[str | None, ...]]:
    parts = (columns[name] for name in ("element", "function", "use_type", "description"))
    return list(zip(*parts, strict=True))


def _named(source: tuple[str | None, ...]) -> str:
    return " / ".join(part for part in source if part) or "–"


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
