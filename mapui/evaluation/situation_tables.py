"""The tables of the figures, each row with its bar and a link to the reports behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import pgettext

from issues.models import Category
from mapui.evaluation.months import Month, month_moved
from mapui.evaluation.statistics_shown import month_named
from mapui.site.enums import Age
from mapui.site.issues import OPEN, UNCLEAR
from parcels.selectors import districts_named
from routing.figures import Happened, Open, Place, Scope
from routing.models import Authority

Kinds = Mapping[str, Mapping[Month, Happened]]


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

    def lines(self) -> Iterator[tuple[Bar, Iterator[tuple[str, str]]]]:
        """Each row with its values, each beside the name of its column."""
        return ((row, zip(self.columns, row.values, strict=True)) for row in self.rows)


def queue_url(scope: Scope, query: Mapping[str, str]) -> str:
    """The queue with the reports behind a number."""
    fixed = {
        "jurisdiction": scope.jurisdiction.identifier,
        "category": scope.category,
        "authority": scope.authority,
    }
    given = {name: value for name, value in {**fixed, **query}.items() if value}
    return f"{reverse('triage')}?{urlencode(given)}"


def open_tables(scope: Scope, unfinished: Mapping[str, list[Open]]) -> list[Table]:
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


def months_table(kinds: Kinds, months: Sequence[Month]) -> Table:
    columns = [
        pgettext("figures", "Received"),
        pgettext("figures", "Year before"),
        pgettext("figures", "Days to release"),
        pgettext("figures", "Days to passing on"),
        pgettext("figures", "Days to done"),
        pgettext("figures", "Reopened"),
    ]
    received = kinds.get("received", {})
    most = max((count_in(received, [one]) for one in months), default=0) or 1
    rows = [
        Bar(
            month_named(month),
            [
                number_format(count_in(received, [month])),
                number_format(count_in(received, [month_moved(month, -12)])),
                *(
                    days_told(mean_in(kinds.get(kind, {}), [month]))
                    for kind in ("released", "forwarded", "done")
                ),
                number_format(count_in(kinds.get("reopened", {}), [month])),
            ],
            100 * count_in(received, [month]) // most,
            "",
        )
        for month in months
    ]
    return Table(pgettext("figures", "By month"), "months", columns, rows)


def place_tables(scope: Scope, places: Mapping[str, list[Place]]) -> list[Table]:
    districts = dict(districts_named(scope.jurisdiction))
    roads = _place_table(
        pgettext("figures", "By road"),
        "roads",
        [(one, one.key, queue_url(scope, {"road": one.key})) for one in places.get("road", [])],
    )
    by_district = [
        (one, districts.get(one.key, one.key), queue_url(scope, {"district": one.key}))
        for one in places.get("district", [])
    ]
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


def count_in(found: Mapping[Month, Happened], months: Sequence[Month]) -> int:
    return sum(found[one].count for one in months if one in found)


def mean_in(found: Mapping[Month, Happened], months: Sequence[Month]) -> float | None:
    """Of all that happened in these months; None where nothing did."""
    counted = [found[one] for one in months if one in found]
    count = sum(one.count for one in counted)
    return sum((one.days or 0.0) * one.count for one in counted) / count if count else None


def days_told(days: float | None) -> str:
    return "–" if days is None else number_format(days, 1)
