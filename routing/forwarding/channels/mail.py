"""Delivery by mail: a summary to read, the report as GeoJSON and Open311 XML, the photos."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from contextlib import suppress
from email.utils import make_msgid
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import pgettext, pgettext_lazy

from routing.enums import ChannelKind, DeliveryState, FailureCode, Part
from routing.forwarding.attachments import geojson, open311_xml, report_text
from routing.forwarding.channels.base import Channel, Probe, Step
from routing.forwarding.envelope import Envelope, photo_open
from routing.forwarding.links import mail_domain, photo_link, reply_address
from routing.forwarding.sheets import sheet_pdf
from routing.forwarding.wording import LANGUAGE
from routing.models import AuthorityContact
from routing.outbox.receipts import (
    DeliveryDelayed,
    DeliveryError,
    DeliveryRefused,
    DeliveryUnclear,
    Receipt,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

# Many mailboxes take 10 MB; Base64 adds a third.
FILES_BYTES_MAX: Final = 7 * 1024 * 1024


class File(NamedTuple):
    """An attachment; `title` is how the text calls it."""

    name: str
    content: bytes
    media_type: str
    title: StrOrPromise


class MailChannel(Channel):
    """SMTP through the installation's mail server (settings EMAIL_*).

    Mail cannot be asked whether it arrived: after an unclear end a person looks. If the person has it sent again, the
    repeat carries the same Message-ID.
    """

    label = ChannelKind.MAIL.label

    def address_check(self, address: str) -> None:
        validate_email(address)

    def send(
        self, envelope: Envelope, contact: AuthorityContact, *, maybe_arrived: bool
    ) -> Receipt:
        if maybe_arrived:
            raise DeliveryUnclear("the mail server cannot be asked whether it has the message")
        try:
            self.address_check(contact.address)
        except ValidationError as error:
            raise DeliveryRefused(
                f"{contact.address!r} is no mail address", code=FailureCode.ADDRESS
            ) from error
        _hand_over(mail_build(envelope, contact.address))
        return Receipt(
            state=DeliveryState.SENT,
            detail={
                "message_id": envelope.message_id,
                "address": contact.address,
                "server": f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
                "parts": list(envelope.parts),
            },
        )

    def probe(self, contact: AuthorityContact) -> Probe:
        """Sends a mail that says that it is a test."""
        self.address_check(contact.address)
        message_id = make_msgid(domain=mail_domain())
        _hand_over(
            EmailMessage(
                subject=pgettext("probe", "Test of Flurpost: nothing to do"),
                body=pgettext(
                    "probe",
                    "With this message we try whether reports of the public reach you. Please do nothing.",
                ),
                to=[contact.address],
                headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
            )
        )
        server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        told = pgettext("probe", "%(server)s took it for %(address)s, Message-ID %(id)s")
        outcome = told % {"server": server, "address": contact.address, "id": message_id}
        return Probe((Step(pgettext("probe", "Mail"), outcome),))

    def preview(self, envelope: Envelope, contact: AuthorityContact) -> str:
        # Drawing the sheet takes a second; that there is one is enough here.
        sheet = b"%PDF" if Part.SHEET in envelope.parts else b""
        message = mail_build(envelope, contact.address, sheet=sheet)
        head = [("To", contact.address), ("Subject", message.subject)]
        head += [("Reply-To", message.reply_to[0]), *message.extra_headers.items()]
        files = ", ".join(str(one[0]) for one in message.attachments)
        lines = "\n".join(f"{name}: {value}" for name, value in head)
        return f"{lines}\n\n{message.body}\n[{files}]\n"


def _hand_over(message: EmailMessage) -> None:
    """Gives the message to the mail server; raises DeliveryDelayed or DeliveryRefused.

    What the server answers to the goodbye no longer matters: it has the message.
    """
    connection = get_connection()
    handed_over: list[Any] = []
    try:
        connection.open()
        _data_watched(connection, handed_over)
        connection.send_messages([message])
    except Exception as error:
        # A mail server may answer anything, and smtplib raise anything about it (ADR 13).
        raise _failure(error, maybe_arrived=bool(handed_over)) from error
    finally:
        with suppress(Exception):
            connection.close()


def _data_watched(connection: Any, handed_over: list[Any]) -> None:
    """From the command DATA on the server may have the message; what stalls or breaks before that has surely not."""
    dialogue = getattr(connection, "connection", None)
    if dialogue is None:
        return
    data = dialogue.data

    def watched(message: Any) -> Any:
        handed_over.append(message)
        return data(message)

    dialogue.data = watched


def _failure(error: Exception, *, maybe_arrived: bool) -> DeliveryError:
    if isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
        return _refusal(*next(iter(error.recipients.values())), maybe_arrived=maybe_arrived)
    if isinstance(error, smtplib.SMTPResponseException):
        return _refusal(error.smtp_code, error.smtp_error, maybe_arrived=maybe_arrived)
    # From DATA on it may have been before or after the last dot: nobody knows.
    return DeliveryDelayed(
        f"{type(error).__name__}: {error}",
        code=FailureCode.UNREACHABLE,
        maybe_arrived=maybe_arrived,
    )


def _refusal(code: int, answer: bytes | str, *, maybe_arrived: bool) -> DeliveryError:
    """4yz: try again; 5yz: not like this (RFC 5321, 4.2.1). Anything else is no answer, and smtplib's own words
    come as text: then nobody knows whether the message arrived.
    """
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    told = f"SMTP {code} {text}"
    if isinstance(answer, bytes) and 500 <= code <= 599:
        return DeliveryRefused(told)
    is_answer = isinstance(answer, bytes) and 400 <= code <= 499
    return DeliveryDelayed(told, maybe_arrived=maybe_arrived and not is_answer)


def mail_build(envelope: Envelope, address: str, *, sheet: bytes | None = None) -> EmailMessage:
    """The message, in German whatever language the worker runs in: its readers are German authorities.

    `sheet` stands for the evidence sheet, where nobody needs it drawn.
    """
    if sheet is None:
        sheet = sheet_pdf(envelope.issue_id) if Part.SHEET in envelope.parts else b""
    files, left_out = _files_that_fit(envelope, sheet)
    with translation.override(LANGUAGE):
        attached = [str(file.title) for file in files]
        body = report_text(envelope, attached=attached, links=left_out)
    message = EmailMessage(
        subject=envelope.subject,
        body=body,
        to=[address],
        reply_to=[reply_address(envelope.reply_token)],
        headers={
            "Message-ID": envelope.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Report-Id": envelope.number,
            **thread_headers(envelope.follows),
        },
    )
    for file in files:
        message.attach(file.name, file.content, file.media_type)
    return message


def thread_headers(follows: Sequence[str]) -> dict[str, str]:
    """What makes mail programs show a message below those that it follows (RFC 5322, 3.6.4)."""
    return {"In-Reply-To": follows[-1], "References": " ".join(follows)} if follows else {}


def _files_that_fit(envelope: Envelope, sheet: bytes) -> tuple[list[File], list[str]]:
    """What is attached, and links to the photos that are too large for it."""
    number = envelope.number
    files = [
        File(f"{number}.geojson", geojson(envelope), "application/geo+json", "GeoJSON"),
        File(f"{number}.xml", open311_xml(envelope), "application/xml", "Open311 (XML)"),
    ]
    room, left_out = FILES_BYTES_MAX, []
    if sheet and len(sheet) <= room:
        room -= len(sheet)
        title = pgettext_lazy("delivery", "evidence sheet (PDF)")
        files.append(File(f"{number}.pdf", sheet, "application/pdf", title))
    for index, photo in enumerate(envelope.photos, start=1):
        if photo.file.size <= room:
            with photo_open(photo) as opened:
                content = opened.read()
            room -= len(content)
            title = format_lazy("{} {}", pgettext_lazy("delivery", "photo"), index)
            files.append(File(f"{number}-{index}.jpg", content, "image/jpeg", title))
        else:
            left_out.append(photo_link(envelope.link, index))
    return files, left_out
