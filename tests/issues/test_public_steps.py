"""The way of an issue as the public sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from issues.enums import IssueStatus
from issues.models import ClosingReason, Issue, IssueEvent
from issues.public_steps import public_steps
from issues.services import issue_step


@pytest.fixture
def issue(make_issue) -> Issue:
    return make_issue()


def go(issue: Issue, *states: IssueStatus) -> Issue:
    for state in states:
        reason = (
            ClosingReason.objects.filter(jurisdiction=issue.jurisdiction, status=state).first()
            if state.is_closed
            else None
        )
        issue_step(issue=issue, status=state, reason=reason, by=None)
    return Issue.objects.get(pk=issue.pk)


def told(issue: Issue) -> list[tuple[str, bool]]:
    return [(one.status.value, one.on is not None) for one in public_steps(issue)]


def test_new_issue_has_all_ahead(issue):
    assert told(issue) == [
        ("received", True),
        ("forwarded", False),
        ("in_progress", False),
        ("done", False),
    ]


def test_each_state_has_its_own_day(issue):
    issue = go(issue, IssueStatus.TRIAGE, IssueStatus.FORWARDED)
    before = timezone.now() - timedelta(days=3)
    IssueEvent.objects.filter(issue=issue, detail__to="triage").update(at=before)
    Issue.objects.filter(pk=issue.pk).update(received_at=before - timedelta(days=1))
    issue.refresh_from_db()
    days = [one.on for one in public_steps(issue)]
    today = timezone.localdate()
    assert days[:3] == [today - timedelta(days=4), today - timedelta(days=3), today]
    assert told(issue)[3:] == [("in_progress", False), ("done", False)]


def test_closed_issue_has_nothing_ahead(issue):
    assert told(go(issue, IssueStatus.REJECTED)) == [("received", True), ("rejected", True)]


def test_issue_that_came_back_stands_where_it_was(issue):
    back = go(issue, IssueStatus.TRIAGE, IssueStatus.DONE, IssueStatus.TRIAGE)
    assert told(back)[:2] == [("received", True), ("triage", True)]
    assert all(not reached for _state, reached in told(back)[2:])


def test_sheltered_issue_tells_nothing_of_its_way(issue):
    issue = go(issue, IssueStatus.TRIAGE, IssueStatus.FORWARDED)
    issue.is_sheltered = True
    assert told(issue)[0] == ("received", True)
    assert all(not reached for _state, reached in told(issue)[1:])
    done = go(issue, IssueStatus.DONE)
    done.is_sheltered = True
    assert told(done) == [("received", True), ("done", True)]
