"""Storing new rows of several models by one statement, which is composed once and planned once per connection.

For the way of a report only: there the ORM takes longer to write its INSERTs than the server to run them, and each
costs a way to the server and back. Everything else is stored by the ORM.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import count
from typing import Any

from django.db import connection
from django.db.models import Field, ForeignKey, Model

from gis_core.db.prepared import prepared_execute


def rows_insert(*rows: Model) -> None:
    """Stores new rows in this order and gives each its key.

    A foreign key may lead to an earlier row of the call, which has no key yet. Stored is what `save()` would store;
    no signals are sent. For models with an automatic key `id` and no parents; a geometry has to have its column's CRS.
    Raises the database's errors, and then nothing is stored.
    """
    values: list[Any] = []
    # (row, field, earlier row) by their positions.
    leads: list[tuple[int, int, int]] = []
    for number, row in enumerate(rows):
        for position, field in enumerate(_fields(type(row))):
            earlier = _earlier(field, row, rows[:number])
            if earlier is None:
                values.append(field.get_db_prep_save(field.pre_save(row, add=True), connection))
            else:
                leads.append((number, position, earlier))
    with connection.cursor() as cursor:
        prepared_execute(cursor, _statement(tuple(map(type, rows)), tuple(leads)), values)
        stored = cursor.fetchone()
    for row, key in zip(rows, stored, strict=True):
        row.pk, row._state.adding, row._state.db = key, False, connection.alias
    for number, position, earlier in leads:
        field = _fields(type(rows[number]))[position]
        setattr(rows[number], field.attname, stored[earlier])


@cache
def _fields(model: type[Model]) -> Sequence[Field[Any, Any]]:
    """Those that a row brings: neither the key nor what the database works out."""
    return [
        field
        for field in model._meta.local_concrete_fields
        if not (field.primary_key or field.generated)
    ]


def _earlier(field: Field[Any, Any], row: Model, rows: Sequence[Model]) -> int | None:
    """Where among these rows that one stands to which the field leads, if it is a new one."""
    if not isinstance(field, ForeignKey) or getattr(row, field.attname) is not None:
        return None
    target = field.get_cached_value(row, default=None)
    return next((number for number, one in enumerate(rows) if one is target), None)


@cache
def _statement(models: tuple[type[Model], ...], leads: tuple[tuple[int, int, int], ...]) -> str:
    parameters = count(1)
    earlier = {(number, position): row for number, position, row in leads}
    parts = []
    for number, model in enumerate(models):
        columns = ", ".join(f'"{field.column}"' for field in _fields(model))
        values = ", ".join(
            f"(SELECT id FROM row{earlier[number, position]})"  # noqa: S608 - a number
            if (number, position) in earlier
            else f"${next(parameters)}"
            for position in range(len(_fields(model)))
        )
        parts.append(
            f'row{number} AS (INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({values}) RETURNING id)'  # noqa: S608 - names of models
        )
    # Asked for in this order, the rows are stored in this order.
    keys = ", ".join(f"(SELECT id FROM row{number})" for number in range(len(models)))  # noqa: S608 - numbers
    return f"WITH {', '.join(parts)} SELECT {keys}"
