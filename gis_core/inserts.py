"""Storing new rows of several models by one statement, whose parts are composed once per model.

For the way of a report only: there the ORM takes longer to write its INSERTs than the server to run them, and each
costs a way to the server and back. Everything else is stored by the ORM.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, ForeignKey, Model


def rows_insert(*rows: Model) -> None:
    """Stores new rows in this order and gives each its key.

    A foreign key may lead to an earlier row of the call, which has no key yet. Stored is what `save()` would store;
    no signals are sent. For models with an automatic key `id` and no parents; a geometry has to have its column's CRS.
    Raises the database's errors, and then nothing is stored.
    """
    parts: list[str] = []
    values: list[Any] = []
    references: list[tuple[Model, str, int]] = []
    for number, row in enumerate(rows):
        insert, fields = _insert_of(type(row))
        placeholders = []
        for field in fields:
            earlier = _position(field, row, rows[:number])
            if earlier is not None:
                placeholders.append(f"(SELECT id FROM row{earlier})")  # noqa: S608 - a number
                references.append((row, field.attname, earlier))
            else:
                placeholders.append("%s")
                values.append(field.get_db_prep_save(field.pre_save(row, add=True), connection))
        parts.append(f"row{number} AS ({insert} VALUES ({', '.join(placeholders)}) RETURNING id)")
    # Asked for in this order, the rows are stored in this order.
    keys = ", ".join(f"(SELECT id FROM row{number})" for number in range(len(rows)))  # noqa: S608 - numbers
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} SELECT {keys}", values)
        stored = cursor.fetchone()
    for row, key in zip(rows, stored, strict=True):
        row.pk, row._state.adding, row._state.db = key, False, connection.alias
    for row, name, earlier in references:
        setattr(row, name, stored[earlier])


@cache
def _insert_of(model: type[Model]) -> tuple[str, Sequence[Field[Any, Any]]]:
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return f'INSERT INTO "{model._meta.db_table}" ({columns})', fields


def _position(field: Field[Any, Any], row: Model, earlier: Sequence[Model]) -> int | None:
    """Where among the earlier rows that one stands to which the field leads, if it is a new one."""
    if not isinstance(field, ForeignKey) or getattr(row, field.attname) is not None:
        return None
    target = field.get_cached_value(row, default=None)
    return next((number for number, one in enumerate(earlier) if one is target), None)
