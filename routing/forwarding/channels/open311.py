"""Delivery to an Open311 endpoint (GeoReport v2), and asking it what became of an earlier attempt."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django import forms
from django.db.models import TextChoices
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from routing.enums import ChannelKind, DeliveryState, ForeignMeaning
from routing.forwarding.channels.base import (
    Channel,
    ChannelSettings,
    Foreign,
    Near,
    Probe,
    lines_field,
    lines_of,
    lines_read,
)
from routing.forwarding.channels.open311_endpoint import Endpoint
from routing.forwarding.channels.open311_form import SOURCES, form_of, source_is_known
from routing.forwarding.channels.open311_lookup import request_find
from routing.forwarding.channels.open311_nearby import NearBy, near_find
from routing.forwarding.channels.open311_services import services_probe
from routing.forwarding.channels.open311_updates import AnswersBy, answers_read, update_post
from routing.forwarding.channels.speaking import client_open
from routing.forwarding.envelope import Envelope
from routing.forwarding.news_texts import news_text
from routing.models import AuthorityContact, Delivery
from routing.outbox.receipts import Receipt

KEY_PREFIX: Final = "OPEN311_KEY_"
# For asking what is known near a place: a report does not wait longer.
NEAR_SECONDS: Final = 5.0
# Fields of the form that no contact fixes.
OWN_FIELDS: Final = frozenset(
    {"api_key", "service_code", "lat", "long", "description", "jurisdiction_id"}
)
# Settings that are written in lines: name of the field → of the setting.
LINES: Final = {
    "statuses": "statuses",
    "service_codes": "service_codes",
    "fields_fixed": "fields",
    "attributes": "attributes",
}


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
    news_mail = forms.EmailField(
        label=pgettext_lazy("channel", "Open311: news of a report by mail to"),
        required=False,
        help_text=pgettext_lazy(
            "channel",
            "GeoReport takes a report once. Without an address nobody hears of corrections.",
        ),
    )
    answers_by = forms.ChoiceField(
        label=pgettext_lazy("channel", "Open311: answers are read from there"),
        required=False,
        choices=AnswersBy.choices,
        initial=AnswersBy.NUMBERS,
    )
    near_by = forms.ChoiceField(
        label=pgettext_lazy("channel", "Open311: is it known there already?"),
        required=False,
        choices=NearBy.choices,
        initial=NearBy.NEVER,
        help_text=pgettext_lazy(
            "channel", "Asked before each report, for five seconds at most; never in an emergency."
        ),
    )
    statuses = lines_field(
        label=pgettext_lazy("channel", "Open311: states there"),
        help_text=format_lazy(
            pgettext_lazy(
                "channel",
                "One a line, their word = {}. Usual words are known; what nobody knows, a person reads.",
            ),
            ", ".join(ForeignMeaning.values),
        ),
    )
    service_codes = lines_field(
        label=_("Open311: categories there"),
        help_text=_("One a line, our code = theirs; * = theirs for all others."),
    )
    fields_fixed = lines_field(
        label=pgettext_lazy("channel", "Open311: fixed fields"),
        help_text=pgettext_lazy(
            "channel", "One a line, field = text, such as email = anliegen@city.example."
        ),
    )
    attributes = lines_field(
        label=pgettext_lazy("channel", "Open311: attributes there"),
        help_text=format_lazy(
            pgettext_lazy(
                "channel", "One a line, their code = “a fixed text”, answer CODE, or one of: {}."
            ),
            ", ".join(SOURCES),
        ),
    )

    @classmethod
    def shown(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        lines = {name: lines_of(settings.get(kept, {})) for name, kept in LINES.items()}
        return {**super().shown(settings), "photos": settings.get("photos") == "upload", **lines}

    def stored(self) -> dict[str, Any]:
        photos = {"photos": "upload"} if self.cleaned_data["photos"] else {}
        lines = {LINES.get(name, name): value for name, value in super().stored().items()}
        return {**lines, **photos}

    def clean_api_key_env(self) -> str:
        variable: str = self.cleaned_data["api_key_env"].strip()
        _key_check(variable)
        return variable

    def clean_statuses(self) -> dict[str, str]:
        statuses = lines_read(self.cleaned_data["statuses"])
        _statuses_check(statuses)
        return statuses

    def clean_service_codes(self) -> dict[str, str]:
        return lines_read(self.cleaned_data["service_codes"])

    def clean_fields_fixed(self) -> dict[str, str]:
        fields = lines_read(self.cleaned_data["fields_fixed"])
        _fields_check(fields)
        return fields

    def clean_attributes(self) -> dict[str, str]:
        attributes = lines_read(self.cleaned_data["attributes"])
        _attributes_check(attributes)
        return attributes


def _fields_check(fields: Mapping[str, str]) -> None:
    for name in sorted(OWN_FIELDS & fields.keys()):
        told = pgettext("channel", "“%(name)s” is filled in by us.")
        raise forms.ValidationError(told % {"name": name})


def _attributes_check(attributes: Mapping[str, str]) -> None:
    for source in attributes.values():
        if not source_is_known(source):
            told = pgettext(
                "channel", "“%(source)s” is nothing that an attribute can be filled with."
            )
            raise forms.ValidationError(told % {"source": source})


def _choice_check(name: str, settings: Mapping[str, Any], choices: type[TextChoices]) -> None:
    if settings.get(name, choices.values[0]) not in choices.values:
        raise forms.ValidationError(f"{name}: {', '.join(choices.values)}")


def _statuses_check(statuses: Mapping[str, str]) -> None:
    for meaning in statuses.values():
        if meaning not in ForeignMeaning.values:
            told = pgettext("channel", "“%(meaning)s” is nothing that a state can mean.")
            raise forms.ValidationError(told % {"meaning": meaning})


def _key_check(variable: str) -> None:
    if variable and not variable.startswith(KEY_PREFIX):
        raise forms.ValidationError(_("The name begins with OPEN311_KEY_."))


class Open311Channel(Channel):
    """POST service request. A repeat after an unclear end first looks for our reference in the receiver's list.

    Every request carries our idempotency key for receivers that know such a header, but nothing rests on it.
    """

    label = ChannelKind.OPEN311.label
    settings_form = Open311Settings
    gives_numbers_later = True
    names_services = True
    tells_answers = True

    def address_check(self, address: str) -> None:
        forms.URLField(assume_scheme="https").clean(address)

    def settings_check(self, settings: Mapping[str, Any]) -> None:
        try:
            _key_check(str(settings.get("api_key_env", "")))
            _fields_check(settings.get("fields", {}))
            _attributes_check(settings.get("attributes", {}))
            _statuses_check(settings.get("statuses", {}))
            _choice_check("answers_by", settings, AnswersBy)
            _choice_check("near_by", settings, NearBy)
        except forms.ValidationError as error:
            raise forms.ValidationError({"settings": error}) from error

    def send(
        self, envelope: Envelope, contact: AuthorityContact, *, maybe_arrived: bool
    ) -> Receipt:
        with client_open() as client:
            endpoint = Endpoint(client, contact)
            if maybe_arrived and (known := request_find(endpoint, envelope)):
                return Receipt(
                    state=DeliveryState.DELIVERED, foreign_id=known, detail={"found_in_list": True}
                )
            return endpoint.post(envelope)

    def near_ask(self, envelope: Envelope, contact: AuthorityContact) -> tuple[Near, ...]:
        with client_open(seconds=NEAR_SECONDS) as client:
            return near_find(Endpoint(client, contact), envelope)

    def answers_read(
        self,
        contact: AuthorityContact,
        *,
        since: datetime,
        until: datetime,
        numbers: Collection[str],
    ) -> list[Foreign]:
        with client_open() as client:
            endpoint = Endpoint(client, contact)
            return list(answers_read(endpoint, since=since, until=until, numbers=numbers))

    def tell(
        self,
        envelope: Envelope,
        contact: AuthorityContact,
        *,
        message_id: str,
        news: Sequence[str],
        is_over: bool,
    ) -> bool:
        """As an update of the request, where the receiver takes updates and has given a number."""
        number = Delivery.objects.get(public_id=envelope.delivery_id).foreign_id
        if contact.settings.get("answers_by") != AnswersBy.UPDATES or not number:
            return False
        text = news_text(envelope, news, is_over=is_over)
        with client_open() as client:
            endpoint = Endpoint(client, contact)
            return update_post(
                endpoint, number=number, update_id=message_id, text=text, is_closed=is_over
            )

    def number_ask(self, delivery: Delivery) -> str:
        with client_open() as client:
            endpoint = Endpoint(client, delivery.contact)
            return endpoint.number_for_token(delivery.receipt["token"])

    def probe(self, contact: AuthorityContact) -> Probe:
        """Reads what the receiver offers and compares it with the settings; posts nothing."""
        with client_open() as client:
            return services_probe(Endpoint(client, contact), contact.settings)

    def preview(self, envelope: Envelope, contact: AuthorityContact) -> str:
        lines = [f"POST {contact.address.rstrip('/')}/requests"]
        for name, value in form_of(envelope, contact.settings).items():
            lines += [f"{name} = {one}" for one in (value if isinstance(value, list) else [value])]
        if contact.settings.get("photos") == "upload":
            lines += [f"media = {envelope.number}.jpg"] * len(envelope.photos)
        return "\n".join(lines)
