"""Delivery to a webhook: JSON of a published schema, signed as Standard Webhooks says (standardwebhooks.com, 1.0)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.conf import settings as configured
from django.utils import timezone
from django.utils.translation import pgettext, pgettext_lazy

from routing.enums import ChannelKind, DeliveryState, FailureCode
from routing.forwarding.attachments import feature
from routing.forwarding.channels.base import Channel, ChannelSettings, Probe, Step
from routing.forwarding.channels.speaking import Answer, ask, client_open, success_check
from routing.forwarding.envelope import Envelope
from routing.models import AuthorityContact
from routing.outbox.receipts import DeliveryRefused, Receipt, told_plainly

# Only variables made for that may be named, lest somebody has another secret of the installation used as a key.
SECRET_PREFIX: Final = "WEBHOOK_SECRET_"  # noqa: S105 - the name's beginning, no secret
FORWARDED: Final = "report.forwarded"
CHANGED: Final = "report.changed"
WITHDRAWN: Final = "report.withdrawn"
PROBE: Final = "probe"
TOLD_MAX: Final = 300
NUMBER_MAX: Final = 200


class WebhookSettings(ChannelSettings):
    """Where the secret is that receiver and sender share."""

    secret_env = forms.CharField(
        label=pgettext_lazy("channel", "Webhook: environment variable with the secret"),
        max_length=100,
        help_text=pgettext_lazy(
            "channel",
            "The secret itself (whsec_…) is never stored here. The name begins with WEBHOOK_SECRET_.",
        ),
    )

    def clean_secret_env(self) -> str:
        variable: str = self.cleaned_data["secret_env"].strip()
        _variable_check(variable)
        return variable


def _variable_check(variable: str) -> None:
    if not variable.startswith(SECRET_PREFIX):
        told = pgettext("channel", "The name begins with WEBHOOK_SECRET_.")
        raise forms.ValidationError(told)


class WebhookChannel(Channel):
    """POST of one event. Every attempt has the same `webhook-id`, so that a receiver takes it once.

    That is why a repeat after an unclear end asks nobody.
    """

    label = ChannelKind.WEBHOOK.label
    settings_form = WebhookSettings

    def address_check(self, address: str) -> None:
        forms.URLField(assume_scheme="https").clean(address)
        if not address.startswith("https://") and not configured.PRIVATE_NETWORKS.get("receiver"):
            told = pgettext(
                "channel", "A report leaves the house encrypted: the address begins with https."
            )
            raise forms.ValidationError(told)

    def settings_check(self, settings: Mapping[str, Any]) -> None:
        try:
            _variable_check(str(settings.get("secret_env", "")))
        except forms.ValidationError as error:
            raise forms.ValidationError({"settings": error}) from error

    def send(
        self, envelope: Envelope, contact: AuthorityContact, *, maybe_arrived: bool
    ) -> Receipt:
        answer = _post(contact, str(envelope.delivery_id), FORWARDED, feature(envelope))
        return Receipt(
            state=DeliveryState.DELIVERED,
            foreign_id=_number(answer),
            detail={
                "http_status": answer.status,
                "webhook_id": str(envelope.delivery_id),
                "parts": list(envelope.parts),
            },
        )

    def tell(
        self,
        envelope: Envelope,
        contact: AuthorityContact,
        *,
        message_id: str,
        news: Sequence[str],
        is_over: bool,
    ) -> bool:
        _post(
            contact,
            message_id,
            WITHDRAWN if is_over else CHANGED,
            feature(envelope),
            news=list(news),
        )
        return True

    def probe(self, contact: AuthorityContact) -> Probe:
        """Posts an event of the type `probe`, which holds no report."""
        answer = _post(contact, str(uuid4()), PROBE, None)
        outcome = f"HTTP {answer.status} {_told(answer)}".strip()
        return Probe((Step(pgettext("probe", "Webhook"), outcome),))

    def preview(self, envelope: Envelope, contact: AuthorityContact) -> str:
        event = _event(FORWARDED, feature(envelope))
        return f"POST {contact.address}\n{json.dumps(event, ensure_ascii=False, indent=2)}"


@cache
def schema() -> dict[str, Any]:
    """The JSON schema of what is posted."""
    text = Path(__file__).with_name("webhook.schema.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def signature(secret: str, message_id: str, seconds: int, body: bytes) -> str:
    """`v1,` and HMAC-SHA256 of `id.timestamp.body` in Base64; raises ValueError for what is no `whsec_` secret."""
    kind, _, encoded = secret.partition("_")
    if kind != "whsec":
        raise ValueError("a secret begins with whsec_")
    key = base64.b64decode(encoded, validate=True)
    signed = b".".join((message_id.encode(), str(seconds).encode(), body))
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def _event(kind: str, data: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    return {"type": kind, "timestamp": timezone.now().isoformat(), "data": data, **more}


def _post(
    contact: AuthorityContact,
    message_id: str,
    kind: str,
    data: dict[str, Any] | None,
    **more: Any,
) -> Answer:
    """Raises DeliveryDelayed or DeliveryRefused."""
    body = json.dumps(_event(kind, data, **more), ensure_ascii=False).encode()
    seconds = int(timezone.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": _signed(contact, message_id, seconds, body),
    }
    with client_open() as client:
        answer = ask(client, "POST", contact.address, content=body, headers=headers)
    success_check(answer, _told(answer))
    return answer


def signature_of(contact: AuthorityContact, message_id: str, seconds: int, body: bytes) -> str:
    """By the secret of a contact; raises ValueError or binascii.Error where the environment holds none."""
    variable = contact.settings.get("secret_env", "")
    return signature(os.environ.get(variable, ""), message_id, seconds, body)


def _signed(contact: AuthorityContact, message_id: str, seconds: int, body: bytes) -> str:
    variable = contact.settings.get("secret_env", "")
    try:
        return signature_of(contact, message_id, seconds, body)
    except (ValueError, binascii.Error) as error:
        raise DeliveryRefused(
            f"the environment variable {variable} holds no secret of the form whsec_…",
            code=FailureCode.SECRET,
        ) from error


def _told(answer: Answer) -> str:
    return told_plainly(answer.body[:TOLD_MAX].decode(errors="replace"))


def _number(answer: Answer) -> str:
    """The receiver's own number, where it tells one as `{"id": …}`."""
    try:
        told = json.loads(answer.body)["id"]
    except Exception:  # noqa: BLE001 - a receiver may answer anything (ADR 13)
        return ""
    number = str(told) if isinstance(told, str | int) and not isinstance(told, bool) else ""
    return number if len(number) <= NUMBER_MAX and number.isprintable() else ""
