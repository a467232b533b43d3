"""From what each situation says to ranked candidates, and whether the first is clear enough to be sent."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from routing.engine.ruleset import CompiledRuleSet
from routing.enums import Outcome
from routing.types import Candidate, Evidence

TRIAGE: Final = "TRIAGE"
# Doubts that a person has to settle, however sure the first candidate looks: missing data is no absence.
NEVER_BY_ITSELF: Final = frozenset(
    {
        "agreements_clash",
        "location_vague",
        "no_place",
        "rests_on_missing_data",
        "rules_tie",
    }
)
# Probabilities are multiples of this, so that their sum is exactly one in whatever order they are added.
STEPS: Final = 1 << 20


Key = tuple[str, str, str]


def candidates_ranked(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """One candidate for each body, rule and hypothesis; bodies by their score, within a body by its parts.

    `probability` of what is given may be any shares; what is returned sums to one.
    """
    parts: dict[Key, list[Candidate]] = defaultdict(list)
    for one in found:
        parts[one.body, one.rule_id, one.hypothesis].append(one)
    order = scores_ranked({key: [one.score for one in group] for key, group in parts.items()})
    shares = _shares([math.fsum(one.probability for one in parts[key]) for key, _score in order])
    return tuple(
        replace(parts[key][0], score=score, probability=share)
        for (key, score), share in zip(order, shares, strict=True)
    )


def scores_ranked(found: Mapping[Key, Iterable[float]]) -> list[tuple[Key, float]]:
    """(body, rule, hypothesis) with its score, to four digits, in the order of the candidates."""
    scores = [(key, math.fsum(some)) for key, some in sorted(found.items())]
    of_body: dict[str, list[float]] = defaultdict(list)
    for (body, _rule, _hypothesis), score in scores:
        of_body[body].append(score)
    sums = {body: math.fsum(some) for body, some in of_body.items()}
    scores.sort(key=lambda one: (-sums[one[0][0]], one[0][0] == TRIAGE, one[0][0], -one[1], one[0]))
    return [(key, round(score, 4)) for key, score in scores]


def _shares(weights: Sequence[float]) -> list[float]:
    """The weights as multiples of 1 / STEPS that sum to exactly one: largest remainder, the first of equals."""
    total = math.fsum(weights)
    if total <= 0:
        weights, total = [1.0] * len(weights), float(len(weights))
    exact = [weight / total * STEPS for weight in weights]
    steps = [math.floor(one) for one in exact]
    by_remainder = sorted(range(len(exact)), key=lambda n: (steps[n] - exact[n], n))
    for n in by_remainder[: STEPS - sum(steps)]:
        steps[n] += 1
    return [one / STEPS for one in steps]


def outcome_of(
    ranked: Iterable[tuple[str, str, float]],
    *,
    doubts: Collection[str],
    evidence: Evidence,
    ruleset: CompiledRuleSet,
) -> Outcome:
    """What happens with the first body of (body, rule, score), in the order of the candidates."""
    scores: dict[str, float] = {}
    rules: dict[str, list[str]] = {}
    for one, rule_id, part in ranked:
        scores[one] = scores.get(one, 0.0) + part
        rules.setdefault(one, []).append(rule_id)
    (body, score), *others = scores.items()
    threshold = ruleset.threshold(evidence.category, body)
    lead = score - (others[0][1] if others else 0.0)
    if (
        body == TRIAGE
        or not NEVER_BY_ITSELF.isdisjoint(doubts)
        or round(score, 4) < threshold.assign_from
        or round(lead, 4) < threshold.assign_margin
    ):
        return Outcome.TRIAGE
    held_back = not set(evidence.shadowed).isdisjoint(rules[body])
    return Outcome.PROPOSED if held_back or threshold.is_proposed_only else Outcome.ASSIGNED
