"""What a step on many reports is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from mapui.triage.case.work_forms import (
    AssignForm,
    FollowUpForm,
    MergeForm,
    PriorityForm,
    StateForm,
    StepForm,
)
from routing.deciding.overrule import REASON_MAX
from routing.outbox.authorities import authority_choices


class OverruleForm(StepForm):
    """Another authority for all, with one reason."""

    prefix_id = "overrule"

    authority = forms.ChoiceField(label=pgettext_lazy("bulk", "Responsible is"))
    reason = forms.CharField(
        label=pgettext_lazy("bulk", "Reason for the files"),
        max_length=REASON_MAX,
        widget=forms.Textarea({"rows": 2}),
    )

    def prepare(self) -> None:
        choices = authority_choices(self.jurisdiction, on=timezone.localdate())
        empty = ("", pgettext_lazy("work", "please choose"))
        self._choose("authority", [empty, *((one.value, one.name) for one in choices)])


class PlainForm(StepForm):
    """Nothing more is asked."""


# The verbs as a page offers them, in this order.
BULK_FORMS: Final[Mapping[str, type[StepForm]]] = {
    "release": PlainForm,
    "confirm": PlainForm,
    "overrule": OverruleForm,
    "move": StateForm,
    "assign": AssignForm,
    "priority": PriorityForm,
    "follow_up": FollowUpForm,
    "merge": MergeForm,
}


def step_data(form: StepForm, looked_at: Mapping[str, str]) -> dict[str, Any]:
    """What the step takes; `looked_at` are the states of reports that were seen before their release, by number."""
    return {**form.step_data(), **({"looked_at": dict(looked_at)} if looked_at else {})}
