"""What the panel of one report shows of the work on it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.utils import timezone

from issues.enums import IssueStatus
from issues.models import ChecklistItem
from issues.rights import Person
from issues.services.duplicates import duplicates_find
from mapui.triage.case import work_forms as forms
from routing.steps.undoing import step_last
from routing.steps.verbs import verb_find


def work_context(issue: Any, person: Person) -> dict[str, Any]:
    """What `mapui/triage/case/_work.html` needs; `issue` as `mapui.triage.case.shown.issues_shown` gives it."""
    undoable = step_last(person) if isinstance(person, User) else None
    is_closed = IssueStatus(issue.status).is_closed
    running = issue.due_at is not None and issue.paused_at is None and not is_closed
    known: dict[str, Any] = {"jurisdiction": issue.jurisdiction, "issue": issue}
    near = [] if issue.duplicate_of_id or is_closed else duplicates_find(issue)
    merge_form = forms.MergeForm(**known)
    if near and near[0].is_probable:
        merge_form.initial["into"] = near[0].issue.number
    return {
        "undoable": undoable,
        "undoable_name": verb_find(undoable.verb).name if undoable else "",
        "is_closed": is_closed,
        "is_overdue": running and issue.due_at < timezone.now(),
        "near": near,
        "checklist": _checklist(issue) if issue.has_checklist else [],
        "notes": list(issue.notes.select_related("by")) if issue.has_notes else [],
        "inquiry": issue.inquiries.order_by("-pk").first() if issue.has_inquiry else None,
        "priority_form": forms.PriorityForm(**known),
        "follow_up_form": forms.FollowUpForm(**known),
        "merge_form": merge_form,
        "ask_form": forms.AskForm(**known),
        "note_form": forms.NoteForm(**known),
        "period_form": forms.PeriodForm(**known) if issue.category.notice_months else None,
    }


def _checklist(issue: Any) -> list[tuple[ChecklistItem, bool]]:
    """What is to be thought of, and whether it is done."""
    ticks = issue.ticks.filter(item=OuterRef("pk"))
    items = ChecklistItem.objects.filter(category=issue.category, is_active=True)
    return [(one, one.is_done) for one in items.annotate(is_done=Exists(ticks))]
