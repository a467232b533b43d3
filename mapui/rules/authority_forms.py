"""Authorities and their contacts, as editors of rules fill them in."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final, NamedTuple

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.languages import language_first, texts_read
from mapui.rules.forms import date_field
from routing.enums import ChannelKind, Part
from routing.forwarding.channels import channel_of, channels_all
from routing.models import Authority, AuthorityContact

# What an authority is called, and where that is kept, in every language.
TEXTS: Final = {
    "name": ("names", _("Name")),
    "public_name": ("public_names", _("Name for the public")),
}


class AuthorityForm(forms.ModelForm):
    """An authority: names, colour, days, where the public reaches it, through whom it acts."""

    colour = forms.CharField(
        label=_("Colour on maps"), widget=forms.TextInput(attrs={"type": "color"}), max_length=7
    )
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    valid_from = date_field(label=_("Responsible from"), required=False)
    valid_to = date_field(label=_("Responsible until (included)"), required=False)

    class Meta:
        model = Authority
        fields = (
            *("code", "kind", "valid_from", "valid_to", "acts_through", "is_city_works"),
            "closes_issues",
            *("website", "phone", "public_mail", "colour"),
        )
        labels = {
            "code": _("Code"),
            "kind": _("Kind of body"),
            "acts_through": _("Is written to through"),
            "is_city_works": _("Looks after what is the city's"),
            "closes_issues": pgettext_lazy("authority", "What it calls done is closed"),
            "phone": _("Telephone for the public"),
            "public_mail": _("E-mail for the public"),
        }
        help_texts = {
            "code": _("Stands in rules and files; cannot be changed later."),
            "kind": _("The hue of its chip on maps."),
            "acts_through": _("Reports for it go to this authority, never to itself."),
            "is_city_works": _(
                "Streets, green, houses, lamps. A rule may send it to private ground only where it names the owner."
            ),
            "closes_issues": pgettext_lazy(
                "authority",
                "Otherwise the report is marked, and a person looks whether it is done.",
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        stored = self.instance.pk is not None
        self.fields["code"].disabled = stored
        others = Authority.objects.filter(jurisdiction=self.instance.jurisdiction)
        through = self.fields["acts_through"]
        assert isinstance(through, forms.ModelChoiceField)  # noqa: S101 - tells mypy what the model says
        through.queryset = others.exclude(pk=self.instance.pk) if stored else others
        through.empty_label = str(_("nobody: directly"))
        self._names_add()

    def _names_add(self) -> None:
        """A field for each name in each language, behind the code."""
        fields = {"code": self.fields.pop("code")}
        for language, spoken in settings.LANGUAGES:
            for name, (kept, label) in TEXTS.items():
                fields[f"{name}_{language}"] = forms.CharField(
                    label=format_lazy("{} ({})", label, spoken),
                    max_length=200,
                    required=language == language_first(),
                )
                self.initial[f"{name}_{language}"] = getattr(self.instance, kept).get(language, "")
        self.fields = {**fields, **self.fields}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name, (kept, _label) in TEXTS.items():
            setattr(self.instance, kept, texts_read(data, name))
        return data


class ChannelFields(NamedTuple):
    """What only contacts of one channel have."""

    label: Any
    fields: list[forms.BoundField]
    is_open: bool


class ContactForm(forms.ModelForm):
    """A contact: for which area, categories and days, and over which channel."""

    channel = forms.ChoiceField(label=_("Channel"))
    categories = forms.MultipleChoiceField(
        label=_("Only for these categories"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: for all."),
    )
    parts = forms.MultipleChoiceField(
        label=pgettext_lazy("part", "What leaves the house"),
        required=False,
        choices=Part.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=pgettext_lazy(
            "part", "Number, category, time, coordinates and the link for the answer always do."
        ),
    )
    valid_from = date_field(label=_("Valid from"), required=False)
    valid_to = date_field(label=_("Valid until (included)"), required=False)

    class Meta:
        model = AuthorityContact
        fields = (
            *("name", "channel", "address", "area_code", "categories", "parts"),
            *("valid_from", "valid_to", "has_digest", "is_active"),
        )
        labels = {
            "name": _("Name"),
            "has_digest": pgettext_lazy("digest", "Weekly mail about open cases"),
            "address": _("Address"),
            "area_code": _("Only for this area"),
            "is_active": _("In use"),
        }
        help_texts = {
            "address": _(
                "What the channel reaches: a mail address, the base address of an endpoint …"
            ),
            "area_code": _(
                "The key of a neighbouring municipality or a district; empty: everywhere."
            ),
            "has_digest": pgettext_lazy("digest", "On Monday; none where nothing is open."),
        }

    def __init__(self, *args: Any, categories: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for channel in channels_all().values():
            for name, shown in deepcopy(channel.settings_form.base_fields).items():
                # Whether it is needed says the channel's own form, where the contact is of that channel.
                shown.required = False
                self.fields[name] = shown
            self.initial.update(channel.settings_form.shown(self.instance.settings))
        self.initial["channel"] = self.instance.channel or ChannelKind.MAIL.value
        chosen = self.fields["channel"]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101 - tells mypy what the class body says
        chosen.choices = [(kind, one.label) for kind, one in channels_all().items()]
        field = self.fields["categories"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - tells mypy what the class body says
        field.choices = categories

    @property
    def common(self) -> list[forms.BoundField]:
        """The fields that every channel has."""
        own = {name for one in channels_all().values() for name in one.settings_form.base_fields}
        return [field for field in self if field.name not in own]

    @property
    def of_channels(self) -> list[ChannelFields]:
        """The fields that only one channel has; those of the contact's own stand open, and those with errors."""
        chosen = self["channel"].value()
        groups = []
        for kind, channel in channels_all().items():
            if names := channel.settings_form.base_fields:
                fields = [self[name] for name in names]
                is_open = kind == chosen or any(one.errors for one in fields)
                groups.append(ChannelFields(channel.label, fields, is_open))
        return groups

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("address") and data.get("channel"):
            try:
                channel_of(data["channel"]).address_check(data["address"])
            except forms.ValidationError as error:
                self.add_error("address", error)
        self.instance.settings = self._settings(data.get("channel", ""))
        return data

    def _settings(self, chosen: str) -> dict[str, Any]:
        """The stored settings with what the fields of the chosen channel, and others that were filled in, say."""
        stored = dict(self.instance.settings)
        for kind, channel in channels_all().items():
            part = channel.settings_form(
                self.data, initial=channel.settings_form.shown(self.instance.settings)
            )
            if kind != chosen and not part.has_changed():
                continue
            if part.is_valid():
                kept = {name: value for name, value in stored.items() if name not in part.fields}
                stored = kept | part.stored()
            for name, errors in part.errors.items():
                if name not in self.errors:
                    self.add_error(name, errors)
        return stored
