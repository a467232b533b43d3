"""Status: a table of steps, and an event for each."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from issues.enums import Channel, EventKind, IssueStatus
from issues.errors import StatusNotReachable
from issues.life import is_step, steps
from issues.models import Issue
from issues.services import (
    issue_event_append,
    issue_receive,
    issue_set_status,
)
from issues.types import LocationInput
from tests.issues.conftest import LAT, LONG


@pytest.fixture
def issue(category) -> Issue:
    return issue_receive(
        jurisdiction=category.jurisdiction,
        category=category,
        channel=Channel.STAFF,
        location=LocationInput(lat=LAT, long=LONG),
    ).issue


@pytest.mark.parametrize("former", IssueStatus)
@pytest.mark.parametrize("status", IssueStatus)
def test_status_follows_the_table(issue, former, status):
    Issue.objects.filter(pk=issue.pk).update(status=former)
    if status == former or is_step(former, status):
        assert issue_set_status(issue=issue, status=status).status == status
    else:
        with pytest.raises(StatusNotReachable):
            issue_set_status(issue=issue, status=status)
    stored = Issue.objects.get()
    assert stored.status == (status if is_step(former, status) else former)
    changes = stored.events.filter(kind=EventKind.STATUS_CHANGED)
    assert changes.count() == (is_step(former, status))


def test_table_names_every_status():
    assert set(steps()) == set(IssueStatus)
    assert all(steps().values())
    assert all(IssueStatus.RECEIVED not in after for after in steps().values())


@pytest.mark.parametrize("former", IssueStatus)
@pytest.mark.parametrize("status", IssueStatus)
def test_database_guards_the_same_table(issue, former, status):
    rows = Issue.objects.filter(pk=issue.pk)
    rows.update(status=former)
    if former == status or is_step(former, status):
        rows.update(status=status)
        return
    with pytest.raises(IntegrityError, match="no step leads from"), transaction.atomic():
        rows.update(status=status)
    assert rows.get().status == former


def test_status_change_is_recorded_with_note_and_person(issue, admin_user):
    issue_set_status(issue=issue, status=IssueStatus.DONE, note="Filled.", by=admin_user)
    stored = Issue.objects.get()
    event = stored.events.last()
    assert (event.kind, event.by, event.at) == (
        EventKind.STATUS_CHANGED,
        admin_user,
        stored.status_changed_at,
    )
    assert event.detail == {"from": "received", "to": "done", "note": "Filled."}
    assert stored.status_note == "Filled."


def test_status_repeated_changes_nothing_but_a_new_note_counts(issue):
    first = issue_set_status(issue=issue, status=IssueStatus.DONE, note="a")
    again = issue_set_status(issue=issue, status=IssueStatus.DONE, note="a")
    assert again.status_changed_at == first.status_changed_at
    issue_set_status(issue=issue, status=IssueStatus.DONE, note="b")
    assert issue.events.filter(kind=EventKind.STATUS_CHANGED).count() == 2


def test_events_are_appended_in_their_order(issue):
    event = issue_event_append(
        issue=issue, kind=EventKind.FORWARDED, detail={"authority": "STRNRW"}
    )
    assert issue.events.last() == event
    assert issue.events.first().kind == EventKind.RECEIVED
