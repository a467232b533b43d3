"""Authorities and their contacts, as editors of rules fill them in."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from mapui.rules.forms import date_field
from routing.enums import ChannelKind
from routing.models import Authority, AuthorityContact
from routing.outbox.contacts import KEY_PREFIX

OPEN311_SETTINGS: Final = ("jurisdiction_id", "api_key_env", "photos", "service_codes")


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
            *("code", "name_de", "public_name_de", "name_en", "public_name_en"),
            *("valid_from", "valid_to", "acts_through"),
            *("website", "phone", "public_mail", "colour"),
        )
        labels = {
            "code": _("Code"),
            "name_de": _("Name (German)"),
            "public_name_de": _("Name for the public (German)"),
            "name_en": _("Name (English)"),
            "public_name_en": _("Name for the public (English)"),
            "acts_through": _("Is written to through"),
            "phone": _("Telephone for the public"),
            "public_mail": _("E-mail for the public"),
        }
        help_texts = {
            "code": _("Stands in rules and files; cannot be changed later."),
            "acts_through": _("Reports for it go to this authority, never to itself."),
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


class ContactForm(forms.ModelForm):
    """A contact: for which area, categories and days, and over which channel."""

    categories = forms.MultipleChoiceField(
        label=_("Only for these categories"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: for all."),
    )
    valid_from = date_field(label=_("Valid from"), required=False)
    valid_to = date_field(label=_("Valid until (included)"), required=False)
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

    class Meta:
        model = AuthorityContact
        fields = (
            *("name", "channel", "address", "area_code", "categories"),
            *("valid_from", "valid_to", "is_active"),
        )
        labels = {
            "name": _("Name"),
            "channel": _("Channel"),
            "address": _("Address"),
            "area_code": _("Only for this area"),
            "is_active": _("In use"),
        }
        help_texts = {
            "address": _("A mail address, or the base address of an Open311 endpoint."),
            "area_code": _(
                "The key of a neighbouring municipality or a district; empty: everywhere."
            ),
        }

    def __init__(self, *args: Any, categories: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        stored = self.instance.settings
        codes: dict[str, str] = stored.get("service_codes", {})
        self.initial.update(
            jurisdiction_id=stored.get("jurisdiction_id", ""),
            api_key_env=stored.get("api_key_env", ""),
            photos=stored.get("photos") == "upload",
            service_codes="\n".join(f"{ours} = {theirs}" for ours, theirs in codes.items()),
        )
        self.initial.setdefault("channel", ChannelKind.MAIL)
        field = self.fields["categories"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - tells mypy what the class body says
        field.choices = categories

    def clean_api_key_env(self) -> str:
        variable: str = self.cleaned_data["api_key_env"].strip()
        if variable and not variable.startswith(KEY_PREFIX):
            raise forms.ValidationError(_("The name begins with OPEN311_KEY_."))
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

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        address, channel = data.get("address", ""), data.get("channel")
        check: forms.Field = (
            forms.EmailField()
            if channel == ChannelKind.MAIL
            else forms.URLField(assume_scheme="https")
        )
        if address and channel:
            try:
                check.clean(address)
            except forms.ValidationError as error:
                self.add_error("address", error)
        self.instance.settings = self._settings(data)
        return data

    def _settings(self, data: dict[str, Any]) -> dict[str, Any]:
        """The stored settings with what the form says in their place."""
        kept = {
            key: value
            for key, value in self.instance.settings.items()
            if key not in OPEN311_SETTINGS
        }
        given = {
            name: data.get(name) for name in ("jurisdiction_id", "api_key_env", "service_codes")
        }
        given["photos"] = "upload" if data.get("photos") else None
        return {**kept, **{name: value for name, value in given.items() if value}}
