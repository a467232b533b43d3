"""The one statement, prepared once per connection."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection

from gis_core.db.prepared import prepared_execute
from gis_core.srids import storage_srid
from routing.engine.facts import REACH_M
from routing.engine.location import DISC_MAX_M, SIGMAS
from routing.evidence.ground import Ground
from routing.evidence.reports import Question, Report
from routing.evidence.rows import Head, Row, ground_of, head_of, reports_of

HERE: Final = Path(__file__).parent
STATEMENT: Final = (HERE / "evidence.sql").read_text("utf-8")
DISCS: Final = (HERE / "discs.sql").read_text("utf-8")
# How far parcels and land use matter beyond the disc: gaps between them, and who owns the adjoining land.
MARGIN_M: Final = 15.0
PARAMETERS: Final = {
    "disc": "float8",
    "reach": "float8",
    "margin": "float8",
    "sigmas": "float8",
    "accuracies": "jsonb",
    "time_zone": "text",
    "srid": "integer",
}


def _composed(kind: str, given: str) -> tuple[str, str]:
    """Types of the parameters, and the statement; parameter 1 is of this kind and names the given reports."""
    numbers = {parameter: f"${n}" for n, parameter in enumerate(PARAMETERS, start=2)}
    discs = DISCS % {**numbers, "given": given}
    return ", ".join([kind, *PARAMETERS.values()]), STATEMENT % {**numbers, "discs": discs}


# Stored issues as reports are given.
ISSUES: Final = """
    SELECT i.id, i.jurisdiction_id, i.answers, i.point, i.accuracy_m AS given_accuracy, i.location_source AS source,
           CASE WHEN i.location_source = 'coordinates' THEN k.accuracy_m END AS key_accuracy,
           CASE WHEN i.location_source = 'coordinates' THEN k.accuracy_confidence END AS key_confidence,
           i.received_at, c.code AS category, c.part, c.asset_kinds,
           (SELECT jsonb_agg(jsonb_build_array(q.kind, q.answer) ORDER BY q.answered_at, q.id)
            FROM routing_clarification q
            WHERE q.issue_id = i.id AND q.answered_at IS NOT NULL) AS clarifications
    FROM issues_issue i
    JOIN issues_category c ON c.id = i.category_id
    LEFT JOIN issues_apikey k ON k.id = i.api_key_id
    WHERE i.id = ANY(%(issues)s)
    """
STORED: Final = _composed("bigint[]", ISSUES % {"issues": "$1"})
ASKED: Final = _composed(
    "jsonb",
    f"""
    SELECT a.id, c.jurisdiction_id, a.answers, ST_SetSRID(ST_MakePoint(a.x, a.y), {storage_srid()}) AS point,
           a.accuracy_m AS given_accuracy, a.source, NULL::float8 AS key_accuracy, NULL::float8 AS key_confidence,
           a.received_at, c.code AS category, c.part, c.asset_kinds,
           a.clarifications
    FROM jsonb_to_recordset($1) AS a (
        id bigint, category_id bigint, answers jsonb, x float8, y float8, accuracy_m float8, source text,
        received_at timestamptz, clarifications jsonb
    )
    JOIN issues_category c ON c.id = a.category_id
    """,  # noqa: S608 - the number is a setting
)
# Planning this statement takes longer than running it for one issue, so it is prepared once per connection and
# always run by the generic plan. Bitmap scans are off for it: the planner would read the whole index of the active
# rows beside the spatial one, which finds the few rows that are near.
SETTINGS: Final = (
    "SET LOCAL plan_cache_mode TO force_generic_plan; SET LOCAL enable_bitmapscan TO off;"
)


def issues_read(issue_ids: Sequence[int]) -> tuple[Head, list[Report], Ground] | None:
    """One statement for issues of one jurisdiction; None: none of the issues exists."""
    return _read(STORED, list(issue_ids))


def questions_read(questions: Sequence[Question]) -> tuple[Head, list[Report], Ground] | None:
    """The same for questions. A report's number is the position of its question."""
    asked = [
        {
            "id": number,
            "category_id": question.category_id,
            "x": question.x,
            "y": question.y,
            "answers": dict(question.answers),
            "accuracy_m": question.accuracy_m,
            "source": question.source,
            "received_at": question.at.isoformat(),
            "clarifications": question.clarifications,
        }
        for number, question in enumerate(questions)
    ]
    return _read(ASKED, json.dumps(asked))


@cache
def accuracies() -> str:
    """By the location's source: the radius in metres that is assumed where none was given, and the confidence of any.

    As JSON; where from is told in docs/evidence.md. A sender's key may say better for its coordinates.
    """
    with (HERE / "location_accuracy.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter=";")
        return json.dumps(
            {row["source"]: [float(row["accuracy_m"]), float(row["confidence"])] for row in rows}
        )


def _read(source: tuple[str, str], reports: Any) -> tuple[Head, list[Report], Ground] | None:
    values = [
        reports,
        DISC_MAX_M,
        REACH_M,
        MARGIN_M,
        SIGMAS,
        accuracies(),
        settings.TIME_ZONE,
        storage_srid(),
    ]
    with connection.cursor() as cursor:
        types, statement = source
        prepared_execute(cursor, statement, values, types=types, before=SETTINGS)
        layers = {layer: _rows(*columns) for layer, *columns in cursor.fetchall()}
    if "report" not in layers:
        return None
    return head_of(layers), reports_of(layers), ground_of(layers)


def _rows(
    ids: list[int],
    texts: list[list[str | None]],
    numbers: list[list[float | None]],
    lengths: list[int],
    geometries: memoryview | None,
) -> list[Row]:
    """The columns of a layer as rows, by id: their order does not depend on what else was read."""
    whole = bytes(geometries or b"")
    ends = accumulate(lengths)
    shapes = (whole[end - length : end] for end, length in zip(ends, lengths, strict=True))
    return sorted(zip(ids, texts, numbers, shapes, strict=True), key=itemgetter(0))
