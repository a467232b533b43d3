"""What every channel offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django import forms
from django.utils.translation import gettext as _

from routing.forwarding.envelope import Envelope
from routing.models import AuthorityContact, Delivery
from routing.outbox.receipts import Receipt

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise


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


def lines_field(**kwargs: Any) -> forms.CharField:
    """A field of lines `name = value`, read with `lines_read`."""
    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})
    return forms.CharField(required=False, widget=widget, **kwargs)


def lines_read(text: str) -> dict[str, str]:
    """Raises ValidationError naming the line that is no `name = value`."""
    read: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        name, _equals, value = (part.strip() for part in line.partition("="))
        if not (name and value):
            raise forms.ValidationError(_("“%(line)s” is not “ours = theirs”.") % {"line": line})
        read[name] = value
    return read


def lines_of(values: Mapping[str, str]) -> str:
    return "\n".join(f"{name} = {value}" for name, value in values.items())


class Step(NamedTuple):
    """One step of a probe and what came out of it; `is_well`: as it should be."""

    title: str
    outcome: str
    is_well: bool = True


class Service(NamedTuple):
    """A kind of report that a receiver takes; `required` and `optional` are the codes of what it asks for."""

    name: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


class Probe(NamedTuple):
    """What came out of a probe; `services` by their codes, where the receiver names them."""

    steps: tuple[Step, ...]
    services: Mapping[str, Service] = MappingProxyType({})


class Channel(ABC):
    """One way of telling authorities. An instance holds nothing of its own: all that differs stands in the contact.

    `gives_numbers_later`: a receipt may hold a token only, see `number_ask`. `names_services`: the receiver takes each
    report under a service of its own; a probe reads them, and `settings["service_codes"]` maps our categories to them.
    """

    label: ClassVar[StrOrPromise]
    settings_form: ClassVar[type[ChannelSettings]] = ChannelSettings
    gives_numbers_later: ClassVar[bool] = False
    names_services: ClassVar[bool] = False

    @abstractmethod
    def address_check(self, address: str) -> None:
        """Raises ValidationError for what this channel cannot reach."""

    def settings_check(self, settings: Mapping[str, Any]) -> None:  # noqa: B027 - most channels follow none
        """Raises ValidationError for stored settings that this channel must not follow."""

    @abstractmethod
    def send(
        self, envelope: Envelope, contact: AuthorityContact, *, maybe_arrived: bool
    ) -> Receipt:
        """Sends one envelope to one contact and returns the receiver's receipt; blocks, never inside a transaction.

        `maybe_arrived`: an earlier attempt may have reached the receiver without our learning of it.
        Raises DeliveryDelayed, DeliveryRefused or DeliveryUnclear.
        """

    @abstractmethod
    def probe(self, contact: AuthorityContact) -> Probe:
        """Tries the contact without any report; raises a DeliveryError where it goes no further."""

    @abstractmethod
    def preview(self, envelope: Envelope, contact: AuthorityContact) -> str:
        """Exactly what would leave the house, as text that a person can read."""

    def tell(
        self,
        envelope: Envelope,
        contact: AuthorityContact,
        *,
        message_id: str,
        news: Sequence[str],
        is_over: bool,
    ) -> bool:
        """Tells the receiver what is new of a report that it has; False: it takes no news, a mail has to do.

        `news` are kinds of events, `envelope` is the report as it stands now. `is_over`: another body has to act.
        Raises DeliveryDelayed or DeliveryRefused.
        """
        return False

    def number_ask(self, delivery: Delivery) -> str:
        """The receiver's number behind the token of a receipt; empty: the receiver has no number yet.

        Raises DeliveryDelayed or DeliveryRefused.
        """
        raise NotImplementedError
