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
    before: str = "",
    before_values: Sequence[Any] = (),
) -> None:
    """Runs a statement with its parameters as $1, $2 …; `before` goes first on the same way, unprepared, with %s.

    For statements whose text stays the same and for which one plan is good whatever the values.
    """
    name = _name(statement)
    prepared = _prepared_on.setdefault(cursor.cursor.connection, set())
    if name not in prepared:
        # By itself: it stays prepared when what follows fails.
        cursor.execute(f"PREPARE {name} AS {statement}")
        prepared.add(name)
    places = f"({', '.join(['%s'] * len(values))})" if values else ""
    cursor.execute(f"{before} EXECUTE {name} {places}", [*before_values, *values])


@cache
def _name(statement: str) -> str:
    return f"flurpost_{hashlib.sha256(statement.encode()).hexdigest()[:16]}"
