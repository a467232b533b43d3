"""What a reporter's answer to a question says about the place: it narrows the evidence and names no authority."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from routing.engine.facts import facts_of
from routing.engine.levels import levels_of, road_name
from routing.types import UNKNOWN, Evidence, Situation

ATTRIBUTE: Final = "attribute:"
NO_ROAD: Final = "none"
# Answers that say nothing: not known, not given in time, or no longer asked for.
SAYING_NOTHING: Final = frozenset({UNKNOWN, "expired", "withdrawn"})
BUILT_UP: Final = frozenset({"in", "out"})
# The code under which the number of an asset stands among the answers.
ASSET_NUMBER: Final = "ASSET_NUMBER"


@cache
def part_categories() -> Mapping[str, str]:
    """The part of the road → the category that is about damage there (`part_categories.csv`)."""
    path = Path(__file__).with_name("part_categories.csv")
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


def uses_shares(evidence: Evidence) -> Mapping[str, float]:
    """How much of the disc has which land use, as far as that is known."""
    shares: dict[str, float] = defaultdict(float)
    for situation in evidence.situations:
        uses = _uses_known(situation)
        for usage in uses:
            shares[usage] += situation.weight / len(uses)
    return shares


def _uses_known(situation: Situation) -> set[str]:
    return {parcel.usage for parcel in situation.parcels} - {UNKNOWN.upper()}


def roads_shares(evidence: Evidence) -> Mapping[str, float]:
    """How much of the disc is about which road, or none; beyond the boundary no road need be loaded."""
    shares: dict[str, float] = defaultdict(float)
    for situation in evidence.situations:
        section = facts_of(evidence, situation).section
        if section is not None or situation.inside:
            shares[section.road if section and section.road else NO_ROAD] += situation.weight
    return shares


def _like_the_rest(
    situation: Situation, shares: Mapping[str, float], code: str
) -> Situation | None:
    """A part of the disc of which nothing is known, such as a neighbour's, is taken to be like the rest of it.

    So an answer says nothing about whether the place lies there.
    """
    if code not in shares:
        return None
    return replace(situation, weight=situation.weight * shares[code] / math.fsum(shares.values()))


def _on_ground(evidence: Evidence, situation: Situation, code: str) -> Situation | None:
    """Of several parcels on an edge, those with this land use."""
    uses = _uses_known(situation)
    if not uses:
        return _like_the_rest(situation, uses_shares(evidence), code)
    if code not in uses:
        return None
    fitting = tuple(parcel for parcel in situation.parcels if parcel.usage == code)
    return replace(situation, parcels=fitting, weight=situation.weight / len(uses))


def _on_road(evidence: Evidence, situation: Situation, code: str) -> Situation | None:
    """Only this road counts, where it can be meant at all; `none`: where no road is meant."""
    section = facts_of(evidence, situation).section
    if section is None and not situation.inside:
        return _like_the_rest(situation, roads_shares(evidence), code)
    if code == NO_ROAD:
        return situation if section is None else None
    only = replace(situation, sections=tuple(one for one in situation.sections if one.road == code))
    return only if facts_of(evidence, only).section is not None else None


def _in_built_up(evidence: Evidence, situation: Situation, code: str) -> Situation | None:
    if code not in BUILT_UP:
        return None
    if situation.built_up == UNKNOWN:
        return replace(situation, built_up=code)
    return situation if situation.built_up == code else None


def _on_level(evidence: Evidence, situation: Situation, code: str) -> Situation | None:
    """The named one of several levels; where there is one only, it has to be that road or that land."""
    if levels_of(evidence, situation):
        return replace(situation, level=code) if code in levels_of(evidence, situation) else None
    facts = facts_of(evidence, situation)
    is_it = code in (facts.usage, road_name(facts.section) if facts.section else "")
    return situation if is_it else None


_BY_SITUATION: Final[Mapping[str, Callable[[Evidence, Situation, str], Situation | None]]] = {
    "ground": _on_ground,
    "road": _on_road,
    "built_up": _in_built_up,
    "level": _on_level,
}
