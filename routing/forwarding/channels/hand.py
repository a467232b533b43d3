"""By hand: a portal that only people fill in. The text is prepared; a person copies it, and types the number back."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from routing.enums import ChannelKind
from routing.forwarding.attachments import report_text
from routing.forwarding.channels.base import Channel, Probe, Step
from routing.forwarding.envelope import Envelope
from routing.models import AuthorityContact
from routing.outbox.receipts import DeliveryByHand, Receipt


class HandChannel(Channel):
    """The address is that of the portal. A delivery waits for a person until they say that it is done."""

    label = ChannelKind.HAND.label

    def address_check(self, address: str) -> None:
        forms.URLField(assume_scheme="https").clean(address)

    def send(
        self, envelope: Envelope, contact: AuthorityContact, *, maybe_arrived: bool
    ) -> Receipt:
        raise DeliveryByHand("a person passes it on")

    def probe(self, contact: AuthorityContact) -> Probe:
        """Nothing can be tried without a person."""
        told = pgettext("probe", "A person opens %(address)s and copies the prepared text.")
        return Probe((Step(_("by hand"), told % {"address": contact.address}),))

    def preview(self, envelope: Envelope, contact: AuthorityContact) -> str:
        return report_text(envelope)
