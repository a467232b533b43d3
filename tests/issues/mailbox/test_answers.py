"""Answers to our messages come back to their reports; what did not arrive is recorded."""

from __future__ import annotations

import pytest

from issues.enums import MailReason, MailState, ReplyState
from issues.errors import MailGone
from issues.models import InboxMail, Inquiry, Issue, Note, Reply, Reporter
from issues.services.inquiries import inquiry_ask
from issues.services.mailbox.aside import mail_dismiss, mail_take_in, mails_expire
from issues.services.mailbox.reading import mailbox_read
from issues.services.work import file_attach
from tests.issues.mailbox.addresses import address_create
from tests.issues.mailbox.test_bounces import bounce
from tests.issues.photos.test_photo_places import photo


@pytest.fixture
def asked(make_issue, admin_user) -> Inquiry:
    issue = make_issue()
    Reporter.objects.create(issue=issue, email="maria@example.org")
    return inquiry_ask(issue=issue, text="Welche Laterne?", by=admin_user)


def answer_address() -> str:
    return f"stadt+{Reply.objects.get().public_id.hex}@example.org"


def test_answer_goes_to_the_open_question_without_the_question(account, make_mail, asked):
    mail = make_mail("Die dritte.\n\nAm 3.3. schrieb Stadt:\n> Welche?", To=answer_address())
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="plan.pdf")
    account.put(mail.as_bytes())
    mailbox_read()
    issue = Issue.objects.get()
    assert Inquiry.objects.get().answer == "Die dritte."
    assert (issue.has_news, issue.paused_at) == (True, None)
    assert issue.attachments.get().name == "plan.pdf"
    assert InboxMail.objects.get().state == MailState.ANSWER


def test_later_answer_is_a_note_that_is_news(account, make_mail, asked):
    account.put(make_mail("Die dritte.", To=answer_address()).as_bytes())
    account.put(make_mail("Oder die vierte.", Delivered_To=answer_address()).as_bytes())
    mailbox_read()
    note = Note.objects.get()
    assert (note.text, note.by) == ("Oder die vierte.", None)
    assert Issue.objects.get().has_news


def test_whoever_reported_the_same_does_not_answer_for_the_one_who_was_asked(
    account, make_mail, make_issue, asked
):
    again = make_issue("Die zweite")
    reply = Reply.objects.get()
    Reply.objects.filter(pk=reply.pk).update(reporter_of=again)
    account.put(make_mail("Die dritte.", To=answer_address()).as_bytes())
    mailbox_read()
    assert (Inquiry.objects.get().answer, Inquiry.objects.get().closed_at) == ("", None)
    assert Note.objects.get().reporter_of == again


def test_bounce_marks_the_message_as_not_sent(account, asked):
    reply = Reply.objects.get()
    account.put(bounce("failed", reply.public_id))
    mailbox_read()
    reply.refresh_from_db()
    assert reply.state == ReplyState.FAILED
    assert "nicht angekommen" in reply.last_error
    assert InboxMail.objects.get().state == MailState.BOUNCE
    assert Issue.objects.get().has_news


def test_mail_set_aside_is_taken_in_once_and_nothing_of_it_is_kept(
    account, make_mail, admin_user, django_capture_on_commit_callbacks
):
    account.put(make_mail("Rundbrief mit Schaden", Precedence="bulk").as_bytes())
    mailbox_read()
    mail = InboxMail.objects.get()
    file = mail.file
    with django_capture_on_commit_callbacks(execute=True):
        issue = mail_take_in(mail=mail, by=admin_user)
    assert issue.description == "Laterne\n\nRundbrief mit Schaden"
    assert issue.events.first().by == admin_user
    stored = InboxMail.objects.get()
    assert (stored.state, stored.sender, stored.file.name) == (MailState.ISSUE, "", "")
    assert not file.storage.exists(file.name)
    with pytest.raises(MailGone):
        mail_take_in(mail=mail, by=admin_user)


