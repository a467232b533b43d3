"""A part of a report becomes one of its own."""

from __future__ import annotations

import pytest

from issues.enums import EventKind
from issues.errors import LocationMissing
from issues.models import Issue, Reporter
from issues.services.splitting import issue_split
from tests.issues.conftest import picture


def test_part_has_its_own_category_and_the_rest_of_both(make_issue, make_category, admin_user):
    issue = make_issue("Laterne aus und Müll daneben", photos=[picture()])
    Reporter.objects.create(issue=issue, email="maria@example.org", last_name="Beispiel")
    waste = make_category(issue.jurisdiction, "WASTE")
    part = issue_split(
        issue=issue, category=waste, description="Müll daneben", location=None, by=admin_user
    )
    assert (part.category, part.description) == (waste, "Müll daneben")
    assert (part.latitude, part.longitude) == (issue.latitude, issue.longitude)
    assert part.reporter.email == "maria@example.org"
    assert (part.photos.count(), issue.photos.count()) == (1, 1)
    assert issue.events.get(kind=EventKind.SPLIT).detail == {"other": part.number}
    assert part.events.get(kind=EventKind.SPLIT).detail == {"other": issue.number}


def test_same_part_again_is_the_same_report(make_issue, make_category, admin_user):
    issue = make_issue("zwei Dinge")
    waste = make_category(issue.jurisdiction, "WASTE")
    given = {"issue": issue, "category": waste, "description": "Müll", "location": None}
    parts = {issue_split(**given, by=admin_user).pk for _ in range(2)}
    assert len(parts) == 1
    assert issue.events.filter(kind=EventKind.SPLIT).count() == 1


def test_what_nobody_has_placed_is_not_split(make_issue, make_category, admin_user):
    issue = make_issue("zwei Dinge")
    Issue.objects.update(location_source="unplaced", accuracy_m=None)
    issue.refresh_from_db()
    with pytest.raises(LocationMissing):
        issue_split(
            issue=issue,
            category=make_category(issue.jurisdiction, "WASTE"),
            description="Müll",
            location=None,
            by=admin_user,
        )
    assert Issue.objects.count() == 1
