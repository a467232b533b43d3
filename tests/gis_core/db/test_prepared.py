"""Statements that are planned once per connection."""

from __future__ import annotations

import pytest
from django.db import DataError, ProgrammingError, connection, transaction

from gis_core.db.prepared import prepared_execute

pytestmark = pytest.mark.django_db


def prepared_names() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements")
        return {name for (name,) in cursor.fetchall()}


def test_prepared_execute_prepares_once(django_assert_num_queries) -> None:
    known = prepared_names()
    with django_assert_num_queries(4), connection.cursor() as cursor:
        for number in (1, 2, 3):
            prepared_execute(cursor, "SELECT $1 + 41 AS once", [number])
            assert cursor.fetchone() == (number + 41,)
    assert len(prepared_names() - known) == 1


def test_prepared_execute_without_parameters() -> None:
    with connection.cursor() as cursor:
        prepared_execute(cursor, "SELECT 'a%s' LIKE 'a%' AS bare", [])
        assert cursor.fetchone() == (True,)


def test_prepared_execute_what_goes_before() -> None:
    with connection.cursor() as cursor:
        prepared_execute(
            cursor,
            "SELECT current_setting('flurpost.test') || $1",
            ["b"],
            before="SELECT set_config('flurpost.test', %s, true);",
            before_values=["a"],
        )
        assert cursor.fetchone() == ("ab",)


def test_prepared_execute_after_a_failure() -> None:
    statement = "SELECT 6 / $1::integer AS after_a_failure"
    for _turn in range(2):
        with (
            pytest.raises(DataError, match="division by zero"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            prepared_execute(cursor, statement, [0])
    with connection.cursor() as cursor:
        prepared_execute(cursor, statement, [3])
        assert cursor.fetchone() == (2,)


def test_prepared_execute_with_a_mistake() -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        prepared_execute(cursor, "SELECT FROM nothing_at_all WHERE $1", [True])
