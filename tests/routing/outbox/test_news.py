"""What authorities hear of a report that they have: once a day, at once when it is dangerous, each thing once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from jsonschema import Draft202012Validator

from issues.enums import EventKind, IssueStatus, Priority, ReplyState
from issues.models import Category, Issue
from issues.services import issue_event_append
from routing.enums import ChannelKind, NoticeKind
from routing.forwarding.channels import webhook
from routing.forwarding.notices import notices_send_due
from routing.forwarding.sending import deliveries_send_due
from routing.models import AuthorityContact, Delivery, ReporterNotice
from routing.outbox.news import news_gather
from routing.outbox.queue import deliveries_queue
from tests.routing.delivery_factories import contact_make, decision_make, delivery_make
from tests.routing.forwarding.servers import Mailbox, http_server, smtp_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    with smtp_server() as (box, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield box


@pytest.fixture
def delivery(mailbox: Mailbox) -> Delivery:
    """The authority has the report."""
    delivery = delivery_make()
    deliveries_send_due()
    delivery.refresh_from_db()
    return delivery


def text_of(message: EmailMessage) -> str:
    return str(message.get_body(("plain",)).get_content()).replace("\r\n", "\n")


def happened(delivery: Delivery, kind: EventKind, **detail: object) -> None:
    issue = Issue.objects.get(pk=delivery.decision.issue_id)
    issue_event_append(issue=issue, kind=kind, detail=detail)


def recategorise(delivery: Delivery, **fields: object) -> None:
    issue = delivery.decision.issue
    issue.category = Category.objects.create(
        jurisdiction=issue.jurisdiction,
        code="LAMP",
        names={"de": "Laterne", "en": "Lamp"},
        **fields,
    )
    issue.save()
    happened(delivery, EventKind.RECATEGORISED)


def test_corrections_of_a_day_are_one_message_in_the_same_thread(delivery, mailbox) -> None:
    recategorise(delivery)
    happened(delivery, EventKind.MOVED)
    happened(delivery, EventKind.MOVED)
    assert news_gather(urgent_only=True) == 0
    assert news_gather(urgent_only=False) == 1
    assert news_gather(urgent_only=False) == 0
    assert notices_send_due() == 1
    [report, news] = mailbox.messages
    text = text_of(news)
    assert text.startswith(
        "Neues zur Meldung CAS-2026-000001, die Ihnen vorliegt:\n"
        "- Die Kategorie wurde berichtigt.\n- Der Ort wurde berichtigt.\n\nLaterne: B 235\n"
    )
    assert news["In-Reply-To"] == report["Message-ID"]
    assert news["To"] == report["To"]

    happened(delivery, EventKind.PHOTO_ADDED)
    assert news_gather(urgent_only=False) == 1
    assert ReporterNotice.objects.last().news == [EventKind.PHOTO_ADDED]


@pytest.mark.parametrize("why", ["emergency", "urgent"])
def test_what_is_dangerous_goes_at_once(delivery, mailbox, why: str) -> None:
    recategorise(delivery, is_emergency=why == "emergency")
    if why == "urgent":
        Issue.objects.update(priority=Priority.HIGH)
    assert news_gather(urgent_only=True) == 1
    notices_send_due()
    assert "Die Kategorie wurde berichtigt." in text_of(mailbox.messages[1])


@pytest.mark.parametrize(
    ("kind", "detail", "told"),
    [
        (EventKind.MERGED, {"from": "CAS-2026-000009"}, "Noch jemand hat dasselbe gemeldet."),
        (EventKind.MERGED, {"into": "CAS-2026-000009"}, ""),
        (EventKind.DOUBTED, {"people": 3}, "Mehrere Personen sagen, dass es nicht erledigt ist."),
        (
            EventKind.STATUS_CHANGED,
            {"from": IssueStatus.DONE, "to": IssueStatus.TRIAGE},
            "Die Meldung ist wieder offen.",
        ),
        (EventKind.STATUS_CHANGED, {"from": IssueStatus.TRIAGE, "to": IssueStatus.DONE}, ""),
        (EventKind.ANSWERED, {}, "Antworten kamen hinzu oder wurden berichtigt."),
        (EventKind.NOTED, {}, ""),
        (EventKind.REPLIED, {}, ""),
    ],
)
def test_what_is_news_to_an_authority(delivery, mailbox, kind, detail, told) -> None:
    happened(delivery, kind, **detail)
    assert news_gather(urgent_only=False) == bool(told)
    notices_send_due()
    if told:
        assert f"- {told}\n" in text_of(mailbox.messages[1])


def test_what_happened_before_the_message_was_built_is_no_news(mailbox) -> None:
    delivery = delivery_make()
    happened(delivery, EventKind.PHOTO_ADDED)
    assert news_gather(urgent_only=False) == 0
    deliveries_send_due()
    assert news_gather(urgent_only=False) == 0


def decided_anew(delivery: Delivery, code: str) -> None:
    former = delivery.decision
    former.is_current = False
    former.save()
    if not AuthorityContact.objects.filter(authority__code=code).exists():
        contact_make(code)
    again = decision_make(code, issue=former.issue, number=former.number + 1)
    deliveries_queue(again)
    issue_event_append(issue=former.issue, kind=EventKind.DECIDED, detail={"decision": again.pk})


def test_whoever_no_longer_has_to_act_hears_so_once(delivery, mailbox) -> None:
    decided_anew(delivery, "EUV")
    assert news_gather(urgent_only=True) == 1
    assert news_gather(urgent_only=True) == 0
    happened(delivery, EventKind.MOVED)
    assert news_gather(urgent_only=False) == 0
    notices_send_due()
    [_report, told] = mailbox.messages
    assert told["To"] == delivery.contact.address
    assert "Sie müssen nichts mehr unternehmen." in text_of(told)


def test_same_authority_by_a_later_decision_is_not_called_off(delivery) -> None:
    decided_anew(delivery, "STRNRW")
    assert news_gather(urgent_only=True) == 0


def test_webhook_gets_news_as_an_event(settings, monkeypatch) -> None:
    settings.PRIVATE_NETWORKS = {"receiver": ["127.0.0.0/8"]}
    monkeypatch.setenv("WEBHOOK_SECRET_A", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    events: list[dict[str, object]] = []
    with http_server() as (receiver, address):

        def answer(*_request: object) -> tuple[int, str, str]:
            events.append(json.loads(receiver.body))
            return 200, "application/json", "{}"

        receiver.answer = answer
        delivery = delivery_make(
            channel=ChannelKind.WEBHOOK,
            address=address,
            settings={"secret_env": "WEBHOOK_SECRET_A"},
        )
        deliveries_send_due()
        happened(delivery, EventKind.MOVED)
        news_gather(urgent_only=False)
        decided_anew(delivery, "EUV")
        news_gather(urgent_only=True)
        notices_send_due()
    assert [one["type"] for one in events] == [
        "report.forwarded",
        "report.changed",
        "report.withdrawn",
    ]
    assert events[1]["news"] == ["moved"]
    for event in events:
        Draft202012Validator(webhook.schema()).validate(event)


@pytest.mark.parametrize("address", ["", "amt@example.org"])
def test_open311_receiver_hears_by_mail_or_not_at_all(delivery, mailbox, address: str) -> None:
    """GeoReport takes a report once; the notice says whether anybody was told."""
    AuthorityContact.objects.update(
        channel=ChannelKind.OPEN311, settings={"news_mail": address} if address else {}
    )
    happened(delivery, EventKind.MOVED)
    news_gather(urgent_only=False)
    notices_send_due()
    [notice] = ReporterNotice.objects.filter(kind=NoticeKind.CHANGED)
    assert notice.state == (ReplyState.SENT if address else ReplyState.CANCELLED)
    assert [one["To"] for one in mailbox.messages[1:]] == ([address] if address else [])
