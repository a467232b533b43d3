"""What a reporter's answer to a question says about the place: it narrows the evidence, and names nobody."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from routing.engine.facts import facts_of
from routing.types import UNKNOWN, Evidence, Situation

ATTRIBUTE: Final = "attribute:"
NO_ROAD: Final = "none"
# Answers that say nothing: not known, not given in time, or no longer asked for.
SAYING_NOTHING: Final = frozenset({UNKNOWN, "expired", "withdrawn"})
# The code under which the number of an asset stands among the answers.
ASSET_NUMBER: Final = "ASSET_NUMBER"


@cache
def part_categories() -> Mapping[str, str]:
    """The part of the road → the category that is about damage there (`data/part_categories.csv`)."""
    path = Path(__file__).resolve().parent.parent / "data" / "part_categories.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["part"]: row["category"] for row in csv.DictReader(file, delimiter=";")}


def clarified(evidence: Evidence) -> tuple[Evidence, tuple[str, ...]]:
    """The evidence as far as it fits the answers given, and doubts about answers that fit nothing.

    Weights of the situations that remain sum to one again. An answer that fits no situation (the report was
    moved since, say) changes nothing and is named as `answer_unfitting`.
    """
    doubts: list[str] = []
    for kind, code in evidence.clarifications:
        if code in SAYING_NOTHING:
            continue
        narrowed = _narrowed(evidence, kind, code)
        if narrowed is None:
            doubts.append("answer_unfitting")
        else:
            evidence = narrowed
    return evidence, tuple(dict.fromkeys(doubts))


def _narrowed(evidence: Evidence, kind: str, code: str) -> Evidence | None:
    if kind.startswith(ATTRIBUTE):
        answers = {**evidence.answers, kind.removeprefix(ATTRIBUTE): code}
        return replace(evidence, answers=answers)
    if kind == "asset":
        return replace(evidence, answers={**evidence.answers, ASSET_NUMBER: code})
    if kind == "part":
        category = part_categories().get(code)
        return replace(evidence, category=category, part=code) if category else None
    by_situation = _BY_SITUATION.get(kind)
    if by_situation is None:
        return None
    kept = [
        found
        for situation in evidence.situations
        if (found := by_situation(evidence, situation, code)) is not None
    ]
    total = sum(situation.weight for situation in kept)
    if not kept or total <= 0:
        return None
    shares = tuple(replace(one, weight=one.weight / total) for one in kept)
    return replace(evidence, situations=shares)


def _on_ground(evidence: Evidence, situation: Situation, code: str) -> Situation | None:
    """Of several parcels on an edge, those with this land use."""
    uses = {parcel.usage for parcel in situation.parcels}
    if code not in uses:
        return None
    fitting = tuple(parcel for parcel in situation.parcels if parcel.usage == code)
    return replace(situation, parcels=fitting, weight=situation.weight / len(uses))


def _on_road(evidence: Evidence, situation: Situation, code: str) -> Situation | None:
    """Only this road counts, where it can be meant at all; `none`: where no road is meant."""
    if code == NO_ROAD:
        return situation if facts_of(evidence, situation).section is None else None
    only = replace(situation, sections=tuple(one for one in situation.sections if one.road == code))
    return only if facts_of(evidence, only).section is not None else None


def _in_built_up(evidence: Evidence, situation: Situation, code: str) -> Situation | None:
    if situation.built_up == UNKNOWN:
        return replace(situation, built_up=code)
    return situation if situation.built_up == code else None


_BY_SITUATION: Final[Mapping[str, Callable[[Evidence, Situation, str], Situation | None]]] = {
    "ground": _on_ground,
    "road": _on_road,
    "built_up": _in_built_up,
}
