"""What every channel offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django import forms
from django.utils.translation import gettext as _

from routing.enums import ForeignMeaning
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


class Near(NamedTuple):
    """An open request at the receiver that may be the same, by its number there."""

    number: str
    distance_m: int


class Foreign(NamedTuple):
    """What a receiver's system says of a request of ours, by its own `number`.

    `status` and `text` are its words, `meaning` what they mean to us. `at`: by its clock. `mark` names what was said;
    `is_state`: it is the present state, told anew each time, so that only the latest mark tells whether it is known.
    `photo_url`: where a photo of it lies.
    """

    number: str
    meaning: ForeignMeaning
    status: str
    text: str
    at: datetime | None
    mark: str
    is_state: bool = False
    photo_url: str = ""


class Channel(ABC):
    """One way of telling authorities. An instance holds nothing of its own: all that differs stands in the contact.

    `gives_numbers_later`: a receipt may hold a token only, see `number_ask`. `names_services`: the receiver takes each
    report under a service of its own; a probe reads them, and `settings["service_codes"]` maps our categories to them.
    `tells_answers`: what the receiver says of our reports can be asked for, see `answers_read`.
    """

    label: ClassVar[StrOrPromise]
    settings_form: ClassVar[type[ChannelSettings]] = ChannelSettings
    gives_numbers_later: ClassVar[bool] = False
    names_services: ClassVar[bool] = False
    tells_answers: ClassVar[bool] = False

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

        `news` are kinds of events, `envelope` is the report as it stands now. `is_over`: nobody there
        has to act any more. Raises DeliveryDelayed or DeliveryRefused.
        """
        return False

    def near_ask(self, envelope: Envelope, contact: AuthorityContact) -> tuple[Near, ...]:
        """What the receiver has near the place that may be the same, the nearest first; within a few seconds.

        Raises DeliveryDelayed or DeliveryRefused; then nobody knows.
        """
        return ()

    def answers_read(
        self,
        contact: AuthorityContact,
        *,
        since: datetime,
        until: datetime,
        numbers: Collection[str],
    ) -> list[Foreign]:
        """Everything that the receiver has said of our requests, at least of these and between these moments.

        Raises DeliveryDelayed or DeliveryRefused; then it has to be asked again from `since` on.
        """
        raise NotImplementedError

    def number_ask(self, delivery: Delivery) -> str:
        """The receiver's number behind the token of a receipt; empty: the receiver has no number yet.

        Raises DeliveryDelayed or DeliveryRefused.
        """
        raise NotImplementedError
