"""What everybody says of a public issue: that it is done, or that it is not."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import pgettext

from issues.enums import EventKind
from issues.errors import IssueUnknown, OpinionRefused
from issues.models import Issue, Opinion
from issues.services.events import issue_event_append
from issues.services.workflow import issue_news


@dataclass(frozen=True)
class Opinions:
    """How many say so of the present state."""

    done: int
    not_done: int


def opinions_of(issue: Issue) -> Opinions:
    """Counts what was said since the state last changed (one query)."""
    said = issue.opinions.filter(at__gte=issue.status_changed_at)
    counts = said.aggregate(
        done=Count("pk", filter=Q(is_done=True)), not_done=Count("pk", filter=Q(is_done=False))
    )
    return Opinions(**counts)


def opinion_check(issue: Issue, *, is_done: bool) -> None:
    """An open issue can be seen or done, a closed one not done. Raises `OpinionRefused` for what cannot be true."""
    if not issue.public_status.is_closed and not is_done:
        raise OpinionRefused(pgettext("report", "This report is still open."))
    if issue.public_status.is_closed and is_done:
        raise OpinionRefused(pgettext("report", "This report is closed already."))


def opinion_give(*, issue: Issue, voter: UUID, is_done: bool) -> None:
    """Keeps what somebody says, once for a voter. Raises `IssueUnknown`, `OpinionRefused`.

    Each time that the city's number of people (`Jurisdiction.doubts_noticed`) says of a closed issue that it is not
    done, the issue has news for staff.
    """
    with transaction.atomic():
        public = Issue.objects.public().select_related("jurisdiction").filter(pk=issue.pk)
        stored: Issue | None = public.select_for_update(of=("self",)).first()
        if stored is None:
            raise IssueUnknown(pgettext("report", "This report is not public."))
        opinion_check(stored, is_done=is_done)
        said = stored.opinions.filter(voter=voter, at__gte=stored.status_changed_at)
        if said.filter(is_done=is_done).exists():
            return
        Opinion.objects.update_or_create(
            issue=stored, voter=voter, defaults={"is_done": is_done, "at": timezone.now()}
        )
        if not is_done and stored.public_status.is_closed:
            doubts = opinions_of(stored).not_done
            if doubts % stored.jurisdiction.doubts_noticed == 0:
                issue_event_append(issue=stored, kind=EventKind.DOUBTED, detail={"people": doubts})
                issue_news(stored)
