"""The evidence of a decision, gathered in one set-based statement for one issue or a million.

Everything is read from the active state of the local base; no service is ever asked. Distances are in
metres in the storage CRS. `covers` and `dwithin` throughout, so a place on an edge belongs to both sides
and the written tie-break (road use first, then smaller area, then parcel key) orders them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from weakref import WeakSet

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from routing.types import Evidence, Situation

REACH_M: Final = 30.0
GAP_M: Final = 5.0
# What seven decimals of a degree can tell: nearer to an edge than this, a place is on it.
EDGE_M: Final = 0.02
ASSET_REACH_M: Final = 10.0
ADJOINING_REACH_M: Final = 15.0
STATEMENT: Final = (Path(__file__).resolve().parent / "sql" / "evidence.sql").read_text("utf-8")
# Planning this statement takes longer than running it for one issue, so it is prepared once per connection and
# always run by the generic plan. Bitmap scans are off for it: the planner does not see that the partial spatial
# indexes hold active rows only, and would read a second index whole beside them.
PREPARED: Final = "flurpost_evidence"
EXECUTE: Final = (
    "SET LOCAL plan_cache_mode TO force_generic_plan; SET LOCAL enable_bitmapscan TO off;"
    f" EXECUTE {PREPARED} (%s, %s, %s, %s, %s, %s, %s, %s)"
)
PARAMETERS: Final = {
    "issue_ids": "bigint[]",
    "reach": "float8",
    "gap": "float8",
    "edge": "float8",
    "asset_reach": "float8",
    "adjoining_reach": "float8",
    "adjoining_categories": "text[]",
    "time_zone": "text",
}
_prepared_on: WeakSet[Any] = WeakSet()


@dataclass(frozen=True, slots=True)
class IssueFacts:
    """What the statement returns about the issue itself.

    `rule_set_id` is that of the active rule set, if any; `bodies` are the codes of the jurisdiction's
    authorities.
    """

    issue_id: int
    jurisdiction_id: int
    rule_set_id: int | None
    bodies: frozenset[str]


def evidence_gather(
    issue_ids: Sequence[int], *, adjoining_categories: Sequence[str] = ()
) -> Iterator[tuple[IssueFacts, Evidence]]:
    """Yield (issue, evidence) for each existing issue of the list, in order of the ids.

    `adjoining_categories`: categories whose rules ask who owns the adjoining land; it is looked up for
    these only.
    """
    values: list[Any] = [
        list(issue_ids),
        REACH_M,
        GAP_M,
        EDGE_M,
        ASSET_REACH_M,
        ADJOINING_REACH_M,
        list(adjoining_categories),
        settings.TIME_ZONE,
    ]
    with connection.cursor() as cursor:
        _prepare(cursor)
        cursor.execute(EXECUTE, values)
        columns = [column.name for column in cursor.description]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor]
    for _issue_id, group in groupby(rows, key=lambda row: row["issue_id"]):
        yield _evidence(list(group))


def _prepare(cursor: CursorWrapper) -> None:
    session = cursor.cursor.connection
    if session in _prepared_on:
        return
    statement = STATEMENT % {name: f"${n}" for n, name in enumerate(PARAMETERS, start=1)}
    cursor.execute(f"PREPARE {PREPARED} ({', '.join(PARAMETERS.values())}) AS {statement}")
    _prepared_on.add(session)


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
    )
    facts = IssueFacts(
        head["issue_id"], head["jurisdiction_id"], head["rule_set_id"], frozenset(head["bodies"])
    )
    return facts, evidence
