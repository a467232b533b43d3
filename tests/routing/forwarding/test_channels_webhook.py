"""Webhooks: signed, by a published schema, to public addresses alone; a receiver takes each message once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from jsonschema import Draft202012Validator

from routing.enums import ChannelKind, DeliveryState
from routing.forwarding.channels import channel_of
from routing.forwarding.channels.webhook import signature
from routing.forwarding.sending import deliveries_send_due
from routing.models import Delivery
from tests.routing.delivery_factories import contact_make, delivery_make
from tests.routing.forwarding.servers import Receiver, http_server

pytestmark = pytest.mark.django_db
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def receiver(settings, monkeypatch) -> Iterator[Receiver]:
    settings.PRIVATE_NETWORKS = {"receiver": ["127.0.0.0/8"]}
    monkeypatch.setenv("WEBHOOK_SECRET_STRNRW", SECRET)
    with http_server() as (receiver, address):
        contact_make(
            "STRNRW",
            channel=ChannelKind.WEBHOOK,
            address=address,
            settings={"secret_env": "WEBHOOK_SECRET_STRNRW"},
        )
        yield receiver


class Hook:
    """A receiver as docs/forwarding.md advises: checks signature and age, and takes each id once."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.seen: dict[str, dict[str, Any]] = {}
        self.posts: list[dict[str, str]] = []
        self.drops_answers = 0

    def __call__(self, method, path, fields, headers) -> Any:
        self.posts.append(headers)
        identity, seconds = headers["webhook-id"], int(headers["webhook-timestamp"])
        body = self.receiver.body
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        signed = f"{identity}.{seconds}.".encode() + body
        wanted = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        if not hmac.compare_digest(headers["webhook-signature"], f"v1,{wanted}"):
            return 401, "text/plain", "signature"
        if abs(timezone.now().timestamp() - seconds) > 300:
            return 400, "text/plain", "too old"
        self.seen.setdefault(identity, json.loads(body))
        if self.drops_answers:
            self.drops_answers -= 1
            return None
        return 200, "application/json", '{"id": "W-7"}'


def attempt(delivery: Delivery) -> Delivery:
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    deliveries_send_due()
    return Delivery.objects.get(pk=delivery.pk)


@pytest.mark.parametrize(
    ("asked", "minutes"),
    [
        ("1800", 29),
        ("Thu, 01 Jan 2099 00:00:00 GMT", 119),
        ("864000", 119),
        ("soon", 0),
    ],
)
def test_webhook_is_left_alone_as_long_as_it_asks(
    receiver: Receiver, asked: str, minutes: int
) -> None:
    receiver.answer = lambda *_: (429, "text/plain", "slowly", {"Retry-After": asked})
    delivery = attempt(delivery_make())
    waits = delivery.due_at - timezone.now()
    assert timedelta(minutes=minutes) < waits < timedelta(minutes=minutes + 6)


def test_webhook_number_that_is_none_is_no_number(receiver: Receiver) -> None:
    receiver.answer = lambda *_: (200, "application/json", '{"id": null}')
    delivery = attempt(delivery_make())
    assert (delivery.state, delivery.foreign_id) == (DeliveryState.DELIVERED, "")


def test_webhook_gets_what_the_schema_says(receiver: Receiver) -> None:
    receiver.answer = hook = Hook(receiver)
    delivery = attempt(delivery_make())
    assert (delivery.state, delivery.foreign_id) == (DeliveryState.DELIVERED, "W-7")
    [event] = hook.seen.values()
    published = Client().get(reverse("webhook_schema"))
    assert published["Content-Type"] == "application/schema+json"
    Draft202012Validator.check_schema(published.json())
    Draft202012Validator(published.json()).validate(event)
    assert event["type"] == "report.forwarded"
    properties = event["data"]["properties"]
    assert properties["address"] == ""
    assert properties["x_y"] == "382943.34 5712374.04"
    assert properties["link"].startswith("http")


def test_webhook_that_accepted_without_an_answer_takes_it_once(receiver: Receiver) -> None:
    receiver.answer = hook = Hook(receiver)
    hook.drops_answers = 1
    delivery = attempt(delivery_make())
    assert delivery.state == DeliveryState.QUEUED
    delivery = attempt(delivery)
    assert delivery.state == DeliveryState.DELIVERED
    assert [one["webhook-id"] for one in hook.posts] == [str(delivery.public_id)] * 2
    assert len(hook.seen) == 1


@pytest.mark.parametrize("status", [302, 410])
def test_webhook_follows_no_redirect(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda *_: (status, "text/plain", "elsewhere")
    delivery = attempt(delivery_make())
    assert delivery.last_error == f"HTTP {status} elsewhere"
    assert len(receiver.requests) == 1


def test_webhook_reaches_no_private_address(receiver: Receiver, settings) -> None:
    settings.PRIVATE_NETWORKS = {}
    delivery = attempt(delivery_make())
    assert "must not be reached" in delivery.last_error
    assert receiver.requests == []


@pytest.mark.parametrize("secret", ["", "geheim", "whsec_ä", "whsec_a"])
def test_webhook_without_a_usable_secret_sends_nothing(
    receiver: Receiver, monkeypatch, secret: str
) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET_STRNRW", secret)
    delivery = attempt(delivery_make())
    assert "WEBHOOK_SECRET_STRNRW holds no secret" in delivery.last_error
    assert receiver.requests == []


def test_signature_is_that_of_the_specification() -> None:
    # The example of the specification's own libraries.
    body = b'{"test": 2432232314}'
    signed = signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_webhook_address_is_encrypted_outside_of_the_own_network(settings) -> None:
    webhook = channel_of("webhook")
    webhook.address_check("https://receiver.example/hook")
    with pytest.raises(ValidationError, match="https"):
        webhook.address_check("http://receiver.example/hook")
    settings.PRIVATE_NETWORKS = {"receiver": ["10.0.0.0/8"]}
    webhook.address_check("http://10.1.2.3/hook")
    with pytest.raises(ValidationError, match="WEBHOOK_SECRET_"):
        webhook.settings_check({"secret_env": "SECRET_KEY"})
