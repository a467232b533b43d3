"""Figures of the benchmarks: what holds, and the shape of a line."""

from __future__ import annotations

import pytest
from django.db import connection

from config.benchmarks.decision import ISSUES_MAKE
from config.benchmarks.measure import Figure, median, milliseconds


def figure(**fields: object) -> Figure:
    known = {"name": "x", "value": 8.0, "unit": "ms", "yardstick": 2.0}
    return Figure(**{**known, **fields})


@pytest.mark.parametrize(
    ("fields", "holds"),
    [
        ({"limit": 10.0}, True),
        ({"limit": 7.9}, False),
        ({"limit": 4.0, "limit_is_of_ratio": True}, True),
        ({"limit": 3.9, "limit_is_of_ratio": True}, False),
        ({"limit": 4.0, "limit_is_of_ratio": True, "at_least": True}, True),
        ({"limit": 4.1, "limit_is_of_ratio": True, "at_least": True}, False),
        ({}, None),
    ],
)
def test_figure_holds(fields: dict[str, object], *, holds: bool | None) -> None:
    assert figure(**fields).holds is holds


def test_figure_line_has_the_agreed_keys() -> None:
    assert figure(limit=10.0).as_json() == {
        "name": "x",
        "value": 8.0,
        "unit": "ms",
        "yardstick": 2.0,
        "ratio": 4.0,
        "limit": 10.0,
        "holds": True,
    }


def test_milliseconds_measures_each_item_once() -> None:
    seen: list[int] = []
    taken = milliseconds(seen.append, [1, 2, 3])
    assert seen == [1, 2, 3]
    assert len(taken) == 3
    assert min(taken) >= 0
    assert median([3.0, 1.0, 2.0]) == 2.0


@pytest.mark.django_db
def test_issues_of_the_decision_benchmark_have_every_column_that_is_needed() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'issues_issue'"
            " AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'"
        )
        needed = {name for (name,) in cursor.fetchall()}
    given = set(ISSUES_MAKE[ISSUES_MAKE.index("(") + 1 : ISSUES_MAKE.index(")")].split(", "))
    assert needed <= {name.strip() for names in given for name in names.split(",")}
