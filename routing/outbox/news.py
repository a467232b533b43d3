"""What authorities hear of a report that they have: read from the issue's events, which stand with each change.

News is bundled once a day; of an emergency, and of what the staff call urgent, it goes at once. Whoever no longer has
to act hears so at once. An event is stored in the transaction of its change, so nothing has to be put down beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from issues.enums import EventKind, IssueStatus, Priority
from issues.models import IssueEvent
from issues.services.nudging import worker_nudge
from routing.enums import DeliveryState, NoticeKind, Outcome
from routing.models import Delivery, DeliveryEvent, ReporterNotice
from routing.outbox.notices import SEND_TASK

KINDS: Final = (
    EventKind.MOVED,
    EventKind.RECATEGORISED,
    EventKind.ANSWERED,
    EventKind.PHOTO_ADDED,
    EventKind.MERGED,
    EventKind.DOUBTED,
    EventKind.STATUS_CHANGED,
)
# So many of the latest events are looked at, each minute and once a day.
RECENT: Final = 2_000
OF_DAYS: Final = 100_000
CLOSED: Final = tuple(one.value for one in IssueStatus if one.is_closed)


def news_gather(*, urgent_only: bool) -> int:
    """Puts down what authorities have not heard yet; returns how many will hear something."""
    last = IssueEvent.objects.aggregate(Max("pk"))["pk__max"] or 0
    events = IssueEvent.objects.filter(pk__gt=last - (RECENT if urgent_only else OF_DAYS))
    gathered = 0
    for delivery in _deliveries_told(events, urgent_only=urgent_only):
        gathered += _changed(delivery)
    for delivery in _deliveries_past(events):
        gathered += _taken_back(delivery)
    if gathered:
        worker_nudge(SEND_TASK)
    return gathered


def _news(events: QuerySet[IssueEvent]) -> QuerySet[IssueEvent]:
    """Of the events those that an authority wants to hear of."""
    is_reopened = Q(detail__from__in=CLOSED) & ~Q(detail__to__in=CLOSED)
    return events.filter(
        Q(kind__in=set(KINDS) - {EventKind.STATUS_CHANGED, EventKind.MERGED})
        | Q(kind=EventKind.MERGED, detail__has_key="from")
        | (Q(kind=EventKind.STATUS_CHANGED) & is_reopened)
    )


def _deliveries_told(events: QuerySet[IssueEvent], *, urgent_only: bool) -> Iterable[Delivery]:
    """What receivers have about these issues by the decision that counts."""
    issues = _news(events).values("issue")
    told = Delivery.objects.filter(
        decision__issue__in=issues, decision__is_current=True, sent_at__isnull=False
    )
    if urgent_only:
        told = told.filter(
            Q(decision__issue__category__is_emergency=True)
            | Q(decision__issue__priority=Priority.HIGH)
        )
    return told.order_by("pk")


@transaction.atomic
def _changed(delivery: Delivery) -> bool:
    """Puts down what happened since the message was built and since the last news."""
    locked = Delivery.objects.select_for_update(of=("self",)).select_related("decision")
    current = locked.get(pk=delivery.pk)
    began = DeliveryEvent.objects.filter(delivery=current, state=DeliveryState.SENDING).aggregate(
        Max("at")
    )["at__max"]
    since = IssueEvent.objects.filter(
        issue=current.decision.issue_id, pk__gt=current.heard_event, at__gt=began or current.sent_at
    )
    news = list(_news(since).order_by("pk").values_list("pk", "kind"))
    if not news:
        return False
    ReporterNotice.objects.create(
        delivery=current,
        kind=NoticeKind.CHANGED,
        news=list(dict.fromkeys(kind for _pk, kind in news)),
        due_at=timezone.now(),
    )
    current.heard_event = news[-1][0]
    # The report may be open again: then its clock is.
    current.watch_at = timezone.now()
    current.save(update_fields=["heard_event", "watch_at"])
    return True


def _deliveries_past(events: QuerySet[IssueEvent]) -> Iterable[Delivery]:
    """What receivers have, that another authority has to act on by the decision that counts now."""
    decided = events.filter(kind=EventKind.DECIDED).values("issue")
    past = Delivery.objects.filter(
        decision__issue__in=decided, decision__is_current=False, sent_at__isnull=False
    )
    now = Delivery.objects.filter(
        decision__issue=OuterRef("decision__issue"),
        decision__is_current=True,
        decision__outcome=Outcome.ASSIGNED,
    )
    elsewhere = past.annotate(
        now=Subquery(now.exclude(authority=OuterRef("authority")).values("pk")[:1]),
        still=Subquery(now.filter(authority=OuterRef("authority")).values("pk")[:1]),
    )
    return (
        elsewhere.filter(now__isnull=False, still__isnull=True)
        .exclude(notices__kind=NoticeKind.TAKEN_BACK)
        .order_by("pk")
    )


@transaction.atomic
def _taken_back(delivery: Delivery) -> bool:
    Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    _notice, is_new = ReporterNotice.objects.get_or_create(
        delivery=delivery, kind=NoticeKind.TAKEN_BACK, defaults={"due_at": timezone.now()}
    )
    return is_new
