"""The coverage matrix: who a rule set names at every kind of place, and where it names nobody (a hole).

Kinds of places with the same answer share a row, so that a person can read a category's thousands of combinations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any, Final

from routing.engine.checks.places import NO, YES, Dimension, Places, size_of
from routing.engine.checks.turns import TRIAGE, Turn, Turns, turns_of
from routing.engine.columns import COLUMN_VALUES
from routing.engine.ruleset import CompiledRuleSet

CYCLE_PARTS: Final = ("cycle_own", "cycle_shared")
# What rules' columns ask for; the other dimensions of a place come from hypotheses and the report.
MATRIX: Final = ("part", "road_class", "through_road", "usage", "owner")


class Coverage(StrEnum):
    """How a kind of place ends.

    BODY: always with an authority. TRIAGE: a rule may leave it to a person on purpose. PARTLY: with no rule where
    conditions fail. HOLE: with no rule.
    """

    BODY = "body"
    TRIAGE = "triage"
    PARTLY = "partly"
    HOLE = "hole"


@dataclass(frozen=True, slots=True)
class Answer:
    """A rule that may decide; `condition` is empty where it needs nothing more to hold."""

    rule_id: str
    body: str
    condition: str


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """Kinds of places with the same answers. `values`: dimension → values; one that is not there may be any."""

    values: Mapping[str, tuple[str, ...]]
    answers: tuple[Answer, ...]
    state: Coverage

    def to_json(self) -> dict[str, Any]:
        return {
            **{name: list(self.values.get(name, ())) for name in (*MATRIX, "built_up")},
            "beside_road": self.values.get("beside_road", ("",))[0],
            "state": self.state.value,
            "answers": [
                {"rule": one.rule_id, "body": one.body, "condition": one.condition}
                for one in self.answers
            ],
        }


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """One road class inside or outside: how many combinations of part, use and owner, and how they end."""

    road_class: str
    through_road: str
    combinations: int
    holes: int
    partly: int
    triage: int
    bodies: tuple[str, ...]

    @property
    def state(self) -> Coverage:
        if self.holes or self.partly:
            return Coverage.HOLE if self.holes else Coverage.PARTLY
        return Coverage.TRIAGE if self.triage else Coverage.BODY


def parts_of(part: str) -> tuple[str, ...]:
    """The parts that a category's reports can be about; of cycle paths the place or the reporter tells which."""
    return CYCLE_PARTS if part in CYCLE_PARTS else (part,)


def coverage_rows(
    ruleset: CompiledRuleSet, category: str, *, part: str, bears_through_roads: bool
) -> list[CoverageRow]:
    """The table of one category: every kind of place stands in exactly one row."""
    turns = turns_of(ruleset, category, parts_of(part), within=YES if bears_through_roads else NO)
    places = turns.places
    alike = _alike(turns)
    boxes = _boxes(places.base, {number: one for number, (one, _turns) in enumerate(alike)})
    rows = [_row(places, values, alike[number][1], turns) for values, number in boxes]
    return sorted(rows, key=lambda row: _position(row.values))


def coverage_cells(
    ruleset: CompiledRuleSet, category: str, *, part: str, bears_through_roads: bool
) -> list[CoverageCell]:
    """The row of a category in the overview of all: its road classes, each inside and outside."""
    turns = turns_of(ruleset, category, parts_of(part), within=YES if bears_through_roads else NO)
    places = turns.places
    everything = places.flat(turns.turns[0].left if turns.turns else turns.left)
    named = [
        (turn, places.flat(turn.decides))
        for turn in turns.turns
        if not (turn.is_everywhere or turn.is_last_resort)
    ]
    decided = reduce(or_, (one for _turn, one in named), 0)
    triage = reduce(or_, (one for turn, one in named if turn.rule.row.body == TRIAGE), 0)
    open_ones = places.flat(turns.holes)
    base = Places(category, parts_of(part))
    cells: list[CoverageCell] = []
    for road_class in COLUMN_VALUES["road_class"]:
        for state in COLUMN_VALUES["through_road"]:
            here = base.where("road_class", road_class) & base.where("through_road", state)
            bodies = [turn.rule.row.body for turn, one in named if one & here]
            cells.append(
                CoverageCell(
                    road_class,
                    state,
                    combinations=_count(base, everything & here),
                    holes=_count(base, open_ones & ~decided & here),
                    partly=_count(base, open_ones & decided & here),
                    triage=_count(base, triage & ~open_ones & here),
                    bodies=tuple(body for body in dict.fromkeys(bodies) if body != TRIAGE),
                )
            )
    return cells


