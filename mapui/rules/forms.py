"""What editors of rules say: a threshold, a day, a file. Codes are chosen by their German names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mapui.site.rule_words import COMPUTED, FIELDS, RuleWords
from routing.engine.ruleset import ThresholdRow
from routing.models import RuleSet, Threshold

SETTINGS: Final = ("assign_from", "assign_margin")
IMPORT_MAX_BYTES: Final = 2 * 1024 * 1024


class Shares(forms.FloatField):
    """A number of 0 to 1 with two decimals, written with a comma or a point."""

    def __init__(self, **kwargs: Any) -> None:
        # A field for numbers would show the browser's own decimal sign and take no other.
        text = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(
            min_value=0, max_value=1, step_size=0.01, widget=text, localize=True, **kwargs
        )

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return None if found is None else round(found, 2)


def date_field(**kwargs: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        **kwargs,
    )


class RevisionForm(forms.Form):
    """Any edit of a draft: the revision that the person saw comes back with it."""

    label_suffix = ""
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, draft: RuleSet, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial={"revision": draft.revision, **(initial or {})})
        self.label_suffix = ""
        self.draft = draft


def categories_grouped(words: RuleWords) -> list[tuple[str, Any]]:
    """Choices by the groups of the categories."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, category in words.categories.items():
        groups.setdefault(category.group or str(_("Other")), []).append((code, category.name))
    return list(groups.items())


def with_stored(choices: Iterable[Any], stored: Iterable[str]) -> list[Any]:
    """What the row says and nobody knows stays a choice of its own, so that it is seen and can be taken away."""
    choices = list(choices)
    flat = {
        code
        for value, label in choices
        for code in ([one for one, _name in label] if isinstance(label, list) else [value])
    }
    return [*choices, *((code, code) for code in stored if code not in flat)]


class ThresholdForm(RevisionForm):
    """From which probability on a category or an authority is sent to by itself."""

    category = forms.ChoiceField(label=FIELDS["category"])
    body = forms.ChoiceField(label=FIELDS["body"])
    assign_from = Shares(label=FIELDS["assign_from"])
    assign_margin = Shares(label=FIELDS["assign_margin"])
    is_proposed_only = forms.BooleanField(
        label=FIELDS["is_proposed_only"],
        required=False,
        help_text=_("Whatever the probability, a person decides."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        draft: RuleSet,
        words: RuleWords,
        threshold: Threshold | None = None,
    ) -> None:
        initial: dict[str, Any] = {"category": "*", "body": "*"}
        for name in () if threshold is None else (*initial, *SETTINGS, "is_proposed_only"):
            initial[name] = getattr(threshold, name)
        super().__init__(data, draft=draft, initial=initial)
        for name, choices in (
            ("category", categories_grouped(words)),
            ("body", sorted((code, one.name) for code, one in words.authorities.items())),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class body says
            field.choices = with_stored([("*", _("any")), *choices], [initial[name]])

    def row(self) -> ThresholdRow:
        data = self.cleaned_data
        return ThresholdRow(
            data["category"],
            data["body"],
            data["assign_from"],
            data["assign_margin"],
            data["is_proposed_only"],
        )


class DescribeForm(RevisionForm):
    """What a draft is about, and its general thresholds."""

    note = forms.CharField(
        label=_("What this version changes, and why"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    assign_from = Shares(label=FIELDS["assign_from"])
    assign_margin = Shares(label=FIELDS["assign_margin"])

    def __init__(self, data: Any = None, *, draft: RuleSet) -> None:
        initial = {"note": draft.note, **{name: getattr(draft, name) for name in SETTINGS}}
        super().__init__(data, draft=draft, initial=initial)


class ActivationForm(RevisionForm):
    """From which day a draft counts."""

    valid_from = date_field(
        label=_("Counts from (midnight)"), help_text=_("Today or later; never in the past.")
    )

    def __init__(self, data: Any = None, *, draft: RuleSet) -> None:
        super().__init__(data, draft=draft)
        today = timezone.localdate()
        self.initial.setdefault("valid_from", today)
        self.fields["valid_from"].widget.attrs["min"] = today.isoformat()

    def clean_valid_from(self) -> date:
        day: date = self.cleaned_data["valid_from"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("A rule set cannot count from a day in the past."))
        return day


class ImportForm(forms.Form):
    """A file with rules."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV in the shape of the decision matrix, or JSON; at most 2 MB."),
        widget=forms.FileInput(attrs={"accept": ".csv,.json"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class RuleFilterForm(forms.Form):
    """What part of a rule set is shown."""

    category = forms.ChoiceField(label=FIELDS["category"], required=False)
    body = forms.ChoiceField(label=FIELDS["body"], required=False)
    text = forms.CharField(label=_("Search"), required=False, max_length=100)

    def __init__(self, data: Any, *, words: RuleWords) -> None:
        super().__init__(data)
        self.label_suffix = ""
        bodies = sorted((one.name, code) for code, one in words.authorities.items())
        for name, choices in (
            ("category", [("", _("all categories")), *categories_grouped(words)]),
            (
                "body",
                [("", _("all authorities")), *((code, label) for label, code in bodies)]
                + [(code, str(label)) for code, label in COMPUTED.items()],
            ),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class body says
            field.choices = choices


def errors_take(form: forms.BaseForm, error: forms.ValidationError) -> None:
    """Shows what a service refused: beside the fields that it names, else above all."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
    for name, errors in by_field.items():
        form.add_error(name if name in form.fields else None, errors)
