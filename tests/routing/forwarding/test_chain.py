"""Who had a report before, as the next body reads it in every channel."""

from __future__ import annotations

import pytest
from django.utils import timezone

from routing.deciding.overrule import decision_overrule
from routing.enums import AnswerSource, DeliveryState
from routing.forwarding.attachments import feature, report_text
from routing.forwarding.channels.open311_form import description
from routing.forwarding.envelope import Envelope, envelope_build
from routing.models import AuthorityContact, Delivery
from routing.outbox.answers import Said, delivery_refused
from routing.outbox.claim import delivery_claim
from routing.outbox.receipts import Receipt
from routing.outbox.record import delivery_record_receipt
from tests.mapui.factories import staff_create
from tests.routing.delivery_factories import authority_make, contact_make, delivery_make

pytestmark = pytest.mark.django_db


def send() -> Delivery:
    delivery = delivery_claim()
    delivery_record_receipt(delivery=delivery, receipt=Receipt(state=DeliveryState.SENT))
    return delivery


@pytest.fixture
def second() -> Envelope:
    """To a body that gets it after a first one refused and a second one had it for a while."""
    delivery_make("STRNRW")
    refused = send()
    issue = refused.decision.issue
    delivery_refused(
        delivery=refused,
        said=Said(source=AnswerSource.PARTNER),
        reason="Kreisstraße, fragt Frau Amt unter 02305 123456",
        named=authority_make("KREIS"),
    )
    person = staff_create()
    for number, code in enumerate(("EUV", "KREIS"), start=1):
        contact_make(code)
        decision_overrule(issue_id=issue.pk, authority=code, reason="x", by=person, seen=number)
        last = send()
    return envelope_build(Delivery.objects.get(pk=last.pk))


def test_mail_tells_who_had_it_when_and_why_they_refused(second: Envelope) -> None:
    today = f"{timezone.localdate():%d.%m.%Y}"
    told = report_text(second)
    assert "Wer die Meldung vorher hatte\n" in told
    assert f"  Amt STRNRW, seit {today}; am {today}: nicht zuständig, sondern Amt KREIS\n" in told
    assert "    „Kreisstraße, fragt Frau Amt unter" in told
    assert f"  Amt EUV, seit {today}\n" in told
    assert "123456" not in told


def test_machines_get_the_same(second: Envelope) -> None:
    first, other = feature(second)["properties"]["formers"]
    assert (first["name"], first["named"], other["name"]) == ("Amt STRNRW", "Amt KREIS", "Amt EUV")
    assert first["refused"].startswith(f"{timezone.now():%Y-%m}")
    assert (other["refused"], other["words"]) == (None, "")
    told = description(second, {})
    assert "Vorher bei: Amt STRNRW, am " in told
    assert "nennt Amt KREIS („Kreisstraße" in told
    assert "123456" not in told


def test_contact_that_gets_no_reasons_gets_none_of_others(second: Envelope) -> None:
    AuthorityContact.objects.update(parts=["text"])
    delivery = Delivery.objects.get(public_id=second.delivery_id)
    assert envelope_build(delivery).formers == ()


def test_first_body_reads_of_nobody() -> None:
    delivery_make("STRNRW")
    envelope = envelope_build(send())
    assert envelope.formers == ()
    assert "vorher hatte" not in report_text(envelope)
