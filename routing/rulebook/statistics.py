"""How right the rules are, how often at once, and how often a report goes to and fro.

What counts as right stands in docs/trying-and-correcting.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

from gis_core.models import Jurisdiction

STATEMENT: Final = Path(__file__).with_name("statistics.sql").read_text("utf-8")


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Counts of reports. `key`: a rule id, a code of a category or authority, a month (YYYY-MM), or nothing.

    `judged` of the `decided` got an authority named by the rules, and are settled or were refused by it; `right` of
    these are settled and keep it. `at_once` of the `settled` went to it at the first attempt. `ping_pong` of those that
    were `told` to somebody changed hands twice or more. `refused`: the body that the rules named said no.
    """

    key: str
    decided: int
    judged: int
    right: int
    settled: int
    at_once: int
    told: int
    ping_pong: int
    refused: int

    @property
    def precision(self) -> float | None:
        return _share(self.right, self.judged)

    @property
    def first_time_right(self) -> float | None:
        return _share(self.at_once, self.settled)

    @property
    def ping_pong_rate(self) -> float | None:
        return _share(self.ping_pong, self.told)


@dataclass(frozen=True, kw_only=True)
class Statistics:
    overall: Tally
    by_rule: Sequence[Tally]
    by_category: Sequence[Tally]
    by_authority: Sequence[Tally]
    by_month: Sequence[Tally]


def _share(part: int, whole: int) -> float | None:
    """None where there is nothing to judge by yet."""
    return part / whole if whole else None


def statistics_of(jurisdiction: Jurisdiction) -> Statistics:
    """All of it in one statement. What rules never named has no row of its own; months are in local time."""
    values: dict[str, int | str] = {
        "jurisdiction": jurisdiction.pk,
        "time_zone": settings.TIME_ZONE,
    }
    tallies: dict[str, list[Tally]] = {}
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, values)
        for kind, key, decided, judged, right, *others in cursor.fetchall():
            settled, at_once, told, ping_pong, refused = others
            tallies.setdefault(kind, []).append(
                Tally(
                    key=key,
                    decided=decided,
                    judged=judged,
                    right=right,
                    settled=settled,
                    at_once=at_once,
                    told=told,
                    ping_pong=ping_pong,
                    refused=refused,
                )
            )
    [overall] = tallies["all"]
    named = {kind: [one for one in found if one.key] for kind, found in tallies.items()}
    return Statistics(
        overall=overall,
        by_rule=named.get("rule", []),
        by_category=named.get("category", []),
        by_authority=named.get("authority", []),
        by_month=named.get("month", []),
    )


def rule_precisions(jurisdiction: Jurisdiction) -> dict[str, tuple[int, int]]:
    """Rule id → (right, judged) over all versions of the rules; rules that were never judged are left out."""
    found = statistics_of(jurisdiction).by_rule
    return {one.key: (one.right, one.judged) for one in found if one.judged}
