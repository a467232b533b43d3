"""From what each situation says to ranked candidates, and whether the first is clear enough to be sent."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
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


def candidates_ranked(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """One candidate for each body, rule and hypothesis; bodies by their score, within a body by its parts.

    `probability` of what is given may be any shares; what is returned sums to one.
    """
    parts: dict[tuple[str, str, str], list[Candidate]] = defaultdict(list)
    for one in found:
        parts[one.body, one.rule_id, one.hypothesis].append(one)
    merged = [
        replace(
            group[0],
            score=math.fsum(one.score for one in group),
            probability=math.fsum(one.probability for one in group),
        )
        for _key, group in sorted(parts.items())
    ]
    scores = {
        body: math.fsum(one.score for one in merged if one.body == body)
        for body in {one.body for one in merged}
    }
    merged.sort(
        key=lambda one: (
            -scores[one.body],
            one.body == TRIAGE,
            one.body,
            -one.score,
            one.rule_id,
            one.hypothesis,
        )
    )
    shares = _shares([one.probability for one in merged])
    return tuple(
        replace(one, score=round(one.score, 4), probability=share)
        for one, share in zip(merged, shares, strict=True)
    )


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
    candidates: Sequence[Candidate],
    *,
    doubts: Iterable[str],
    evidence: Evidence,
    ruleset: CompiledRuleSet,
) -> Outcome:
    """What happens with the first candidate; `candidates` as `candidates_ranked` gives them."""
    scores: dict[str, float] = defaultdict(float)
    for one in candidates:
        scores[one.body] += one.score
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
    held_back = any(one.body == body and one.rule_id in evidence.shadowed for one in candidates)
    return Outcome.PROPOSED if held_back or threshold.is_proposed_only else Outcome.ASSIGNED
