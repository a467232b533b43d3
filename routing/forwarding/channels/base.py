"""What every channel offers. A new one is a module of this package, named as its value of ChannelKind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from routing.forwarding.envelope import Envelope
from routing.models import AuthorityContact, Delivery
from routing.outbox.receipts import Receipt


class ChannelSettings(forms.Form):
    """What a channel has to know of a contact beside its address; the contact keeps it in `settings`.

    The fields of all channels stand on one page, so their names differ from each other. The form is asked when the
    contact is of its channel, and when somebody has filled in one of its fields.
    """

    @classmethod
    def shown(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        """What the fields say of stored settings; those that nothing is stored of show their own `initial`."""
        return {name: settings[name] for name in cls.base_fields if name in settings}

    def stored(self) -> dict[str, Any]:
        """The settings that the fields mean; call only after `is_valid()`."""
        return {name: value for name, value in self.cleaned_data.items() if value}


class Channel(ABC):
    """One way of telling authorities. `gives_numbers_later`: a receipt may hold a token only, see `number_ask`."""

    settings_form: ClassVar[type[ChannelSettings]] = ChannelSettings
    gives_numbers_later: ClassVar[bool] = False

    @abstractmethod
    def address_check(self, address: str) -> None:
        """Raises ValidationError for what this channel cannot reach."""

    @abstractmethod
    def settings_check(self, settings: Mapping[str, Any]) -> None:
        """Raises ValidationError for stored settings that this channel must not follow."""

    @abstractmethod
    def send(
        self, envelope: Envelope, contact: AuthorityContact, *, maybe_arrived: bool
    ) -> Receipt:
        """Sends one envelope to one contact and returns the receiver's receipt; blocks, never inside a transaction.

        `maybe_arrived`: an earlier attempt may have reached the receiver without our learning of it.
        Raises DeliveryDelayed or DeliveryRefused.
        """

    def number_ask(self, delivery: Delivery) -> str:
        """The receiver's number behind the token of a receipt; empty: the receiver has no number yet.

        Raises DeliveryDelayed or DeliveryRefused.
        """
        raise NotImplementedError
