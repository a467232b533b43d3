"""What is checked of staged parcels beside the checks of every dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gis_core.datasets import StagedRows
from gis_core.enums import Severity
from gis_core.loading.check.findings import finding
from gis_core.models import EditionCheck
from parcels.models import CadastralDistrict

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


PARCEL_CHECKS: Final = (areas_agree, districts_are_known)
