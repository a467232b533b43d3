"""Delivery by mail: a summary to read, the report as GeoJSON and Open311 XML, the photos."""

from __future__ import annotations

import smtplib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils import translation

from issues.models import Photo
from routing.enums import DeliveryState
from routing.forwarding.attachments import geojson, open311_xml
from routing.forwarding.channels.base import Channel
from routing.forwarding.envelope import Envelope, photo_open, reply_address
from routing.models import AuthorityContact
from routing.outbox.receipts import DeliveryDelayed, DeliveryError, DeliveryRefused, Receipt

# Many mailboxes take 10 MB; Base64 adds a third.
PHOTO_BYTES_MAX = 7 * 1024 * 1024


class MailChannel(Channel):
    """SMTP through the installation's mail server (settings EMAIL_*).

    Mail cannot be asked whether it arrived: a repeat after an unclear end carries the same Message-ID.
    """

    def address_check(self, address: str) -> None:
        validate_email(address)

    def settings_check(self, settings: Mapping[str, Any]) -> None:
        """Mail follows none."""

    def send(
        self, envelope: Envelope, contact: AuthorityContact, *, maybe_arrived: bool
    ) -> Receipt:
        try:
            self.address_check(contact.address)
        except ValidationError as error:
            raise DeliveryRefused(f"{contact.address!r} is no mail address") from error
        _hand_over(mail_build(envelope, contact.address))
        return Receipt(
            state=DeliveryState.SENT,
            detail={
                "message_id": envelope.message_id,
                "address": contact.address,
                "server": f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
            },
        )


CHANNEL: Final = MailChannel()


def _hand_over(message: EmailMessage) -> None:
    """Gives the message to the mail server; raises DeliveryDelayed or DeliveryRefused.

    What the server answers to the goodbye no longer matters: it has the message.
    """
    connection = get_connection()
    try:
        connection.open()
        connection.send_messages([message])
    except Exception as error:
        # A mail server may answer anything, and smtplib raise anything about it (ADR 13).
        raise _failure(error) from error
    finally:
        with suppress(Exception):
            connection.close()


def _failure(error: Exception) -> DeliveryError:
    if isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
        return _refusal(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPResponseException):
        return _refusal(error.smtp_code, error.smtp_error)
    # Before or after the last dot: nobody knows.
    return DeliveryDelayed(f"{type(error).__name__}: {error}", maybe_arrived=True)


def _refusal(code: int, answer: bytes | str) -> DeliveryError:
    """4yz: try again; 5yz: not like this (RFC 5321, 4.2.1). Anything else is no answer, and smtplib's own words
    come as text: then nobody knows whether the message arrived.
    """
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    told = f"SMTP {code} {text}"
    if isinstance(answer, bytes) and 500 <= code <= 599:
        return DeliveryRefused(told)
    is_answer = isinstance(answer, bytes) and 400 <= code <= 499
    return DeliveryDelayed(told, maybe_arrived=not is_answer)


def mail_build(envelope: Envelope, address: str) -> EmailMessage:
    """The message, in German whatever language the worker runs in: its readers are German authorities."""
    attached = _photos_that_fit(envelope.photos)
    with translation.override("de"):
        body = render_to_string(
            "routing/delivery_mail.txt",
            {
                "envelope": envelope,
                "place": envelope.place,
                "photos_attached": len(attached),
                "photos_left_out": len(envelope.photos) - len(attached),
            },
        )
    message = EmailMessage(
        subject=envelope.subject,
        body=body,
        to=[address],
        reply_to=[reply_address(envelope)],
        headers={
            "Message-ID": envelope.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Report-Id": envelope.number,
        },
    )
    message.attach(f"{envelope.number}.geojson", geojson(envelope), "application/geo+json")
    message.attach(f"{envelope.number}.xml", open311_xml(envelope), "application/xml")
    for index, content in enumerate(attached, start=1):
        message.attach(f"{envelope.number}-{index}.jpg", content, "image/jpeg")
    return message


def _photos_that_fit(photos: tuple[Photo, ...]) -> list[bytes]:
    attached: list[bytes] = []
    room = PHOTO_BYTES_MAX
    for photo in photos:
        if photo.file.size <= room:
            with photo_open(photo) as file:
                attached.append(file.read())
            room -= len(attached[-1])
    return attached
