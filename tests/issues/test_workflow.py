"""Status and release: a table of steps, and an event for each."""

from __future__ import annotations

import pytest

from issues.enums import Channel, EventKind, IssueStatus
from issues.errors import ReleaseRefused, StatusNotReachable
from issues.models import Issue, Photo
from issues.services import (
    issue_event_append,
    issue_receive,
    issue_release,
    issue_set_status,
    issue_withdraw,
)
from issues.services.workflow import TRANSITIONS
from issues.types import LocationInput
from tests.issues.conftest import LAT, LONG, picture


@pytest.fixture
def issue(category) -> Issue:
    return issue_receive(
        jurisdiction=category.jurisdiction,
        category=category,
        channel=Channel.STAFF,
        location=LocationInput(lat=LAT, long=LONG),
        photos=[picture(), picture(form="PNG")],
    ).issue


@pytest.mark.parametrize("former", IssueStatus)
@pytest.mark.parametrize("status", IssueStatus)
def test_status_follows_the_table(issue, former, status):
    Issue.objects.filter(pk=issue.pk).update(status=former)
    if status == former or status in TRANSITIONS[former]:
        assert issue_set_status(issue=issue, status=status).status == status
    else:
        with pytest.raises(StatusNotReachable):
            issue_set_status(issue=issue, status=status)
    stored = Issue.objects.get()
    assert stored.status == (status if status in TRANSITIONS[former] else former)
    changes = stored.events.filter(kind=EventKind.STATUS_CHANGED)
    assert changes.count() == (status in TRANSITIONS[former])


def test_table_names_every_status():
    assert set(TRANSITIONS) == set(IssueStatus)
    assert all(IssueStatus.RECEIVED not in after for after in TRANSITIONS.values())


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


def test_release_shows_only_the_photos_named(issue, admin_user):
    first, second = issue.photos.order_by("pk")
    stored = issue_release(issue=issue, by=admin_user, photos=[first])
    assert stored.released_by == admin_user
    assert [photo.is_released for photo in issue.photos.order_by("pk")] == [True, False]
    assert issue.events.last().detail == {"photos": [str(first.public_id)]}
    later = issue_release(issue=issue, photos=[first, second])
    assert later.released_at == stored.released_at
    assert issue.events.last().detail == {"photos": [str(second.public_id)]}
    issue_release(issue=issue, photos=[first])
    assert issue.events.filter(kind=EventKind.RELEASED).count() == 2


def test_release_of_a_category_that_is_never_public_is_refused(issue, category):
    category.is_public = False
    category.save()
    with pytest.raises(ReleaseRefused):
        issue_release(issue=issue)
    assert Issue.objects.get().released_at is None


def test_release_of_a_foreign_or_unfetched_photo_is_refused(issue, category):
    other = issue_receive(
        jurisdiction=category.jurisdiction,
        category=category,
        channel=Channel.STAFF,
        location=LocationInput(lat=LAT, long=LONG),
        description="other",
        photos=[picture()],
        media_urls=["https://example.org/a.jpg"],
    ).issue
    stored, pending = other.photos.order_by("-status")
    for target, photo in ((issue, stored), (other, pending)):
        with pytest.raises(ReleaseRefused):
            issue_release(issue=target, photos=[photo])
    assert not Photo.objects.filter(is_released=True).exists()


def test_withdrawal_takes_the_photos_back(issue, admin_user):
    issue_withdraw(issue=issue, by=admin_user)
    assert not issue.events.filter(kind=EventKind.WITHDRAWN).exists()
    issue_release(issue=issue, by=admin_user, photos=issue.photos.all())
    stored = issue_withdraw(issue=issue, reason="a face", by=admin_user)
    assert (stored.released_at, stored.released_by) == (None, None)
    assert not Photo.objects.filter(is_released=True).exists()
    assert issue.events.last().detail == {"reason": "a face"}


def test_events_are_appended_in_their_order(issue):
    event = issue_event_append(
        issue=issue, kind=EventKind.FORWARDED, detail={"authority": "STRNRW"}
    )
    assert issue.events.last() == event
    assert issue.events.first().kind == EventKind.RECEIVED
