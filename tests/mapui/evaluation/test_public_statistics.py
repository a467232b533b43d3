"""Statistics for everybody: released reports alone, no small number, nothing of who owns sheltered ground."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from issues.enums import EventKind, IssueStatus
from issues.models import Issue
from issues.services import issue_event_append
from mapui.evaluation.public import LOOKS_PER_MINUTE
from tests.mapui.factories import (
    authority_create,
    category_create,
    decision_create,
    issue_create,
    jurisdiction_create,
)

pytestmark = pytest.mark.django_db
PARCEL = "059999001000100000__"[:20]


@pytest.fixture(autouse=True)
def _counters():
    cache.clear()


def reports(town, count: int, **values: Any) -> list[Issue]:
    """So many released reports of an hour ago, decided."""
    now = timezone.now() - timedelta(hours=1)
    made = []
    for _turn in range(count):
        given = {"received_at": now, "status_changed_at": now, "released_at": now, **values}
        if given.pop("hidden", False):
            given["released_at"] = None
        issue = issue_create(town, **given)
        decision_create(issue, authority_create(town), parcel_key=PARCEL)
        made.append(issue)
    return made


def table(client, slug: str, **query: str) -> dict[str, list[str]]:
    answer = client.get("/statistik/", query)
    assert answer.status_code == 200
    [found] = [one for one in answer.context["tables"] if one.slug == slug]
    return {row.name: list(row.values) for row in found.rows}


def test_only_released_reports_of_the_city_count(client, town):
    reports(town, 6)
    reports(town, 9, hidden=True)
    reports(town, 9, category=category_create(town, "HOMELESS", is_public=False))
    other = jurisdiction_create("nachbar.example", "Nachbar")
    for _turn in range(7):
        issue_create(other, category=category_create(other), received_at=timezone.now())
    city = {"jurisdiction": town.identifier}
    assert table(client, "category", **city) == {
        "Schlagloch": ["6", "6", "0", "noch keine", "noch keine"]
    }
    assert table(client, "authority", **city) == {
        "Stadtbetrieb": ["6", "6", "0", "noch keine", "noch keine"]
    }
    assert table(client, "district", **city) == {
        "059999": ["6", "6", "0", "noch keine", "noch keine"]
    }
    assert [row[0] for row in table(client, "month", **city).values() if row[0] != "0"] == ["6"]
    assert client.get("/statistik/", city).context["overall"][0] == "6"


def test_small_numbers_are_not_told_nor_shown_by_order_or_length(client, town):
    reports(town, 4, category=category_create(town, "B", names={"de": "Bach"}))
    reports(town, 1, category=category_create(town, "A", names={"de": "Ampel"}))
    reports(town, 8)
    answer = client.get("/statistik/")
    [found] = [one for one in answer.context["tables"] if one.slug == "category"]
    assert [(row.name, row.values[0], row.percent) for row in found.rows] == [
        ("Schlagloch", "8", 100),
        ("Ampel", "unter 5", 50),
        ("Bach", "unter 5", 50),
    ]


def test_days_are_medians_of_five_at_least(client, town):
    made = reports(town, 6, received_at=timezone.now() - timedelta(days=20))
    for days, issue in enumerate(made):
        event = issue_event_append(issue=issue, kind=EventKind.FORWARDED)
        type(event).objects.filter(pk=event.pk).update(
            at=issue.received_at + timedelta(days=days + 1)
        )
        Issue.objects.filter(pk=issue.pk).update(
            status=IssueStatus.DONE, status_changed_at=issue.received_at + timedelta(days=2 * days)
        )
    [row] = table(client, "category").values()
    assert row == ["6", "0", "6", "3,5", "5,0"]
    Issue.objects.filter(pk__in=[one.pk for one in made[:2]]).update(status=IssueStatus.TRIAGE)
    [row] = table(client, "category").values()
    assert row == ["6", "unter 5", "unter 5", "3,5", "zu wenige"]


def test_sheltered_reports_tell_neither_district_nor_body_nor_when_they_went(client, town):
    for issue in reports(town, 6, is_sheltered=True):
        issue_event_append(issue=issue, kind=EventKind.FORWARDED)
    assert table(client, "district") == {}
    assert table(client, "authority") == {
        "Musterstadt": ["6", "6", "0", "noch keine", "noch keine"]
    }


def test_filter_by_category_and_period(client, town):
    reports(town, 5, received_at=timezone.now() - timedelta(days=200))
    reports(town, 6, category=category_create(town, "LIGHT", names={"de": "Laterne"}))
    assert set(table(client, "category")) == {"Schlagloch", "Laterne"}
    assert set(table(client, "category", category="LIGHT")) == {"Laterne"}
    assert set(table(client, "category", period="1")) == {"Laterne"}
    # What does not exist is everything, as on the page of the staff.
    assert set(table(client, "category", category="' OR 1=1", period="x")) == {
        "Schlagloch",
        "Laterne",
    }


def test_other_city_is_404_and_many_looks_are_429(client, town):
    assert client.get("/statistik/", {"jurisdiction": "x"}).status_code == 404
    for _turn in range(LOOKS_PER_MINUTE):
        answer = client.get("/statistik/")
    assert answer.status_code == 429


@pytest.mark.parametrize("count", [1, 3])
def test_queries_are_constant(client, town, count, django_assert_num_queries):
    reports(town, count)
    # Jurisdiction, categories, figures, authorities, districts.
    with django_assert_num_queries(5):
        assert client.get("/statistik/").status_code == 200
