"""From values as sources write them to values of the models' fields; RowError names the row."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from gis_core.datasets import RowError

_GERMAN_DATE: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\b", re.ASCII)


def texts_read(values: list[Any]) -> list[str]:
    return ["" if value is None else str(value) for value in values]


def areas_read(values: list[Any]) -> list[Decimal | None]:
    areas: list[Decimal | None] = []
    for row, value in enumerate(values):
        try:
            areas.append(None if value is None else _area(str(value)))
        except InvalidOperation as error:
            raise RowError(row, "no_area", value=repr(value)) from error
    return areas


def dates_read(values: list[Any]) -> list[date | None]:
    """Dates, of which sources write some with a time or time zone behind ("2017-06-01Z"), registers "01.06.2017"."""
    dates: list[date | None] = []
    for row, value in enumerate(values):
        try:
            known = value is None or isinstance(value, date)
            dates.append(value if known else _date(str(value)))
        except ValueError as error:
            raise RowError(row, "no_date", value=repr(value)) from error
    return dates


def _date(text: str) -> date:
    if match := _GERMAN_DATE.match(text):
        day, month, year = map(int, match.groups())
        return date(year, month, day)
    return date.fromisoformat(text[:10])


def _area(text: str) -> Decimal:
    area = Decimal(text).quantize(Decimal("0.01"))
    if area.is_nan() or area < 0:
        raise InvalidOperation
    return area