def _count(base: Places, places: int) -> int:
    """How many combinations of the matrix's columns; what else places differ in is not counted."""
    for name in ("built_up", "beside_road", "bears_through_roads"):
        position = [one.name for one in base.dimensions].index(name)
        stride = size_of(base.dimensions[position + 1 :])
        folded = 0
        for number, value in enumerate(base.dimensions[position].values):
            folded |= (places & base.where(name, value)) >> (number * stride)
        places = folded
    return places.bit_count()


def _alike(turns: Turns) -> list[tuple[int, tuple[Turn, ...]]]:
    """Places grouped by the rules that may decide there."""
    places = turns.places
    start = places.flat(turns.turns[0].left if turns.turns else turns.left)
    groups: list[tuple[int, tuple[Turn, ...]]] = [(start, ())]
    for turn in turns.turns:
        if turn.is_everywhere:
            continue
        decides = places.flat(turn.decides)
        split: list[tuple[int, tuple[Turn, ...]]] = []
        for group, found in groups:
            if group & decides:
                split.append((group & decides, (*found, turn)))
            if group & ~decides:
                split.append((group & ~decides, found))
        groups = split
    # Where no rule at all is left over differs from where the last one always decides.
    left = places.flat(turns.left)
    ends = [(group & left, found) for group, found in groups] + [
        (group & ~left, found) for group, found in groups
    ]
    return [(group, found) for group, found in ends if group]


def _boxes(
    dimensions: Sequence[Dimension], groups: Mapping[int, int]
) -> Iterator[tuple[dict[str, tuple[str, ...]], int]]:
    """The groups (number → places) cut into boxes: values of each dimension, and the number of the group."""
    if not dimensions:
        yield {}, next(iter(groups))
        return
    first, rest = dimensions[0], dimensions[1:]
    stride = size_of(rest)
    merged: list[tuple[list[str], dict[int, int]]] = []
    possible = 0
    for number, value in enumerate(first.values):
        mask = ((1 << stride) - 1) << (number * stride)
        part = {key: (one & mask) >> (number * stride) for key, one in groups.items() if one & mask}
        if not part:
            continue
        possible += 1
        for values, known in merged:
            if not _differ(known, part):
                values.append(value)
                for key, one in part.items():
                    known[key] = known.get(key, 0) | one
                break
        else:
            merged.append(([value], part))
    for values, part in merged:
        narrowed = {} if len(values) == possible else {first.name: tuple(values)}
        for inner, number in _boxes(rest, part):
            yield {**narrowed, **inner}, number


def _differ(one: Mapping[int, int], other: Mapping[int, int]) -> bool:
    """Whether some place that both know is in another group; a place that only one knows cannot exist in the other."""
    return any(
        one_places & other_places
        for one_group, one_places in one.items()
        for other_group, other_places in other.items()
        if one_group != other_group
    )


def _row(
    places: Places, values: Mapping[str, tuple[str, ...]], found: tuple[Turn, ...], turns: Turns
) -> CoverageRow:
    here = -1
    for name, allowed in values.items():
        here &= places.where(name, *allowed)
    answers = tuple(
        Answer(
            turn.rule.row.rule_id,
            turn.rule.row.body,
            turn.rule.row.condition if turn.left & here & ~turn.reach.sure else "",
        )
        for turn in found
        if not turn.is_last_resort
    )
    if turns.holes & here:
        state = Coverage.PARTLY if answers else Coverage.HOLE
    elif any(one.body == TRIAGE for one in answers):
        state = Coverage.TRIAGE
    else:
        state = Coverage.BODY
    shown = {name: one for name, one in values.items() if name != "bears_through_roads"}
    return CoverageRow(shown, answers, state)


def _position(values: Mapping[str, tuple[str, ...]]) -> tuple[int, ...]:
    """By the columns from left to right, what is narrowed before what is not."""
    return tuple(
        COLUMN_VALUES[name].index(values[name][0])
        if name in values and values[name][0] in COLUMN_VALUES[name]
        else 99
        for name in MATRIX
    )
