"""What the panel of one report shows of the work on it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from issues.enums import IssueStatus
from issues.models import ChecklistItem, Issue, Reporter
from issues.rights import Person
from issues.services.duplicates import duplicates_find
from mapui.triage.case import work_forms as forms
from routing.steps.undoing import step_last
from routing.steps.verbs import verb_find


def work_context(issue: Issue, person: Person) -> dict[str, Any]:
    """What `mapui/triage/case/_work.html` needs."""
    undoable = step_last(person) if isinstance(person, User) else None
    ticked = set(issue.ticks.values_list("item", flat=True))
    items = ChecklistItem.objects.filter(category=issue.category, is_active=True)
    is_closed = IssueStatus(issue.status).is_closed
    running = issue.due_at is not None and issue.paused_at is None and not is_closed
    known: dict[str, Any] = {"jurisdiction": issue.jurisdiction, "issue": issue}
    return {
        "undoable": undoable,
        "undoable_name": verb_find(undoable.verb).name if undoable else "",
        "is_closed": is_closed,
        "is_overdue": running and issue.due_at is not None and issue.due_at < timezone.now(),
        "near": [] if issue.duplicate_of_id or is_closed else duplicates_find(issue),
        "merged_into": list(issue.duplicates.only("number").order_by("pk")),
        "checklist": [(item, item.pk in ticked) for item in items],
        "notes": list(issue.notes.select_related("by")),
        "attachments": list(issue.attachments.all()),
        "replies": list(issue.replies.select_related("by").order_by("-pk")),
        "inquiry": issue.inquiries.order_by("-pk").first(),
        "has_mail": Reporter.objects.filter(issue=issue).exclude(email="").exists(),
        "state_form": forms.StateForm(**known),
        "assign_form": forms.AssignForm(**known),
        "priority_form": forms.PriorityForm(**known),
        "follow_up_form": forms.FollowUpForm(**known),
        "merge_form": forms.MergeForm(**known),
        "split_form": forms.SplitForm(**known),
        "ask_form": forms.AskForm(**known),
        "note_form": forms.NoteForm(**known),
        "file_form": forms.FileForm(**known),
        "contact_form": forms.ContactForm(**known),
    }
