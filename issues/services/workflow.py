"""The status of an issue. Each change appends an event in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gis_core.db.inserts import rows_insert
from issues.enums import EventKind, IssueStatus
from issues.errors import StatusNotReachable
from issues.models import Issue, IssueEvent

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# What may follow what. Closed work can be taken up again; nothing goes back to "received".
TRANSITIONS: Final[Mapping[IssueStatus, frozenset[IssueStatus]]] = {
    IssueStatus.RECEIVED: frozenset(
        {IssueStatus.FORWARDED, IssueStatus.IN_PROGRESS, IssueStatus.DONE, IssueStatus.REJECTED}
    ),
    IssueStatus.FORWARDED: frozenset(
        {IssueStatus.IN_PROGRESS, IssueStatus.DONE, IssueStatus.REJECTED}
    ),
    IssueStatus.IN_PROGRESS: frozenset(
        {IssueStatus.FORWARDED, IssueStatus.DONE, IssueStatus.REJECTED}
    ),
    IssueStatus.DONE: frozenset({IssueStatus.FORWARDED, IssueStatus.IN_PROGRESS}),
    IssueStatus.REJECTED: frozenset({IssueStatus.FORWARDED, IssueStatus.IN_PROGRESS}),
}


def issue_event_append(
    *,
    issue: Issue,
    kind: EventKind,
    by: User | None = None,
    detail: Mapping[str, Any] | None = None,
) -> IssueEvent:
    """Appends what happened. `detail` is JSON and must not hold anything about the reporting person."""
    event = IssueEvent(issue=issue, kind=kind, at=timezone.now(), by=by, detail=dict(detail or {}))
    rows_insert(event)
    return event


def issue_set_status(
    *, issue: Issue, status: IssueStatus, note: str = "", by: User | None = None
) -> Issue:
    """Moves the issue along the workflow; repeating the present status with the same note does nothing.

    `note` is shown to the public once the issue is released (at most 500 characters), with everything personal in
    it masked on the way out (`issues.public_view`). Raises
    `StatusNotReachable` when the workflow has no such step. Returns the issue as stored.
    """
    with transaction.atomic():
        stored: Issue = Issue.objects.select_for_update().get(pk=issue.pk)
        former = IssueStatus(stored.status)
        if former == status and stored.status_note == note:
            return stored
        if former != status and status not in TRANSITIONS[former]:
            raise StatusNotReachable(
                _("An issue that is “%(former)s” cannot become “%(status)s”.")
                % {"former": former.label, "status": status.label}
            )
        event = issue_event_append(
            issue=stored,
            kind=EventKind.STATUS_CHANGED,
            by=by,
            detail={"from": former.value, "to": status.value, "note": note},
        )
        stored.status, stored.status_note, stored.status_changed_at = status, note, event.at
        stored.save(update_fields=["status", "status_note", "status_changed_at"])
    return stored


def issue_shelter(*, issue: Issue, is_sheltered: bool) -> None:
    """Says whether the public must not learn to whom the issue is sent (`Issue.is_sheltered`)."""
    if issue.is_sheltered != is_sheltered:
        issue.is_sheltered = is_sheltered
        issue.save(update_fields=["is_sheltered"])
