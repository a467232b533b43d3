"""The state of an issue. Each change appends an event in the same transaction and tells the reporter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from issues.enums import EventKind, IssueStatus
from issues.errors import ReasonMissing, StatusNotReachable
from issues.life import is_step, needs_reason
from issues.models import ClosingReason, Inquiry, Issue, StatutoryPeriod
from issues.services.clocks import clock_pause, clock_resume
from issues.services.events import issue_event_append
from issues.services.replies.queue import replies_cancel, replies_queue

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_STATE: Final = (
    "status",
    "status_note",
    "status_changed_at",
    "closing_reason",
    "due_at",
    "paused_at",
)
# While an issue is in one of these, somebody outside the house is awaited.
AWAITED: Final = frozenset({IssueStatus.FORWARDED, IssueStatus.ACCEPTED})


def issue_set_status(
    *,
    issue: Issue,
    status: IssueStatus,
    note: str = "",
    by: User | None = None,
    reason: ClosingReason | None = None,
    reply: str | None = None,
    due_at: datetime | None = None,
) -> Issue:
    """Moves the issue along `issues/life.csv`; repeating the present state with the same note does nothing.

    `note` is shown to the public once the issue is released (at most 500 characters), with everything personal in
    it masked on the way out (`issues.public_view`), behind the `reason`. `reply` is what the reporter reads instead
    of the city's text for the state ("" for nothing), from `due_at` on. Raises `StatusNotReachable` when no step leads
    there. Returns the issue as stored.
    """
    with transaction.atomic():
        stored = _locked(issue)
        if _status_set(stored, status=status, note=note, reason=reason, by=by):
            replies_queue(issue=stored, text=reply, due_at=due_at, by=by)
    return stored


def _status_set(
    stored: Issue, *, status: IssueStatus, note: str, reason: ClosingReason | None, by: User | None
) -> bool:
    """Moves a locked issue; False where that changes nothing. Raises `StatusNotReachable`."""
    former = IssueStatus(stored.status)
    if former == status and stored.status_note == note and stored.closing_reason == reason:
        return False
    if former != status and not is_step(former, status):
        raise StatusNotReachable(
            _("An issue that is “%(former)s” cannot become “%(status)s”.")
            % {"former": former.label, "status": status.label}
        )
    detail = {"from": former.value, "to": status.value, "note": note}
    if reason is not None:
        detail["reason"] = reason.code
    event = issue_event_append(issue=stored, kind=EventKind.STATUS_CHANGED, by=by, detail=detail)
    stored.status, stored.status_note, stored.status_changed_at = status, note, event.at
    stored.closing_reason = reason
    _clock_set(stored)
    stored.save(update_fields=_STATE)
    return True


def issue_step(
    *,
    issue: Issue,
    status: IssueStatus,
    by: User | None,
    reason: ClosingReason | None = None,
    note: str = "",
    reply: str | None = None,
    due_at: datetime | None = None,
) -> Issue:
    """A person moves the issue: as `issue_set_status`, and closing needs a reason of the city's list.

    Raises `ReasonMissing`, `StatusNotReachable`; then nothing is changed.
    """
    with transaction.atomic():
        stored = _locked(issue)
        if reason is not None and (
            reason.jurisdiction_id != stored.jurisdiction_id or reason.status != status
        ):
            raise ReasonMissing(_("This reason does not belong to this state."), field="reason")
        if reason is None and needs_reason(stored.status, status):
            raise ReasonMissing(_("Please choose a reason."), field="reason")
        if _status_set(stored, status=status, note=note, reason=reason, by=by):
            replies_queue(issue=stored, text=reply, due_at=due_at, by=by)
    return stored


def state_kept(issue: Issue) -> dict[str, Any]:
    """What `issue_state_restore` needs to take a step back, as JSON."""
    return {
        "status": issue.status,
        "status_note": issue.status_note,
        "status_changed_at": issue.status_changed_at.isoformat(),
        "closing_reason_id": issue.closing_reason_id,
        "due_at": issue.due_at and issue.due_at.isoformat(),
        "paused_at": issue.paused_at and issue.paused_at.isoformat(),
    }


def issue_state_restore(
    *, issue: Issue, kept: Mapping[str, Any], since: datetime, by: User | None
) -> bool:
    """Takes a step back as if it had not been; False, and nothing is changed, if its message has left the house."""
    with transaction.atomic():
        stored = _locked(issue)
        if not replies_cancel(stored, since):
            return False
        former = stored.status
        for name, value in kept.items():
            is_moment = name.endswith("_at") and value is not None
            setattr(stored, name, datetime.fromisoformat(value) if is_moment else value)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL flurpost.undo TO 'on'")
            stored.save(update_fields=_STATE)
            cursor.execute("SET LOCAL flurpost.undo TO 'off'")
        issue_event_append(
            issue=stored,
            kind=EventKind.UNDONE,
            by=by,
            detail={"from": former, "to": stored.status},
        )
    return True


def issue_touched(issue: Issue) -> None:
    """A clerk took a step on the issue: what was new to it is no longer."""
    if issue.has_news:
        Issue.objects.filter(pk=issue.pk).update(has_news=False)


def issue_news(issue: Issue) -> None:
    """Something came back to the house: the issue stands in the queue of news until somebody takes a step on it."""
    Issue.objects.filter(pk=issue.pk).update(has_news=True)


def issue_shelter(*, issue: Issue, is_sheltered: bool) -> None:
    """Says whether the public must not learn to whom the issue is sent (`Issue.is_sheltered`)."""
    if issue.is_sheltered != is_sheltered:
        issue.is_sheltered = is_sheltered
        issue.save(update_fields=["is_sheltered"])


def clock_set(issue: Issue) -> None:
    """Stops or starts the clock of a locked issue as its state and its questions have it, and stores it."""
    _clock_set(issue)
    issue.save(update_fields=["due_at", "paused_at"])


def _clock_set(issue: Issue) -> None:
    if IssueStatus(issue.status) in AWAITED or _is_asked(issue) or _waits_by_law(issue):
        clock_pause(issue)
    elif not IssueStatus(issue.status).is_closed:
        clock_resume(issue)


def _is_asked(issue: Issue) -> bool:
    return Inquiry.objects.filter(
        issue=issue, closed_at__isnull=True, expires_at__gt=timezone.now()
    ).exists()


def _waits_by_law(issue: Issue) -> bool:
    return StatutoryPeriod.objects.filter(
        issue=issue, over_at__isnull=True, taken_back_at__isnull=True
    ).exists()


def _locked(issue: Issue) -> Issue:
    stored: Issue = (
        Issue.objects.select_for_update(of=("self",))
        .select_related("category", "jurisdiction", "closing_reason")
        .defer("jurisdiction__boundary")
        .get(pk=issue.pk)
    )
    return stored
