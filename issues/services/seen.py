"""Whether what a clerk looked at still stands when they save: two people may have the same report open."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import pgettext

from issues.enums import EventKind
from issues.errors import IssueOutdated
from issues.models import Issue, IssueEvent


@dataclass(frozen=True)
class Aspect:
    """What one form of the clerk writes over: fields of the issue, and the events that tell of their changes."""

    fields: tuple[str, ...]
    events: tuple[EventKind, ...]


ASPECTS: Final = {
    "move": Aspect(
        ("status", "status_note", "closing_reason_id", "duplicate_of_id"),
        (EventKind.STATUS_CHANGED, EventKind.MERGED, EventKind.UNMERGED, EventKind.UNDONE),
    ),
    # Where a report is put to another one, that report counts; nobody writes over it.
    "merge": Aspect(("duplicate_of_id",), (EventKind.MERGED, EventKind.UNMERGED)),
    "assign": Aspect(("assignee_id", "department_id"), (EventKind.ASSIGNED,)),
    "priority": Aspect(("priority",), (EventKind.PRIORITY,)),
    "follow_up": Aspect(("follow_up_on",), (EventKind.FOLLOW_UP,)),
    "category": Aspect(("category_id",), (EventKind.RECATEGORISED,)),
    "place": Aspect(("latitude", "longitude", "accuracy_m"), (EventKind.MOVED,)),
    "answers": Aspect(("answers", "category_id"), (EventKind.ANSWERED, EventKind.RECATEGORISED)),
}


def aspect_mark(issue: Issue, aspect: str) -> str:
    """Names what an issue says now in an aspect (a key of ASPECTS)."""
    values = [getattr(issue, name) for name in ASPECTS[aspect].fields]
    text = json.dumps(values, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@contextmanager
def issue_seen(*, issue: Issue, aspect: str, mark: str) -> Iterator[None]:
    """What is done inside is done to what was looked at: the issue is locked until its end.

    `mark` is `aspect_mark` of what was looked at; "" for whoever has looked at nothing and writes over anything.
    Raises IssueOutdated; then nothing is done. `event_latest` tells who changed it.
    """
    with transaction.atomic():
        stored = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        if mark and mark != aspect_mark(stored, aspect):
            raise IssueOutdated(
                pgettext("conflict", "Meanwhile this was changed. Nothing was stored yet.")
            )
        yield


def event_latest(issue: Issue, *kinds: EventKind) -> IssueEvent | None:
    """The latest event of these kinds, of any kind where none is named."""
    events = IssueEvent.objects.filter(issue=issue).select_related("by").order_by("-pk")
    return (events.filter(kind__in=kinds) if kinds else events).first()
