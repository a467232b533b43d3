"""Delivery to an Open311 endpoint (GeoReport v2), and asking it what became of an earlier attempt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from routing.enums import DeliveryState
from routing.forwarding.channels.base import Channel, ChannelSettings
from routing.forwarding.channels.open311_endpoint import Endpoint, client_open
from routing.forwarding.envelope import Envelope
from routing.models import AuthorityContact, Delivery
from routing.outbox.receipts import Receipt

KEY_PREFIX: Final = "OPEN311_KEY_"


class Open311Settings(ChannelSettings):
    """Jurisdiction and categories of the receiver, where its key is, whether it takes photos.

    The key is named by an environment variable; only those made for that may be named, lest somebody has another
    secret of the installation sent to an address of their choice.
    """

    jurisdiction_id = forms.CharField(
        label=_("Open311: jurisdiction there"), required=False, max_length=100
    )
    api_key_env = forms.CharField(
        label=_("Open311: environment variable with the key"),
        required=False,
        max_length=100,
        help_text=_("The key itself is never stored here. Its name begins with OPEN311_KEY_."),
    )
    photos = forms.BooleanField(label=_("Open311: photos are sent along"), required=False)
    service_codes = forms.CharField(
        label=_("Open311: categories there"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One a line, our code = theirs; * = theirs for all others."),
    )

    @classmethod
    def shown(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        shown = super().shown(settings)
        codes: dict[str, str] = settings.get("service_codes", {})
        lines = "\n".join(f"{ours} = {theirs}" for ours, theirs in codes.items())
        return {**shown, "photos": settings.get("photos") == "upload", "service_codes": lines}

    def stored(self) -> dict[str, Any]:
        photos = {"photos": "upload"} if self.cleaned_data["photos"] else {}
        return {**super().stored(), **photos}

    def clean_api_key_env(self) -> str:
        variable: str = self.cleaned_data["api_key_env"].strip()
        _key_check(variable)
        return variable

    def clean_service_codes(self) -> dict[str, str]:
        codes: dict[str, str] = {}
        for line in filter(str.strip, self.cleaned_data["service_codes"].splitlines()):
            ours, equals, theirs = (part.strip() for part in line.partition("="))
            if not (ours and equals and theirs):
                raise forms.ValidationError(
                    _("“%(line)s” is not “ours = theirs”.") % {"line": line}
                )
            codes[ours] = theirs
        return codes


def _key_check(variable: str) -> None:
    if variable and not variable.startswith(KEY_PREFIX):
        raise forms.ValidationError(_("The name begins with OPEN311_KEY_."))


class Open311Channel(Channel):
    """POST service request. A repeat after an unclear end first looks for our reference in the receiver's list.

    Every request carries our idempotency key for receivers that know such a header, but nothing rests on it.
    """

    settings_form = Open311Settings
    gives_numbers_later = True

    def address_check(self, address: str) -> None:
        forms.URLField(assume_scheme="https").clean(address)

    def settings_check(self, settings: Mapping[str, Any]) -> None:
        try:
            _key_check(str(settings.get("api_key_env", "")))
        except forms.ValidationError as error:
            raise forms.ValidationError({"settings": error}) from error

    def send(
        self, envelope: Envelope, contact: AuthorityContact, *, maybe_arrived: bool
    ) -> Receipt:
        with client_open() as client:
            endpoint = Endpoint(client, contact)
            if maybe_arrived and (known := endpoint.find(envelope)):
                return Receipt(
                    state=DeliveryState.DELIVERED, foreign_id=known, detail={"found_in_list": True}
                )
            return endpoint.post(envelope)

    def number_ask(self, delivery: Delivery) -> str:
        with client_open() as client:
            endpoint = Endpoint(client, delivery.contact)
            return endpoint.number_for_token(delivery.receipt["token"])


CHANNEL: Final = Open311Channel()
