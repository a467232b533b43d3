"""What a clerk gives with a step on one report or on many; `step_data` is what the step takes (JSON)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from gis_core.models import Jurisdiction
from issues.enums import IssueStatus, Priority
from issues.life import steps
from issues.models import Category, ClosingReason, Department, Issue
from issues.rights import WORK, people_with
from issues.services.inquiries import QUESTION_MAX
from issues.services.replies.queue import TEXT_MAX
from issues.services.retention.holds import REASON_MAX
from issues.services.texts import DESCRIPTION_MAX, field_length
from issues.services.work import NOTE_MAX
from mapui.triage.case.seen import SeenForm


class StepForm(SeenForm):
    """The base: its fields' ids begin with `prefix_id`, because several forms stand beside each other."""

    prefix_id = "step"

    def __init__(
        self, data: Any = None, *, jurisdiction: Jurisdiction, issue: Issue | None = None
    ) -> None:
        """`issue` is the one report that it is about; None: many."""
        super().__init__(data, auto_id=f"{self.prefix_id}_%s")
        self.label_suffix = ""
        self.jurisdiction, self.issue = jurisdiction, issue
        self.prepare()
        if issue is not None:
            self.seen_add(issue)

    def prepare(self) -> None:
        """Fills in what depends on the city and the report."""

    def step_data(self) -> dict[str, Any]:
        """Call only after `is_valid()`."""
        return self.values()

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class body says
        field.choices = choices


