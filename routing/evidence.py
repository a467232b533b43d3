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

from django.conf import settings
from django.db import connection

from routing.types import Evidence, Situation

REACH_M: Final = 30.0
GAP_M: Final = 5.0
ASSET_REACH_M: Final = 10.0
ADJOINING_REACH_M: Final = 15.0
STATEMENT: Final = (Path(__file__).resolve().parent / "sql" / "evidence.sql").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class IssueFacts:
    """What the statement returns about the issue itself."""

    issue_id: int
    jurisdiction_id: int


def evidence_gather(
    issue_ids: Sequence[int], *, adjoining_categories: Sequence[str] = ()
) -> Iterator[tuple[IssueFacts, Evidence]]:
    """Yield (issue, evidence) for each existing issue of the list, in order of the ids.

    `adjoining_categories`: categories whose rules ask who owns the adjoining land; it is looked up for
    these only.
    """
    parameters: dict[str, Any] = {
        "issue_ids": list(issue_ids),
        "reach": REACH_M,
        "gap": GAP_M,
        "asset_reach": ASSET_REACH_M,
        "adjoining_reach": ADJOINING_REACH_M,
        "adjoining_categories": list(adjoining_categories),
        "time_zone": settings.TIME_ZONE,
    }
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, parameters)
        columns = [column.name for column in cursor.description]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor]
    for _issue_id, group in groupby(rows, key=lambda row: row["issue_id"]):
        yield _evidence(list(group))


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
    return IssueFacts(head["issue_id"], head["jurisdiction_id"]), evidence
