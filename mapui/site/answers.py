"""The questions of a category as a form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gis_core.languages import text_in
from issues.enums import AttributeType
from issues.models import CategoryAttribute, Issue


class AnswersForm(forms.Form):
    """The answers to the category's questions; a clerk may leave any of them open, a reporter has to answer some."""

    def __init__(self, data: Any, *, issue: Issue, is_reporter: bool = False) -> None:
        super().__init__(data, prefix="answer", auto_id="answer_%s")
        self.label_suffix = ""
        # Sorted out here: whoever read the category with its questions asks the database no second time.
        for question in (one for one in issue.category.attributes.all() if one.is_variable):
            field = _answer_field(question)
            field.label = text_in(question.descriptions)
            field.required = is_reporter and question.is_required
            field.initial = issue.answers.get(question.code)
            self.fields[question.code] = field

    def answers(self) -> dict[str, str | list[str]]:
        """By the question's code, blank where nothing is answered; call only after `is_valid()`."""
        return dict(self.cleaned_data)


def _answer_field(question: CategoryAttribute) -> forms.Field:
    named = [(one["key"], text_in(one["names"])) for one in question.values]
    match question.datatype:
        case AttributeType.SINGLEVALUELIST:
            return forms.ChoiceField(choices=[("", _("not answered")), *named])
        case AttributeType.MULTIVALUELIST:
            return forms.MultipleChoiceField(
                choices=named, widget=forms.CheckboxSelectMultiple({"class": "choices"})
            )
        case AttributeType.TEXT:
            return forms.CharField(max_length=4000, widget=forms.Textarea({"rows": 2}))
        case _:
            return forms.CharField(max_length=500)
