"""Figures and how they are taken."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table. `yardstick` is in the same unit as `value`; `ratio` is value / yardstick.

    `limit` is what the value must not pass (`at_most`) or fall below (`at_least`); of a ratio limit it is
    the ratio that is held against it. None: there is no limit, the figure is for comparison.
    """

    name: str
    value: float
    unit: str
    yardstick: float
    limit: float | None = None
    limit_is_of_ratio: bool = False
    at_least: bool = False

    @property
    def ratio(self) -> float:
        return self.value / self.yardstick

    @property
    def holds(self) -> bool | None:
        if self.limit is None:
            return None
        measured = self.ratio if self.limit_is_of_ratio else self.value
        return measured >= self.limit if self.at_least else measured <= self.limit

    def as_json(self) -> dict[str, Any]:
        shown = {key: asdict(self)[key] for key in ("name", "value", "unit", "yardstick")}
        rounded = {key: round(v, 3) if isinstance(v, float) else v for key, v in shown.items()}
        return {**rounded, "ratio": round(self.ratio, 3), "limit": self.limit, "holds": self.holds}


def milliseconds(call: Callable[[Item], object], items: Iterable[Item]) -> list[float]:
    """How long the call takes for each item."""
    taken = []
    for item in items:
        began = perf_counter()
        call(item)
        taken.append((perf_counter() - began) * 1000)
    return taken


def median(values: list[float]) -> float:
    return statistics.median(values)
