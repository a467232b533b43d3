"""Mails of a real IMAP server become reports, each once."""

from __future__ import annotations

import pytest

from issues.enums import Channel, LocationSource, MailReason, MailState
from issues.models import InboxMail, Issue
from issues.services.mailbox import reading
from issues.services.mailbox.reading import mailbox_read
from issues.services.mailbox.server import Mailbox, MailboxError
from tests.issues.conftest import picture

pytestmark = pytest.mark.django_db


def test_mail_becomes_a_report_with_photo_file_and_reporter(account, make_mail, other):
    mail = make_mail("Sie flackert seit gestern.\n-- \nMaria Muster, Tel. 02305 1234\n")
    mail.add_attachment(picture(), maintype="image", subtype="jpeg", filename="laterne.jpg")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="plan.pdf")
    account.put(mail.as_bytes())
    assert mailbox_read() == 1
    issue = Issue.objects.get()
    assert (issue.channel, issue.category) == (Channel.MAIL, other)
    assert issue.description == "Laterne\n\nSie flackert seit gestern."
    assert issue.location_source == LocationSource.UNPLACED
    assert issue.photos.get().width == 40
    assert issue.attachments.get().name == "plan.pdf"
    reporter = issue.reporter
    assert (reporter.first_name, reporter.last_name) == ("Maria", "Muster")
    assert reporter.email == "maria@example.org"
    stored = InboxMail.objects.get()
    # Who wrote stands with the report alone, where it is erased.
    assert (stored.state, stored.issue, stored.sender) == (MailState.ISSUE, issue, "")
    assert account.folders() == {"INBOX": 0, "Erledigt": 1}


def test_mail_is_read_once_also_when_it_comes_again(account, make_mail):
    mail = make_mail().as_bytes()
    account.put(mail)
    assert (mailbox_read(), mailbox_read()) == (1, 0)
    # The same over another way: other headers, the same words.
    account.put(b"Received: from elsewhere\r\n" + mail)
    assert mailbox_read() == 1
    assert Issue.objects.count() == 1
    assert InboxMail.objects.filter(state=MailState.REPEAT, issue=Issue.objects.get()).count() == 1


def test_mails_stay_unread_twice_where_no_folder_can_be_made(account, make_mail, monkeypatch):
    monkeypatch.setattr(Mailbox, "_made", lambda *_arguments: None)
    account.put(make_mail().as_bytes())
    assert (mailbox_read(), mailbox_read()) == (1, 0)
    assert account.folders() == {"INBOX": 1}
    assert Issue.objects.count() == 1


def test_mail_that_was_read_before_a_crash_is_only_moved(account, make_mail, monkeypatch):
    account.put(make_mail().as_bytes())
    with monkeypatch.context() as broken:
        broken.setattr(Mailbox, "move", _drop)
        with pytest.raises(MailboxError):
            mailbox_read()
    assert mailbox_read() == 0
    assert account.folders() == {"INBOX": 0, "Erledigt": 1}
    assert Issue.objects.count() == 1


def _drop(self, uids, folder):
    if uids:
        raise ConnectionResetError


def test_mail_of_a_program_is_set_aside_and_the_next_is_read(account, make_mail):
    away = make_mail("Ich bin bis Montag fort.", Auto_Submitted="auto-replied")
    account.put(away.as_bytes(), make_mail().as_bytes())
    assert mailbox_read() == 2
    assert Issue.objects.count() == 1
    aside = InboxMail.objects.get(state=MailState.ASIDE)
    assert (aside.reason, aside.sender) == (
        MailReason.PROGRAM,
        "Maria Muster <maria@example.org>",
    )
    assert aside.file.read() == away.as_bytes().replace(b"\n", b"\r\n")
    assert account.folders() == {"INBOX": 0, "Erledigt": 1, "Fehler": 1}


def test_large_mail_is_set_aside_by_its_headers_alone(account, make_mail, monkeypatch):
    monkeypatch.setattr(reading, "BYTES_MAX", 2000)
    account.put(make_mail("x" * 70 + "\n" * 3000).as_bytes())
    mailbox_read()
    mail = InboxMail.objects.get()
    assert (mail.state, mail.reason, mail.file.name) == (MailState.ASIDE, MailReason.LARGE, "")
    assert mail.subject == "Laterne"


def test_mail_that_ends_each_run_is_set_aside(account, make_mail, monkeypatch):
    account.put(make_mail().as_bytes(), make_mail("Die andere.").as_bytes())
    with monkeypatch.context() as broken:
        broken.setattr(reading, "_settle", _die)
        for _run in range(3):
            with pytest.raises(SystemExit):
                mailbox_read()
    assert mailbox_read() == 2
    states = InboxMail.objects.order_by("uid").values_list("state", "reason")
    assert list(states) == [(MailState.ASIDE, MailReason.UNREADABLE), (MailState.ISSUE, "")]


def _die(mail, raw):
    raise SystemExit


def test_mail_of_which_no_report_can_be_made_is_set_aside_with_the_reason(
    account, make_mail, other
):
    other.is_active = False
    other.save()
    account.put(make_mail().as_bytes())
    mailbox_read()
    mail = InboxMail.objects.get()
    assert (mail.state, mail.reason) == (MailState.ASIDE, MailReason.REFUSED)
    assert "OTHER" in mail.told or mail.told


def test_run_that_has_no_time_left_begins_no_mail(account, make_mail):
    account.put(make_mail().as_bytes())
    assert mailbox_read(seconds=-1) == 0
    assert account.folders() == {"INBOX": 1}


def test_wrong_password_is_told(account, settings):
    settings.INBOX_PASSWORD = "falsch"
    with pytest.raises(MailboxError, match="AUTH"):
        mailbox_read()


def test_nothing_is_read_without_a_mailbox(settings, db):
    settings.INBOX = None
    assert mailbox_read() == 0
