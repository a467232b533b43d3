"""Who would have to act for very many issues, and by which rule: the decision without its reasons, for trials."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from routing.deciding.results import Sides
from routing.engine import CompiledRuleSet
from routing.engine.decide import doubts_named, finding_of, shares_of
from routing.engine.ranking import Key, Share, key_of, outcome_of, shares_ranked
from routing.enums import Outcome
from routing.evidence import (
    IssueFacts,
    Measured,
    Spot,
    evidence_from,
    evidence_without_places,
    measured_of,
)
from routing.models import RuleSet
from routing.types import Evidence, Result


class Brief(NamedTuple):
    """`routing.types.Result` in short: its outcome, and the authority and rule of its first candidate."""

    outcome: Outcome
    addressee: str
    rule_id: str


def briefs_of(
    issue_ids: Sequence[int], rule_sets: Sequence[RuleSet | None]
) -> Iterator[tuple[int, Mapping[str, int], tuple[Brief | None, ...]]]:
    """(issue, active editions, what each rule set says) for issues in no order; None is the rule set in effect.

    Equal to the last bit to the results of `results_of`. Places that are alike to the rules are decided once.
    Memory does not grow with the number of issues.
    """
    sides = Sides(rule_sets)
    memories = [_Memory() for _one in rule_sets]
    for head, one in measured_of(issue_ids, asking=sides.asks):
        facts = head.facts(one.report.number)
        if one.report.clarifications or not one.report.is_placed:
            # An answer picks among the places by what the keys do not hold, and may change the category.
            # Without a place there is nothing to remember.
            results = sides.decide(facts, evidence_from(head, one))
            found = tuple(None if result is None else _brief_of(result) for result in results)
        else:
            found = tuple(_briefs(facts, one, evidence_without_places(head, one), sides, memories))
        yield one.report.number, one.ground.datasets, found


# What is remembered of places is forgotten when it has grown to so many, which bounds the memory.
REMEMBERED: Final = 100_000


class _Said(NamedTuple):
    """What the rules said about a place: the candidates as if it were the only one; doubts; the ground's prior."""

    shares: tuple[tuple[Key, Share], ...]
    doubts: tuple[str, ...]
    prior: float


class _Told(NamedTuple):
    """What the rules say about a report, before any threshold: the candidates in order; doubts."""

    ranked: list[tuple[Key, Share]]
    doubts: tuple[str, ...]


@dataclass(slots=True)
class _Memory:
    """What one rule set said so far: about places by all that it could see of them, and of reports of one place."""

    said: dict[Hashable, _Said] = field(default_factory=dict)
    told: dict[Hashable, _Told] = field(default_factory=dict)
    reports: dict[Hashable, int] = field(default_factory=dict)

    def number(self, about: Hashable) -> int:
        """Reports that are alike to the rules have the same number, which stands for them in the keys."""
        if len(self.said) >= REMEMBERED:
            for one in (self.said, self.told, self.reports):
                one.clear()
        return self.reports.setdefault(about, len(self.reports))


def _briefs(
    facts: IssueFacts,
    measured: Measured,
    evidence: Evidence,
    sides: Sides,
    memories: Sequence[_Memory],
) -> Iterator[Brief | None]:
    category = evidence.category
    keys = [measured.key(spot) for spot in measured.spots]
    first: tuple[_Told, Brief] | None = None
    for position, rules in enumerate(sides.compiled(facts)):
        if rules is None:
            yield None
        elif first and sides.alike(facts, category, position):
            yield first[1]
        else:
            if first and sides.alike_before_thresholds(facts, category, position):
                told = first[0]
            else:
                told = _told(measured, evidence, keys, memories[position], rules)
            seen = sides.seen(facts, evidence, position)
            outcome = outcome_of(told.ranked, doubts=told.doubts, evidence=seen, ruleset=rules)
            brief = Brief(outcome, *told.ranked[0][0][:2])
            if position == 0:
                first = told, brief
            yield brief


def _told(
    measured: Measured,
    evidence: Evidence,
    keys: Sequence[Hashable],
    memory: _Memory,
    rules: CompiledRuleSet,
) -> _Told:
    report = measured.report
    number = memory.number((rules, report.texts, evidence.lapsed, report.is_vague))
    is_single = len(keys) == 1
    if is_single and (number, keys[0]) in memory.told:
        return memory.told[number, keys[0]]
    found = []
    for spot, key in zip(measured.spots, keys, strict=True):
        said = memory.said.get((number, key))
        if said is None:
            said = memory.said[number, key] = _ask(measured, evidence, spot, rules)
        found.append(said)
    shares = shares_of([spot.share for spot in measured.spots], [said.prior for said in found])
    parts: dict[Key, list[Share]] = defaultdict(list)
    for said, share in zip(found, shares, strict=True):
        for key, one in said.shares:
            parts[key].append(Share(one.probability * share, one.confidence))
    told = _Told(shares_ranked(parts), doubts_named(evidence, (one.doubts for one in found)))
    if is_single:
        memory.told[number, keys[0]] = told
    return told


def _ask(measured: Measured, evidence: Evidence, spot: Spot, rules: CompiledRuleSet) -> _Said:
    finding = finding_of(evidence, measured.situation(spot), rules)
    shares = tuple(
        (key_of(one.candidate), Share(one.candidate.probability, one.candidate.confidence))
        for one in finding.said
    )
    return _Said(shares, finding.doubts, finding.prior)


def _brief_of(result: Result) -> Brief:
    first = result.candidates[0]
    return Brief(result.outcome, first.addressee, first.rule_id)
