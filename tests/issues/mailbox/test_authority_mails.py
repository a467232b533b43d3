"""Mails of authorities on a real IMAP server: put to their delivery, never taken for more than words."""

from __future__ import annotations

import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.utils import timezone

from issues.enums import EventKind, IssueStatus, MailState, ReplyState
from issues.models import InboxMail, Issue, Note
from issues.services.mailbox.reading import mailbox_read
from routing.enums import AnswerSource, DeliveryState, NoticeKind
from routing.forwarding.contacts import contact_store
from routing.forwarding.links import mail_domain, reply_address, reply_token
from routing.models import AuthorityContact, Delivery, DeliveryEvent, ReporterNotice
from routing.outbox.claim import delivery_claim
from routing.outbox.contacts import contacts_chosen
from routing.outbox.queue import deliveries_queue
from routing.outbox.receipts import Receipt
from routing.outbox.record import delivery_record_receipt
from tests.issues.conftest import picture
from tests.routing.delivery_factories import decision_make, delivery_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery(account) -> Delivery:
    delivery_make()
    # Out of the way of numbers that are given out.
    Issue.objects.update(number="CAS-2026-900000")
    return send()


def send() -> Delivery:
    delivery = delivery_claim()
    assert delivery is not None
    delivery_record_receipt(delivery=delivery, receipt=Receipt(state=DeliveryState.SENT))
    delivery.refresh_from_db()
    return delivery


def issue_of(delivery: Delivery) -> Issue:
    return Issue.objects.get(decisions=delivery.decision_id)


def heard() -> DeliveryEvent:
    return DeliveryEvent.objects.get(source=AnswerSource.MAIL)


def to(delivery: Delivery) -> str:
    return reply_address(reply_token(delivery.public_id))


def test_answer_is_put_to_its_delivery_and_changes_no_state(delivery, account, make_mail):
    words = "Wir übernehmen das, es ist erledigt.\n\nAm Montag schrieb Stadt:\n> Schlagloch\n"
    mail = make_mail(words, To=to(delivery).upper(), From="Post <post@strassen.example>")
    mail.add_attachment(picture(), maintype="image", subtype="jpeg", filename="fertig.jpg")
    account.put(mail.as_bytes())
    assert (mailbox_read(), mailbox_read()) == (1, 0)
    issue = issue_of(delivery)
    assert Issue.objects.count() == 1
    assert heard().detail == {
        "text": "Wir übernehmen das, es ist erledigt.",
        "sender": "Post post@strassen.example",
    }
    delivery.refresh_from_db()
    assert (delivery.state, issue.status) == (DeliveryState.SENT, IssueStatus.FORWARDED)
    assert issue.has_news
    assert issue.attachments.get().name == "fertig.jpg"
    # Staff alone: no photo of the report, and no note of the reporter's.
    assert not issue.photos.exists()
    assert not Note.objects.exists()
    stored = InboxMail.objects.get()
    assert (stored.state, stored.issue, stored.sender) == (MailState.ANSWER, issue, "")


def test_answer_without_its_address_is_found_by_what_it_answers(delivery, account, make_mail):
    known = f"<{delivery.public_id}@{mail_domain()}>"
    account.put(
        make_mail("Erste.", References=f"<x@y.example> {known} <z@y.example>").as_bytes(),
        make_mail("Zweite.", In_Reply_To=known).as_bytes(),
    )
    mailbox_read()
    told = DeliveryEvent.objects.filter(source=AnswerSource.MAIL).order_by("pk")
    assert [one.detail["text"] for one in told] == ["Erste.", "Zweite."]


@pytest.mark.parametrize(
    "headers",
    [
        {"To": "stadt+aaaaaaaaaaaaaaaaaaaaaaaa@example.org"},
        {"To": "stadt+@example.org"},
        {"In_Reply_To": "<00000000-0000-4000-8000-000000000000@example.org>"},
        {"In_Reply_To": "<kein-uuid@example.org>"},
    ],
)
def test_mail_with_a_made_up_token_is_a_report_like_any_other(
    delivery, account, make_mail, headers
):
    account.put(make_mail(**headers).as_bytes())
    mailbox_read()
    assert InboxMail.objects.get().state == MailState.ISSUE
    assert not DeliveryEvent.objects.filter(source=AnswerSource.MAIL).exists()


def test_own_id_with_the_domain_of_others_proves_nothing(delivery, account, make_mail):
    account.put(make_mail(In_Reply_To=f"<{delivery.public_id}@evil.example>").as_bytes())
    mailbox_read()
    assert InboxMail.objects.get().state == MailState.ISSUE


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "auto_reply"}]
)
def test_absence_is_kept_and_is_no_news(delivery, account, make_mail, headers):
    account.put(make_mail("Ich bin bis Montag fort.", To=to(delivery), **headers).as_bytes())
    mailbox_read()
    assert heard().detail["automatic"] is True
    assert not issue_of(delivery).has_news
    assert not issue_of(delivery).events.filter(kind=EventKind.RESPONDED).exists()
    assert InboxMail.objects.get().state == MailState.ANSWER


def test_pipe_takes_a_mail_once(delivery, make_mail, monkeypatch, capsys):
    raw = make_mail("Wo genau?", To=to(delivery)).as_bytes()
    for _ in range(2):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
        call_command("take_mail")
    assert heard().detail["text"] == "Wo genau?"
    assert InboxMail.objects.get().state == MailState.ANSWER


def bounced(delivery: Delivery, status: str, serial: int = 0, recipient: str = "") -> bytes:
    return f"""\
From: mailer-daemon@example.net
Message-ID: <b{serial}@example.net>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

{serial}
--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; {recipient or delivery.contact.address}
Action: failed
Status: {status}
Diagnostic-Code: smtp; no such user

--b
Content-Type: text/rfc822-headers

Message-ID: <{delivery.public_id}@{mail_domain()}>

--b--
""".encode()


