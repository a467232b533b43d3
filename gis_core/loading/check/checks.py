"""What is checked of a staged edition. Thresholds are data: thresholds.json, "*" for every dataset.

A check yields findings of severity info, warning or error; an error blocks activation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from gis_core.datasets import DatasetSpec
from gis_core.enums import Severity
from gis_core.loading.check.coverage import coverage_checks
from gis_core.loading.check.findings import finding
from gis_core.loading.check.rivals import rivals_check
from gis_core.loading.check.uncovered import uncovered_check
from gis_core.loading.read.batches import LoadReport
from gis_core.loading.read.profiles import KEY_COLUMN
from gis_core.loading.stage.staging import Difference, Staging
from gis_core.messages import message_from_json
from gis_core.models import EditionCheck

ARC_TOLERANCE_MM: Final = 1
SAMPLES: Final = 20
_NAMED: Final = 5
# Findings about reading and about the difference; all others are about the rows.
OF_A_LOAD: Final = (
    *(
        "validity",
        "unplaced",
        "disjoint",
        "duplicates",
        "arcs",
        "flattened",
        "axes",
        "transformed",
        "accuracy",
        "parts",
        "columns",
        "unknown",
        "share",
        "uncovered",
        "streets_missing",
        "locations_missing",
        "locations_stale",
        "nothing_changed",
        "versions",
        "cut",
        "taken_once",
        "municipality_other",
        "ended",
        "source_twice",
        "source_apart",
        "source_key",
        "source_overlaps",
        "words",
    ),
)
_FILE: Final = Path(__file__).parent / "thresholds.json"


@lru_cache(maxsize=1)
def _thresholds_all() -> dict[str, dict[str, Any]]:
    return dict(json.loads(_FILE.read_text("utf-8")))


def thresholds_of(dataset: str) -> dict[str, Any]:
    """The thresholds of a dataset over those of every one."""
    values = _thresholds_all()
    return {**values["*"], **values.get(dataset, {})}


def checks_run(
    staging: Staging, spec: DatasetSpec, report: LoadReport, difference: Difference, rows: int
) -> list[EditionCheck]:
    """Runs all checks of the dataset and stores their findings in place of former ones."""
    limits = thresholds_of(spec.dataset)
    lasting = _former(staging, difference)
    if lasting is None:
        lasting = [
            *(_outside(staging, limits) if staging.geometry_name else ()),
            *(found for check in spec.checks for found in check(staging, limits)),
        ]
        started = perf_counter()
        if spec.coverage:
            lasting += coverage_checks(staging, limits)
        report.coverage_seconds = round(perf_counter() - started, 3)
    found = [
        *_noticed(report),
        *_cut(report),
        *_parts(report, base.report if (base := staging.edition.base) else {}, difference),
        *_words(report),
        *_named(report),
        *_still(staging, difference, report),
        *_columns(staging, report),
        *_share(staging, difference, rows, limits),
        *rivals_check(staging, spec, limits),
        *(uncovered_check(staging, difference, limits) if spec.coverage else ()),
        *lasting,
    ]
    for one in found:
        one.edition = staging.edition
    staging.edition.checks.all().delete()
    return EditionCheck.objects.bulk_create(found)


def _former(staging: Staging, difference: Difference) -> list[EditionCheck] | None:
    """Where nothing changed, what was found of the active edition's rows still holds; None where they are not known."""
    base = staging.edition.base
    if base is None or difference.new or difference.changed or difference.vanished:
        return None
    if "checks_seconds" not in base.report:
        return None
    former = list(base.checks.exclude(code__in=OF_A_LOAD))
    for one in former:
        one.pk, one._state.adding = None, True
    return former


def _noticed(report: LoadReport) -> Iterator[EditionCheck]:
    """What reading put right by itself, so that people see it."""
    counts = report.counts
    info, warning = Severity.INFO, Severity.WARNING
    if count := counts["geometries repaired"]:
        yield finding("validity", warning, count, samples=report.repairs)
    if count := counts["without a place"]:
        yield finding("unplaced", warning, count)
    if count := counts["identical duplicates"]:
        yield finding("duplicates", info, count)
    if count := counts["arcs linearised"]:
        yield finding("arcs", info, count, {"mm": ARC_TOLERANCE_MM})
    if count := counts["flattened"] + counts["position lists flattened"]:
        yield finding("flattened", info, count)
    if count := counts["axes swapped"] + counts["zone prefix stripped"]:
        yield finding("axes", info, count)
    if operations := report.operations:
        names, details = list(operations), list(operations.values())
        yield finding("transformed", info, len(names), {"names": names}, operations=details)
        if guessed := [name for name in names if operations[name]["accuracy_m"] is None]:
            yield finding("accuracy", warning, len(guessed), {"names": guessed})


