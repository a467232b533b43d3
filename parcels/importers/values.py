"""From values as sources write them to values of the models' fields; RowError names the row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from gis_core.datasets import RowError


def texts_read(values: list[Any]) -> list[str]:
    return ["" if value is None else str(value) for value in values]


def areas_read(values: list[Any]) -> list[Decimal | None]:
    areas: list[Decimal | None] = []
    for row, value in enumerate(values):
        try:
            areas.append(None if value is None else Decimal(str(value)).quantize(Decimal("0.01")))
        except InvalidOperation as error:
            raise RowError(row, "no_area", value=repr(value)) from error
    return areas


def dates_read(values: list[Any]) -> list[date | None]:
    """Dates, of which sources write some with a time or time zone behind ("2017-06-01Z")."""
    dates: list[date | None] = []
    for row, value in enumerate(values):
        try:
            known = value is None or isinstance(value, date)
            dates.append(value if known else date.fromisoformat(str(value)[:10]))
        except ValueError as error:
            raise RowError(row, "no_date", value=repr(value)) from error
    return dates
