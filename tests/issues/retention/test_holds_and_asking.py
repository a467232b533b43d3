"""A legal hold against erasing, and erasing because whoever reported asks for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from issues.enums import EventKind, IssueStatus, PhotoStatus, ReplyState
from issues.errors import HoldRefused, TextNotClean
from issues.models import Deletion, Issue, LegalHold, Note, Photo, Rating, Reply, Reporter
from issues.services import issue_release, issue_set_status
from issues.services.replies.sending import replies_send_due
from issues.services.retention.asking import data_erase
from issues.services.retention.holds import hold_end, hold_of, hold_set
from issues.services.retention.running import retention_apply
from tests.issues.retention.conftest import files

DAY = timedelta(days=1)


def hold(issue: Issue) -> LegalHold:
    until = timezone.localdate() + 30 * DAY
    return hold_set(issue=issue, reason="Klage 3 O 17/26", until=until, by=None)


def test_nothing_is_erased_while_a_hold_stands_and_all_of_it_after(issue, folder):
    hold(issue)
    issue_set_status(issue=issue, status=IssueStatus.DONE)
    Issue.objects.update(status_changed_at=timezone.now() - timedelta(days=1500))
    assert not retention_apply()
    assert (Reporter.objects.count(), len(files(folder))) == (1, 3)
    hold_end(issue=issue, by=None)
    retention_apply()
    assert not Reporter.objects.exists()
    kinds = list(issue.events.values_list("kind", flat=True))
    assert EventKind.HELD in kinds
    assert EventKind.HOLD_ENDED in kinds


def test_hold_ends_with_its_day(issue):
    hold(issue)
    LegalHold.objects.update(until=timezone.localdate())
    assert hold_of(issue) is not None
    LegalHold.objects.update(until=timezone.localdate() - DAY)
    assert hold_of(issue) is None
    # Another may follow.
    assert hold(issue).ended_at is None


def test_hold_needs_a_reason_and_a_day_ahead_and_stands_once(issue):
    today = timezone.localdate()
    with pytest.raises(TextNotClean):
        hold_set(issue=issue, reason="  ", until=today + DAY, by=None)
    for until in (today - DAY, today + 4000 * DAY):
        with pytest.raises(HoldRefused):
            hold_set(issue=issue, reason="Klage", until=until, by=None)
    hold(issue)
    with pytest.raises(HoldRefused):
        hold(issue)


def test_who_asks_is_forgotten_with_photos_and_waiting_mails(issue, folder):
    first = issue.photos.order_by("pk")[0]
    issue_release(issue=issue, photos=[first])
    assert data_erase(issue=issue, released_photos=False)
    assert not Reporter.objects.exists()
    assert replies_send_due() == 0
    assert mail.outbox == []
    left = Photo.objects.get(status=PhotoStatus.STORED)
    assert (left.pk, left.is_released) == (first.pk, True)
    words = Issue.objects.get().description + Note.objects.get().text + Rating.objects.get().words
    assert "Loch vor Haus 3" in words
    assert "Müller" not in words
    assert "123456" not in words
    rows = Deletion.objects.order_by("pk").values_list("number", "kind", "count", "rule", "days")
    assert list(rows) == [
        (issue.number, "contact", 1, "asked", None),
        (issue.number, "mail", 1, "asked", None),
        (issue.number, "photo", 1, "asked", None),
    ]
    # Once more does no harm and is no news.
    assert data_erase(issue=issue, released_photos=True)
    assert not Photo.objects.filter(status=PhotoStatus.STORED).exists()
    assert not Photo.objects.filter(is_released=True).exists()


def test_hold_stands_against_who_asks_and_it_is_done_when_it_ends(issue, folder):
    hold(issue)
    assert not data_erase(issue=issue, released_photos=True)
    assert Reporter.objects.get().email == "maria@example.org"
    assert not Reply.objects.filter(state=ReplyState.QUEUED).exists()
    # Nobody is written to any more, whatever happens.
    issue_set_status(issue=issue, status=IssueStatus.IN_PROGRESS)
    assert replies_send_due() == 0
    retention_apply()
    assert Reporter.objects.exists()
    hold_end(issue=issue, by=None)
    retention_apply()
    assert not Reporter.objects.exists()
    assert not Photo.objects.filter(status=PhotoStatus.STORED).exists()


def test_photo_that_was_still_to_be_fetched_is_not_fetched_any_more(make_issue, folder):
    issue = make_issue(media_urls=["https://example.org/a.jpg"])
    data_erase(issue=issue, released_photos=False)
    photo = Photo.objects.get()
    assert (photo.status, photo.source_url, photo.due_at) == (PhotoStatus.ERASED, "", None)


def test_mail_in_the_hands_of_a_worker_does_not_stop_the_others(issue, make_issue, monkeypatch):
    from issues.services.replies import sending

    build = sending.mail_build

    def erased_meanwhile(reply: Reply, to: str) -> object:
        message = build(reply, to)
        data_erase(issue=issue, released_photos=False)
        return message

    monkeypatch.setattr(sending, "mail_build", erased_meanwhile)
    assert replies_send_due() == 1
    reply = Reply.objects.get()
    assert (reply.state, reply.text) == (ReplyState.SENT, "")
