"""What is checked of through-road stretches and of the network that they lie on, whichever of the two is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gis_core.datasets import StagedRows
from gis_core.enums import Severity
from gis_core.loading.check.findings import finding
from gis_core.models import EditionCheck
from routing.enums import RoadClass
from routing.importers.edition_checks import MEASURE
from routing.models import RoadSection

_NAMED: Final = 5
_SAMPLES: Final = 20
# So much of the classified roads lies in no city inside of through-road stretches: the margin around it is outside.
EVERYWHERE: Final = 0.95
_CLASSES: Final = tuple(str(one) for one in (RoadClass.B, RoadClass.L, RoadClass.K))
_ACTIVE: Final = (
    "(SELECT * FROM {} WHERE edition_to_id IS NULL AND jurisdiction_id = %(jurisdiction)s)"
)
_ROWS: Final = "SELECT t.key, ST_AsText(ST_PointOnSurface(t.geometry), 3), count(*) OVER () FROM {} AS t WHERE "
_LAST: Final = " ORDER BY 1 LIMIT %(samples)s"
_UNPLACED: Final = """NOT EXISTS (SELECT FROM {section} AS s WHERE s.key = t.section_key)
  AND NOT EXISTS (SELECT FROM {section} AS s WHERE s.road_class = ANY(%(classes)s)
                  AND ST_DWithin(s.geometry, ST_PointOnSurface(t.geometry), 1))"""
_MISMEASURED: Final = """ST_Length(t.geometry) NOT BETWEEN
  (t.to_station - t.from_station) / %(measure)s AND (t.to_station - t.from_station) * %(measure)s"""


def stretches_are_placed(staging: StagedRows, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """Stretches that lie on no classified section of the active network, by its key or by their line."""
    sections = RoadSection.objects.active().filter(jurisdiction=staging.edition.jurisdiction_id)
    if sections.filter(road_class__in=_CLASSES).exists():
        unplaced = _UNPLACED.format(section=_ACTIVE.format("routing_roadsection"))
        for grave, count, named, samples in _wrong(staging, "{staging}", unplaced):
            yield finding("stretches_unplaced", grave, count, named, samples=samples)


def stretches_stay_placed(staging: StagedRows, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """Active stretches that would lie on no classified section of the staged network."""
    if not staging.is_update:
        stretches = _ACTIVE.format("routing_throughroad")
        unplaced = _UNPLACED.format(section="{staging}")
        for grave, count, named, samples in _wrong(staging, stretches, unplaced):
            yield finding("stretches_unplaced", grave, count, named, samples=samples)


def stretches_are_measured(staging: StagedRows, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """Stretches as long by their stations as their lines are not: stations in kilometres, or of another measure."""
    for grave, count, named, samples in _wrong(staging, "{staging}", _MISMEASURED):
        yield finding("stretches_measured", grave, count, named, samples=samples)


def stretches_are_some(staging: StagedRows, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """Lines of stretches as long as all classified roads: the file of the sections was taken for that of stretches."""
    [[count, drawn]] = staging.execute("SELECT count(*), sum(ST_Length(geometry)) FROM {staging}")
    [[network]] = staging.execute(
        "SELECT sum(ST_Length(geometry)) FROM routing_roadsection WHERE edition_to_id IS NULL"
        " AND jurisdiction_id = %(jurisdiction)s AND road_class = ANY(%(classes)s)",
        _values(staging),
    )
    if drawn and network and drawn >= EVERYWHERE * network:
        yield finding("stretches_everywhere", Severity.WARNING, count)


def _values(staging: StagedRows) -> dict[str, Any]:
    return {
        "jurisdiction": staging.edition.jurisdiction_id,
        "classes": list(_CLASSES),
        "samples": _SAMPLES,
        "measure": MEASURE,
    }


def _wrong(
    staging: StagedRows, stretches: str, condition: str
) -> Iterator[tuple[Severity, int, dict[str, Any], list[dict[str, str]]]]:
    """Of the stretches for which the condition holds: how grave (an error where it is most), how many, names, samples.

    Nothing where there are none.
    """
    rows = staging.execute(_ROWS.format(stretches) + condition + _LAST, _values(staging))
    if rows:
        [[total]] = staging.execute(f"SELECT count(*) FROM {stretches} AS t", _values(staging))  # noqa: S608
        wrong = rows[0][2]
        yield (
            Severity.ERROR if 2 * wrong > total else Severity.WARNING,
            wrong,
            {"keys": [key for key, _wkt, _all in rows[:_NAMED]]},
            [{"key": key, "wkt": wkt or ""} for key, wkt, _all in rows],
        )


STRETCH_CHECKS: Final = (stretches_are_placed, stretches_are_measured, stretches_are_some)
