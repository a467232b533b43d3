"""Mail against a real SMTP server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from config.benchmarks.fuzz_mails import odd_mail_server
from issues.enums import EventKind, IssueStatus, PhotoStatus
from issues.models import Issue, Photo, Reporter
from routing.enums import DeliveryKind, DeliveryState
from routing.forwarding.channels.mail import FILES_BYTES_MAX, mail_build
from routing.forwarding.envelope import envelope_build
from routing.forwarding.links import reply_address, reply_token
from routing.forwarding.sending import deliveries_send_due
from routing.models import Breaker, Decision, Delivery
from routing.outbox.handling import delivery_resend
from routing.outbox.record import deliveries_requeue_failed, patience_ends
from tests.routing.delivery_factories import (
    EASTING,
    LATITUDE,
    LONGITUDE,
    NORTHING,
    contact_make,
    decision_make,
    delivery_make,
    issue_make,
)
from tests.routing.forwarding.servers import Mailbox, smtp_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "Castrop-Rauxel <anliegen@castrop-rauxel.example>"
    with smtp_server() as (mailbox, port):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield mailbox


def due_now() -> None:
    Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_mail_sent(mailbox: Mailbox) -> None:
    delivery = delivery_make()

    assert deliveries_send_due() == 1

    [message] = mailbox.messages
    assert message["To"] == "strnrw@authority.example"
    assert message["Subject"] == "[CAS-2026-000001] Schlagloch, B 235"
    assert message["Message-ID"] == f"<{delivery.public_id}@castrop-rauxel.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Report-Id"] == "CAS-2026-000001"
    assert message["Reply-To"] == reply_address(reply_token(delivery.public_id))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_error) == (DeliveryState.SENT, 1, "")
    assert delivery.receipt["message_id"] == message["Message-ID"]
    states = list(delivery.events.values_list("state", flat=True))
    assert states == [DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT]
    issue = delivery.decision.issue
    issue.refresh_from_db()
    assert issue.status == IssueStatus.FORWARDED
    assert issue.events.filter(kind=EventKind.FORWARDED).count() == 1
    assert deliveries_send_due() == 0


def test_mail_text_and_attachments(mailbox: Mailbox, no_sheets: pytest.MonkeyPatch) -> None:
    no_sheets.undo()
    delivery = delivery_make()
    deliveries_send_due()

    [message] = mailbox.messages
    text = message.get_body(("plain",)).get_content()
    link, lines = envelope_build(delivery).link, text.splitlines()
    assert lines[0] == "Schlagloch: B 235"
    assert re.fullmatch(
        r"Gemeldet am \d\d\.\d\d\.\d{4} \d\d:\d\d als CAS-2026-000001, weitergeleitet von Castrop-Rauxel",
        lines[1],
    )
    assert lines[2:4] == [
        "Gefahr: keine bekannt",
        "Bitte übernehmen Sie, oder sagen Sie uns, wer zuständig ist:",
    ]
    assert lines[4].partition(".1:")[0] == link.partition(".1:")[0]
    assert "Straße: B 235, Abschnitt 4409055O4409056O, Station 120 m" in text
    assert "Lage laut Kataster, nicht gemeldet: Habinghorster Str." in text
    assert "Adresse" not in text
    assert "Fahrbahn der B 235 gehört dem Bund" in text
    assert "Habinghorst-14-123/4 (055285014001230004__)" in text
    assert "Rechts- und Hochwert (EPSG:25832): 382943.34 5712374.04 (± 5 m)" in text
    assert "Breite und Länge (WGS84): 51.5503000, 7.3117000" in text
    parts = {part.get_filename(): part for part in message.iter_attachments()}
    assert list(parts) == [f"CAS-2026-000001.{end}" for end in ("geojson", "xml", "pdf")]
    assert parts["CAS-2026-000001.pdf"].get_content().startswith(b"%PDF-")
    [feature] = json.loads(parts["CAS-2026-000001.geojson"].get_content())["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [LONGITUDE, LATITUDE]}
    assert (feature["properties"]["x"], feature["properties"]["y"]) == (EASTING, NORTHING)
    assert parts["CAS-2026-000001.geojson"].get_content_type() == "application/geo+json"
    request = ET.fromstring(parts["CAS-2026-000001.xml"].get_content())[0]  # noqa: S314 - our own
    assert request.findtext("service_request_id") == "CAS-2026-000001"
    assert request.findtext("lat") == "51.5503000"


def test_mail_names_the_legal_basis_in_its_reason_and_as_no_code(mailbox: Mailbox) -> None:
    delivery_make()
    Decision.objects.update(legal_basis="S18")
    deliveries_send_due()
    [message] = mailbox.messages
    assert "S18" not in message.get_body(("plain",)).get_content()


def test_mail_copy_says_so_and_forwards_nothing(mailbox: Mailbox) -> None:
    contact_make("STRNRW")
    delivery = delivery_make()
    Delivery.objects.update(kind=DeliveryKind.COPY)

    deliveries_send_due()

    assert "Nur zu Ihrer Kenntnis" in mailbox.messages[0].get_body(("plain",)).get_content()
    delivery.decision.issue.refresh_from_db()
    assert delivery.decision.issue.status == IssueStatus.RECEIVED


def test_mail_tells_nothing_about_reporter_or_owner(mailbox: Mailbox) -> None:
    contact_make("STRNRW")
    issue = issue_make(
        description="Ruft mich an: 02305 1234567 oder erna@example.org. Lampe 12345."
    )
    Reporter.objects.create(
        issue=issue,
        first_name="Ernestine",
        last_name="Geheim",
        email="geheim@example.org",
        phone="0170 999",
        device_id="GERAET-1",
        account_id="KONTO-1",
    )
    decision = decision_make("STRNRW", issue=issue)
    delivery = Delivery.objects.create(
        decision=decision,
        kind=DeliveryKind.RESPONSIBLE,
        authority=decision.authority,
        contact=decision.authority.contacts.get(),
        idempotency_key="k",
        due_at=timezone.now(),
    )
    deliveries_send_due()

    parts = [part.get_content() for part in mailbox.messages[0].walk() if not part.is_multipart()]
    whole = "\n".join(part if isinstance(part, str) else part.decode() for part in parts)
    whole += "\n".join(f"{name}: {value}" for name, value in mailbox.messages[0].items())
    for secret in (
        *("Ernestine", "Geheim", "geheim@example.org", "0170 999", "GERAET-1", "KONTO-1"),
        *("erna@example.org", "1234567", "PRIV", "test-1"),
    ):
        assert secret not in whole
    assert "Ruft mich an: [Telefonnummer] oder [E-Mail-Adresse]. Lampe 12345." in whole
    assert reply_token(delivery.public_id) in whole


def test_mail_header_injection(mailbox: Mailbox) -> None:
    contact_make("STRNRW")
    decision = decision_make("STRNRW", road="B 235\r\nBcc: spy@evil.example\r\n\r\nbody")
    from routing.outbox.queue import deliveries_queue

    deliveries_queue(decision)
    deliveries_send_due()

    [message] = mailbox.messages
    assert message["Bcc"] is None
    assert message["Subject"] == ("[CAS-2026-000001] Schlagloch, B 235 Bcc: spy@evil.example body")


def test_mail_address_with_newline_is_refused(mailbox: Mailbox) -> None:
    delivery = delivery_make(address="a@authority.example\nBcc: b@evil.example")
    deliveries_send_due()
    delivery.refresh_from_db()
    assert mailbox.messages == []
    assert "is no mail address" in delivery.last_error


def test_mail_photos_attached_as_far_as_they_fit(mailbox: Mailbox) -> None:
    delivery = delivery_make()
    issue = delivery.decision.issue
    for size in (FILES_BYTES_MAX - 10, 11, 5):
        photo = Photo(issue=issue, status=PhotoStatus.STORED)
        photo.file.save("p.jpg", ContentFile(b"x" * size), save=True)
    Photo.objects.create(issue=issue, status=PhotoStatus.REFUSED)

    message = mail_build(envelope_build(delivery), "a@authority.example")

    jpegs = [content for name, content, _ in message.attachments if name.endswith(".jpg")]
    assert [len(content) for content in jpegs] == [FILES_BYTES_MAX - 10, 5]
    assert "Angehängt: GeoJSON, Open311 (XML), Foto 1, Foto 3" in message.body
    assert re.findall(r"/partner/\S+/photos/(\d)/", message.body) == ["2"]


def test_mail_brings_the_original_of_a_photo_unless_somebody_blackened_it(mailbox: Mailbox) -> None:
    delivery = delivery_make()
    drawn = BytesIO()
    Image.new("RGB", (40, 30), "red").save(drawn, "JPEG")
    for boxes in ([], [[0, 0, 40, 30]]):
        photo = Photo(issue=delivery.decision.issue, status=PhotoStatus.STORED, boxes=boxes)
        photo.file.save("p.jpg", ContentFile(drawn.getvalue()), save=True)

    message = mail_build(envelope_build(delivery), "a@authority.example")

    sent = [content for name, content, _ in message.attachments if name.endswith(".jpg")]
    assert sent[0] == drawn.getvalue()
    assert Image.open(BytesIO(sent[1])).getcolors() == [(1200, (0, 0, 0))]


@pytest.mark.parametrize("refusing", ["answers", "recipient_answers"])
def test_mail_delayed_then_accepted(mailbox: Mailbox, refusing: str) -> None:
    getattr(mailbox, refusing).append("451 Greylisted")
    delivery = delivery_make()

    before = timezone.now()
    deliveries_send_due()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.QUEUED
    assert delivery.last_error == "SMTP 451 Greylisted"
    assert 48 <= (delivery.due_at - before).total_seconds() < 77
    assert deliveries_send_due() == 0

    due_now()
    deliveries_send_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_error) == (DeliveryState.SENT, 2, "")
    assert len(mailbox.messages) == 1


class Greylist(Mailbox):
    """Takes a recipient at the second try, and keeps to whom it was."""

    def __init__(self) -> None:
        super().__init__()
        self.tried: list[str] = []

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        self.tried.append(address)
        self.recipient_answers = ["450 4.2.0 Greylisted"] if len(self.tried) == 1 else []
        return await super().handle_RCPT(server, session, envelope, address, options)


def test_greylisting_server_of_a_domain_with_umlauts_gets_one_mail(mailbox, settings) -> None:
    """The domain goes as IDNA, whether the server knows SMTPUTF8 or not."""
    with smtp_server(Greylist()) as (box, port):
        settings.EMAIL_PORT = port
        delivery = delivery_make(address="meldung@bürgerservice-köln.example")
        for _ in range(3):
            deliveries_send_due()
            due_now()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (DeliveryState.SENT, 2)
    address = "meldung@xn--brgerservice-kln-zwb8g.example"
    assert box.tried == [address, address]
    assert len(box.messages) == 1
    assert box.messages[0]["To"] == address


def test_mail_refused_for_good_is_given_up_and_can_be_requeued(mailbox: Mailbox, caplog) -> None:
    mailbox.recipient_answers += ["550 No such user"] * 3
    delivery = delivery_make()
    for _attempt in range(5):
        due_now()
        deliveries_send_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (DeliveryState.FAILED, 3)
    assert "SMTP 550 No such user - given up" in caplog.text
    assert delivery.decision.issue.status == IssueStatus.RECEIVED

    assert deliveries_requeue_failed() == 1
    deliveries_send_due()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT
    assert len(mailbox.messages) == 1


@pytest.mark.parametrize(
    ("phase", "answer", "state", "told"),
    [
        # It has the message: whatever follows is no failure.
        ("QUIT", b"", DeliveryState.SENT, ""),
        ("QUIT", b"500 what?\r\n", DeliveryState.SENT, ""),
        ("QUIT", b"x" * 9000 + b"\r\n", DeliveryState.SENT, ""),
        ("QUIT", b"garbage\r\n", DeliveryState.SENT, ""),
        ("message", b"250-all\r\n250 right\r\n", DeliveryState.SENT, ""),
        ("message", b"450-a\r\n450 b\r\n", DeliveryState.QUEUED, "SMTP 450 a b"),
        ("message", b"421 closing\r\n", DeliveryState.QUEUED, "SMTP 421 closing"),
        ("RCPT", b"450 \xfcberf\xfcllt\0\r\n", DeliveryState.QUEUED, "SMTP 450 �berf�llt"),
        ("message", b"550 " + b"x" * 9000 + b"\r\n", DeliveryState.QUEUED, "Line too long"),
        ("message", b"garbage\r\n", DeliveryState.QUEUED, "SMTP -1"),
        ("message", b"", DeliveryState.QUEUED, "SMTPServerDisconnected"),
        ("EHLO", b"\0\r\n", DeliveryState.QUEUED, "SMTP"),
        ("banner", b"HTTP/1.1 400 Bad Request\r\n\r\n", DeliveryState.QUEUED, "SMTP"),
        ("DATA", b"2\xb2\xb3\r\n", DeliveryState.QUEUED, "SMTP"),
    ],
)
def test_mail_server_that_answers_oddly(settings, caplog, phase, answer, state, told) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 5
    delivery = delivery_make()
    with odd_mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        server.told(phase, answer)
        assert deliveries_send_due() == 1
    delivery.refresh_from_db()
    assert delivery.state == state
    assert told in delivery.last_error
    assert "Traceback" not in caplog.text
    if phase == "message" and state == DeliveryState.QUEUED:
        is_refused = answer[:1] == b"4"
        event = delivery.events.get(state=DeliveryState.QUEUED, detail__has_key="maybe_arrived")
        assert event.detail["maybe_arrived"] is not is_refused


def test_mail_server_down_then_up(mailbox: Mailbox, settings) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    delivery = delivery_make()
    deliveries_send_due()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.QUEUED
    assert "ConnectionRefusedError" in delivery.last_error

    settings.EMAIL_PORT = port
    due_now()
    deliveries_send_due()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT
    assert len(mailbox.messages) == 1


def test_receiver_out_of_order_is_tried_for_working_days(mailbox: Mailbox) -> None:
    mailbox.answers += ["451 later"] * 20
    delivery = delivery_make()
    waits = []
    for _attempt in range(9):
        Breaker.objects.all().delete()
        due_now()
        now = timezone.now()
        deliveries_send_due()
        delivery.refresh_from_db()
        waits.append((delivery.due_at - now).total_seconds() / 60)
    told = zip(waits, [1, 3, 9, 27, 81, 120, 120, 120, 120], strict=True)
    assert all(0.79 * one < wait < 1.21 * one for wait, one in told)
    assert (delivery.state, delivery.attempts) == (DeliveryState.QUEUED, 9)
    friday = datetime(2026, 11, 27, 18, tzinfo=ZoneInfo("Europe/Berlin"))
    delivery.waits_since = friday
    assert patience_ends(delivery) == friday + timedelta(days=6)

    Delivery.objects.update(waits_since=timezone.now() - timedelta(days=20))
    Breaker.objects.all().delete()
    due_now()
    deliveries_send_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.maybe_there) == (DeliveryState.FAILED, False)
    assert Issue.objects.get().has_news


def test_mail_that_may_have_arrived_goes_to_a_person(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    delivery = delivery_make()
    with odd_mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        # It drops the connection after the last dot.
        server.told("message", b"")
        deliveries_send_due()
        due_now()
        deliveries_send_due()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.maybe_there) == (DeliveryState.FAILED, True)
        # The command leaves it to whoever looks; who has looked sends it again.
        assert deliveries_requeue_failed() == 0
        server.told("message", b"250 ok\r\n")
        delivery_resend(delivery=delivery)
        deliveries_send_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.maybe_there) == (DeliveryState.SENT, False)


def test_one_broken_delivery_does_not_hold_up_the_next(mailbox: Mailbox, caplog) -> None:
    broken, good = delivery_make(), delivery_make()
    broken.decision.evidence = {"situations": "nonsense"}
    broken.decision.save()

    assert deliveries_send_due() == 2

    broken.refresh_from_db()
    good.refresh_from_db()
    assert (broken.state, good.state) == (DeliveryState.QUEUED, DeliveryState.SENT)
    assert "could not be sent" in caplog.text
