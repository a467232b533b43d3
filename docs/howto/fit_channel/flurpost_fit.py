"""A channel of one's own, in the shape of FIT-Connect: a submission is announced, its files uploaded, and submitted.

The real FIT-Connect wants data and files encrypted for the destination (JWE); that is left out here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
from django import forms

from routing.enums import DeliveryState
from routing.forwarding.attachments import feature
from routing.forwarding.channels.base import Channel, ChannelSettings, Probe, Step
from routing.forwarding.channels.speaking import ask, client_open, success_check
from routing.forwarding.envelope import Envelope, photo_open
from routing.models import AuthorityContact
from routing.outbox.receipts import DeliveryUnclear, Receipt

PREFIX = "FIT_TOKEN_"


class FitSettings(ChannelSettings):
    """Which destination, for which service, and where the access token is."""

    fit_destination = forms.UUIDField(label="FIT-Connect: Zustellpunkt")
    fit_service = forms.CharField(label="FIT-Connect: Leistungsschlüssel", max_length=100)
    fit_token_env = forms.CharField(label="FIT-Connect: Umgebungsvariable mit dem Token")

    def stored(self) -> dict[str, Any]:
        return {name: str(value) for name, value in super().stored().items()}


class FitChannel(Channel):
    """Three requests a delivery. Only the last one makes the destination see anything."""

    label = "FIT-Connect"
    settings_form = FitSettings

    def address_check(self, address: str) -> None:
        forms.URLField(assume_scheme="https").clean(address)

    def settings_check(self, settings: Mapping[str, Any]) -> None:
        if not str(settings.get("fit_token_env", "")).startswith(PREFIX):
            raise forms.ValidationError({"settings": f"Die Variable beginnt mit {PREFIX}."})

    def send(
        self, envelope: Envelope, contact: AuthorityContact, *, maybe_arrived: bool
    ) -> Receipt:
        if maybe_arrived:
            raise DeliveryUnclear(
                "it may have been submitted, and nobody can be asked: please look"
            )
        files = {
            str(uuid5(NAMESPACE_URL, f"{envelope.link}photos/{photo.pk}")): photo
            for photo in envelope.photos
        }
        with client_open() as client:
            announced = _call(client, "POST", contact, "submissions", _announcement(contact, files))
            submission = str(json.loads(announced)["submissionId"])
            for file_id, photo in files.items():
                with photo_open(photo) as opened:
                    path = f"submissions/{submission}/attachments/{file_id}"
                    _call(client, "PUT", contact, path, opened.read())
            data = json.dumps(feature(envelope), ensure_ascii=False).encode()
            _call(client, "PUT", contact, f"submissions/{submission}", data)
        return Receipt(state=DeliveryState.DELIVERED, foreign_id=submission)

    def probe(self, contact: AuthorityContact) -> Probe:
        destination = contact.settings["fit_destination"]
        with client_open() as client:
            _call(client, "GET", contact, f"destinations/{destination}")
        return Probe((Step("FIT-Connect", f"Zustellpunkt {destination} ist erreichbar"),))

    def preview(self, envelope: Envelope, contact: AuthorityContact) -> str:
        return json.dumps(feature(envelope), ensure_ascii=False, indent=2)


def _announcement(contact: AuthorityContact, files: Mapping[str, Any]) -> bytes:
    settings = contact.settings
    announcement = {
        "destinationId": settings["fit_destination"],
        "publicService": {"identifier": settings["fit_service"]},
        "announcedAttachments": list(files),
    }
    return json.dumps(announcement).encode()


def _call(
    client: httpx.Client, method: str, contact: AuthorityContact, path: str, content: bytes = b""
) -> bytes:
    """The body of a successful answer; raises DeliveryDelayed or DeliveryRefused."""
    token = os.environ.get(contact.settings["fit_token_env"], "")
    answer = ask(
        client,
        method,
        f"{contact.address.rstrip('/')}/v1/{path}",
        content=content,
        headers={"Authorization": f"Bearer {token}"},
    )
    success_check(answer, answer.body[:200].decode(errors="replace"))
    return answer.body
