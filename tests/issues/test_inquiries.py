"""A question of the house to the reporter: asked by mail, answered by a link, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from issues.enums import EventKind
from issues.errors import InquiryClosed, ReporterMissing, TextNotClean
from issues.models import Inquiry, Issue, Reporter
from issues.services.inquiries import (
    inquiries_expire,
    inquiry_answer,
    inquiry_ask,
    inquiry_by_token,
    inquiry_take_back,
    inquiry_url,
)
from issues.services.replies.sending import replies_send_due


@pytest.fixture
def issue(make_issue) -> Issue:
    issue = make_issue()
    Reporter.objects.create(issue=issue, email="maria@example.org")
    return issue


def test_question_goes_out_with_a_link_and_the_clock_waits(issue, admin_user):
    inquiry = inquiry_ask(issue=issue, text="Welche Laterne?", by=admin_user)
    replies_send_due()
    [letter] = mail.outbox
    assert letter.subject == f"Eine Frage zu Ihrer Meldung {issue.number}"
    assert "Welche Laterne?" in letter.body
    assert inquiry_url(inquiry) in letter.body
    stored = Issue.objects.get()
    assert stored.paused_at is not None
    assert [one.kind for one in stored.events.all()][-1] == EventKind.ASKED


def test_answer_comes_back_as_news_and_the_clock_goes_on(issue, admin_user):
    inquiry = inquiry_ask(issue=issue, text="Welche Laterne?", by=admin_user)
    inquiry_answer(inquiry=inquiry, text="Die dritte von links.")
    stored = Issue.objects.get()
    assert (stored.has_news, stored.paused_at) == (True, None)
    assert Inquiry.objects.get().answer == "Die dritte von links."
    with pytest.raises(InquiryClosed):
        inquiry_answer(inquiry=inquiry, text="Doch die vierte.")


def test_one_question_at_a_time(issue, admin_user):
    inquiry_ask(issue=issue, text="Welche?", by=admin_user)
    with pytest.raises(InquiryClosed):
        inquiry_ask(issue=issue, text="Und wo?", by=admin_user)
    inquiry_take_back(issue=issue, by=admin_user)
    assert inquiry_ask(issue=issue, text="Und wo?", by=admin_user).closed_at is None


def test_nobody_to_ask(make_issue, admin_user):
    with pytest.raises(ReporterMissing):
        inquiry_ask(issue=make_issue(), text="Welche?", by=admin_user)
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n", "a\0b"])
def test_question_has_to_be_one(issue, admin_user, text):
    with pytest.raises(TextNotClean):
        inquiry_ask(issue=issue, text=text, by=admin_user)


def test_no_answer_in_time_is_news_too(issue, admin_user):
    inquiry = inquiry_ask(issue=issue, text="Welche?", by=admin_user)
    assert inquiries_expire() == 0
    Inquiry.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(InquiryClosed):
        inquiry_answer(inquiry=inquiry, text="zu spät")
    assert inquiries_expire() == 1
    stored = Issue.objects.get()
    assert (stored.has_news, stored.paused_at) == (True, None)


def test_link_cannot_be_guessed(issue, admin_user):
    inquiry = inquiry_ask(issue=issue, text="Welche?", by=admin_user)
    token = inquiry_url(inquiry).rstrip("/").rpartition("/")[2]
    assert inquiry_by_token(token) == inquiry
    assert inquiry_by_token(token[:-1] + ("a" if token[-1] != "a" else "b")) is None
    assert inquiry_by_token(inquiry.public_id.hex) is None
