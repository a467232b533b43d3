"""What somebody types while a person tells on the telephone or at the counter, or off a letter."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.translation import pgettext, pgettext_lazy

from gis_core.models import Jurisdiction
from issues.enums import Channel
from issues.errors import IssuesError
from issues.models import Category
from issues.selectors import categories_guessed, categories_offered
from issues.services.texts import DESCRIPTION_MAX
from issues.types import ReporterInput
from mapui.site.fields import MailField
from mapui.site.places import PlaceMeant
from mapui.triage.intake.places import places_found

SOURCES: Final = (Channel.PHONE, Channel.COUNTER, Channel.LETTER)


class IntakeForm(forms.Form):
    """A report: place first, then what it is about, words, and who told it.

    `entry` names the report, so that it is stored once however often it is sent.
    """

    entry = forms.UUIDField(widget=forms.HiddenInput)
    place = forms.CharField(
        label=pgettext_lazy("intake", "Where?"),
        max_length=300,
        help_text=pgettext_lazy(
            "intake", "Address, parcel, number of a lamp or stop, or coordinates"
        ),
    )
    category = forms.CharField(
        label=pgettext_lazy("intake", "What is it about?"),
        max_length=200,
        help_text=pgettext_lazy("intake", "Name of a category, or a word for it"),
    )
    text = forms.CharField(
        label=pgettext_lazy("intake", "What is told?"),
        max_length=DESCRIPTION_MAX,
        widget=forms.Textarea({"rows": 4}),
    )
    source = forms.ChoiceField(
        label=pgettext_lazy("intake", "How did it come in?"),
        choices=[(one.value, one.label) for one in SOURCES],
        widget=forms.RadioSelect,
    )
    first_name = forms.CharField(
        label=pgettext_lazy("intake", "First name"), required=False, max_length=100
    )
    last_name = forms.CharField(
        label=pgettext_lazy("intake", "Last name"), required=False, max_length=100
    )
    phone = forms.CharField(
        label=pgettext_lazy("intake", "Telephone"), required=False, max_length=50
    )
    email = MailField(label=pgettext_lazy("intake", "E-mail"), required=False)
    language = forms.ChoiceField(
        label=pgettext_lazy("intake", "Language"), choices=settings.LANGUAGES
    )
    join = forms.CharField(required=False, max_length=30)

    def __init__(self, data: Any, *, jurisdiction: Jurisdiction, initial: Any = None) -> None:
        first = {"entry": uuid4(), "source": Channel.PHONE, "language": settings.LANGUAGE_CODE}
        super().__init__(data, initial={**first, **(initial or {})}, auto_id="intake_%s")
        self.label_suffix = ""
        self.jurisdiction = jurisdiction
        self.offered: list[Category] = list(categories_offered(jurisdiction))
        self.place_found: PlaceMeant | None = None
        self.is_guessed = False
        for name in ("place", "category", "first_name", "last_name", "phone", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        here = urlencode({"jurisdiction": jurisdiction.identifier})
        offering = {
            "hx-get": f"{reverse('intake_places')}?{here}",
            "hx-trigger": "input changed delay:200ms",
            "hx-target": "#intake_places",
            "list": "intake_places",
        }
        self.fields["place"].widget.attrs |= {"autofocus": True, **offering}
        self.fields["category"].widget.attrs["list"] = "intake_categories"

    def clean_place(self) -> str:
        """A place that nobody knows is kept as text: a person finds it later. Of several one has to be named."""
        text: str = self.cleaned_data["place"]
        try:
            found = places_found(self.jurisdiction, text)
        except IssuesError as error:
            raise forms.ValidationError(error.message) from error
        if len(found) > 1:
            message = pgettext("intake", "Several places are called so. Please choose: %(places)s")
            named = " · ".join(one.label for one in found)
            raise forms.ValidationError(message % {"places": named})
        self.place_found = found[0] if found else None
        return text

    def clean_category(self) -> Category:
        """The category of this name or code, else the only one that the word is likely to mean."""
        text = self.cleaned_data["category"].casefold()
        for one in self.offered:
            if text in {one.code.casefold(), *(name.casefold() for name in one.names.values())}:
                return one
        guesses = [one for one in self.offered if str(one).casefold().startswith(text)]
        guesses = guesses or categories_guessed(self.jurisdiction.pk, text)
        if len(guesses) == 1:
            self.is_guessed = True
            known = {one.pk: one for one in self.offered}
            return known[guesses[0].pk]
        if not guesses:
            raise forms.ValidationError(pgettext("intake", "No category is called so."))
        message = pgettext("intake", "Please choose: %(categories)s")
        named = " · ".join(str(one) for one in guesses)
        raise forms.ValidationError(message % {"categories": named})

    def reporter(self) -> ReporterInput:
        """Call only after `is_valid()`."""
        names = ("first_name", "last_name", "phone", "email")
        values = {name: self.cleaned_data[name] for name in names}
        is_known = any(values.values())
        language = self.cleaned_data["language"] if is_known else ""
        return ReporterInput(**values, language=language)
