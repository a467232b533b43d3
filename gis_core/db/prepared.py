"""Statements that the server plans once per connection: planning the short ones takes longer than running them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db.backends.utils import CursorWrapper

_prepared_on: Final[WeakKeyDictionary[Any, set[str]]] = WeakKeyDictionary()


def prepared_execute(
    cursor: CursorWrapper,
    statement: str,
    values: Sequence[Any],
    *,
    types: str = "",
    before: str = "",
    before_values: Sequence[Any] = (),
) -> None:
    """Runs a statement with its parameters as $1, $2 …; `before` goes first on the same way, unprepared, with %s.

    `types` are those of the parameters, by comma, where the server cannot tell them from the statement.
    For statements whose text stays the same and for which one plan is good whatever the values.
    """
    name = prepared_name(statement, types)
    prepared = _prepared_on.setdefault(cursor.cursor.connection, set())
    if name not in prepared:
        # By itself: it stays prepared when what follows fails.
        cursor.execute(f"PREPARE {name} {f'({types})' if types else ''} AS {statement}")
        prepared.add(name)
    places = f"({', '.join(['%s'] * len(values))})" if values else ""
    cursor.execute(f"{before} EXECUTE {name} {places}", [*before_values, *values])


@cache
def prepared_name(statement: str, types: str = "") -> str:
    """Under which a connection knows the statement once it has run it."""
    return f"flurpost_{hashlib.sha256(f'{types} {statement}'.encode()).hexdigest()[:16]}"
