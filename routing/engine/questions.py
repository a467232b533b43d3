"""The one question to the reporter whose answer would tell most: pure, and never about who owns what.

Every question that could be asked about the evidence is tried: each answer narrows the evidence, the rules
decide it, and what the answers tell apart is measured in bits over the authorities that would have to act.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from routing.engine.clarifications import (
    ATTRIBUTE,
    part_categories,
    roads_shares,
    uses_shares,
)
from routing.engine.decide import decide, weighed
from routing.engine.facts import asset_choose
from routing.engine.levels import level_above
from routing.engine.ruleset import CompiledRuleSet
from routing.enums import Outcome
from routing.types import UNKNOWN, Evidence, Result

OPTIONS_MAX: Final = 5
# A question is worth somebody's time when at least this share of its answers settles the matter.
WORTH_FROM: Final = 0.25
LEVEL: Final = "level"
CARRIAGEWAY: Final = "carriageway"
SETTLED: Final = frozenset({Outcome.ASSIGNED, Outcome.PROPOSED})


@dataclass(frozen=True, slots=True)
class AttributeAsked:
    """A question of the category itself, with the codes of its answers."""

    code: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """`options` are the codes of the answers, likelier ones first; `information` is in bits.

    `settled` is the share of the answers after which no person has to decide any more. `above` is the option that
    lies on the bridge, where two levels are asked about and it is known.
    """

    kind: str
    options: tuple[str, ...]
    information: float
    settled: float
    above: str = ""


def question_best(
    evidence: Evidence, ruleset: CompiledRuleSet, *, attributes: Sequence[AttributeAsked] = ()
) -> QuestionAsked | None:
    """The question with the greatest expected information about who must act; None where none helps.

    Only one question is ever asked, so evidence with an answer to one has none left. Of questions that tell
    the same, the one that settles more goes first, then the order of `_proposals`.
    """
    if evidence.clarifications:
        return None
    best: QuestionAsked | None = None
    for kind, shares in _proposals(evidence, ruleset, attributes):
        found = _tried(evidence, ruleset, kind, shares)
        if found is not None and (best is None or _rank(found) > _rank(best)):
            best = found
    if best is not None and best.kind == LEVEL:
        return replace(best, above=_above(evidence, best.options))
    return best


def _above(evidence: Evidence, options: Sequence[str]) -> str:
    """The upper one of the levels, where all places that know it agree."""
    found = {level_above(one, options) for one in evidence.situations} - {""}
    return found.pop() if len(found) == 1 else ""


def _rank(question: QuestionAsked) -> tuple[float, float]:
    return round(question.information, 6), round(question.settled, 6)


def _tried(
    evidence: Evidence, ruleset: CompiledRuleSet, kind: str, shares: Mapping[str, float]
) -> QuestionAsked | None:
    # Sorted by share alone: the answers of a category's own question keep their order.
    ranked = sorted(shares.items(), key=lambda item: -item[1])[:OPTIONS_MAX]
    total = math.fsum(share for _code, share in ranked)
    if len(ranked) < 2 or total <= 0:
        return None
    mixed: dict[str, float] = defaultdict(float)
    left = settled = 0.0
    for code, share in ranked:
        result = decide(replace(evidence, clarifications=((kind, code),)), ruleset)
        bodies = _bodies(result)
        for body, probability in bodies.items():
            mixed[body] += probability * share / total
        left += _entropy(bodies) * share / total
        settled += share / total if result.outcome in SETTLED else 0.0
    if round(settled, 6) < WORTH_FROM:
        return None
    options = tuple(code for code, _share in ranked)
    return QuestionAsked(kind, options, max(0.0, _entropy(mixed) - left), settled)


def _bodies(result: Result) -> dict[str, float]:
    bodies: dict[str, float] = defaultdict(float)
    for one in result.candidates:
        bodies[one.addressee] += one.probability
    return bodies


def _entropy(shares: Mapping[str, float]) -> float:
    return -math.fsum(share * math.log2(share) for share in shares.values() if share > 0)


def _proposals(
    evidence: Evidence, ruleset: CompiledRuleSet, attributes: Sequence[AttributeAsked]
) -> Iterator[tuple[str, Mapping[str, float]]]:
    """(kind, answer → how likely it is) for every question that this evidence allows."""
    for attribute in attributes:
        values = [value for value in attribute.values if value != UNKNOWN]
        if attribute.code not in evidence.answers and values:
            yield f"{ATTRIBUTE}{attribute.code}", dict.fromkeys(values, 1 / len(values))
    likely = weighed(evidence, ruleset)
    for kind, shares in (
        (LEVEL, _levels(decide(evidence, ruleset))),
        ("ground", uses_shares(likely)),
        ("road", roads_shares(likely)),
        ("part", _parts(likely)),
        ("asset", _assets(likely)),
    ):
        # By code, so that the order of the evidence decides nothing.
        yield kind, dict(sorted(shares.items()))
    if any(situation.built_up == UNKNOWN for situation in evidence.situations):
        yield "built_up", {"in": 0.5, "out": 0.5}


def _levels(result: Result) -> Mapping[str, float]:
    """How likely the report is about each of several levels, as far as they lead to different authorities."""
    shares: dict[str, float] = defaultdict(float)
    if "levels" in result.doubts:
        for one in result.candidates:
            if one.level:
                shares[one.level] += one.probability
    return shares


def _parts(evidence: Evidence) -> Mapping[str, float]:
    """Only for damage to the carriageway: people call holes in any part of the road so, and the answer says which.

    Whoever chose another part has said which one it is.
    """
    shares: dict[str, float] = defaultdict(float)
    if evidence.part == CARRIAGEWAY and part_categories().get(CARRIAGEWAY) == evidence.category:
        for situation in evidence.situations:
            known = {one.part for one in situation.parts} & set(part_categories())
            for part in known:
                shares[part] += situation.weight / len(known)
    return shares


def _assets(evidence: Evidence) -> Mapping[str, float]:
    shares: dict[str, float] = defaultdict(float)
    for situation in evidence.situations:
        asset = asset_choose(evidence, situation)
        if asset is not None and asset.number:
            shares[asset.number] += situation.weight
    return shares
