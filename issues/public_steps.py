"""How an issue came along, as the public sees it: the states that it has, each with its day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from issues.enums import EventKind, IssueStatus
from issues.models import Issue
from issues.redaction import masked

# What still lies ahead of an open issue, in this order.
USUAL: Final = (IssueStatus.FORWARDED, IssueStatus.IN_PROGRESS, IssueStatus.DONE)


@dataclass(frozen=True)
class PublicStep:
    """`on` is the day on which the issue came to the state; None: that lies ahead.

    `note` is what was told of a state that lies behind, masked; that of the present state is `PublicIssue.note`.
    """

    status: IssueStatus
    on: date | None
    note: str = ""

    @property
    def status_text(self) -> str:
        return str(self.status.label)


def public_steps(issue: Issue) -> tuple[PublicStep, ...]:
    """The way to the present state, then what usually follows (one query).

    An issue that came back to a former state stands there again: what lay behind is not told. Of a sheltered issue the
    first and the present state are told alone, and nothing of a body that it may have gone to. A note of a state that
    lies behind is told if the public could read it then: one that came before the release never was public.
    """
    passed: dict[IssueStatus, date] = {IssueStatus.RECEIVED: _day(issue.received_at)}
    notes: dict[IssueStatus, str] = {}
    if issue.is_sheltered:
        passed[issue.public_status] = _day(issue.public_changed_at)
    else:
        for event in issue.events.filter(kind=EventKind.STATUS_CHANGED).order_by("at", "pk"):
            status = IssueStatus(event.detail["to"])
            _go(passed, status, _day(event.at))
            was_public = issue.released_at is not None and event.at >= issue.released_at
            notes[status] = event.detail.get("note", "") if was_public else ""
    notes.pop(issue.public_status, None)
    steps = [
        PublicStep(status, on, masked(notes[status]) if notes.get(status) else "")
        for status, on in passed.items()
    ]
    if issue.public_status.is_closed:
        return tuple(steps)
    order = list(IssueStatus)
    usual = USUAL[1:] if issue.is_sheltered else USUAL
    ahead = [one for one in usual if order.index(one) > order.index(steps[-1].status)]
    return (*steps, *(PublicStep(one, None) for one in ahead))


def _go(passed: dict[IssueStatus, date], status: IssueStatus, on: date) -> None:
    if status in passed:
        states = list(passed)
        for later in states[states.index(status) + 1 :]:
            del passed[later]
    else:
        passed[status] = on


def _day(moment: datetime) -> date:
    return timezone.localdate(moment)
