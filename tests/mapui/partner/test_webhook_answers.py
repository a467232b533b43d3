"""Answers that systems post: signed, fresh, once, and for the reports of their own contact alone."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from issues.enums import IssueStatus, PhotoOrigin
from issues.models import Issue
from routing.enums import AnswerSource, ChannelKind, DeliveryState
from routing.forwarding.channels.webhook import signature
from routing.models import AuthorityContact, Delivery
from routing.outbox.holders import holders_of
from tests.issues.conftest import picture
from tests.routing.delivery_factories import authority_make, contact_make, delivery_make

pytestmark = pytest.mark.django_db
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_AAAA9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def delivery(monkeypatch, settings, tmp_path) -> Delivery:
    """A report that the webhook of STRNRW got."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setenv("WEBHOOK_SECRET_STRNRW", SECRET)
    monkeypatch.setenv("WEBHOOK_SECRET_EUV", OTHER)
    return sent("STRNRW")


def sent(code: str) -> Delivery:
    settings = {"secret_env": f"WEBHOOK_SECRET_{code}"}
    address = "https://receiver.example/hook"
    delivery = delivery_make(code, channel=ChannelKind.WEBHOOK, address=address, settings=settings)
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.DELIVERED, sent_at=timezone.now()
    )
    Issue.objects.filter(pk=delivery.decision.issue_id).update(status=IssueStatus.FORWARDED)
    return delivery


def reference(delivery: Delivery) -> str:
    return f"{delivery.decision.issue.number}/{delivery.decision.number}"


def post(
    contact: AuthorityContact,
    kind: str,
    *,
    secret: str = SECRET,
    identity: str = "",
    late: timedelta = timedelta(),
    said: str = "",
    **data: Any,
) -> Any:
    event = {"type": kind, "data": data, **({"timestamp": said} if said else {})}
    body = json.dumps(event).encode()
    identity, seconds = identity or str(uuid4()), int((timezone.now() - late).timestamp())
    return Client(enforce_csrf_checks=True).post(
        reverse("webhook_answer", args=[contact.pk]),
        body,
        content_type="application/json",
        headers={
            "webhook-id": identity,
            "webhook-timestamp": str(seconds),
            "webhook-signature": f"v1,AAAA {signature(secret, identity, seconds, body)}",
        },
    )


def state(delivery: Delivery) -> tuple[str, str]:
    delivery.refresh_from_db()
    return delivery.state, Issue.objects.get(pk=delivery.decision.issue_id).status


def test_answers_mean_what_the_page_means_and_each_counts_once(delivery) -> None:
    contact, told = delivery.contact, reference(delivery)
    answer = post(contact, "report.accepted", identity="m1", reference=told, number="66-1")
    assert (answer.status_code, answer.json()) == (200, {"new": True})
    assert state(delivery) == (DeliveryState.ACCEPTED, IssueStatus.ACCEPTED)
    assert delivery.foreign_id == "66-1"
    post(contact, "report.in_progress", reference=told)
    assert state(delivery) == (DeliveryState.IN_PROGRESS, IssueStatus.IN_PROGRESS)
    again = post(contact, "report.accepted", identity="m1", reference=told, number="66-1")
    assert again.json() == {"new": False}
    photo = base64.b64encode(picture()).decode()
    post(contact, "report.done", reference=told, text="Fertig.", photo=photo)
    assert state(delivery)[0] == DeliveryState.DONE
    issue = Issue.objects.get(pk=delivery.decision.issue_id)
    assert (issue.status, issue.has_news, issue.status_note) == ("in_progress", True, "")
    assert issue.photos.get().origin == PhotoOrigin.AUTHORITY


def test_refusal_names_who_is_responsible(delivery) -> None:
    authority_make("KREIS")
    told = {"reference": reference(delivery), "text": "Liegt am Kreis.", "named": "KREIS"}
    assert post(delivery.contact, "report.refused", **told).status_code == 200
    assert state(delivery) == (DeliveryState.REFUSED, IssueStatus.TRIAGE)
    [refusal] = [one.refusal for one in holders_of(delivery.decision.issue_id) if one.refusal]
    assert (refusal.reason, refusal.named.code) == ("Liegt am Kreis.", "KREIS")


def test_question_and_late_words_are_news_and_move_nothing(delivery) -> None:
    told = reference(delivery)
    post(delivery.contact, "report.in_progress", reference=told)
    early = (timezone.now() - timedelta(hours=2)).isoformat()
    post(delivery.contact, "report.accepted", reference=told, said=early, text="War da.")
    post(delivery.contact, "report.question", reference=told, text="Welche Seite?")
    assert state(delivery) == (DeliveryState.IN_PROGRESS, IssueStatus.IN_PROGRESS)
    said = delivery.events.filter(source=AnswerSource.WEBHOOK).order_by("pk")
    assert [one.detail.get("text", "") for one in said] == ["", "War da.", "Welche Seite?"]
    assert Issue.objects.get().has_news


def test_characters_that_cannot_be_stored_are_left_out(delivery) -> None:
    told = {
        "text": "Lampe \ud83d\ud800 neu",
        "number": "66\ud800-1",
        "reference": reference(delivery),
    }
    assert post(delivery.contact, "report.accepted", **told).json() == {"new": True}
    [event] = delivery.events.filter(source=AnswerSource.WEBHOOK)
    delivery.refresh_from_db()
    assert (event.detail["text"], delivery.foreign_id) == ("Lampe  neu", "66-1")


@pytest.mark.parametrize(
    "change",
    [
        {"secret": OTHER},
        {"late": timedelta(minutes=6)},
        {"late": timedelta(minutes=-6)},
    ],
)
def test_message_of_somebody_else_or_from_long_ago_is_refused(delivery, change) -> None:
    answer = post(delivery.contact, "report.done", reference=reference(delivery), **change)
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert state(delivery)[0] == DeliveryState.DELIVERED


def test_system_reaches_the_reports_of_its_own_contact_alone(delivery) -> None:
    other = sent("EUV")
    answer = post(other.contact, "report.done", secret=OTHER, reference=reference(delivery))
    assert answer.status_code == 400
    mail = contact_make("POST")
    assert post(mail, "report.done", reference=reference(delivery)).status_code == 403
    gone = AuthorityContact(pk=987654)
    assert post(gone, "report.done", reference=reference(delivery)).status_code == 403
    assert state(delivery)[0] == DeliveryState.DELIVERED


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("report.eaten", {}),
        ("report.done", {"reference": "CAS-2026-000001"}),
        ("report.done", {"text": "x" * 4001}),
        ("report.done", {"photo": "no photo"}),
        ("report.done", {"photo": "AAAA"}),
        ("report.done", {"said": "yesterday"}),
        ("report.refused", {"named": "NOBODY"}),
    ],
)
def test_message_that_says_nothing_we_know_is_told_so(delivery, kind: str, data) -> None:
    data = {"reference": reference(delivery), **data}
    answer = post(delivery.contact, kind, **data)
    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert state(delivery)[0] == DeliveryState.DELIVERED


def test_message_without_signature_is_none(delivery) -> None:
    address = reverse("webhook_answer", args=[delivery.contact_id])
    assert Client().post(address, "{}", content_type="application/json").status_code == 400
    assert Client().get(address).status_code == 405
