"""From what each situation says to ranked candidates, and whether the first is clear enough to be sent."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

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
# On which of two levels a place is no map can tell: only priors speak, so they have to speak this clearly, except where
# waiting costs more than a wrong sending (a lower threshold than this; ADR 19).
LEVEL_FROM: Final = 0.98
# Thresholds below this are those of emergencies (docs/rules.md).
WAITING_COSTS_BELOW: Final = 0.90
# Rules whose reading of the law is less sure than this leave the body to a person (ADR 4).
CONFIDENCE_FROM: Final = 0.70
# Probabilities are multiples of this, so that their sum is exactly one in whatever order they are added.
STEPS: Final = 1 << 20


class Key(NamedTuple):
    """What candidates are told apart by; the addressee as in `Candidate`."""

    addressee: str
    rule_id: str
    hypothesis: str
    level: str


class Share(NamedTuple):
    """A part of what speaks for a candidate: its probability, and how sure the rule is."""

    probability: float
    confidence: float


def key_of(candidate: Candidate) -> Key:
    return Key(candidate.addressee, candidate.rule_id, candidate.hypothesis, candidate.level)


def candidates_ranked(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """One candidate for each addressee, rule, hypothesis and level; addressees by their probability, then their parts.

    `probability` of what is given may be any shares; what is returned sums to one. Who gets a copy, and the
    rule by which a computed authority was found, are those of the greatest share.
    """
    parts: dict[Key, list[Candidate]] = defaultdict(list)
    for one in found:
        parts[key_of(one)].append(one)
    order = shares_ranked(
        {
            key: [Share(one.probability, one.confidence) for one in some]
            for key, some in parts.items()
        }
    )
    shares = _shares([said.probability for _key, said in order])
    return tuple(
        replace(_weightiest(parts[key]), confidence=said.confidence, probability=share)
        for (key, said), share in zip(order, shares, strict=True)
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


def shares_ranked(found: Mapping[Key, Iterable[Share]]) -> list[tuple[Key, Share]]:
    """Each key with its probability and mean confidence, in the order of the candidates; those of no rule last."""
    said = [(key, _together(list(some))) for key, some in sorted(found.items())]
    of_addressee: dict[str, list[Share]] = defaultdict(list)
    for key, one in said:
        of_addressee[key.addressee].append(one)
    sums = {addressee: _precedence(_together(some)) for addressee, some in of_addressee.items()}
    return sorted(
        said,
        key=lambda one: (
            not one[0].rule_id,
            sums[one[0].addressee],
            one[0].addressee == TRIAGE,
            one[0].addressee,
            _precedence(one[1]),
            one[0],
        ),
    )


def _precedence(one: Share) -> tuple[float, float]:
    """The likelier goes first, of equals the surer. Rounded: no order may hang on the last bit of a sum."""
    return -round(one.probability, 9), -one.confidence


def _together(parts: Sequence[Share]) -> Share:
    probability = math.fsum(one.probability for one in parts)
    if probability <= 0:
        return Share(0.0, max(one.confidence for one in parts))
    sure = math.fsum(one.probability * one.confidence for one in parts)
    return Share(probability, round(sure / probability, 4))


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
    ranked: Iterable[tuple[Key, Share]],
    *,
    doubts: Collection[str],
    evidence: Evidence,
    ruleset: CompiledRuleSet,
) -> Outcome:
    """What happens with the first addressee, all its rules added up; `ranked` in the order of the candidates.

    The threshold says from which probability on a wrong sending, at its cost, is worth less than a person's look
    (docs/rules.md). How sure the rules are is another matter: an open reading of the law is never sent by itself.
    """
    said: dict[str, list[Share]] = {}
    rules: dict[str, list[str]] = {}
    for key, one in ranked:
        said.setdefault(key.addressee, []).append(one)
        rules.setdefault(key.addressee, []).append(key.rule_id)
    (addressee, first), *others = ((name, _together(some)) for name, some in said.items())
    body = addressee.partition("/")[0]
    threshold = ruleset.threshold(evidence.category, body)
    least = threshold.assign_from
    if "levels" in doubts and least >= WAITING_COSTS_BELOW:
        least = max(least, LEVEL_FROM)
    lead = first.probability - (others[0][1].probability if others else 0.0)
    if (
        body == TRIAGE
        or not NEVER_BY_ITSELF.isdisjoint(doubts)
        or first.confidence < CONFIDENCE_FROM
        or round(first.probability, 4) < least
        or round(lead, 4) < threshold.assign_margin
    ):
        return Outcome.TRIAGE
    held_back = not set(evidence.shadowed).isdisjoint(rules[addressee])
    return Outcome.PROPOSED if held_back or threshold.is_proposed_only else Outcome.ASSIGNED