def test_hard_bounce_breaks_the_contact_until_somebody_puts_it_right(delivery, account):
    account.put(bounced(delivery, "5.1.1"))
    mailbox_read()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.FAILED
    assert "no such user" in delivery.last_error
    assert issue_of(delivery).has_news
    assert InboxMail.objects.get().state == MailState.BOUNCE
    contact = delivery.contact
    contact.refresh_from_db()
    assert contact.is_broken
    # Nothing more goes there: the next decision finds nobody to tell.
    assert deliveries_queue(decision_make("STRNRW")) == ["STRNRW"]
    contact_store(contact=contact)
    chosen = contacts_chosen(
        [delivery.authority_id], area_code="", category="X", on=timezone.localdate()
    )
    assert chosen == {delivery.authority_id: contact.pk}


def test_soft_bounce_is_sent_again_three_times_then_waits_for_a_person(delivery, account):
    waits = []
    for serial in range(4):
        account.put(bounced(delivery, "4.2.2", serial))
        mailbox_read()
        delivery.refresh_from_db()
        waits.append(delivery.state)
        if delivery.state == DeliveryState.QUEUED:
            assert delivery.due_at > timezone.now() + timedelta(minutes=59)
            Delivery.objects.update(due_at=timezone.now())
            send()
    assert waits == [DeliveryState.QUEUED] * 3 + [DeliveryState.FAILED]
    delivery.contact.refresh_from_db()
    assert not delivery.contact.is_broken


def test_bounce_about_what_was_sent_fails_the_delivery_and_not_the_contact(delivery, account):
    account.put(bounced(delivery, "5.3.4"))
    mailbox_read()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.FAILED
    delivery.contact.refresh_from_db()
    assert not delivery.contact.is_broken


def test_later_message_that_came_back_is_news_and_breaks_the_contact(delivery, account):
    now = timezone.now()
    notice = ReporterNotice.objects.create(
        delivery=delivery, kind=NoticeKind.WITHDRAWN, state=ReplyState.SENT, due_at=now, sent_at=now
    )
    Issue.objects.update(has_news=False)
    raw = bounced(delivery, "5.1.1").replace(
        str(delivery.public_id).encode(), str(notice.public_id).encode()
    )
    account.put(raw)
    mailbox_read()
    notice.refresh_from_db()
    assert (notice.state, notice.last_error) == (ReplyState.FAILED, "5.1.1 smtp; no such user")
    assert issue_of(delivery).has_news
    delivery.contact.refresh_from_db()
    assert delivery.contact.is_broken
    # The report itself is there all the same.
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT
    assert "no such user" in heard().detail["text"]


def test_what_nobody_understands_of_a_mail_server_is_read_by_a_person(delivery, account, make_mail):
    known = f"<{delivery.public_id}@{mail_domain()}>"
    mail = make_mail("Kontingent erreicht.", From="postmaster@example.net", References=known)
    account.put(mail.as_bytes())
    mailbox_read()
    assert issue_of(delivery).has_news
    assert heard().detail["text"] == "Kontingent erreicht."


def test_bounce_of_somebody_behind_the_address_is_news_alone(delivery, account):
    account.put(bounced(delivery, "5.1.1", recipient="left@strassen.example"))
    mailbox_read()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT
    assert issue_of(delivery).has_news
    assert heard().detail["text"].startswith("An left@strassen.example wurde es nicht")
    delivery.contact.refresh_from_db()
    assert not delivery.contact.is_broken


def test_later_message_that_somebody_behind_the_address_did_not_get_is_news_alone(
    delivery, account
):
    now = timezone.now()
    notice = ReporterNotice.objects.create(
        delivery=delivery, kind=NoticeKind.CHANGED, state=ReplyState.SENT, due_at=now, sent_at=now
    )
    raw = bounced(delivery, "5.1.1", recipient="left@strassen.example").replace(
        str(delivery.public_id).encode(), str(notice.public_id).encode()
    )
    account.put(raw)
    mailbox_read()
    notice.refresh_from_db()
    delivery.contact.refresh_from_db()
    assert (notice.state, delivery.contact.is_broken) == (ReplyState.SENT, False)


def test_bounce_of_the_address_that_a_contact_had_before_breaks_none(delivery, account):
    former = delivery.contact.address
    Delivery.objects.update(receipt={"address": former})
    AuthorityContact.objects.update(address="new@strassen.example")
    account.put(bounced(delivery, "5.1.1", recipient=former))
    mailbox_read()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.FAILED
    assert not AuthorityContact.objects.get(pk=delivery.contact_id).is_broken


def test_unknown_words_of_a_mail_server_that_quotes_our_mail_are_read_by_a_person(
    delivery, account, make_mail
):
    words = f"Kontingent erreicht.\n\nMessage-ID: <{delivery.public_id}@{mail_domain()}>\n"
    account.put(make_mail(words, From="postmaster@example.net").as_bytes())
    mailbox_read()
    assert issue_of(delivery).has_news


def test_answer_of_a_sender_whose_comma_stands_in_no_quotes_is_news(delivery, account, make_mail):
    raw = make_mail("Wir kommen.", To=to(delivery)).as_bytes()
    head, _blank, body = raw.partition(b"\n\n")
    lines = [line for line in head.split(b"\n") if not line.startswith(b"From:")]
    account.put(
        b"From: Meyer, Heike <heike@strassen.example>\n" + b"\n".join(lines) + b"\n\n" + body
    )
    mailbox_read()
    assert issue_of(delivery).has_news
    assert heard().detail["sender"] == "Meyer, Heike heike@strassen.example"
