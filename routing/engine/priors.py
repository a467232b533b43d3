"""How often reports of a category come from which kind of ground: expert's values or proposed from settled issues.

A prior weighs the places where a report may be against each other. It decides nothing where the place is known, and
makes nothing impossible (docs/rules.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from routing.engine.columns import ANYTHING, alternatives
from routing.types import PRIOR_MAX, PRIOR_MIN, Facts

# What no row is about.
WEIGHT_ELSEWHERE: Final = 1.0
# A place on no known part of the road.
NO_PART: Final = "none"
# The zone of the rails at a crossing says nothing about which part of the road it is.
NO_PARTS: Final = frozenset({"rail"})
# Later ones count more where two rows name as many columns.
COLUMNS: Final = ("built_up", "road_class", "usage", "part")


@dataclass(frozen=True, slots=True)
class PriorRow:
    """Relative rate of reports of a category per square metre of a kind of ground; `*` is any, `|` alternatives.

    `part` is a part of the road, or `none` for a place on no known one. Only ratios matter: 1 is what holds where no
    row fits. `settled` is the number of settled issues of the category that the weight was proposed from; None: it is
    an expert's value.
    """

    category: str
    road_class: str
    usage: str
    part: str
    built_up: str
    weight: float
    settled: int | None = None

    @property
    def name(self) -> str:
        """What tells it from the other rows of a rule set."""
        return f"{self.category}/{self.road_class}/{self.usage}/{self.part}/{self.built_up}"

    @property
    def rank(self) -> tuple[bool, int, tuple[bool, ...], tuple[str, ...]]:
        """The narrower row counts: a named category before anything else, then the number of named columns."""
        named = [getattr(self, column) not in ANYTHING for column in COLUMNS]
        texts = (self.category, *(getattr(self, column) for column in COLUMNS))
        return self.category not in ANYTHING, sum(named), tuple(reversed(named)), texts


@dataclass(frozen=True, slots=True)
class _Compiled:
    values: tuple[tuple[str, frozenset[str]], ...]
    row: PriorRow

    def fits(self, ground: Mapping[str, str]) -> bool:
        return all(ground[column] in wanted for column, wanted in self.values)


def weight_of(row: PriorRow | None) -> float:
    return WEIGHT_ELSEWHERE if row is None else row.weight


def _grounds(facts: Facts) -> list[dict[str, str]]:
    """One for each part of the road at this place, with values for COLUMNS."""
    return [
        {
            "built_up": facts.built_up,
            "road_class": facts.road_class,
            "usage": facts.usage,
            "part": part,
        }
        for part in _parts(facts)
    ]


def _parts(facts: Facts) -> list[str]:
    return sorted({one.part for one in facts.situation.parts} - NO_PARTS) or [NO_PART]


class Priors:
    """The rows of a rule set, asked by category and ground."""

    def __init__(self, rows: Iterable[PriorRow] = ()) -> None:
        self.rows = frozenset(rows)
        self._ordered = sorted(self.rows, key=lambda row: row.rank, reverse=True)
        self._known: dict[tuple[str, ...], float] = {}
        self._of_category: dict[str, tuple[_Compiled, ...]] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Priors) and self.rows == other.rows

    def __hash__(self) -> int:
        return hash(self.rows)

    def for_category(self, category: str) -> tuple[PriorRow, ...]:
        """The rows that may count for this category, the narrower ones first."""
        return tuple(
            row
            for row in self._ordered
            if row.category in ANYTHING or category in row.category.split("|")
        )

    def weight(self, facts: Facts) -> float:
        """The relative rate at this place, read in this way."""
        key = (facts.category, facts.road_class, facts.usage, facts.built_up, *_parts(facts))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._worked_out(facts)
        return known

    def road_classes(self, category: str) -> frozenset[str]:
        """The classes of roads that rows for this category name."""
        values = (dict(row.values).get("road_class") for row in self._rows(category))
        return frozenset().union(*(one for one in values if one is not None))

    def row(self, category: str, ground: Mapping[str, str]) -> PriorRow | None:
        """The row that counts on a kind of ground, which has a value for each of COLUMNS."""
        return next((one.row for one in self._rows(category) if one.fits(ground)), None)

    def counting(self, facts: Facts) -> tuple[dict[str, str], PriorRow | None]:
        """The kind of ground at this place, and its row; on several parts at once that which most reports come from."""
        found = [(ground, self.row(facts.category, ground)) for ground in _grounds(facts)]
        return max(found, key=lambda one: weight_of(one[1]))

    def _worked_out(self, facts: Facts) -> float:
        _ground, row = self.counting(facts)
        return min(PRIOR_MAX, max(PRIOR_MIN, weight_of(row)))

    def _rows(self, category: str) -> tuple[_Compiled, ...]:
        if category not in self._of_category:
            self._of_category[category] = tuple(
                _Compiled(
                    tuple(
                        (column, values)
                        for column in COLUMNS
                        if (values := alternatives(getattr(row, column))) is not None
                    ),
                    row,
                )
                for row in self.for_category(category)
            )
        return self._of_category[category]