class StateForm(StepForm):
    """Another state, with the reason where the report is closed, and the words for the public and the reporter."""

    prefix_id = "state"
    aspect = "move"

    status = forms.ChoiceField(label=pgettext_lazy("work", "New state"))
    reason = forms.ChoiceField(label=pgettext_lazy("work", "Reason for closing"), required=False)
    note = forms.CharField(
        label=pgettext_lazy("work", "Note for the public"),
        max_length=field_length(Issue, "status_note"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    tells = forms.BooleanField(
        label=pgettext_lazy("work", "Tell the reporter"), required=False, initial=True
    )
    reply = forms.CharField(
        label=pgettext_lazy("work", "Message to the reporter"),
        max_length=TEXT_MAX,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=pgettext_lazy("work", "Empty: the city's text for this state."),
    )

    def prepare(self) -> None:
        after = steps()[IssueStatus(self.issue.status)] if self.issue else set(IssueStatus)
        states = [
            (one.value, one.label)
            for one in IssueStatus
            if one in after and one not in {IssueStatus.DUPLICATE, IssueStatus.RECEIVED}
        ]
        self._choose("status", [("", pgettext_lazy("work", "please choose")), *states])
        self._choose("reason", [("", "–"), *_reasons(self.jurisdiction)])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        status, code = data.get("status"), data.get("reason")
        if status and IssueStatus(status).is_closed and not code:
            self.add_error("reason", pgettext_lazy("work", "Closing needs a reason."))
        if status and not IssueStatus(status).is_closed:
            data["reason"] = ""
        return data

    def step_data(self) -> dict[str, Any]:
        data = self.cleaned_data
        reply = (data["reply"] or None) if data["tells"] else ""
        return {
            "status": data["status"],
            "reason": data["reason"],
            "note": data["note"],
            "reply": reply,
        }


def _reasons(jurisdiction: Jurisdiction) -> list[Any]:
    """The city's reasons, by the state that they close with."""
    groups: dict[str, list[tuple[str, str]]] = {}
    offered = ClosingReason.objects.filter(jurisdiction=jurisdiction, is_active=True)
    for one in offered.exclude(status=IssueStatus.DUPLICATE):
        groups.setdefault(str(one.get_status_display()), []).append((one.code, one.name))
    return list(groups.items())


class AssignForm(StepForm):
    prefix_id = "assign"
    aspect = "assign"

    to = forms.ChoiceField(label=pgettext_lazy("work", "Who works on it"), required=False)

    def prepare(self) -> None:
        departments = Department.objects.filter(jurisdiction=self.jurisdiction)
        people = people_with(WORK)
        self._choose(
            "to",
            [
                ("", pgettext_lazy("work", "nobody")),
                (
                    pgettext_lazy("work", "Departments"),
                    [(f"department-{one.pk}", one.name) for one in departments],
                ),
                (
                    pgettext_lazy("work", "People"),
                    [
                        (f"assignee-{one.pk}", one.get_full_name() or one.get_username())
                        for one in people
                    ],
                ),
            ],
        )
        if self.issue and self.issue.assignee_id:
            self.initial["to"] = f"assignee-{self.issue.assignee_id}"
        elif self.issue and self.issue.department_id:
            self.initial["to"] = f"department-{self.issue.department_id}"

    def step_data(self) -> dict[str, Any]:
        """A department has it without a person; a person has it and the department keeps it; nobody: neither."""
        kind, _dash, key = self.cleaned_data["to"].partition("-")
        if kind == "assignee":
            return {"assignee": int(key)}
        return {"assignee": None, "department": int(key) if key else None}


class PriorityForm(StepForm):
    prefix_id = "priority"
    aspect = "priority"

    priority = forms.TypedChoiceField(
        label=pgettext_lazy("work", "Priority"), choices=Priority.choices, coerce=int
    )

    def prepare(self) -> None:
        self.initial["priority"] = self.issue.priority if self.issue else Priority.NORMAL


class FollowUpForm(StepForm):
    prefix_id = "follow"
    aspect = "follow_up"

    day = forms.DateField(
        label=pgettext_lazy("work", "See again on"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def prepare(self) -> None:
        self.initial["day"] = self.issue.follow_up_on if self.issue else None

    def step_data(self) -> dict[str, Any]:
        day = self.cleaned_data["day"]
        return {"day": day.isoformat() if day else None}


class MergeForm(StepForm):
    prefix_id = "merge"

    into = forms.CharField(
        label=pgettext_lazy("work", "Number of the report that it repeats"), max_length=30
    )

    def clean_into(self) -> str:
        number = str(self.cleaned_data["into"]).strip()
        if not Issue.objects.filter(jurisdiction=self.jurisdiction, number=number).exists():
            raise forms.ValidationError(pgettext_lazy("work", "There is no report of this number."))
        return number


class SplitForm(StepForm):
    """A part of a report that becomes one of its own, at the same place."""

    prefix_id = "split"

    category = forms.ModelChoiceField(
        Category.objects.none(), label=pgettext_lazy("work", "Category of the part")
    )
    description = forms.CharField(
        label=pgettext_lazy("work", "Words of the part"),
        max_length=DESCRIPTION_MAX,
        widget=forms.Textarea({"rows": 3}),
    )

    def prepare(self) -> None:
        field = self.fields["category"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - as above
        field.queryset = Category.objects.filter(jurisdiction=self.jurisdiction, is_active=True)
        self.initial["description"] = self.issue.description if self.issue else ""


class AskForm(StepForm):
    prefix_id = "ask"

    text = forms.CharField(
        label=pgettext_lazy("work", "Question to the reporter"),
        max_length=QUESTION_MAX,
        widget=forms.Textarea({"rows": 3}),
    )


class NoteForm(StepForm):
    prefix_id = "note"

    text = forms.CharField(
        label=pgettext_lazy("work", "Note inside the house"),
        max_length=NOTE_MAX,
        widget=forms.Textarea({"rows": 3}),
        help_text=pgettext_lazy(
            "work", "Never public. Whoever is named by @name finds it under “I am named in a note”."
        ),
    )


class FileForm(StepForm):
    prefix_id = "file"

    file = forms.FileField(label=pgettext_lazy("work", "File"))
    is_of_work = forms.BooleanField(
        label=pgettext_lazy("work", "It is a photo of what was done"),
        help_text=pgettext_lazy(
            "work",
            "Once it is released everybody sees it, and the reporter gets it by mail when the report is done.",
        ),
        required=False,
    )


class ContactForm(StepForm):
    """Why a clerk looks at who reported; the reason is logged."""

    prefix_id = "contact"

    reason = forms.CharField(
        label=pgettext_lazy("work", "Why do you need the contact?"), max_length=200
    )


class PeriodForm(StepForm):
    """A notice was put up: the time runs that the law has the city wait."""

    prefix_id = "period"

    placed_on = forms.DateField(
        label=pgettext_lazy("statutory", "Notice put up on"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def prepare(self) -> None:
        self.initial["placed_on"] = timezone.localdate()


class HoldForm(StepForm):
    """Nothing of the report is erased until a day, for a reason."""

    prefix_id = "hold"

    until = forms.DateField(
        label=pgettext_lazy("hold", "Erase nothing until"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=pgettext_lazy("hold", "Why (such as a claim for damages)"),
        max_length=REASON_MAX,
    )
