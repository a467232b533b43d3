"""What the sender of a report tells later about it by program: kept for the staff, once, and never a step by itself."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from issues.enums import EventKind, IssueStatus
from issues.models import ApiKey, Issue, IssueEvent
from issues.services.events import issue_event_append
from issues.services.texts import text_checked
from issues.services.work import NOTE_MAX, note_write
from issues.services.workflow import issue_news

NAME_MAX: Final = 200


@transaction.atomic
def update_take(
    *, issue: Issue, api_key: ApiKey, name: str, text: str, is_closed: bool
) -> IssueEvent:
    """Keeps the words as a note and puts the issue among the news; the same `name` again changes nothing.

    `is_closed`: the sender calls it done. Raises `TextNotClean`, `TextTooLong`.
    """
    words = text_checked(text, field="description", limit=NOTE_MAX)
    called = text_checked(name, field="update_id", limit=NAME_MAX)
    stored = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
    known = stored.events.filter(kind=EventKind.HEARD, detail__update=called).first()
    if called and known is not None:
        return known
    if words:
        note_write(issue=stored, text=words, by=None)
    detail = {"says": _says(stored, is_closed=is_closed), "update": called, "key": api_key.pk}
    event = issue_event_append(issue=stored, kind=EventKind.HEARD, detail=detail)
    issue_news(stored)
    return event


def _says(issue: Issue, *, is_closed: bool) -> str:
    """What the state means beside ours: done, not done, or nothing new."""
    if is_closed == IssueStatus(issue.status).is_closed:
        return "words"
    return "done" if is_closed else "not_done"
