"""The figures in words, lines and bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import pgettext

from mapui.evaluation.months import Month, month_moved, months_before
from mapui.evaluation.situation_tables import (
    Kinds,
    Table,
    count_in,
    days_told,
    mean_in,
    months_table,
    open_tables,
    place_tables,
    queue_url,
)
from mapui.site.enums import Age, Missing, Work
from mapui.site.issues import OPEN
from routing.figures import (
    Happened,
    Open,
    Scope,
    figures_by_month,
    figures_by_place,
    figures_open,
)
from routing.rulebook.statistics import Tally, statistics_of

SPARK_MONTHS: Final = 12
# Size of a line in a tile, in its own units.
SPARK_WIDTH, SPARK_HEIGHT = 110, 24


@dataclass(frozen=True)
class Period:
    """Whole months; `since` is the beginning of the first, `until` is now."""

    months: Sequence[Month]
    since: datetime
    until: datetime

    def year_before(self) -> list[Month]:
        return [month_moved(one, -12) for one in self.months]


@dataclass(frozen=True)
class Figure:
    """A tile. `former` is the same of the year before, "" where there is none; `line` are points of an SVG."""

    name: str
    value: str
    former: str
    url: str
    line: str


@dataclass(frozen=True)
class SituationShown:
    figures: Sequence[Figure]
    tables: Sequence[Table]


def situation_shown(scope: Scope, period: Period) -> SituationShown:
    """Four statements, and two or three for the names."""
    unfinished = figures_open(scope)
    kinds = figures_by_month(scope)
    places = figures_by_place(scope, since=period.since, until=period.until)
    return SituationShown(
        figures=_Tiles(scope, period, kinds).all(unfinished),
        tables=[
            *open_tables(scope, unfinished),
            months_table(kinds, period.months),
            *place_tables(scope, places),
        ],
    )


@dataclass(frozen=True)
class _Tiles:
    scope: Scope
    period: Period
    kinds: Kinds

    def all(self, unfinished: Mapping[str, list[Open]]) -> list[Figure]:
        overall = (unfinished.get("all") or [Open("", 0, 0, 0)])[0]
        fresh = sum(one.count for one in self.kinds.get("day", {}).values())
        late = {"work": Work.OVERDUE.value}
        undecided = {"status": OPEN, "missing": Missing.DECISION.value}
        return [
            self._now(pgettext("figure", "open"), overall.open, {"status": OPEN}, self._open()),
            self._now(
                pgettext("figure", "new in 24 hours"),
                fresh,
                {"age": Age.DAY.value},
                self._counts("received"),
            ),
            self._now(
                pgettext("figure", "without decision"),
                overall.undecided,
                undecided,
                self._counts("undecided"),
            ),
            self._now(
                pgettext("figure", "overdue"), overall.overdue, late, self._counts("overdue")
            ),
            self._days(pgettext("figure", "days to passing on"), "forwarded", "forwarded"),
            self._days(pgettext("figure", "days to done"), "done", "done"),
            self._right(),
            self._rejected(),
        ]

    def _now(
        self, name: str, count: int, query: Mapping[str, str], line: Sequence[float]
    ) -> Figure:
        return Figure(name, number_format(count), "", queue_url(self.scope, query), _line(line))

    def _days(self, name: str, kind: str, status: str) -> Figure:
        found = self.kinds.get(kind, {})
        line = [found[one].days or 0.0 if one in found else 0.0 for one in self._months()]
        return Figure(
            name,
            days_told(mean_in(found, self.period.months)),
            days_told(mean_in(found, self.period.year_before())),
            queue_url(self.scope, {"status": status}),
            _line(line),
        )

    def _rejected(self) -> Figure:
        found = self.kinds.get("rejected", {})
        return Figure(
            pgettext("figure", "not pursued"),
            number_format(count_in(found, self.period.months)),
            number_format(count_in(found, self.period.year_before())),
            queue_url(self.scope, {"status": "rejected"}),
            _line(self._counts("rejected")),
        )

    def _right(self) -> Figure:
        """Of all categories and authorities: what was right is known of the rules as a whole."""
        by_month = {one.key: one for one in statistics_of(self.scope.jurisdiction).by_month}
        shares = [by_month[one].precision if one in by_month else None for one in self._months()]
        query = urlencode({"jurisdiction": self.scope.jurisdiction.identifier})
        return Figure(
            pgettext("figure", "automatic and right"),
            _share_told(by_month, self.period.months),
            _share_told(by_month, self.period.year_before()),
            f"{reverse('statistics')}?{query}",
            _line([one or 0.0 for one in shares]),
        )

    def _months(self) -> list[Month]:
        return months_before(self.period.months[-1], SPARK_MONTHS)

    def _counts(self, kind: str) -> list[float]:
        found = self.kinds.get(kind, {})
        return [float(found[one].count) if one in found else 0.0 for one in self._months()]

    def _open(self) -> list[float]:
        """How many were open at the end of each month, by what has stayed closed."""
        came, went = self.kinds.get("received", {}), self.kinds.get("closed", {})

        def until(found: Mapping[Month, Happened], month: Month) -> int:
            return sum(one.count for key, one in found.items() if key <= month)

        return [float(until(came, one) - until(went, one)) for one in self._months()]


# --- Numbers -------------------------------------------------------------------------------------------


def _share_told(by_month: Mapping[Month, Tally], months: Sequence[Month]) -> str:
    tallies = [by_month[one] for one in months if one in by_month]
    judged = sum(one.judged for one in tallies)
    return f"{round(100 * sum(one.right for one in tallies) / judged)} %" if judged else "–"


def _line(values: Sequence[float]) -> str:
    """The points of a line from left to right, the highest value at the top."""
    most = max(values, default=0.0) or 1.0
    step = SPARK_WIDTH / (len(values) - 1)
    return " ".join(
        f"{round(position * step, 1)},{round(SPARK_HEIGHT * (1 - max(value, 0.0) / most) + 2, 1)}"
        for position, value in enumerate(values)
    )
