"""The clocks of deliveries: who let its day go by is reminded, then a person looks. Each happens once.

`Delivery.watch_at` says when a delivery is to be looked at; an index finds what is due among many. What is noted is
worked out anew at each look, at least once a day: so a clock of the machine that jumps, and what somebody changes of
deadlines or closed days, is put right by itself.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from issues.enums import EventKind, IssueStatus
from issues.models import Issue, IssueEvent
from issues.services import issue_event_append
from issues.services.nudging import worker_nudge
from issues.services.workflow import issue_news
from routing.answering.deadlines import Clock, clock_of
from routing.enums import DeadlineKind, DeliveryState, NoticeKind
from routing.models import Delivery, ReporterNotice
from routing.outbox.changes import delivery_change, delivery_locked
from routing.outbox.clearing import issue_escalate
from routing.outbox.notices import SEND_TASK

logger = logging.getLogger(__name__)

CHUNK: Final = 500
DAY: Final = timedelta(days=1)
# So many of the latest events are looked through, and so old ones count.
RECENT: Final = 2_000
LATELY: Final = timedelta(minutes=5)
PAUSING: Final = (
    *(EventKind.ASKED, EventKind.HEARD, EventKind.UNDONE),
    *(EventKind.STATUTORY, EventKind.STATUS_CHANGED),
)
JUST_CLOSED: Final = timedelta(days=3)
# What could not be looked at does not hold up the others.
AGAIN: Final = timedelta(hours=1)


def deadlines_watch() -> int:
    """Looks at what is due; returns at how many deliveries. Several workers may do it at once."""
    looked = 0
    _wake(timezone.now())
    while True:
        chunk = list(_due(timezone.now()).values_list("pk", "decision_id")[:CHUNK])
        for pk, decision_id in chunk:
            try:
                looked += _look(Delivery(pk=pk, decision_id=decision_id))
            except Exception:
                logger.exception("the deadline of delivery %s could not be looked at", pk)
                Delivery.objects.filter(pk=pk).update(watch_at=timezone.now() + AGAIN)
        if len(chunk) < CHUNK:
            return looked


def _wake(now: datetime) -> None:
    """What stops a clock, or lets it go on, shows at once and not at the next look of the day."""
    last = IssueEvent.objects.aggregate(Max("pk"))["pk__max"] or 0
    recent = IssueEvent.objects.filter(pk__gt=last - RECENT, at__gt=now - LATELY, kind__in=PAUSING)
    waiting = Delivery.objects.filter(watch_at__gt=now, decision__issue__in=recent.values("issue"))
    waiting.update(watch_at=now)


def _due(now: datetime) -> QuerySet[Delivery]:
    """What is later than anything is ever put off was put off by a clock that was wrong."""
    due = Q(watch_at__lte=now) | Q(watch_at__gt=now + 2 * DAY)
    return Delivery.objects.filter(due).order_by("watch_at", "pk")


@transaction.atomic
def _look(found: Delivery) -> bool:
    """Whether it was still to be looked at once it was locked."""
    issue, delivery = delivery_locked(found)
    now = timezone.now()
    if not _due(now).filter(pk=delivery.pk).exists():
        return False
    delivery.decision.issue = issue
    clock = clock_of(delivery)
    if clock is None:
        _stop(issue, delivery, now)
        return True
    if delivery.deadline_kind != clock.kind:
        delivery.deadline_kind, delivery.reminded_at = clock.kind, None
    if delivery.reminded_at and delivery.reminded_at > now:
        # The clock of the machine was wrong.
        delivery.reminded_at = now
    delivery.deadline_at, delivery.pause = clock.due_at, clock.pause or ""
    if clock.due_at and clock.due_at <= now and delivery.reminded_at is None:
        _remind(issue, delivery, clock, now)
        clock = clock_of(delivery) or clock
    moments = [one for one in (clock.due_at, clock.escalates_at) if one and one > now]
    delivery.watch_at = min([*moments, now + DAY])
    delivery.save()
    if clock.escalates_at and clock.escalates_at <= now:
        _give_up(issue, delivery)
    return True


def _stop(issue: Issue, delivery: Delivery, now: datetime) -> None:
    """Nobody is awaited. The closing may be taken back; of a report that is opened again later `news` lets it know."""
    is_just_closed = (
        IssueStatus(issue.status).is_closed and issue.status_changed_at > now - JUST_CLOSED
    )
    delivery.watch_at = now + DAY if is_just_closed else None
    if delivery.state != DeliveryState.EXPIRED or not delivery.decision.is_current:
        delivery.deadline_at, delivery.pause = None, ""
    delivery.save()


def _remind(issue: Issue, delivery: Delivery, clock: Clock, now: datetime) -> None:
    """The body hears of it where it can do something; the house where nobody there reads mails, or took it on."""
    delivery.reminded_at = now
    _told(issue, delivery, clock.kind, is_over=False)
    can_be_reminded = bool(delivery.contact.mail_address)
    if can_be_reminded and clock.kind != DeadlineKind.ACKNOWLEDGE:
        ReporterNotice.objects.create(delivery=delivery, kind=NoticeKind.REMINDED, due_at=now)
        transaction.on_commit(lambda: worker_nudge(SEND_TASK))
    if not can_be_reminded or clock.kind != DeadlineKind.ANSWER:
        issue_news(issue)


def _give_up(issue: Issue, delivery: Delivery) -> None:
    """Nobody there takes it over: the clearing unit looks, where the city has one, or whoever triages. An answer
    still counts.
    """
    delivery_change(delivery, DeliveryState.EXPIRED)
    _told(issue, delivery, DeadlineKind.ANSWER, is_over=True)
    issue_escalate(issue=issue)
    issue_news(issue)


def _told(issue: Issue, delivery: Delivery, kind: DeadlineKind, *, is_over: bool) -> None:
    detail = {
        "authority": delivery.authority.code,
        "delivery": str(delivery.public_id),
        "deadline": kind.value,
        "given_up": is_over,
    }
    issue_event_append(issue=issue, kind=EventKind.OVERDUE, detail=detail)
