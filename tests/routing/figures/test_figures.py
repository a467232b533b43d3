"""Counts and times of a city's reports, by hand on a few of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from issues.enums import EventKind, IssueStatus
from issues.models import IssueEvent
from routing.figures import Scope, figures_by_month, figures_by_place, figures_open
from tests.mapui.factories import (
    authority_create,
    category_create,
    decision_create,
    issue_create,
    town_create,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db):
    return town_create()


def ago(**span: float):
    return timezone.now() - timedelta(**span)


def test_open_issues_are_counted_by_age_category_and_authority(town):
    light = category_create(town, "LIGHT")
    one = issue_create(town, received_at=ago(hours=2), due_at=ago(hours=1))
    decision_create(one, authority_create(town))
    issue_create(town, category=light, received_at=ago(days=40))
    issue_create(town, received_at=ago(days=3), due_at=ago(hours=1), paused_at=ago(days=1))
    issue_create(town, received_at=ago(days=3), status=IssueStatus.DONE)
    found = {
        kind: [(one.key, one.open, one.undecided, one.overdue) for one in rows]
        for kind, rows in figures_open(Scope(town)).items()
    }
    assert found["all"] == [("", 3, 2, 1)]
    assert sorted(found["age"]) == [("day", 1, 0, 1), ("older", 1, 1, 0), ("week", 1, 1, 0)]
    assert found["category"] == [("ROAD_SURFACE", 2, 1, 1), ("LIGHT", 1, 1, 0)]
    assert found["authority"] == [("", 2, 2, 0), ("EUV", 1, 0, 1)]
    assert [one.open for one in figures_open(Scope(town, category="LIGHT"))["all"]] == [1]
    assert [one.open for one in figures_open(Scope(town, authority="EUV"))["all"]] == [1]


def test_what_happened_is_told_by_month_with_days(town):
    came = timezone.now().replace(year=2025, month=5, day=10, hour=12)
    done = {"status": IssueStatus.DONE, "status_changed_at": came + timedelta(days=4)}
    one = issue_create(town, received_at=came, released_at=came + timedelta(days=1), **done)
    two = issue_create(town, received_at=came + timedelta(days=2), released=False, **done)
    for days, issue in ((1, one), (3, one), (3, two)):
        at = came + timedelta(days=days)
        IssueEvent.objects.create(issue=issue, kind=EventKind.FORWARDED, at=at)
    back = {"from": "done", "to": "in_progress"}
    IssueEvent.objects.create(issue=two, kind=EventKind.STATUS_CHANGED, at=came, detail=back)
    found = {
        (kind, month): (one.count, one.days and round(one.days, 3))
        for kind, months in figures_by_month(Scope(town)).items()
        for month, one in months.items()
    }
    assert found == {
        ("received", "2025-05"): (2, None),
        ("closed", "2025-05"): (2, None),
        ("done", "2025-05"): (2, 3.0),
        ("released", "2025-05"): (1, 1.0),
        ("forwarded", "2025-05"): (2, 1.0),
        ("reopened", "2025-05"): (1, None),
    }


def test_places_are_those_of_the_period_most_first(town):
    euv = authority_create(town)
    for days, key, road in ((1, "05999900100010______", "B 235"), (1, "05999900100010______", "")):
        issue = issue_create(town, received_at=ago(days=days))
        decision_create(issue, euv, parcel_key=key, road=road)
    old = issue_create(town, received_at=ago(days=50))
    decision_create(old, euv, parcel_key="05888800100010______", road="B 235")
    found = figures_by_place(Scope(town), since=ago(days=10), until=timezone.now())
    assert [(one.key, one.received, one.open) for one in found["district"]] == [("059999", 2, 2)]
    assert [(one.key, one.received) for one in found["road"]] == [("B 235", 1)]
