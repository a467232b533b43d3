"""Figures of the benchmarks: what holds, and the shape of a line."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest
from django.db import connection

from config.benchmarks.decision import ISSUES_MAKE
from config.benchmarks.geodata.inputs import FORMATS, addresses_write
from config.benchmarks.geodata.took import Took, least, took
from config.benchmarks.measure import Figure, median, milliseconds
from tests.gis_core.geodata_factories import jurisdiction_make, load


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


@pytest.mark.django_db
def test_addresses_of_the_loads_are_the_same_in_each_format(tmp_path: Path) -> None:
    city, differences = jurisdiction_make(), []
    for path in addresses_write(tmp_path, 40).values():
        difference = load(city, "addresses", path).difference
        differences.append((difference.new, difference.changed, difference.unchanged))
    assert differences == [(40, 0, 0), *[(0, 0, 40)] * (len(FORMATS) - 1)]


@pytest.mark.django_db
def test_processor_time_is_that_of_the_database_too() -> None:
    if not connection.settings_dict["HOST"].startswith("/"):
        pytest.skip("needs PostgreSQL on this machine")

    def asked() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(sqrt(n)) FROM generate_series(1, 1000000) n")

    own = process_time()
    spent = took(asked)
    assert spent.processor > process_time() - own + 0.04
    assert least([Took(1, 4), Took(2, 3)]) == Took(1, 3)
