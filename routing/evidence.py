"""The evidence of a decision, gathered in one set-based statement for one issue or a million.

Everything is read from the active state of the local base; no service is ever asked. Distances are in
metres in the storage CRS. `covers` and `dwithin` throughout, so a place on an edge belongs to both sides
and the written tie-break (road use first, then smaller area, then parcel key) orders them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from gis_core.srids import storage_srid
from routing.types import Evidence, Situation

REACH_M: Final = 30.0
GAP_M: Final = 5.0
# What seven decimals of a degree can tell: nearer to an edge than this, a place is on it.
EDGE_M: Final = 0.02
ASSET_REACH_M: Final = 10.0
ADJOINING_REACH_M: Final = 15.0
STATEMENT: Final = (Path(__file__).resolve().parent / "sql" / "evidence.sql").read_text("utf-8")
# Parameter 1 of the statement and the reports it names.
STORED: Final = (
    "flurpost_evidence",
    "bigint[]",
    """
    SELECT i.id, i.jurisdiction_id, i.answers, i.point, i.accuracy_m, i.received_at,
           c.code AS category, c.part, c.asset_kinds,
           (SELECT jsonb_agg(jsonb_build_array(q.kind, q.answer) ORDER BY q.answered_at, q.id)
            FROM routing_clarification q
            WHERE q.issue_id = i.id AND q.answered_at IS NOT NULL) AS clarifications
    FROM issues_issue i
    JOIN issues_category c ON c.id = i.category_id
    WHERE i.id = ANY($1)
    """,
)
ASKED: Final = (
    "flurpost_evidence_asked",
    "jsonb",
    f"""
    SELECT a.id, c.jurisdiction_id, a.answers, ST_SetSRID(ST_MakePoint(a.x, a.y), {storage_srid()}) AS point,
           a.accuracy_m, a.received_at, c.code AS category, c.part, c.asset_kinds, a.clarifications
    FROM jsonb_to_recordset($1) AS a (
        id bigint, category_id bigint, answers jsonb, x float8, y float8, accuracy_m float8,
        received_at timestamptz, clarifications jsonb
    )
    JOIN issues_category c ON c.id = a.category_id
    """,  # noqa: S608 - the number is a setting
)
PARAMETERS: Final = {
    "reach": "float8",
    "gap": "float8",
    "edge": "float8",
    "asset_reach": "float8",
    "adjoining_reach": "float8",
    "adjoining_categories": "text[]",
    "time_zone": "text",
}
# Planning this statement takes longer than running it for one issue, so it is prepared once per connection and
# always run by the generic plan. Bitmap scans are off for it: the planner does not see that the partial spatial
# indexes hold active rows only, and would read a second index whole beside them.
EXECUTE: Final = (
    "SET LOCAL plan_cache_mode TO force_generic_plan; SET LOCAL enable_bitmapscan TO off;"
    " EXECUTE {name} (%s, %s, %s, %s, %s, %s, %s, %s)"
)
_prepared_on: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class IssueFacts:
    """What the statement returns about the report itself: an issue's id, or the position of a question.

    `rule_set_id` is that of the active rule set, if any; `bodies` are the codes of the jurisdiction's
    authorities.
    """

    issue_id: int
    jurisdiction_id: int
    rule_set_id: int | None
    bodies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    """A place that somebody asks about: point in the storage CRS (metres), nothing of it is stored."""

    category_id: int
    x: float
    y: float
    at: datetime
    answers: Mapping[str, Any]
    accuracy_m: float | None = None
    clarifications: tuple[tuple[str, str], ...] = ()


def evidence_of(
    reports: Sequence[int] | Sequence[Question], *, adjoining_categories: Sequence[str] = ()
) -> Iterator[tuple[IssueFacts, Evidence]]:
    """Yield (facts, evidence) for each existing issue of the list, in order of the ids, or for each question.

    `adjoining_categories`: categories whose rules ask who owns the adjoining land; it is looked up for
    these only.
    """
    questions = [one for one in reports if isinstance(one, Question)]
    if not questions:
        yield from _gather(STORED, list(reports), adjoining_categories)
        return
    asked = [
        {
            "id": number,
            "category_id": question.category_id,
            "x": question.x,
            "y": question.y,
            "answers": dict(question.answers),
            "accuracy_m": question.accuracy_m,
            "received_at": question.at.isoformat(),
            "clarifications": question.clarifications,
        }
        for number, question in enumerate(questions)
    ]
    yield from _gather(ASKED, json.dumps(asked), adjoining_categories)


def _gather(
    source: tuple[str, str, str], reports: Any, adjoining_categories: Sequence[str]
) -> Iterator[tuple[IssueFacts, Evidence]]:
    values: list[Any] = [
        reports,
        REACH_M,
        GAP_M,
        EDGE_M,
        ASSET_REACH_M,
        ADJOINING_REACH_M,
        list(adjoining_categories),
        settings.TIME_ZONE,
    ]
    with connection.cursor() as cursor:
        _prepare(cursor, source)
        cursor.execute(EXECUTE.format(name=source[0]), values)
        columns = [column.name for column in cursor.description]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor]
    for _issue_id, group in groupby(rows, key=lambda row: row["issue_id"]):
        yield _evidence(list(group))


def _prepare(cursor: CursorWrapper, source: tuple[str, str, str]) -> None:
    name, kind, given = source
    prepared = _prepared_on.setdefault(cursor.cursor.connection, set())
    if name in prepared:
        return
    numbers = {parameter: f"${n}" for n, parameter in enumerate(PARAMETERS, start=2)}
    types = ", ".join([kind, *PARAMETERS.values()])
    cursor.execute(f"PREPARE {name} ({types}) AS {STATEMENT % {**numbers, 'given': given}}")
    prepared.add(name)


def _evidence(rows: list[Mapping[str, Any]]) -> tuple[IssueFacts, Evidence]:
    head = rows[0]
    received_on: date = head["received_on"]
    evidence = Evidence(
        category=head["category"],
        part=head["part"],
        answers=json.loads(head["answers"]),
        asset_kinds=tuple(json.loads(head["asset_kinds"])),
        bears_through_roads=head["bears_through_roads"],
        on=received_on,
        situations=tuple(Situation.from_json(json.loads(row["situation"])) for row in rows),
        datasets=json.loads(head["datasets"] or "{}"),
        accuracy_m=head["accuracy_m"],
        clarifications=tuple(map(tuple, json.loads(head["clarifications"] or "[]"))),
        lapsed=tuple(head["lapsed"]),
    )
    facts = IssueFacts(
        head["issue_id"], head["jurisdiction_id"], head["rule_set_id"], frozenset(head["bodies"])
    )
    return facts, evidence
