"""The evidence of decisions: what lies across each report's disc of accuracy, for one report or a million.

Everything is read from the active state of the local base by one set-based statement; no service is ever asked.
The disc is divided into equal shares, and what is alike in all that a rule can ask becomes one situation (ADR 10).
`covers` and `dwithin` throughout: a place on an edge belongs to both sides, and the written tie-break (road use
first, then smaller area, then parcel key) orders them. Metres, storage CRS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import shapely

from routing.evidence.disc.measure import Measured, Spot, measured
from routing.evidence.ground import Ground
from routing.evidence.reports import Asks, IssueFacts, Question, Report, issue_groups
from routing.evidence.rows import Head
from routing.evidence.statement import issues_read, questions_read
from routing.types import Evidence

__all__ = [
    "Asks",
    "IssueFacts",
    "Measured",
    "Question",
    "Spot",
    "evidence_from",
    "evidence_of",
    "evidence_without_places",
    "measured_of",
]

# From so many reports on, polygons are indexed for being asked again and again.
PREPARED_FROM: Final = 16
# What the rules for a category ask for; it is looked up for these only.
Asking = Callable[[IssueFacts, str], Asks]


def nothing_asked(facts: IssueFacts, category: str) -> Asks:
    return Asks()


def measured_of(
    reports: Sequence[int] | Sequence[Question], *, asking: Asking = nothing_asked
) -> Iterator[tuple[Head, Measured]]:
    """The disc of each existing issue of the list (ids), or of each question; neighbours together, in no order."""
    for found in _read(reports):
        if found is None:
            continue
        head, own, ground = found
        if len(own) > PREPARED_FROM:
            shapely.prepare(ground.polygons.geometries)
        first = head.facts(own[0].number)
        asks = {category: asking(first, category) for category in {one.category for one in own}}
        for one in measured(own, ground, asks):
            yield head, one


def _read(
    reports: Sequence[int] | Sequence[Question],
) -> Iterator[tuple[Head, list[Report], Ground] | None]:
    questions = [one for one in reports if isinstance(one, Question)]
    if questions:
        yield questions_read(questions)
        return
    for group in issue_groups([one for one in reports if isinstance(one, int)]):
        yield issues_read(group)


def evidence_of(
    reports: Sequence[int] | Sequence[Question], *, asking: Asking = nothing_asked
) -> Iterator[tuple[IssueFacts, Evidence]]:
    """(facts, evidence) for each existing issue of the list or each question, in no order."""
    for head, one in measured_of(reports, asking=asking):
        yield head.facts(one.report.number), evidence_from(head, one)


def evidence_from(head: Head, one: Measured) -> Evidence:
    """What is stored with a decision. A report without a place has no situations."""
    if not one.report.is_placed:
        return evidence_without_places(head, one)
    return replace(
        evidence_without_places(head, one),
        situations=tuple(one.situation(spot) for spot in one.spots),
    )


def evidence_without_places(head: Head, one: Measured) -> Evidence:
    """What holds for the report as a whole."""
    report = one.report
    return Evidence(
        category=report.category,
        part=report.part,
        answers=report.answers,
        asset_kinds=report.asset_kinds,
        bears_through_roads=head.bears_through_roads,
        on=report.on,
        situations=(),
        datasets=one.ground.datasets,
        accuracy_m=report.accuracy_m,
        confidence=report.confidence,
        clarifications=report.clarifications,
        lapsed=head.lapsed(report.on),
    )
