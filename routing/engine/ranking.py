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


# Addressee (see `Candidate`), rule and hypothesis.
Key = tuple[str, str, str]


def candidates_ranked(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """One candidate for each addressee, rule and hypothesis; addressees by their score, each one's by its parts.

    `probability` of what is given may be any shares; what is returned sums to one. Who gets a copy, and the
    rule by which a computed authority was found, are those of the greatest share.
    """
    parts: dict[Key, list[Candidate]] = defaultdict(list)
    for one in found:
        parts[one.addressee, one.rule_id, one.hypothesis].append(one)
    order = scores_ranked({key: [one.score for one in group] for key, group in parts.items()})
    shares = _shares([math.fsum(one.probability for one in parts[key]) for key, _score in order])
    return tuple(
        replace(_weightiest(parts[key]), score=score, probability=share)
        for (key, score), share in zip(order, shares, strict=True)
    )


def _weightiest(parts: Sequence[Candidate]) -> Candidate:
    """One of those parts that agree in all but their shares and have together most of them."""
    if len(parts) == 1:
        return parts[0]
    shares: dict[tuple[str, tuple[str, ...]], list[float]] = defaultdict(list)
    for one in parts:
        shares[one.via, one.notify].append(one.probability)
    most = max(shares, key=lambda details: (math.fsum(shares[details]), details))
    return next(one for one in parts if (one.via, one.notify) == most)


def scores_ranked(found: Mapping[Key, Iterable[float]]) -> list[tuple[Key, float]]:
    """Each key with its score, to four digits, in the order of the candidates."""
    scores = [(key, math.fsum(some)) for key, some in sorted(found.items())]
    of_addressee: dict[str, list[float]] = defaultdict(list)
    for (addressee, _rule, _hypothesis), score in scores:
        of_addressee[addressee].append(score)
    sums = {addressee: math.fsum(some) for addressee, some in of_addressee.items()}
    scores.sort(key=lambda one: (-sums[one[0][0]], one[0][0] == TRIAGE, one[0][0], -one[1], one[0]))
    # First to nine digits: how a share was divided must not tip the fourth one.
    return [(key, round(round(score, 9), 4)) for key, score in scores]


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
    """What happens with the first addressee of (addressee, rule, score), in the order of the candidates."""
    scores: dict[str, float] = {}
    rules: dict[str, list[str]] = {}
    for one, rule_id, part in ranked:
        scores[one] = scores.get(one, 0.0) + part
        rules.setdefault(one, []).append(rule_id)
    (addressee, score), *others = scores.items()
    body = addressee.partition("/")[0]
    threshold = ruleset.threshold(evidence.category, body)
    lead = score - (others[0][1] if others else 0.0)
    if (
        body == TRIAGE
        or not NEVER_BY_ITSELF.isdisjoint(doubts)
        or round(score, 4) < threshold.assign_from
        or round(lead, 4) < threshold.assign_margin
    ):
        return Outcome.TRIAGE
    held_back = not set(evidence.shadowed).isdisjoint(rules[addressee])
    return Outcome.PROPOSED if held_back or threshold.is_proposed_only else Outcome.ASSIGNED