def test_mail_set_aside_is_dismissed_by_a_person_or_after_a_month(account, make_mail, admin_user):
    account.put(*(make_mail(str(n), Precedence="bulk").as_bytes() for n in range(2)))
    mailbox_read()
    first, second = InboxMail.objects.all()
    mail_dismiss(mail=first, by=admin_user)
    assert mails_expire() == 0
    InboxMail.objects.filter(pk=second.pk).update(at="2026-01-01T00:00:00Z")
    assert mails_expire() == 1
    states = InboxMail.objects.values_list("state", "sender", "file")
    assert set(states) == {(MailState.DISMISSED, "", "")}


def test_address_that_the_cadastre_knows_places_the_mail(account, make_mail, jurisdiction):
    address_create(jurisdiction, "Ickerner Straße", "41")
    account.put(
        make_mail("Guten Tag, vor dem Haus Ickerner Str. 41 ist seit 3 Tagen ein Loch.").as_bytes()
    )
    mailbox_read()
    issue = Issue.objects.get()
    assert (issue.location_source, issue.address_text) == ("address", "Ickerner Str. 41")


def test_photo_places_the_mail_where_it_was_taken(account, make_mail):
    mail = make_mail()
    mail.add_attachment(photo(), maintype="image", subtype="jpeg", filename="a.jpg")
    account.put(mail.as_bytes())
    mailbox_read()
    assert Issue.objects.get().location_source == "photo"


def test_photo_from_elsewhere_leaves_the_mail_to_be_placed(account, make_mail, jurisdiction):
    mail = make_mail()
    mail.add_attachment(
        photo(GPSLatitude=(48, 1, 0)), maintype="image", subtype="jpeg", filename="a.jpg"
    )
    account.put(mail.as_bytes())
    mailbox_read()
    issue = Issue.objects.get()
    assert (issue.location_source, issue.photos.count()) == ("unplaced", 1)


def test_mail_with_two_known_addresses_is_placed_by_a_person(account, make_mail, jurisdiction):
    address_create(jurisdiction, "Ickerner Straße", "41")
    address_create(jurisdiction, "Am Markt", "3")
    account.put(make_mail("Ickerner Straße 41, ich wohne Am Markt 3.").as_bytes())
    mailbox_read()
    assert Issue.objects.get().location_source == "unplaced"


def test_winmail_is_kept_as_it_came_and_other_files_are_told(account, make_mail):
    mail = make_mail()
    tnef = b"\x78\x9f\x3e\x22" + bytes(20)
    mail.add_attachment(tnef, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    mail.add_attachment(b"MZ\0\0", maintype="application", subtype="x-dos", filename="virus.exe")
    for number in range(25):
        mail.add_attachment(f"{number}", filename=f"{number}.txt")
    account.put(mail.as_bytes())
    mailbox_read()
    issue = Issue.objects.get()
    assert issue.attachments.count() == 19
    assert issue.attachments.first().media_type == "application/ms-tnef"
    told = issue.notes.get().text
    assert "virus.exe" in told
    assert "24.txt" in told


def test_long_mail_is_cut_and_says_so(account, make_mail):
    account.put(make_mail(("Wort " * 15 + "\n") * 100).as_bytes())
    mailbox_read()
    text = Issue.objects.get().description
    assert len(text) == 4000
    assert text.endswith("Zeichen, ganz liegt sie im Postfach]")


def test_empty_mail_is_set_aside(account, make_mail):
    account.put(make_mail(None, Subject="").as_bytes())
    mailbox_read()
    assert InboxMail.objects.get().reason == MailReason.EMPTY
    assert not Issue.objects.exists()


def test_tnef_can_be_attached(make_issue):
    stored = file_attach(
        issue=make_issue(), name="winmail.dat", content=b"\x78\x9f\x3e\x22x", by=None
    )
    assert stored.media_type == "application/ms-tnef"
