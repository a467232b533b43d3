"""Several counts on one way to the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet


def counts_of(querysets: Sequence[QuerySet[Any]], *, most: int) -> list[int]:
    """How many rows each queryset has, counted to `most` and no further, in one statement."""
    parts: list[str] = []
    parameters: list[Any] = []
    for one in querysets:
        statement, values = one.order_by().values("pk")[:most].query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({statement}) AS counted)")  # noqa: S608 - made by Django
        parameters += values
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", parameters)
        return list(cursor.fetchone())
