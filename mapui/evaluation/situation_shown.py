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

from issues.models import Category
from mapui.evaluation.months import Month, month_moved, months_before
from mapui.evaluation.statistics_shown import month_named
from mapui.site.enums import Age, Missing, Work
from mapui.site.issues import OPEN, UNCLEAR
from parcels.models import CadastralDistrict
from routing.figures import (
    Happened,
    Open,
    Place,
    Scope,
    figures_by_month,
    figures_by_place,
    figures_open,
)
from routing.models import Authority
from routing.rulebook.statistics import Tally, statistics_of

SPARK_MONTHS: Final = 12
# Size of a line in a tile, in its own units.
SPARK_WIDTH, SPARK_HEIGHT = 110, 24
Kinds = Mapping[str, Mapping[Month, Happened]]


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
class Bar:
    """A row of a table with its bar: per cent of the longest."""

    name: str
    values: Sequence[str]
    percent: int
    url: str


@dataclass(frozen=True)
class Table:
    title: str
    slug: str
    columns: Sequence[str]
    rows: Sequence[Bar]


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
            *_open_tables(scope, unfinished),
            _months_table(kinds, period),
            *_place_tables(scope, places),
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
            _days_told(_mean(found, self.period.months)),
            _days_told(_mean(found, self.period.year_before())),
            queue_url(self.scope, {"status": status}),
            _line(line),
        )

    def _rejected(self) -> Figure:
        found = self.kinds.get("rejected", {})
        return Figure(
            pgettext("figure", "not pursued"),
            number_format(_sum(found, self.period.months)),
            number_format(_sum(found, self.period.year_before())),
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


def queue_url(scope: Scope, query: Mapping[str, str]) -> str:
    """The queue with the reports behind a number."""
    fixed = {
        "jurisdiction": scope.jurisdiction.identifier,
        "category": scope.category,
        "authority": scope.authority,
    }
    given = {name: value for name, value in {**fixed, **query}.items() if value}
    return f"{reverse('triage')}?{urlencode(given)}"


def _open_tables(scope: Scope, unfinished: Mapping[str, list[Open]]) -> list[Table]:
    by_age = _ages_added({one.key: one for one in unfinished.get("age", [])})
    titles = {
        "age": pgettext("figures", "Open by age"),
        "category": pgettext("figures", "Open by category"),
        "authority": pgettext("figures", "Open by authority"),
    }
    names = {
        "age": {one.value: str(one.label) for one in Age},
        "category": {
            one.code: one.name for one in Category.objects.filter(jurisdiction=scope.jurisdiction)
        },
        "authority": {
            "": pgettext("figures", "nobody yet"),
            **{
                one.code: one.name
                for one in Authority.objects.filter(jurisdiction=scope.jurisdiction)
            },
        },
    }
    found = {**unfinished, "age": by_age}
    return [
        _open_table(scope, kind, title, names[kind], found.get(kind, []))
        for kind, title in titles.items()
    ]


def _ages_added(found: Mapping[str, Open]) -> list[Open]:
    """As the queue's filter has the ages: up to a week is what came up to a day ago, too."""
    nothing = Open("", 0, 0, 0)
    counted, so_far = [], nothing
    for age in Age:
        one = found.get(age.value, nothing)
        former = nothing if age == Age.OLDER else so_far
        so_far = Open(
            age.value,
            former.open + one.open,
            former.undecided + one.undecided,
            former.overdue + one.overdue,
        )
        counted.append(so_far)
    return counted


def _open_table(
    scope: Scope, kind: str, title: str, names: Mapping[str, str], counts: Sequence[Open]
) -> Table:
    most = max((one.open for one in counts), default=0) or 1
    columns = [
        pgettext("figures", "Open"),
        pgettext("figures", "Without decision"),
        pgettext("figures", "Overdue"),
    ]
    rows = [
        Bar(
            names.get(one.key, one.key),
            [number_format(value) for value in (one.open, one.undecided, one.overdue)],
            100 * one.open // most,
            queue_url(scope, {"status": OPEN, kind: one.key or UNCLEAR}),
        )
        for one in counts
    ]
    return Table(title, f"open-{kind}", columns, rows)


def _months_table(kinds: Kinds, period: Period) -> Table:
    columns = [
        pgettext("figures", "Received"),
        pgettext("figures", "Year before"),
        pgettext("figures", "Days to release"),
        pgettext("figures", "Days to passing on"),
        pgettext("figures", "Days to done"),
        pgettext("figures", "Reopened"),
    ]
    received = kinds.get("received", {})
    most = max((_sum(received, [one]) for one in period.months), default=0) or 1
    rows = [
        Bar(
            month_named(month),
            [
                number_format(_sum(received, [month])),
                number_format(_sum(received, [month_moved(month, -12)])),
                *(
                    _days_told(_mean(kinds.get(kind, {}), [month]))
                    for kind in ("released", "forwarded", "done")
                ),
                number_format(_sum(kinds.get("reopened", {}), [month])),
            ],
            100 * _sum(received, [month]) // most,
            "",
        )
        for month in period.months
    ]
    return Table(pgettext("figures", "By month"), "months", columns, rows)


def _place_tables(scope: Scope, places: Mapping[str, list[Place]]) -> list[Table]:
    named = CadastralDistrict.objects.active().filter(jurisdiction=scope.jurisdiction)
    districts = dict(named.values_list("key", "name"))
    roads = _place_table(
        pgettext("figures", "By road"),
        "roads",
        [(one, one.key, queue_url(scope, {"road": one.key})) for one in places.get("road", [])],
    )
    by_district = [(one, districts.get(one.key, one.key), "") for one in places.get("district", [])]
    return [
        _place_table(pgettext("figures", "By cadastral district"), "districts", by_district),
        roads,
    ]


def _place_table(title: str, slug: str, places: Sequence[tuple[Place, str, str]]) -> Table:
    most = max((place.received for place, _name, _url in places), default=1)
    rows = [
        Bar(
            name,
            [number_format(place.received), number_format(place.open)],
            100 * place.received // most,
            url,
        )
        for place, name, url in places
    ]
    columns = [pgettext("figures", "Received"), pgettext("figures", "Still open")]
    return Table(title, slug, columns, rows)


# --- Numbers -------------------------------------------------------------------------------------------


def _sum(found: Mapping[Month, Happened], months: Sequence[Month]) -> int:
    return sum(found[one].count for one in months if one in found)


def _mean(found: Mapping[Month, Happened], months: Sequence[Month]) -> float | None:
    """Of all that happened in these months; None where nothing did."""
    counted = [found[one] for one in months if one in found]
    count = sum(one.count for one in counted)
    return sum((one.days or 0.0) * one.count for one in counted) / count if count else None


def _days_told(days: float | None) -> str:
    return "–" if days is None else number_format(days, 1)


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
