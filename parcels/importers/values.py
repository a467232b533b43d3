"""From values as sources write them to values of the models' fields."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from gis_core.datasets import Columns, RowError, UnreadableValues
from gis_core.loading.gml.nba import AS_STORED, stored_texts
from gis_core.messages import Message
from gis_core.models import EditionedModel, Jurisdiction

_GERMAN_DATE: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\b", re.ASCII)


def texts_read(values: list[Any]) -> list[str]:
    """Texts; a whole number is one even in a column of fractions: 12.0 is "12"."""
    return [_text(value) for value in values]


def _text(value: Any) -> str:
    if type(value) is float and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def texts_whole(
    columns: Columns,
    jurisdiction: Jurisdiction,
    model: type[EditionedModel],
    name: str,
    known_by: str,
) -> list[str]:
    """Texts of a field, of which updates that do not bring one leave what is stored under `known_by`."""
    texts = texts_read(columns[name])
    if AS_STORED not in texts:
        return texts
    keys = texts_read(columns[known_by])
    kept = [key for key, text in zip(keys, texts, strict=True) if text == AS_STORED]
    stored = stored_texts(model, name, kept, jurisdiction, object_id=known_by)
    return [
        stored.get(key, "") if text == AS_STORED else text
        for key, text in zip(keys, texts, strict=True)
    ]


# What the model's ten digits before the point hold; no parcel is as large as a Land.
AREA_MOST: Final = Decimal(10) ** 10


def areas_read(columns: Columns, name: str) -> list[Decimal | None]:
    """Areas in m², also with a decimal comma. Raises UnreadableValues."""
    return _optional(columns, name, _area, InvalidOperation, "no_area")


def dates_read(columns: Columns, name: str) -> list[date | None]:
    """Dates, of which sources write some with a time or time zone behind ("2017-06-01Z"), registers "01.06.2017".

    Raises UnreadableValues.
    """
    return _optional(columns, name, _date, ValueError, "no_date")


def vital_dates_read(columns: Columns, name: str) -> list[date | None]:
    """Dates on which decisions rest. Raises RowError."""
    try:
        return dates_read(columns, name)
    except UnreadableValues as error:
        row, message = next(iter(error.faults.items()))
        raise RowError(row, message) from error


def number_text(value: Any) -> str:
    """A number as Python reads it: "1.234,5" is 1234.5."""
    text = str(value)
    return text.replace(".", "").replace(",", ".") if "," in text else text


def _optional(
    columns: Columns,
    name: str,
    read: Callable[[Any], Any],
    unreadable: type[Exception],
    code: str,
) -> list[Any]:
    found: list[Any] = []
    faults: dict[int, Message] = {}
    for row, value in enumerate(columns[name]):
        try:
            found.append(None if value is None else read(value))
        except unreadable:
            faults[row] = Message(code, {"value": repr(value)})
    if faults:
        raise UnreadableValues(name, faults)
    return found


def _date(value: Any) -> date:
    if isinstance(value, date):
        return value
    text = str(value)
    if match := _GERMAN_DATE.match(text):
        day, month, year = map(int, match.groups())
        return date(year, month, day)
    return date.fromisoformat(text[:10].replace("/", "-"))


def _area(value: Any) -> Decimal:
    area = Decimal(number_text(value)).quantize(Decimal("0.01"))
    if not 0 <= area < AREA_MOST:
        raise InvalidOperation
    return area
