"""What an authority reads: answers, places in its own terms, threads; no guess stands there as a fact."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from issues.enums import AttributeType, Priority
from issues.models import CategoryAttribute
from routing.forwarding import sheets
from routing.forwarding.attachments import geojson, open311_xml
from routing.forwarding.channels.mail import mail_build
from routing.forwarding.envelope import Envelope, envelope_build
from routing.models import Delivery
from routing.outbox.queue import deliveries_queue
from tests.routing.delivery_factories import (
    EVIDENCE,
    contact_make,
    decision_make,
    delivery_make,
    issue_make,
)

pytestmark = pytest.mark.django_db


def evidence_of(**facts: Any) -> dict[str, Any]:
    evidence = deepcopy(EVIDENCE)
    evidence["situations"][0] |= facts
    return evidence


def delivery_of(issue: Any = None, **decision: Any) -> Delivery:
    contact_make("STRNRW")
    made = decision_make("STRNRW", issue=issue or issue_make(), **decision)
    deliveries_queue(made)
    return made.deliveries.get()


def mail_of(delivery: Delivery) -> EmailMessage:
    return mail_build(envelope_build(delivery), "a@authority.example")


def properties(envelope: Envelope) -> dict[str, Any]:
    return json.loads(geojson(envelope))["features"][0]["properties"]


def test_answers_of_the_reporter_leave_the_house() -> None:
    issue = issue_make(
        answers={"LAMP_NUMBER": "L00123", "PLACE": "zebra", "TOLD": "Ruf 02305 1234567"}
    )
    for order, (code, kind, question, values) in enumerate(
        (
            ("LAMP_NUMBER", AttributeType.STRING, "Nummer der Laterne?", []),
            (
                "PLACE",
                AttributeType.SINGLEVALUELIST,
                "Wo steht die Laterne?",
                [{"key": "zebra", "names": {"de": "an einem Zebrastreifen", "en": "crossing"}}],
            ),
            ("TOLD", AttributeType.STRING, "Was noch?", []),
            ("OPEN", AttributeType.STRING, "Nie beantwortet?", []),
        )
    ):
        CategoryAttribute.objects.create(
            category=issue.category,
            code=code,
            datatype=kind,
            descriptions={"de": question, "en": question},
            values=values,
            order=order,
        )
    evidence = evidence_of(
        assets=[
            {"kind": "lamp", "number": "L00122", "distance": 2.0},
            {"kind": "lamp", "number": "L00123", "distance": 20.0},
            {"kind": "tree", "number": "B1", "distance": 1.0},
        ]
    )
    evidence |= {"asset_kinds": ["lamp"], "answers": issue.answers}
    delivery = delivery_of(issue, evidence=evidence)

    text = mail_of(delivery).body
    assert "  Nummer der Laterne? L00123\n" in text
    assert "  Wo steht die Laterne? an einem Zebrastreifen\n" in text
    assert "  Was noch? Ruf [Telefonnummer]\n" in text
    assert "Nie beantwortet" not in text
    assert "Nummer am Objekt (gemeldet): L00123" in text

    envelope = envelope_build(delivery)
    told = properties(envelope)
    assert told["asset"]["number"] == "L00123"
    assert told["answers"][1] == {
        "code": "PLACE",
        "question": "Wo steht die Laterne?",
        "value": "an einem Zebrastreifen",
        "keys": ["zebra"],
    }
    attributes = ET.fromstring(open311_xml(envelope)).findall(".//attribute")  # noqa: S314 - our own
    assert [(one.findtext("code"), one.findtext("value")) for one in attributes] == [
        ("LAMP_NUMBER", "L00123"),
        ("PLACE", "zebra"),
        ("TOLD", "Ruf [Telefonnummer]"),
    ]


def test_nearest_object_is_not_called_reported() -> None:
    evidence = evidence_of(assets=[{"kind": "lamp", "number": "L00122", "distance": 2.4}])
    evidence |= {"asset_kinds": ["lamp"], "answers": {}}
    text = mail_of(delivery_of(evidence=evidence)).body
    assert "Nächstes Objekt im Bestand, nicht gemeldet: L00122 (2 m)" in text


def parcel(location: str) -> list[dict[str, Any]]:
    return [{**EVIDENCE["situations"][0]["parcels"][0], "location_text": location}]


def sections(name: str) -> list[dict[str, Any]]:
    return [{**EVIDENCE["situations"][0]["sections"][0], "name": name}]


@pytest.mark.parametrize(
    ("location", "road", "section_name", "derived"),
    [
        ("Habinghorster Str. 12", "B 235", "Habinghorster Straße", "Habinghorster Str. 12"),
        ("Habinghorster Str. 12", "B 235", "", "Habinghorster Str. 12"),
        ("Habinghorster Str. 12", "", "", "Habinghorster Str. 12"),
        # Another street than the road of the line above.
        ("Ringstr. 7", "B 235", "Habinghorster Straße", ""),
        ("Ringstr. 7", "Wartburgstraße", "", ""),
        # Several places as one.
        ("Am Markt 1, 3; Ringstr. 7, 9, 11 (Hinterland)", "", "", ""),
        ("Am Markt 1 und Ringstr. 7", "", "", ""),
    ],
)
def test_what_the_cadastre_says_is_no_reported_address(
    location: str, road: str, section_name: str, derived: str
) -> None:
    evidence = evidence_of(parcels=parcel(location), sections=sections(section_name))
    delivery = delivery_of(evidence=evidence, road=road)
    envelope = envelope_build(delivery)
    message = mail_of(delivery)
    assert (envelope.place.address, envelope.place.address_derived) == ("", derived)
    assert (f"Lage laut Kataster, nicht gemeldet: {derived}" in message.body) is bool(derived)
    assert "Adresse" not in message.body
    assert location not in message.subject
    assert properties(envelope)["address"] == ""
    assert ET.fromstring(open311_xml(envelope)).findtext(".//address") == ""  # noqa: S314 - our own


def test_reported_address_stands_alone_and_no_street_is_doubled() -> None:
    issue = issue_make(address_text="Heidebogen")
    delivery = delivery_of(
        issue, road="Heidebogen", evidence=evidence_of(parcels=parcel("Heidebogen 3"))
    )
    message = mail_of(delivery)
    assert message.subject == "[CAS-2026-000001] Schlagloch, Heidebogen"
    assert message.body.splitlines()[0] == "Schlagloch: Heidebogen"
    assert "Adresse (gemeldet): Heidebogen\n" in message.body
    assert "Kataster" not in message.body


@pytest.mark.parametrize(
    ("emergency", "priority", "line"),
    [
        (True, Priority.NORMAL, "*** Gefahr: Es kann Lebensgefahr bestehen."),
        (False, Priority.HIGH, "Gefahr: dringend, sagt unsere Sichtung"),
        (False, Priority.LOW, "Gefahr: keine bekannt"),
    ],
)
def test_third_line_says_how_dangerous_it_is(emergency, priority, line) -> None:
    issue = issue_make(priority=priority)
    issue.category.is_emergency = emergency
    issue.category.save()
    assert mail_of(delivery_of(issue)).body.splitlines()[2].startswith(line)


def test_messages_about_one_issue_to_one_authority_are_one_thread() -> None:
    first = delivery_of()
    issue = first.decision.issue
    assert "References" not in mail_of(first).extra_headers
    Delivery.objects.update(sent_at=timezone.now())
    first.decision.is_current = False
    first.decision.save()
    delivery_make()  # about another issue
    again = decision_make("STRNRW", issue=issue, number=2)
    deliveries_queue(again)

    headers = mail_of(again.deliveries.get()).extra_headers

    known = mail_of(first).extra_headers["Message-ID"]
    assert (headers["In-Reply-To"], headers["References"]) == (known, known)


def test_report_goes_out_although_its_sheet_cannot_be_made(no_sheets, caplog) -> None:
    def fail(_issue_id: int) -> bytes:
        raise OSError("no font")

    no_sheets.setattr(sheets, "_registered", [fail])
    message = mail_of(delivery_of())
    assert "no font" in caplog.text
    assert "Angehängt: GeoJSON, Open311 (XML)\n" in message.body


def test_idn_receiver(settings) -> None:
    envelope = envelope_build(delivery_of())
    message = mail_build(envelope, "bauhof@rüdesheim.example").message()
    assert message["To"] == "bauhof@xn--rdesheim-65a.example"
