"""The product's answers: what it decides for each pin, and what its sentence says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from config.benchmarks.truth.cases import Case
from config.benchmarks.truth.pins import Pin
from config.benchmarks.truth.sentences import contradictions
from gis_core.models import Jurisdiction
from issues.models import Category
from routing.deciding.results import results_of
from routing.enums import Outcome
from routing.evidence.reports import Question
from routing.models import Authority, RuleSet
from routing.sentences import sentence
from routing.types import Result

# One statement reads the ground of a group's whole extent: neighbours are asked about together.
CELL_M: Final = 800.0
GROUP_SIZE: Final = 400


@dataclass(frozen=True)
class Told:
    """The answer for one pin of a case. `shares` sums the probability by body, TRIAGE left out."""

    case: Case
    pin: Pin
    outcome: str
    first: str
    rule_id: str
    shares: Mapping[str, float]
    doubts: tuple[str, ...]
    text: str
    contradictions: tuple[str, ...]

    @property
    def is_sent(self) -> bool:
        return self.outcome == Outcome.ASSIGNED

    @property
    def verdict(self) -> str:
        """right, open (left to a person, one of the right named or sent to), doubt+, doubt-, nobody or WRONG."""
        right = self.case.expectation.bodies
        kind = self.case.expectation.kind
        if self.is_sent and self.first not in right:
            return "WRONG"
        if kind == "nobody":
            return "nobody"
        named = not right.isdisjoint(self.shares)
        if kind == "open":
            return "open" if named else "doubt-"
        if self.is_sent:
            return "right"
        return "doubt+" if named else "doubt-"


def told_for(
    asked: Sequence[tuple[Case, Pin]], *, jurisdiction: Jurisdiction, at: datetime
) -> list[Told]:
    """The answers, neighbours decided together; in another order than asked."""
    categories = dict(Category.objects.filter(jurisdiction=jurisdiction).values_list("code", "pk"))
    words = Words(jurisdiction)
    told = []
    for group in _neighbours(asked):
        questions = [
            Question(
                category_id=categories[case.category],
                x=pin.x,
                y=pin.y,
                at=at,
                answers=dict(case.answers),
                accuracy_m=pin.accuracy_m,
                source="coordinates",
            )
            for case, pin in group
        ]
        for (case, pin), (_facts, _evidence, result) in zip(
            group, results_of(questions), strict=True
        ):
            if result is None:
                raise ValueError("no rule set is active")
            told.append(_told(case, pin, result, words))
    return told


def _neighbours(asked: Sequence[tuple[Case, Pin]]) -> Iterable[list[tuple[Case, Pin]]]:
    cells: dict[tuple[int, int], list[tuple[Case, Pin]]] = defaultdict(list)
    for case, pin in asked:
        cells[int(case.ground.x // CELL_M), int(case.ground.y // CELL_M)].append((case, pin))
    for _cell, own in sorted(cells.items(), key=lambda one: one[0]):
        for start in range(0, len(own), GROUP_SIZE):
            yield own[start : start + GROUP_SIZE]


class Words:
    """Names of bodies and categories in German, and the rows of the rules in effect by their ids."""

    def __init__(self, jurisdiction: Jurisdiction) -> None:
        own = Authority.objects.filter(jurisdiction=jurisdiction)
        self.authorities = {one.code: one.names["de"] for one in own}
        self.categories = {
            one.code: one.names["de"] for one in Category.objects.filter(jurisdiction=jurisdiction)
        }
        active = RuleSet.objects.filter(jurisdiction=jurisdiction, status="active").latest(
            "version"
        )
        self.rules = {one.rule_id: one for one in active.rules.all()}


def _told(case: Case, pin: Pin, result: Result, words: Words) -> Told:
    shares: dict[str, float] = defaultdict(float)
    for one in result.candidates:
        if one.body != "TRIAGE":
            shares[one.body] += one.probability
    first = result.candidates[0]
    text = ""
    against: tuple[str, ...] = ()
    if result.outcome == Outcome.ASSIGNED:
        text = sentence(
            result,
            language="de",
            category=words.categories[case.category],
            authorities=words.authorities,
        )
        against = contradictions(text, words.rules[first.rule_id])
    return Told(
        case=case,
        pin=pin,
        outcome=result.outcome,
        first=first.body,
        rule_id=first.rule_id,
        shares=dict(shares),
        doubts=result.doubts,
        text=text,
        contradictions=against,
    )