def _parts(
    report: LoadReport, former: dict[str, Any], difference: Difference
) -> Iterator[EditionCheck]:
    """Parts of a delivery that did not come: an error where objects would vanish that may be in them.

    `former`: the report of the edition before. What that lacked as well cannot vanish.
    """
    if gaps := report.gaps:
        told = [message for gap in gaps if (message := message_from_json(gap))]
        known = [note.get("params") for note in former.get("notes", []) if isinstance(note, dict)]
        is_new = any(gap["params"] not in known for gap in gaps)
        severity = Severity.ERROR if is_new and difference.vanished else Severity.WARNING
        yield finding("parts", severity, len(gaps), {"gaps": told})


def _cut(report: LoadReport) -> Iterator[EditionCheck]:
    """What lies outside the municipality."""
    if cut := report.cut:
        samples = [{"feature": name} for name in cut["names"]]
        yield finding(
            "cut", Severity.INFO, cut["count"], {"margin": cut["margin"]}, samples=samples
        )


def _words(report: LoadReport) -> Iterator[EditionCheck]:
    """Values that no dictionary holds, the most frequent ones first; what is left out is told by itself."""
    found = [
        {"column": column, "value": value, "rows": one["rows"], "wkt": one["wkt"]}
        for column, values in report.words.items()
        for value, one in values.items()
        if one["meaning"] != ""
    ]
    if found:
        found.sort(key=lambda one: (-one["rows"], one["value"]))
        yield finding("words", Severity.INFO, len(found), samples=found[:SAMPLES])


def _named(report: LoadReport) -> Iterator[EditionCheck]:
    for code, found in report.named.items():
        names = found["names"]
        params = {"names": names[:_NAMED]}
        yield finding(code, Severity.WARNING, found["count"], params, names=names)


def _sample(fault: dict[str, Any]) -> dict[str, Any]:
    return {name: fault.get(name, "") for name in ("file", "feature", "column", "value", "wkt")}


def _columns(staging: Staging, report: LoadReport) -> Iterator[EditionCheck]:
    """Values that nobody can read, and attributes of which the active edition has values and this one none."""
    if count := report.counts["values unknown"]:
        samples = [_sample(one) for one in report.unknown]
        yield finding("unknown", Severity.WARNING, count, samples=samples)
    base = staging.edition.base
    former = _filled(base.report.get("contents", [])) if base else set()
    now = _filled(report.contents)
    if now and (lost := sorted(former - now)):
        yield finding("columns", Severity.WARNING, len(lost), {"columns": lost})


def _filled(contents: list[dict[str, Any]]) -> set[str]:
    return {
        column["column"]
        for one in contents
        for column in one["columns"]
        if column["values"] > 0 and not column["column"].startswith(KEY_COLUMN)
    }


def _still(staging: Staging, difference: Difference, report: LoadReport) -> Iterator[EditionCheck]:
    """An update that changes nothing: the active state is as of its date."""
    if staging.is_update and not (difference.new or difference.changed or difference.vanished):
        date = report.delivery.get("date", "")[:10]
        yield finding("nothing_changed", Severity.INFO, difference.unchanged, {"date": date or "–"})


def _share(
    staging: Staging, difference: Difference, rows: int, limits: dict[str, Any]
) -> Iterator[EditionCheck]:
    """How much less there is than before: half a delivery looks like a good one otherwise."""
    before = difference.unchanged + difference.changed + difference.vanished
    after = difference.unchanged + difference.changed + difference.new
    if before == 0:
        return
    if staging.edition.request.get("ends"):
        yield finding("ended", Severity.INFO, before)
        return
    many = before >= limits["share_from_rows"]
    if many and difference.vanished == before and not staging.is_update:
        yield finding("disjoint", Severity.ERROR, before, {"vanished": before})
    share = after / before - 1
    if share > limits["share_warning"]:
        return
    stops = share <= limits["share_error"] and before >= limits["fewer_from_rows"]
    severity = Severity.ERROR if stops else Severity.WARNING
    params = {"after": after, "before": before, "share": round(100 * share, 1)}
    yield finding("share", severity, before - after, params)


def _outside(staging: Staging, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """Objects far from the municipality: usually another zone or swapped axes."""
    boundary = staging.edition.jurisdiction.boundary
    if boundary is None:
        return
    x0, y0, x1, y1 = boundary.extent
    reach = limits["outside_m"]
    rows = staging.execute(
        "SELECT key, feature, ST_AsText(ST_PointOnSurface({geometry}), 3), count(*) OVER ()"
        " FROM {staging} WHERE NOT {geometry}"
        " && ST_MakeEnvelope(%(x0)s, %(y0)s, %(x1)s, %(y1)s, ST_SRID({geometry}))"
        " ORDER BY key LIMIT %(samples)s",
        {
            "x0": x0 - reach,
            "y0": y0 - reach,
            "x1": x1 + reach,
            "y1": y1 + reach,
            "samples": SAMPLES,
        },
    )
    if rows:
        samples = [{"key": key, "feature": feature, "wkt": wkt} for key, feature, wkt, _all in rows]
        severity = Severity.ERROR if rows[0][3] * 2 > staging.rows() else Severity.WARNING
        yield finding("outside", severity, rows[0][3], {"km": f"{reach / 1000:g}"}, samples=samples)
