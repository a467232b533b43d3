"""How often reports come from a kind of ground, as a form: codes are chosen by their German names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mapui.rules.forms import RevisionForm, categories_grouped, with_stored
from mapui.site.rule_words import FIELDS, RuleWords
from routing.engine.checks.priors import PRIOR_VALUES
from routing.engine.columns import ANYTHING
from routing.engine.priors import PriorRow
from routing.models import Prior, RuleSet
from routing.types import PRIOR_MAX, PRIOR_MIN


class PriorForm(RevisionForm):
    """A prior. What a person writes is an expert's value, also in the place of a proposed one."""

    category = forms.MultipleChoiceField(
        label=FIELDS["category"], required=False, widget=forms.CheckboxSelectMultiple
    )
    weight = forms.FloatField(
        label=FIELDS["weight"],
        min_value=PRIOR_MIN,
        max_value=PRIOR_MAX,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_(
            "0.01 to 100: how often such reports come from a square metre of this ground; 1 is what holds elsewhere."
        ),
    )

    def __init__(
        self, data: Any = None, *, draft: RuleSet, words: RuleWords, prior: Prior | None = None
    ) -> None:
        asked = {
            name: [] if prior is None or _any(prior, name) else getattr(prior, name).split("|")
            for name in ("category", *PRIOR_VALUES)
        }
        initial = {**asked, "weight": prior.weight if prior else None}
        super().__init__(data, draft=draft, initial=initial)
        for column, values in PRIOR_VALUES.items():
            choices = [(value, words.value(column, value)) for value in values]
            self.fields[column] = forms.MultipleChoiceField(
                label=FIELDS[column],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=with_stored(choices, asked[column]),
            )
        field = self.fields["category"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - tells mypy what the class body says
        field.choices = with_stored(categories_grouped(words), asked["category"])

    def row(self) -> PriorRow:
        """The row; call only after `is_valid()`."""
        data = self.cleaned_data
        category, road_class, usage, part, built_up = (
            "|".join(data[name]) or "*"
            for name in ("category", "road_class", "usage", "part", "built_up")
        )
        return PriorRow(category, road_class, usage, part, built_up, data["weight"])


def _any(prior: Prior, column: str) -> bool:
    return getattr(prior, column) in ANYTHING
