"""What an authority's system posts to us about the deliveries of its contact: signed, no older than five minutes, once.

The same secret and the same signature (Standard Webhooks) as for what we post there.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple

from django import forms
from django.db import transaction
from django.utils import timezone

from issues.services.photos.answered import authority_photo_store
from issues.services.photos.stored import photo_prepare
from routing.answering.foreign import foreign_take
from routing.enums import AnswerSource, ChannelKind, ForeignMeaning
from routing.errors import WebhookRefused, WebhookUnreadable
from routing.forwarding.channels.base import Foreign
from routing.forwarding.channels.webhook import signature_of
from routing.models import Authority, AuthorityContact, Delivery
from routing.outbox.receipts import UNSTORABLE

# A message that is older, or that much ahead of our clock, is refused.
REPLAY: Final = timedelta(minutes=5)
MEANINGS: Final = {
    "report.accepted": ForeignMeaning.ACCEPTED,
    "report.in_progress": ForeignMeaning.IN_PROGRESS,
    "report.done": ForeignMeaning.DONE,
    "report.refused": ForeignMeaning.REFUSED,
    "report.question": ForeignMeaning.LOOK,
}


class SignedMessage(NamedTuple):
    """The three headers of Standard Webhooks, and the body as it came."""

    identity: str
    seconds: str
    signatures: str
    body: bytes


class AnswerData(forms.Form):
    """`data` of a message: `reference` as we sent it; `number` the system's own; `named` a code of an authority."""

    reference = forms.RegexField(r"^[^/]+/[1-9]\d{0,4}$", max_length=50)
    text = forms.CharField(required=False, max_length=4000)
    number = forms.CharField(required=False, max_length=200)
    named = forms.CharField(required=False, max_length=20)
    photo = forms.CharField(required=False)


def webhook_take(*, contact: AuthorityContact | None, message: SignedMessage) -> bool:
    """Stores the answer; False for a message that is known. Raises WebhookRefused, WebhookUnreadable, PhotoRefused."""
    _message_check(contact, message)
    assert contact is not None  # noqa: S101 - was just checked
    meaning, at, data = _read(message.body)
    delivery = _delivery(contact, data["reference"])
    named = _named(delivery, data["named"])
    # Drawn before anything is locked: that takes a while.
    prepared = photo_prepare(_photo(data["photo"])) if data["photo"] else None
    foreign = Foreign(
        number=data["number"],
        meaning=meaning,
        status="",
        text=data["text"],
        at=at,
        mark=f"message {message.identity}",
    )
    with transaction.atomic():
        is_new = foreign_take(
            delivery=delivery, foreign=foreign, source=AnswerSource.WEBHOOK, named=named
        )
        if is_new and prepared is not None:
            authority_photo_store(issue=delivery.decision.issue, prepared=prepared)
    return is_new


def _message_check(contact: AuthorityContact | None, message: SignedMessage) -> None:
    """The same refusal for a contact that is none, so that nobody learns which there are."""
    if not (message.identity and message.seconds and message.signatures):
        raise WebhookUnreadable("webhook-id, webhook-timestamp and webhook-signature are wanted")
    refused = WebhookRefused("the signature is wrong, or the message too old")
    if contact is None or contact.channel != ChannelKind.WEBHOOK:
        raise refused
    try:
        seconds = int(message.seconds)
        wanted = signature_of(contact, message.identity, seconds, message.body)
    except (ValueError, binascii.Error) as error:
        raise refused from error
    if abs(timezone.now().timestamp() - seconds) > REPLAY.total_seconds():
        raise refused
    given = message.signatures.split()
    if not any(hmac.compare_digest(wanted.encode(), one.encode()) for one in given):
        raise refused


def _read(body: bytes) -> tuple[ForeignMeaning, Any, dict[str, Any]]:
    """What is said, when, and the checked `data`."""
    try:
        event = json.loads(body)
        meaning, told = MEANINGS[event["type"]], event["data"]
        at = forms.DateTimeField(required=False).clean(event.get("timestamp"))
        form = AnswerData(told if isinstance(told, Mapping) else {})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        known = ", ".join(MEANINGS)
        raise WebhookUnreadable(f"a JSON object with type ({known}) and data is wanted") from error
    except forms.ValidationError as error:
        raise WebhookUnreadable("timestamp: a date and time such as 2026-12-01T08:00Z") from error
    if not form.is_valid():
        told = "; ".join(
            f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()
        )
        raise WebhookUnreadable(told)
    # JSON may hold half of a pair of code units; the database takes no such text.
    return meaning, at, {name: UNSTORABLE.sub("", one) for name, one in form.cleaned_data.items()}


def _delivery(contact: AuthorityContact, reference: str) -> Delivery:
    number, _slash, decision = reference.rpartition("/")
    sent = Delivery.objects.filter(contact=contact, sent_at__isnull=False)
    found = sent.filter(decision__issue__number=number, decision__number=int(decision))
    delivery = found.select_related("authority", "decision__issue").order_by("pk").first()
    if delivery is None:
        raise WebhookUnreadable("reference: none of the reports that this receiver was sent")
    return delivery


def _named(delivery: Delivery, code: str) -> Authority | None:
    if not code:
        return None
    found = Authority.objects.filter(jurisdiction=delivery.authority.jurisdiction_id, code=code)
    named = found.first()
    if named is None:
        raise WebhookUnreadable(f"named: no authority is called {code}")
    return named


def _photo(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise WebhookUnreadable("photo: no Base64") from error
