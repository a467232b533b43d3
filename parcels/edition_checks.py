"""What is checked of the staged cadastre beside the checks of every dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gis_core.datasets import StagedRows
from gis_core.enums import Severity
from gis_core.loading.check.findings import finding
from gis_core.models import EditionCheck
from parcels.enums import OwnerClass
from parcels.models import CadastralDistrict, Ownership

_SAMPLES: Final = 20


def areas_agree(staging: StagedRows, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """The area of the geometry against the official one; many differences mean another CRS or lost parts."""
    rows = staging.execute(
        "SELECT key, feature, official, round(area::numeric, 2)::float8,"
        " ST_AsText(ST_PointOnSurface(geometry), 3), count(*) OVER () FROM"
        " (SELECT key, feature, geometry, official_area::float8 AS official, ST_Area(geometry) AS area"
        " FROM {staging} WHERE official_area > 0 OFFSET 0) compared"
        " WHERE abs(area - official) > greatest(%(m2)s, %(share)s * official)"
        " ORDER BY abs(area - official) DESC LIMIT %(samples)s",
        {"m2": limits["area_m2"], "share": limits["area_share"], "samples": _SAMPLES},
    )
    if not rows:
        return
    wrong = rows[0][5]
    known = staging.execute("SELECT count(*) FROM {staging} WHERE official_area > 0")[0][0]
    names = ("key", "feature", "official_m2", "geometry_m2", "wkt")
    many = known >= limits["share_from_rows"] and wrong > limits["area_error_share"] * known
    yield finding(
        "area",
        Severity.ERROR if many else Severity.WARNING,
        wrong,
        {"m2": limits["area_m2"], "share": round(100 * limits["area_share"])},
        compared=known,
        samples=[dict(zip(names, row[:5], strict=True)) for row in rows],
    )


def districts_are_known(staging: StagedRows, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """Gemarkung and Flur of each key against the active cadastral districts, where there are any."""
    districts = CadastralDistrict.objects.active().filter(
        jurisdiction=staging.edition.jurisdiction_id
    )
    keys = list(districts.values_list("key", flat=True))
    for code, length in (("gemarkung_unknown", 6), ("flur_unknown", 9)):
        known = [key for key in keys if len(key) == length]
        if not known:
            continue
        rows = staging.execute(
            "SELECT left(key, %(length)s), count(*), min(key) FROM {staging}"
            " WHERE substr(key, 7, 3) <> '___' OR %(length)s = 6"
            " GROUP BY 1 HAVING NOT left(key, %(length)s) = ANY(%(known)s) ORDER BY 2 DESC, 1",
            {"length": length, "known": known},
        )
        if rows:
            yield finding(
                code,
                Severity.WARNING,
                sum(row[1] for row in rows),
                {"keys": [row[0] for row in rows[:5]]},
                samples=[
                    {"district": row[0], "parcels": row[1], "key": row[2]}
                    for row in rows[:_SAMPLES]
                ],
            )


def suffixes_are_there(staging: StagedRows, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """One house number in several places and no number with a letter: the column of the suffixes was not read."""
    rows = staging.execute(
        "SELECT min(key), street, number, count(*), count(*) OVER () FROM {staging}"
        " WHERE number <> '' AND NOT EXISTS (SELECT FROM {staging} WHERE number ~ '[a-z]')"
        " GROUP BY street, number, postcode, place HAVING count(*) > 1 ORDER BY 4 DESC, 1 LIMIT %(samples)s",
        {"samples": _SAMPLES},
    )
    if rows:
        named = [f"{street} {number}" for _key, street, number, _count, _all in rows[:3]]
        samples = [{"key": f"{row[1]} {row[2]}", "feature": row[0]} for row in rows]
        yield finding("suffixes", Severity.ERROR, rows[0][4], {"named": named}, samples=samples)


def streets_are_named(staging: StagedRows, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """House numbers that nobody finds, because nothing says in which street they are; a key is no street."""
    rows = staging.execute(
        "SELECT key, ST_AsText(geometry, 3), count(*) OVER () FROM {staging} WHERE street !~ '[[:alpha:]]'"
        " ORDER BY key LIMIT %(samples)s",
        {"samples": _SAMPLES},
    )
    if rows:
        samples = [{"key": key, "wkt": wkt} for key, wkt, _all in rows]
        yield finding("streetless", Severity.WARNING, rows[0][2], samples=samples)


def owners_are_known(staging: StagedRows, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """No parcel with an owner class where there were some: decisions would lose what they rest on."""
    unknown = str(OwnerClass.UNKNOWN)
    if (
        staging.is_update
        or staging.execute(
            "SELECT EXISTS (SELECT FROM {staging} WHERE owner_class <> %(unknown)s)",
            {"unknown": unknown},
        )[0][0]
    ):
        return
    active = Ownership.objects.active().filter(jurisdiction=staging.edition.jurisdiction_id)
    if known := active.exclude(owner_class=unknown).count():
        yield finding("ownerless", Severity.ERROR, known, {"before": known})


def parcels_are_there(staging: StagedRows, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """Owner classes of parcels that nobody knows; most of them: the keys are of another place or spelling."""
    rows = staging.execute(
        "SELECT staged.key, count(*) OVER () FROM {staging} AS staged WHERE NOT EXISTS"
        " (SELECT FROM parcels_parcel AS parcel WHERE parcel.jurisdiction_id = %(jurisdiction)s"
        " AND parcel.edition_to_id IS NULL AND parcel.key = staged.key)"
        " AND EXISTS (SELECT FROM parcels_parcel AS parcel WHERE parcel.jurisdiction_id = %(jurisdiction)s"
        " AND parcel.edition_to_id IS NULL) ORDER BY staged.key LIMIT %(samples)s",
        {"jurisdiction": staging.edition.jurisdiction_id, "samples": _SAMPLES},
    )
    if rows:
        wrong, total = rows[0][1], staging.execute("SELECT count(*) FROM {staging}")[0][0]
        most = total >= limits["share_from_rows"] and 2 * wrong > total
        yield finding(
            "parcels_unknown",
            Severity.ERROR if most else Severity.WARNING,
            wrong,
            {"keys": [key for key, _all in rows[:3]], "rows": total},
            samples=[{"key": key} for key, _all in rows],
        )


ADDRESS_CHECKS: Final = (suffixes_are_there, streets_are_named)
OWNERSHIP_CHECKS: Final = (owners_are_known, parcels_are_there)
PARCEL_CHECKS: Final = (areas_agree, districts_are_known)
