"""Who would have to act for very many issues, and by which rule: the decision without its reasons, for trials."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from routing.engine import CompiledRuleSet, decide
from routing.engine.decide import doubts_named, finding_of
from routing.engine.ranking import Key, outcome_of, scores_ranked
from routing.enums import Outcome
from routing.evidence import (
    Measured,
    Spot,
    evidence_from,
    evidence_without_places,
    measured_of,
)
from routing.models import RuleSet
from routing.selectors.results import Sides
from routing.types import Evidence, Result


class Brief(NamedTuple):
    """What `routing.types.Result` says in short: its outcome, and whom its first candidate names by which rule."""

    outcome: Outcome
    addressee: str
    rule_id: str


def briefs_of(
    issue_ids: Sequence[int], rule_sets: Sequence[RuleSet | None]
) -> Iterator[tuple[int, Mapping[str, int], tuple[Brief | None, ...]]]:
    """(issue, active editions, what each rule set says) for issues in no order; None is the rule set in effect.

    The same, to the last bit, as `results_of` would find one by one. Places that are alike to the rules are
    decided once; memory does not grow with the number of issues.
    """
    sides = Sides(rule_sets)
    said: list[_Memory] = [_Memory() for _one in rule_sets]
    for head, one in measured_of(issue_ids, asking=sides.asks):
        facts = head.facts(one.report.number)
        evidence = evidence_without_places(head, one)
        keys = [one.key(n) for n in one.spots]
        answered = bool(one.report.clarifications)
        found: list[Brief | None] = []
        for position, rules in enumerate(sides.compiled(facts)):
            if rules is None:
                found.append(None)
            elif answered:
                # An answer picks among the places by what the keys do not hold, and may change the category.
                whole = sides.seen(facts, evidence_from(head, one), position)
                found.append(_brief_of(decide(whole, rules)))
            elif position and sides.alike(facts, one.report.category, position):
                found.append(found[0])
            else:
                place = _Place(one, sides.seen(facts, evidence, position), keys)
                found.append(_brief(place, said[position], rules))
        yield one.report.number, one.ground.datasets, tuple(found)


@dataclass(frozen=True, slots=True)
class _Place:
    """A report's disc, its evidence without situations, and the key of each spot."""

    measured: Measured
    evidence: Evidence
    keys: Sequence[Hashable]


# What is remembered of places is forgotten when it has grown to so many, which bounds the memory.
REMEMBERED: Final = 100_000


class _Said(NamedTuple):
    """What the rules said about a place: the candidates with their scores for a whole disc; doubts."""

    scores: tuple[tuple[Key, float], ...]
    doubts: tuple[str, ...]


@dataclass(slots=True)
class _Memory:
    """What one rule set said about places so far, by all that it could see of them."""

    said: dict[Hashable, _Said] = field(default_factory=dict)
    whole: dict[Hashable, Brief] = field(default_factory=dict)


def _brief(place: _Place, memory: _Memory, rules: CompiledRuleSet) -> Brief:
    report = place.measured.report
    about = (rules, report.texts, place.evidence.lapsed, report.is_vague)
    whole = (about, place.keys[0])
    if len(place.keys) == 1 and whole in memory.whole:
        return memory.whole[whole]
    parts: dict[Key, list[float]] = defaultdict(list)
    doubts = []
    for spot, key in zip(place.measured.spots, place.keys, strict=True):
        said = memory.said.get((about, key)) or _ask(place, spot, rules)
        if len(memory.said) >= REMEMBERED:
            memory.said.clear()
            memory.whole.clear()
        memory.said[about, key] = said
        doubts.append(said.doubts)
        for candidate, score in said.scores:
            parts[candidate].append(score * spot.share)
    ranked = [
        (addressee, rule_id, score) for (addressee, rule_id, _h), score in scores_ranked(parts)
    ]
    named = doubts_named(place.evidence, doubts)
    outcome = outcome_of(ranked, doubts=named, evidence=place.evidence, ruleset=rules)
    found = Brief(outcome, ranked[0][0], ranked[0][1])
    if len(place.keys) == 1:
        memory.whole[whole] = found
    return found


def _ask(place: _Place, spot: Spot, rules: CompiledRuleSet) -> _Said:
    finding = finding_of(place.evidence, place.measured.situation(spot), rules)
    scores = tuple(
        ((one.addressee, one.rule_id, one.hypothesis), one.score) for one in finding.candidates
    )
    return _Said(scores, finding.doubts)


def _brief_of(result: Result) -> Brief:
    first = result.candidates[0]
    return Brief(result.outcome, first.addressee, first.rule_id)
