"""Statements that run too long are ended by PostgreSQL itself, by who waits for them."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection

from gis_core.db.statements import statements_limit
from tests.mapui.factories import staff_create

pytestmark = pytest.mark.django_db(transaction=True)


def told() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()[0]


LIMITS = {"public": 10, "staff": 30, "task": 300}


@pytest.fixture(autouse=True)
def limits(settings):
    settings.STATEMENT_SECONDS = LIMITS
    yield
    statements_limit(0)


def test_a_statement_beyond_its_limit_ends():
    statements_limit(1)
    with pytest.raises(OperationalError, match="statement timeout"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(30)")
    assert told() == "1s"


def test_installations_have_every_limit():
    from config.settings import base

    assert base.STATEMENT_SECONDS == LIMITS


def test_the_limit_holds_on_a_new_connection():
    statements_limit(7)
    connection.close()
    assert told() == "7s"
    statements_limit(0)
    assert told() == "0"


def test_the_same_limit_again_asks_nothing(django_assert_num_queries):
    statements_limit(7)
    with django_assert_num_queries(0):
        statements_limit(7)


@pytest.fixture
def asked(monkeypatch):
    """The limits that were set, in their order."""
    limits: list[int] = []
    for module in ("mapui.site.middleware", "gis_core.db.statements"):
        monkeypatch.setattr(f"{module}.statements_limit", limits.append)
    return limits


def test_requests_have_a_limit_by_who_asks(client, asked):
    assert client.get("/open311/v2/discovery.json").status_code == 200
    client.force_login(staff_create())
    assert client.get("/statistics/").status_code == 200
    assert asked == [LIMITS["public"], LIMITS["staff"]]


@pytest.mark.parametrize(
    ("queue", "seconds"), [("reports", LIMITS["task"]), ("photos", LIMITS["task"]), ("geodata", 0)]
)
def test_quick_tasks_have_a_limit_and_loads_have_none(asked, queue, seconds):
    from config.celery import statements_limited
    from routing.tasks import deliveries_send_due as task

    task.push_request(delivery_info={"routing_key": queue})
    try:
        statements_limited(task=task)
    finally:
        task.pop_request()
    assert asked == [seconds]
