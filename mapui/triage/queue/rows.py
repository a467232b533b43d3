"""The rows of the queue: what, where, whose, how old, and what is special, in two lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import pgettext

from gis_core.models import Jurisdiction
from issues.enums import IssueStatus, PhotoStatus, Priority
from issues.models import Issue, Photo
from issues.selectors import issues_perhaps_urgent
from mapui.site.issues import authorities_by_pk, issues_decided
from parcels.keys import parcel_key_parse
from routing.deciding.explaining.body_shares import percent_of
from routing.enums import Outcome, ProposalState
from routing.models import Authority, Proposal
from routing.outbox.selectors import deliveries_overdue

# What is due later is no news in a row.
DUE_SOON: Final = timedelta(days=3)


@dataclass(frozen=True)
class QueueRow:
    """`authority` is whose the report is or, with `is_proposed`, would be; None where that is unclear. `percent` is how
    sure that is.

    `marks` are words for what is special; the first is the most pressing.
    """

    issue: Issue
    where: str
    authority: Authority | None
    is_proposed: bool
    percent: int | None
    age: str
    marks: tuple[str, ...]
    is_urgent: bool

    @property
    def received_at(self) -> datetime:
        return self.issue.received_at


def issues_of_rows(issues: QuerySet[Any]) -> QuerySet[Any]:
    """The issues with all that their rows tell, except the authorities; no query depends on their number."""
    photos = Photo.objects.filter(issue=OuterRef("pk"), status=PhotoStatus.STORED)
    proposals = Proposal.objects.filter(issue=OuterRef("pk"), state=ProposalState.OPEN)
    overdue = deliveries_overdue().filter(decision__issue=OuterRef("pk"))
    return issues_decided(issues).annotate(
        has_photo=Exists(photos), has_proposal=Exists(proposals), is_overdue_there=Exists(overdue)
    )


def rows_made(issues: Sequence[Any], jurisdiction: Jurisdiction | None) -> list[QueueRow]:
    """The rows of issues that `issues_of_rows` gave."""
    authorities = authorities_by_pk(jurisdiction)
    urgent = issues_perhaps_urgent(issues)
    return [_row(one, authorities, is_urgent=one.number in urgent) for one in issues]


def _row(issue: Any, authorities: dict[int, Authority], *, is_urgent: bool) -> QueueRow:
    is_assigned = issue.outcome == Outcome.ASSIGNED
    is_proposed = issue.outcome == Outcome.PROPOSED
    return QueueRow(
        issue=issue,
        where=_where(issue),
        authority=authorities.get(issue.authority_pk) if is_assigned or is_proposed else None,
        is_proposed=is_proposed,
        percent=percent_of(issue.confidence) if is_assigned else None,
        age=age_text(timezone.now() - issue.received_at),
        marks=tuple(_marks(issue)),
        is_urgent=is_urgent,
    )


def age_text(age: timedelta) -> str:
    """How old something is, in the largest unit that is full: "14 min", "3 h", "5 d"."""
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 60:
        return pgettext("age", "%(count)d min") % {"count": minutes}
    if minutes < 48 * 60:
        return pgettext("age", "%(count)d h") % {"count": minutes // 60}
    return pgettext("age", "%(count)d d") % {"count": minutes // (24 * 60)}


def _where(issue: Any) -> str:
    """The address as it was given, else the road, else the parcel."""
    if issue.address_text:
        return str(issue.address_text)
    if issue.road:
        return str(issue.road)
    if not issue.parcel_key:
        return ""
    return pgettext("place", "parcel %(number)s") % {
        "number": parcel_key_parse(issue.parcel_key).number
    }


def due_text(issue: Issue) -> str:
    """Until when it is to be done, where that is near: "overdue", "due in 5 h"; "" else."""
    if issue.due_at is None or issue.paused_at is not None or IssueStatus(issue.status).is_closed:
        return ""
    left = issue.due_at - timezone.now()
    if left < timedelta():
        return pgettext("mark of a report", "overdue")
    if left > DUE_SOON:
        return ""
    return pgettext("mark of a report", "due in %(time)s") % {"time": age_text(left)}


def _marks(issue: Any) -> Iterable[str]:
    if due := due_text(issue):
        yield due
    if issue.is_overdue_there:
        yield pgettext("mark of a report", "overdue at the authority")
    if issue.has_news:
        yield pgettext("mark of a report", "answered")
    if issue.priority == Priority.HIGH:
        yield pgettext("mark of a report", "high priority")
    if not issue.is_placed:
        yield pgettext("mark of a report", "not placed")
    if issue.has_proposal:
        yield pgettext("mark of a report", "proposal")
    if issue.has_photo:
        yield pgettext("mark of a report", "photo")
    if issue.released_at and issue.category.is_public:
        yield pgettext("mark of a report", "public")
