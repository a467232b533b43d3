"""What pages ask of the database, read off the plans over a hundred thousand issues."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.mapui.factories import staff_create, town_create
from tests.mapui.many_issues import COMMON, RARE, issues_multiply

pytestmark = pytest.mark.django_db

COUNT = 100_000
# Rows that a page of a list may touch, however many issues there are: those counted, with category and decision.
PAGE_ROWS = 60_000
# Rows that are touched for each decision by a page that is about all of them.
ROWS_EACH = 16

PAGES = [
    "/",
    "/?status=open",
    "/?page=30",
    "/triage/",
    "/triage/?status=open",
    f"/triage/?authority={COMMON}",
    f"/triage/?authority={RARE}",
    "/triage/?authority=proposed",
    "/triage/?page=300",
    "/triage/issues/MANY-700/",
    "/open311/v2/requests.json?start_date=2026-04-01T00:00:00Z",
]
# What nobody is responsible for cannot be told without a look at who is.
EVALUATIONS = ["/statistics/", "/statistics/statistics.csv", "/triage/?authority=unclear"]


def rows_touched(plan: dict) -> int:
    """All rows that the nodes of a plan returned or looked at in vain, over all their loops."""
    own = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    own += plan.get("Rows Removed by Join Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    return own * plan["Actual Loops"] + sum(rows_touched(one) for one in plan.get("Plans", []))


def statements_of(client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200, address
    return [
        one["sql"]
        for one in captured
        if one["sql"].lstrip().upper().startswith(("SELECT", "WITH", "--"))
    ]


def touched(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}")
        [[found]] = cursor.fetchall()
    [plan] = json.loads(found) if isinstance(found, str) else found
    return round(rows_touched(plan["Plan"]))


def test_pages_touch_few_rows_and_evaluations_each_row_a_few_times(client):
    town = town_create()
    issues_multiply(town, count=COUNT)
    client.force_login(staff_create())
    for addresses, limit in ((PAGES, PAGE_ROWS), (EVALUATIONS, ROWS_EACH * COUNT)):
        for address in addresses:
            for sql in statements_of(client, address):
                rows = touched(sql)
                assert rows <= limit, f"{address} touches {rows} rows: {sql}"
