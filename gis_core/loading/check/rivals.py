"""What a staged source has in common with the other sources of its dataset: only one of two such rows counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gis_core.datasets import DatasetSpec
from gis_core.enums import Severity
from gis_core.loading.check.findings import finding
from gis_core.loading.stage.sources import sources_active
from gis_core.loading.stage.staging import Staging
from gis_core.messages import Message
from gis_core.models import EditionCheck

SAMPLES: Final = 20
# Pairs of one object: what is to be said of them and how often, the staged key, the other's, its source, metres
# between them, a place.
_PAIRS: Final = (
    "SELECT code, total, key, other, source, metres, wkt FROM (SELECT pairs.*,"
    " count(*) OVER (PARTITION BY code) AS total,"
    " row_number() OVER (PARTITION BY code ORDER BY metres DESC, key, other) AS place"
    " FROM (SELECT key, other, source, min(metres) AS metres, min(wkt) AS wkt,"
    " CASE WHEN min(metres) <= %(apart)s THEN 'source_twice'"
    " WHEN bool_and(by_key) AND min(metres) > %(shared)s THEN 'source_key' ELSE 'source_apart' END AS code"
    " FROM (<pairs>) found GROUP BY key, other, source) pairs) told WHERE place <= %(samples)s"
    " ORDER BY code, place"
)
_PAIR: Final = (
    "SELECT a.key, b.key AS other, b.source_name AS source, ST_Distance(a.{geometry}, b.{geometry}) AS metres,"
    " ST_AsText(ST_PointOnSurface(a.{geometry}), 3) AS wkt, <by_key> AS by_key"
    " FROM {staging} a JOIN {others} b ON <same>"
)
_OVERLAPS: Final = (
    "SELECT key, other, source, area, wkt, count(*) OVER () FROM (SELECT a.key, b.key AS other,"
    " b.source_name AS source, ST_Area(common.shape) AS area, ST_AsText(ST_PointOnSurface(common.shape), 3) AS wkt"
    " FROM {staging} a JOIN {others} b ON <apart> AND a.{geometry} && b.{geometry} AND NOT (<same>)"
    " CROSS JOIN LATERAL (SELECT ST_Intersection(a.{geometry}, b.{geometry}) AS shape OFFSET 0) common) found"
    " WHERE area > %(m2)s ORDER BY area DESC, key, other LIMIT %(samples)s"
)


def rivals_check(
    staging: Staging, spec: DatasetSpec, limits: dict[str, Any]
) -> Iterator[EditionCheck]:
    """Findings that name both sources, how far apart they have the object, and which of them counts."""
    if not spec.same or not any(
        one.source_name != staging.edition.source_name for one in sources_active(staging.edition)
    ):
        return
    apart, shared = limits["sources_apart_m"], limits["key_shared_m"]
    rows = staging.execute(_pairs(spec), {"apart": apart, "shared": shared, "samples": SAMPLES})
    order = _order(staging)
    for code, severity, metres in (
        ("source_twice", Severity.INFO, apart),
        ("source_apart", Severity.WARNING, apart),
        ("source_key", Severity.ERROR, shared),
    ):
        if found := [row for row in rows if row[0] == code]:
            samples = [_sample(row[2:], "distance_m") for row in found]
            params = {"order": order, "metres": metres}
            yield finding(code, severity, found[0][1], params, samples=samples)
    yield from _overlaps(staging, spec, limits)


def _pairs(spec: DatasetSpec) -> str:
    """The first condition is that of the key."""
    pairs = " UNION ALL ".join(
        _PAIR.replace("<same>", same).replace("<by_key>", "false" if number else "true")
        for number, same in enumerate(spec.same)
    )
    return _PAIRS.replace("<pairs>", pairs)


def _overlaps(
    staging: Staging, spec: DatasetSpec, limits: dict[str, Any]
) -> Iterator[EditionCheck]:
    if not spec.apart:
        return
    same = " OR ".join(f"({one})" for one in spec.same)
    rows = staging.execute(
        _OVERLAPS.replace("<apart>", spec.apart).replace("<same>", same),
        {"m2": limits["sources_overlap_m2"], "samples": SAMPLES},
    )
    if rows:
        samples = [_sample(row, "area_m2") for row in rows]
        params = {"area": limits["sources_overlap_m2"]}
        yield finding("source_overlaps", Severity.WARNING, rows[0][5], params, samples=samples)


def _order(staging: Staging) -> list[Message | str]:
    """All sources as they count once this edition is active."""
    edition = staging.edition
    ranks = {one.source_name: one.precedence for one in sources_active(edition)}
    ranks[edition.source_name] = edition.precedence
    return [
        name or Message("source_unnamed") for name in sorted(ranks, key=lambda n: (ranks[n], n))
    ]


def _sample(row: tuple[Any, ...], measure: str) -> dict[str, Any]:
    key, other, source, measured, place = row[:5]
    return {
        "key": key,
        "other": other,
        "source": source or "–",
        measure: round(measured, 2),
        "wkt": place,
    }
