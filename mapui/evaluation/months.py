"""Months as `2026-03`."""

from __future__ import annotations

from datetime import date

Month = str


def month_of(day: date) -> Month:
    return f"{day:%Y-%m}"


def month_moved(month: Month, count: int) -> Month:
    """So many months later; earlier where `count` is negative."""
    year, number = (int(part) for part in month.split("-"))
    years, rest = divmod(year * 12 + number - 1 + count, 12)
    return f"{years:04}-{rest + 1:02}"


def months_before(last: Month, count: int) -> list[Month]:
    """`count` months in their order, `last` the last of them."""
    return [month_moved(last, -back) for back in range(count - 1, -1, -1)]
