"""An issue knows what the decision that counts says of body and road; the database sees to it."""

from __future__ import annotations

import pytest

from issues.models import Issue
from routing.enums import Outcome
from routing.models import Decision
from tests.mapui.factories import authority_create, decision_create, issue_create, town_create

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(db) -> Issue:
    return issue_create(town_create())


def is_unclear(issue: Issue) -> bool:
    return Issue.objects.values_list("is_unclear", flat=True).get(pk=issue.pk)


def test_issue_without_a_decision_is_unclear(issue):
    assert is_unclear(issue)


@pytest.mark.parametrize("outcome", Outcome)
def test_only_a_decision_for_certain_is_clear(issue, outcome):
    decision_create(issue, authority_create(issue.jurisdiction), outcome=outcome)
    assert is_unclear(issue) is (outcome != Outcome.ASSIGNED)


def test_issue_follows_its_decisions_however_they_change(issue):
    city = authority_create(issue.jurisdiction)
    first = decision_create(issue, city)
    other = issue_create(issue.jurisdiction)
    Decision.objects.filter(pk=first.pk).update(outcome=Outcome.PROPOSED)
    assert is_unclear(issue)
    Decision.objects.filter(pk=first.pk).update(is_current=False)
    decision_create(issue, city, number=2)
    assert not is_unclear(issue)
    Decision.objects.filter(issue=issue).delete()
    assert is_unclear(issue)
    assert is_unclear(other)


def test_issue_names_the_road_of_the_decision_that_counts(issue):
    city = authority_create(issue.jurisdiction)
    first = decision_create(issue, city, road="Im Winkel")
    assert road(issue) == "Im Winkel"
    Decision.objects.filter(pk=first.pk).update(is_current=False)
    decision_create(issue, city, number=2, road="B 235")
    assert road(issue) == "B 235"
    Decision.objects.filter(issue=issue).delete()
    assert road(issue) == ""


def road(issue: Issue) -> str:
    return Issue.objects.values_list("road", flat=True).get(pk=issue.pk)
