"""A row of the decision matrix as a form: codes are chosen by their German names."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from mapui.rules.forms import RevisionForm, Shares, categories_grouped, with_stored
from mapui.site.rule_words import COMPUTED, FIELDS, RuleWords, condition_shown
from routing.engine import RuleRow
from routing.engine.columns import ANYTHING, COLUMN_VALUES
from routing.engine.conditions import ConditionError, condition_compile, known_conditions
from routing.models import Rule, RuleSet
from routing.sentences.conditions import LABELS
from routing.sentences.findings import condition_sentence

COLUMNS: Final = ("road_class", "through_road", "part", "usage", "owner")


class RuleForm(RevisionForm):
    """A row of the decision matrix."""

    rule_id = forms.CharField(
        label=FIELDS["rule_id"],
        max_length=20,
        help_text=_("The short name that stands in every explanation, e.g. R04."),
    )
    priority = forms.IntegerField(
        label=FIELDS["priority"],
        min_value=0,
        max_value=32_767,
        help_text=_("Lower goes first; of the same rank, the row that asks for more."),
    )
    category = forms.MultipleChoiceField(
        label=FIELDS["category"], required=False, widget=forms.CheckboxSelectMultiple
    )
    condition = forms.ChoiceField(label=_("Condition from the list"), required=False)
    expression = forms.CharField(
        label=_("or an expression of your own"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    body = forms.ChoiceField(label=FIELDS["body"])
    notify = forms.ChoiceField(label=FIELDS["notify"], required=False)
    confidence = Shares(
        label=FIELDS["confidence"],
        help_text=_("0 to 1: how sure the authority is when the row applies."),
    )
    legal_basis = forms.CharField(
        label=FIELDS["legal_basis"], max_length=200, widget=forms.TextInput(attrs={"list": "bases"})
    )
    note = forms.CharField(
        label=FIELDS["note"],
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    precision_from = Shares(
        label=FIELDS["precision_from"],
        required=False,
        help_text=_(
            "Empty: the row counts at once. Else it only proposes until it is right so often."
        ),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        draft: RuleSet,
        words: RuleWords,
        rule: Rule | None = None,
        is_copy: bool = False,
    ) -> None:
        initial = _initial(rule)
        if is_copy:
            del initial["rule_id"]
        super().__init__(data, draft=draft, initial=initial)
        for column in COLUMNS:
            self.fields[column] = forms.MultipleChoiceField(
                label=FIELDS[column],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=with_stored(_choices(column), initial.get(column, ())),
            )
        self._choose(
            "category", with_stored(categories_grouped(words), initial.get("category", ()))
        )
        bodies = [(code, f"{one.name} ({code})") for code, one in words.authorities.items()]
        computed = [(code, str(label)) for code, label in COMPUTED.items()]
        named = [
            (_("Authorities"), sorted(bodies, key=lambda one: one[1])),
            (_("By the facts"), computed),
        ]
        stored = [value for name in ("body", "notify") if (value := initial.get(name))]
        known = {*dict(bodies), *COMPUTED}
        missing = [(code, code) for code in stored if code not in known]
        self._choose("body", [("", _("please choose")), *named, *missing])
        self._choose("notify", [("", _("nobody")), *named, *missing])
        self._choose("condition", [("", _("none")), *_conditions()])

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class body says
        field.choices = choices

    def clean_expression(self) -> str:
        text: str = self.cleaned_data["expression"].strip()
        if text:
            try:
                condition_compile(text)
            except ConditionError as error:
                raise forms.ValidationError(condition_sentence(error)) from error
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("condition") and data.get("expression"):
            self.add_error(
                "expression", _("Please give either a condition from the list or an expression.")
            )
        return data

    def row(self) -> RuleRow:
        """The row; call only after `is_valid()`."""
        data = self.cleaned_data
        columns = {name: "|".join(data[name]) or "*" for name in ("category", *COLUMNS)}
        return RuleRow(
            rule_id=data["rule_id"],
            priority=data["priority"],
            condition=data["expression"] or data["condition"],
            body=data["body"],
            notify=data["notify"],
            confidence=data["confidence"],
            legal_basis=data["legal_basis"],
            note=data["note"],
            precision_from=data["precision_from"],
            **columns,
        )


def _initial(rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return {"confidence": 0.9}
    known = rule.condition in known_conditions()
    columns = {
        name: [] if getattr(rule, name) in ANYTHING else getattr(rule, name).split("|")
        for name in ("category", *COLUMNS)
    }
    return {
        "rule_id": rule.rule_id,
        "priority": rule.priority,
        "condition": rule.condition if known else "",
        "expression": "" if known else rule.condition,
        "body": rule.body,
        "notify": rule.notify,
        "confidence": float(rule.confidence),
        "legal_basis": rule.legal_basis,
        "note": rule.note,
        "precision_from": None if rule.precision_from is None else float(rule.precision_from),
        **columns,
    }


def _choices(column: str) -> list[tuple[str, str]]:
    return [(value, str(LABELS[column](value).label)) for value in COLUMN_VALUES[column]]


def _conditions() -> list[tuple[str, str]]:
    named = [(text, f"{condition_shown(text)} [{text}]") for text in known_conditions()]
    return sorted(named, key=lambda one: one[1].casefold())
