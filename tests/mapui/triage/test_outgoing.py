"""What leaves the house, before anybody confirms: the same text that is sent, no more than the contact may get."""

from __future__ import annotations

import csv

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from issues.enums import IssueStatus
from issues.models import Issue
from routing.enums import ChannelKind, DeliveryState, FailureCode, Outcome, Part
from routing.forwarding.channels.mail import mail_build
from routing.forwarding.contacts import contact_store, contacts_load
from routing.forwarding.envelope import envelope_build
from routing.forwarding.links import partner_token
from routing.forwarding.sending import deliveries_send_due
from routing.models import AuthorityContact, Delivery
from tests.mapui.factories import staff_create
from tests.routing.delivery_factories import (
    contact_make,
    decision_make,
    delivery_make,
    issue_make,
    jurisdiction_make,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client):
    client.force_login(staff_create())
    return client


def page_of(issue: Issue) -> str:
    return reverse("issue_outgoing", args=[issue.number])


def test_clerk_sees_what_a_confirmation_would_send(clerk) -> None:
    contact_make("STRNRW")
    issue = issue_make(description="Loch. Ruf 02305 1234567")
    decision_make("STRNRW", issue=issue, outcome=Outcome.PROPOSED)
    page = clerk.get(page_of(issue)).text
    assert "Das ginge nach der Bestätigung hinaus." in page
    assert "To: strnrw@authority.example" in page
    assert "Loch. Ruf [Telefonnummer]" in page
    assert "CAS-2026-000001.pdf" in page
    assert not Delivery.objects.exists()


def test_stored_delivery_is_shown_without_the_link_that_answers(clerk) -> None:
    delivery = delivery_make()
    page = clerk.get(page_of(delivery.decision.issue)).text
    assert "https://…" in page
    assert partner_token(delivery).partition(".")[0] not in page
    sent = mail_build(envelope_build(delivery), delivery.contact.address, sheet=b"").body
    assert sent.splitlines()[0] in page


@pytest.mark.parametrize("part", Part.values)
def test_contact_gets_no_part_that_it_may_not(part: str) -> None:
    delivery = delivery_make()
    issue = delivery.decision.issue
    issue.description, issue.address_text = "Tiefes Loch", "Ringstr. 7"
    issue.save()
    AuthorityContact.objects.update(parts=[one for one in Part.values if one != part])
    envelope = envelope_build(Delivery.objects.get())
    body = mail_build(envelope, "a@authority.example", sheet=b"").body
    there = {
        Part.TEXT: "Tiefes Loch",
        Part.ADDRESS: "Ringstr. 7",
        Part.PARCEL: "055285014001230004__",
        Part.REASON: "Die Fahrbahn der B 235",
    }
    for known, text in there.items():
        assert (text in body) is (known != part)
    assert part not in envelope.parts


def test_unknown_part_is_refused_and_a_file_names_parts(tmp_path) -> None:
    contact = contact_make("STRNRW")
    contact.parts = ["text", "reporter"]
    with pytest.raises(ValidationError, match="reporter"):
        contact_store(contact=contact)
    path = tmp_path / "contacts.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["code", "area_code", "name", "channel", "address", "settings", "parts"])
        writer.writerow(["STRNRW", "", "", "mail", "a@b.example", "", "text|photos"])
        writer.writerow(["STRNRW", "1", "", "hand", "https://portal.example", "", ""])
    contacts_load(jurisdiction=jurisdiction_make(), path=path)
    known = dict(AuthorityContact.objects.filter(is_active=True).values_list("area_code", "parts"))
    assert known == {"": ["text", "photos"], "1": Part.values}


def test_report_by_hand_waits_for_a_person_and_keeps_the_number(clerk) -> None:
    delivery = delivery_make(channel=ChannelKind.HAND, address="https://portal.example/meldung")
    deliveries_send_due()
    delivery.refresh_from_db()
    issue = Issue.objects.get()
    # No second attempt: a person is told at once.
    assert (delivery.state, delivery.attempts) == (DeliveryState.FAILED, 1)
    assert (delivery.sent_at, issue.status) == (None, IssueStatus.RECEIVED)
    assert delivery.error_code == FailureCode.BY_HAND
    page = clerk.get(page_of(issue)).text
    assert 'href="https://portal.example/meldung"' in page
    assert "Schlagloch: B 235" in page

    done = reverse("issue_by_hand", args=[issue.number, delivery.pk])
    assert clerk.get(done).status_code == 405
    assert clerk.post(done, {"foreign_id": "P-12"}).status_code == 302
    delivery.refresh_from_db()
    issue.refresh_from_db()
    assert (delivery.state, delivery.foreign_id) == (DeliveryState.DELIVERED, "P-12")
    assert issue.status == IssueStatus.FORWARDED
    assert delivery.receipt["by_hand"] == "sichtung"


def test_only_reports_by_hand_are_passed_on_by_hand(clerk) -> None:
    delivery = delivery_make()
    done = reverse("issue_by_hand", args=[delivery.decision.issue.number, delivery.pk])
    assert clerk.post(done, {"foreign_id": "P-12"}).status_code == 404
