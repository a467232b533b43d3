"""The statistics in words and bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gis_core.models import Jurisdiction
from issues.models import Category
from routing.models import Authority
from routing.rulebook.statistics import Statistics, Tally, statistics_of

# Width of a month's column and height of a full one in the chart's own units.
COLUMN, HEIGHT = 40, 120
MONTHS_SHOWN = 12


@dataclass(frozen=True)
class TallyShown:
    """A row of a table; shares in whole per cent, None where there is nothing to judge by."""

    tally: Tally
    name: str
    precision: int | None
    first_time_right: int | None
    ping_pong: int | None


@dataclass(frozen=True)
class MonthBar:
    """A column of the chart: `x` its left edge, `top` and `height` of its filled part."""

    x: int
    centre: int
    top: int
    height: int
    label: str
    percent: int | None


@dataclass(frozen=True)
class StatisticsShown:
    overall: TallyShown
    by_rule: Sequence[TallyShown]
    by_category: Sequence[TallyShown]
    by_authority: Sequence[TallyShown]
    by_month: Sequence[TallyShown]
    bars: Sequence[MonthBar]
    chart_width: int
    chart_height: int


def statistics_shown(jurisdiction: Jurisdiction) -> StatisticsShown:
    """Rules with most judged decisions first, months in their order."""
    found = statistics_of(jurisdiction)
    categories = {one.code: one.name for one in Category.objects.filter(jurisdiction=jurisdiction)}
    authorities = {
        one.code: one.name for one in Authority.objects.filter(jurisdiction=jurisdiction)
    }
    months = [_shown(one, month_named(one.key)) for one in found.by_month]
    bars = [_bar(position, month) for position, month in enumerate(months[-MONTHS_SHOWN:])]
    return StatisticsShown(
        overall=_shown(found.overall, _("all")),
        by_rule=_table(found.by_rule, {}),
        by_category=_table(found.by_category, categories),
        by_authority=_table(found.by_authority, authorities),
        by_month=months,
        bars=bars,
        chart_width=(MONTHS_SHOWN + 1) * COLUMN,
        chart_height=HEIGHT + 40,
    )


def _table(tallies: Sequence[Tally], names: Mapping[str, str]) -> list[TallyShown]:
    ordered = sorted(tallies, key=lambda one: (-one.judged, -one.decided, one.key))
    return [_shown(one, names.get(one.key, one.key)) for one in ordered]


def _shown(tally: Tally, name: str) -> TallyShown:
    return TallyShown(
        tally=tally,
        name=name,
        precision=_percent(tally.precision),
        first_time_right=_percent(tally.first_time_right),
        ping_pong=_percent(tally.ping_pong_rate),
    )


def _percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)


def _bar(position: int, month: TallyShown) -> MonthBar:
    height = round(HEIGHT * (month.precision or 0) / 100)
    x = COLUMN // 2 + position * COLUMN
    year, number = month.tally.key.split("-")
    return MonthBar(
        x=x + 6,
        centre=x + COLUMN // 2,
        top=HEIGHT - height + 15,
        height=height,
        label=f"{number}/{year[2:]}",
        percent=month.precision,
    )


def month_named(key: str) -> str:
    """`2026-03` as `März 2026`."""
    year, month = key.split("-")
    return date_format(date(int(year), int(month), 1), "YEAR_MONTH_FORMAT")


def statistics_rows(found: Statistics) -> list[dict[str, Any]]:
    """Flat rows for files; shares as fractions, none where there is nothing to judge by."""
    kinds = {
        "all": [found.overall],
        "month": found.by_month,
        "rule": found.by_rule,
        "category": found.by_category,
        "authority": found.by_authority,
    }
    return [
        {
            "kind": kind,
            "key": one.key,
            "decided": one.decided,
            "judged": one.judged,
            "right": one.right,
            "precision": _rounded(one.precision),
            "settled": one.settled,
            "at_once": one.at_once,
            "first_time_right": _rounded(one.first_time_right),
            "told": one.told,
            "ping_pong": one.ping_pong,
            "ping_pong_rate": _rounded(one.ping_pong_rate),
            "refused": one.refused,
        }
        for kind, tallies in kinds.items()
        for one in tallies
    ]


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
