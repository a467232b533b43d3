"""What a clerk says about one issue: who must act, what it is about, where it is.

Each form names its fields' ids its own way: they stand beside the filter of the list and beside each other.
"""

from __future__ import annotations

import math
from typing import Any

from django import forms
from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.models import Edition, Jurisdiction
from issues.models import Category, Issue
from issues.redaction import CONTACTS, masked
from issues.services.location import ACCURACY_MAX_M
from issues.types import LocationInput
from mapui.site.answers import AnswersForm as QuestionsForm
from mapui.triage.case.seen import SeenForm
from routing.deciding.contradictions import WORDS_MAX, editions_doubted, refusal_last
from routing.deciding.overrule import REASON_MAX
from routing.models import Decision
from routing.outbox.authorities import AuthorityChoice, authority_choices


class DecisionForm(forms.Form):
    """`seen` is the number of the decision that the clerk looked at; empty where there was none."""

    seen = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class OverruleForm(DecisionForm):
    """Another authority with a reason. Only today's choices are values; no name is ever taken from the form."""

    authority = forms.ChoiceField(label=_("Responsible is"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_MAX,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("For the files; it is not sent to the authority."),
    )

    def __init__(self, data: Any, *, issue: Issue, decision: Decision | None) -> None:
        seen = decision.number if decision else None
        super().__init__(data, initial={"seen": seen}, auto_id="decide_%s")
        self.label_suffix = ""
        candidates = [one["body"] for one in decision.candidates] if decision else []
        choices = authority_choices(
            issue.jurisdiction, on=timezone.localdate(), candidates=candidates
        )
        field = self.fields["authority"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class body says
        field.choices = [
            ("", _("please choose")),
            (_("Candidates"), _named(one for one in choices if one.is_candidate)),
            (_("All authorities"), _named(one for one in choices if not one.is_candidate)),
        ]


def _named(choices: Any) -> list[tuple[str, str]]:
    found: list[AuthorityChoice] = list(choices)
    return [(one.value, one.name) for one in found]


class ContradictionForm(forms.Form):
    """The data that a body contradicts, and its words as the owner of the data reads them."""

    edition = forms.ModelChoiceField(
        Edition.objects.none(),
        label=pgettext_lazy("contradiction", "Data that are contradicted"),
        empty_label=None,
    )
    words = forms.CharField(
        label=pgettext_lazy("contradiction", "What the authority says"),
        max_length=WORDS_MAX,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, data: Any = None, *, issue: Issue) -> None:
        holder = refusal_last(issue)
        said = holder.refusal.reason if holder and holder.refusal else ""
        initial = {"words": masked(said, kinds=CONTACTS)[:WORDS_MAX]}
        super().__init__(data, initial=initial, auto_id="contradiction_%s", label_suffix="")
        editions = editions_doubted(issue)
        field = self.fields["edition"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - as above
        field.queryset = Edition.objects.filter(pk__in=[one.pk for one in editions])
        field.choices = [(one.pk, str(one)) for one in editions]


class CategoryForm(SeenForm):
    """Another category; one that is no longer offered can be left and not chosen."""

    aspect = "category"

    category = forms.ModelChoiceField(Category.objects.none(), label=_("Category"))

    def __init__(self, data: Any, *, issue: Issue) -> None:
        super().__init__(data, initial={"category": issue.category_id}, auto_id="correct_%s")
        self.label_suffix = ""
        self.seen_add(issue)
        field = self.fields["category"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - as above
        field.queryset = categories_offered(issue.jurisdiction)
        field.empty_label = None if issue.category.is_active else _("please choose")


def categories_offered(jurisdiction: Jurisdiction) -> Any:
    return Category.objects.filter(jurisdiction=jurisdiction, is_active=True)


class AnswersForm(SeenForm, QuestionsForm):
    """The answers to the category's questions; a clerk may leave any of them open."""

    aspect = "answers"
    # A question may have any code but this.
    seen_name = ":seen"

    def __init__(self, data: Any, *, issue: Issue) -> None:
        super().__init__(data, issue=issue)
        if self.fields:
            self.seen_add(issue)

    def answers(self) -> dict[str, str | list[str]]:
        return dict(self.values())


def _number(text: str) -> float | None:
    """A number with a comma or a point; None for anything else."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


class MoveForm(SeenForm):
    """A place: coordinates in degrees (WGS84), else a parcel or an address; how sure in metres, empty for unknown."""

    aspect = "place"

    lat = forms.CharField(label=_("Latitude"), required=False, max_length=40)
    long = forms.CharField(label=_("Longitude"), required=False, max_length=40)
    text = forms.CharField(label=_("or address or parcel"), required=False, max_length=300)
    accuracy = forms.CharField(
        label=_("Accuracy in metres"),
        required=False,
        max_length=10,
        help_text=_("How far off the place may be; empty if that is not known."),
    )

    def __init__(self, data: Any, *, issue: Issue) -> None:
        """The accuracy known so far stands in its field: it stays unless the clerk says otherwise."""
        known = "" if issue.accuracy_m is None else floatformat(issue.accuracy_m, -1)
        super().__init__(data, initial={"accuracy": known}, auto_id="move_%s")
        self.label_suffix = ""
        for name in ("lat", "long", "accuracy"):
            self.fields[name].widget.attrs.update(inputmode="decimal", autocomplete="off")
        self.seen_add(issue)

    def clean_lat(self) -> str:
        return self._degrees("lat", 90)

    def clean_long(self) -> str:
        return self._degrees("long", 180)

    def clean_accuracy(self) -> str:
        text: str = self.cleaned_data["accuracy"]
        metres = _number(text)
        if text and (metres is None or not 0 <= metres <= ACCURACY_MAX_M):
            message = _("Please give metres from 0 to %(most)d, or nothing.")
            raise forms.ValidationError(message % {"most": ACCURACY_MAX_M})
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and bool(data["lat"]) != bool(data["long"]):
            raise forms.ValidationError(_("Please give both latitude and longitude."))
        if not self.errors and not (data["lat"] or data["text"]):
            raise forms.ValidationError(_("Please give coordinates, an address or a parcel."))
        return data

    def _degrees(self, name: str, most: int) -> str:
        text: str = self.cleaned_data[name]
        degrees = _number(text)
        if text and (degrees is None or abs(degrees) > most):
            message = _("Please give degrees such as 51.5503, at most %(most)d.")
            raise forms.ValidationError(message % {"most": most})
        return text

    def locations(self) -> list[LocationInput]:
        """What to try in this order; call only after `is_valid()`."""
        data = self.cleaned_data
        accuracy = data["accuracy"]
        if data["lat"] or data["long"] or not data["text"]:
            return [LocationInput(lat=data["lat"], long=data["long"], accuracy=accuracy)]
        return [
            LocationInput(address_id=data["text"], accuracy=accuracy),
            LocationInput(address_string=data["text"], accuracy=accuracy),
        ]
