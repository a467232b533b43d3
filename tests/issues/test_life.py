"""The life of a report: reasons for closing, what the reporter reads, and taking a step back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from issues.enums import EventKind, IssueStatus, ReplyState
from issues.errors import PlaceholderEmpty, PlaceholderUnknown, ReasonMissing, StatusNotReachable
from issues.models import ClosingReason, Issue, Reply, ReplyTemplate, Reporter
from issues.public_view import note_public
from issues.services import issue_set_status, issue_step
from issues.services.replies.placeholders import placeholders_check, placeholders_filled
from issues.services.replies.sending import replies_send_due
from issues.services.workflow import issue_state_restore, state_kept


@pytest.fixture
def issue(make_issue) -> Issue:
    issue = make_issue()
    Reporter.objects.create(issue=issue, email="maria@example.org", last_name="Beispiel")
    return issue


def reason(issue: Issue, code: str) -> ClosingReason:
    return ClosingReason.objects.get(jurisdiction=issue.jurisdiction, code=code)


def test_every_city_begins_with_reasons_and_texts(jurisdiction):
    closing = {one for one in IssueStatus if one.is_closed}
    assert set(jurisdiction.closing_reasons.values_list("status", flat=True)) == closing
    assert set(jurisdiction.reply_templates.values_list("status", flat=True)) == set(IssueStatus)
    for one in jurisdiction.reply_templates.all():
        for text in one.texts.values():
            placeholders_check(text)


def test_closing_needs_a_reason_of_that_state(issue, admin_user):
    with pytest.raises(ReasonMissing):
        issue_step(issue=issue, status=IssueStatus.DONE, by=admin_user)
    with pytest.raises(ReasonMissing):
        issue_step(
            issue=issue,
            status=IssueStatus.DONE,
            reason=reason(issue, "no_defect"),
            by=admin_user,
        )
    assert not issue.events.filter(kind=EventKind.STATUS_CHANGED).exists()
    closed = issue_step(
        issue=issue, status=IssueStatus.DONE, reason=reason(issue, "repaired"), by=admin_user
    )
    assert (closed.status, closed.closing_reason.code) == ("done", "repaired")


def test_reason_of_another_city_is_none(issue, make_jurisdiction, admin_user):
    other = make_jurisdiction("herne.de").closing_reasons.get(code="repaired")
    with pytest.raises(ReasonMissing):
        issue_step(issue=issue, status=IssueStatus.DONE, reason=other, by=admin_user)


def test_public_reads_reason_and_masked_note(issue, admin_user):
    closed = issue_step(
        issue=issue,
        status=IssueStatus.DONE,
        reason=reason(issue, "repaired"),
        note="Frau Müller, 02305 123456, war dabei.",
        by=admin_user,
    )
    told = note_public(closed)
    assert told.startswith("Der Schaden ist behoben. ")
    assert "123456" not in told


def test_reopened_issue_has_no_reason_left(issue, admin_user):
    closed = issue_step(
        issue=issue, status=IssueStatus.DONE, reason=reason(issue, "repaired"), by=admin_user
    )
    opened = issue_step(issue=closed, status=IssueStatus.TRIAGE, by=admin_user)
    assert (opened.status, opened.closing_reason, opened.status_note) == ("triage", None, "")
    with pytest.raises(StatusNotReachable):
        issue_step(issue=opened, status=IssueStatus.RECEIVED, by=admin_user)


# --- What the reporter reads ------------------------------------------------------------------------
def test_reporter_is_told_in_the_citys_words(issue, admin_user):
    issue_step(
        issue=issue, status=IssueStatus.DONE, reason=reason(issue, "repaired"), by=admin_user
    )
    assert replies_send_due() == 1
    [letter] = mail.outbox
    assert letter.to == ["maria@example.org"]
    assert issue.number in letter.subject
    assert "ist erledigt. Der Schaden ist behoben.\n" in letter.body
    assert letter.body.startswith("Guten Tag,\n\n")
    assert Reply.objects.get().state == ReplyState.SENT
    assert replies_send_due() == 0


def test_reporter_reads_the_own_language(issue, admin_user):
    Reporter.objects.update(language="en")
    issue_step(
        issue=issue, status=IssueStatus.REJECTED, reason=reason(issue, "no_defect"), by=admin_user
    )
    replies_send_due()
    assert "There is no defect." in mail.outbox[0].body
    assert mail.outbox[0].body.startswith("Good day,")


def test_text_of_the_category_comes_first_and_an_edited_one_before_all(issue, admin_user):
    ReplyTemplate.objects.create(
        jurisdiction=issue.jurisdiction,
        status=IssueStatus.IN_PROGRESS,
        category=issue.category,
        texts={"de": "der Bautrupp kommt zu {nummer}."},
    )
    issue_step(issue=issue, status=IssueStatus.IN_PROGRESS, by=admin_user)
    issue_step(issue=issue, status=IssueStatus.TRIAGE, by=admin_user, reply="von Hand.")
    replies_send_due()
    bodies = [letter.body for letter in mail.outbox]
    assert f"der Bautrupp kommt zu {issue.number}." in bodies[0]
    assert "\n\nvon Hand.\n\n" in bodies[1]


def test_nothing_is_sent_where_the_city_sends_nothing(issue, admin_user):
    issue_step(issue=issue, status=IssueStatus.TRIAGE, by=admin_user)
    issue_step(issue=issue, status=IssueStatus.IN_PROGRESS, by=admin_user, reply="")
    assert not Reply.objects.exists()


def test_reporter_of_a_sheltered_issue_does_not_hear_that_it_was_passed_on(issue):
    Issue.objects.update(is_sheltered=True)
    issue_set_status(issue=issue, status=IssueStatus.FORWARDED)
    assert not Reply.objects.exists()
    issue_set_status(issue=issue, status=IssueStatus.IN_PROGRESS)
    assert Reply.objects.count() == 1


def test_placeholder_without_a_value_is_kept_as_not_sent_and_says_which(issue, monkeypatch):
    # What another app registered comes back after the test.
    monkeypatch.setattr("issues.agency._registered", [lambda _ids: {}])
    issue_set_status(issue=issue, status=IssueStatus.FORWARDED)
    reply = Reply.objects.get()
    assert reply.state == ReplyState.FAILED
    assert "{stelle}" in reply.last_error
    assert replies_send_due() == 0


@pytest.mark.parametrize("text", ["{unbekannt}", "{Nummer}", "{nummer", "nummer}", "{{nummer}}"])
def test_placeholders_that_do_not_exist(text):
    with pytest.raises(PlaceholderUnknown):
        placeholders_check(text)


def test_placeholders_are_filled_once():
    # A value that looks like a placeholder is a text.
    assert placeholders_filled("{ort}, {nummer}", {"ort": "{nummer}", "nummer": "7"}) == (
        "{nummer}, 7"
    )
    assert placeholders_filled("Ende. {grund}", {}) == "Ende."
    with pytest.raises(PlaceholderEmpty, match=r"\{link\}, \{ort\}"):
        placeholders_filled("{ort} {link} {nummer}", {"nummer": "7"})


def test_message_is_held_and_can_be_taken_back(issue, admin_user):
    since, kept = timezone.now(), state_kept(issue)
    held = since + timedelta(seconds=30)
    closed = issue_step(
        issue=issue,
        status=IssueStatus.DONE,
        reason=reason(issue, "repaired"),
        by=admin_user,
        due_at=held,
    )
    assert replies_send_due() == 0
    assert issue_state_restore(issue=closed, kept=kept, since=since, by=admin_user)
    back = Issue.objects.get()
    assert state_kept(back).keys() == kept.keys()
    assert back.due_at == issue.due_at
    assert (back.status_changed_at, back.closing_reason) == (issue.status_changed_at, None)
    assert back.status == IssueStatus.RECEIVED
    assert Reply.objects.get().state == ReplyState.CANCELLED
    assert back.events.last().kind == EventKind.UNDONE


def test_what_has_left_the_house_cannot_be_taken_back(issue, admin_user):
    since, kept = timezone.now(), state_kept(issue)
    closed = issue_step(
        issue=issue, status=IssueStatus.DONE, reason=reason(issue, "repaired"), by=admin_user
    )
    replies_send_due()
    assert not issue_state_restore(issue=closed, kept=kept, since=since, by=admin_user)
    assert Issue.objects.get().status == IssueStatus.DONE


def test_erased_reporter_is_not_written_to(issue):
    issue_set_status(issue=issue, status=IssueStatus.IN_PROGRESS)
    Reporter.objects.all().delete()
    replies_send_due()
    assert mail.outbox == []
    assert Reply.objects.get().state == ReplyState.FAILED


def test_mail_server_that_is_away_is_tried_again(issue, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    issue_set_status(issue=issue, status=IssueStatus.IN_PROGRESS)
    assert replies_send_due() == 1
    reply = Reply.objects.get()
    assert (reply.state, reply.attempts) == (ReplyState.QUEUED, 1)
    assert reply.due_at > timezone.now() + timedelta(seconds=50)
    assert "ConnectionRefusedError" in reply.last_error
