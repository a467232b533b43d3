"""Recording: what became of an attempt, and the numbers that receivers give later."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from issues.enums import EventKind, IssueStatus
from issues.models import Issue
from issues.services import issue_event_append, issue_set_status
from issues.services.nudging import worker_nudge
from issues.services.replies.queue import replies_queue
from issues.services.workflow import issue_news
from routing.enums import AnswerSource, DeliveryKind, DeliveryState
from routing.errors import ChangeRefused
from routing.models import Delivery
from routing.outbox.breakers import breaker_answered, breaker_failed
from routing.outbox.calendars import calendar_of_recipient
from routing.outbox.changes import delivery_change, delivery_locked
from routing.outbox.handling import delivery_resend
from routing.outbox.notices import notice_after_delivery
from routing.outbox.receipts import (
    DeliveryByHand,
    DeliveryDelayed,
    DeliveryError,
    DeliveryUnclear,
    Receipt,
)
from routing.outbox.selectors import delivery_may_be_there, delivery_maybe_arrived

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

ALARM_TASK: Final = "routing.tasks.alarms_send_due"


def delivery_seen_there(*, delivery: Delivery, by: User) -> None:
    """A person has looked, or phoned: the authority has what may have arrived."""
    if delivery.state != DeliveryState.FAILED:
        raise ChangeRefused(f"{delivery}: {delivery.state}, so nobody had to look")
    delivery_record_receipt(
        delivery=delivery, receipt=Receipt(DeliveryState.SENT, detail={"seen": True}), by=by
    )


@transaction.atomic
def delivery_record_receipt(
    *, delivery: Delivery, receipt: Receipt, by: User | None = None
) -> None:
    """Stores that the authority has it. Counts even if the lease ran out meanwhile: it was sent.

    `by`: the person who has seen that it is there, if it was one.
    """
    issue, current = delivery_locked(delivery)
    if current.sent_at is not None:
        return
    current.sent_at = current.due_at = timezone.now()
    current.foreign_id = receipt.foreign_id
    current.receipt = receipt.detail | ({"token": receipt.token} if receipt.token else {})
    current.last_error = ""
    current.maybe_there = False
    if by is None:
        breaker_answered(current.contact.endpoint)
    delivery_change(
        current,
        receipt.state,
        source=AnswerSource.PROGRAM if by is None else AnswerSource.STAFF,
        by=by,
        **current.receipt,
        foreign_id=receipt.foreign_id,
    )
    if current.kind == DeliveryKind.RESPONSIBLE:
        _issue_forwarded(issue, current)


def _issue_forwarded(issue: Issue, delivery: Delivery) -> None:
    """The authority that has to act knows of it now; the issue says so."""
    code = delivery.authority.code
    went = issue.events.filter(kind=EventKind.FORWARDED).order_by("at", "pk").last()
    issue_event_append(
        issue=issue,
        kind=EventKind.FORWARDED,
        detail={
            "authority": code,
            "channel": delivery.contact.channel,
            "foreign_id": delivery.foreign_id,
        },
    )
    # What a body refused is out of the house again as soon as the next one has it.
    came_back = issue.status == IssueStatus.TRIAGE and went is not None
    if issue.status == IssueStatus.RECEIVED or came_back:
        issue_set_status(issue=issue, status=IssueStatus.FORWARDED)
    elif issue.status == IssueStatus.FORWARDED and went and went.detail["authority"] != code:
        # Somebody else has it now: whoever reported hears of it, though the state is the same.
        replies_queue(issue=issue)
    notice_after_delivery(delivery)


@transaction.atomic
def delivery_record_failure(*, delivery: Delivery, error: DeliveryError) -> DeliveryState | None:
    """Stores a failed attempt and when the next one is due, or that it was the last.

    Returns the new state; None: another worker holds the claim by now.
    """
    current = _claimed(delivery)
    if current is None:
        return None
    if isinstance(error, DeliveryDelayed):
        breaker_failed(current.contact.endpoint, str(error), error.code)
    is_last = _is_last(current, error)
    current.due_at = timezone.now() + _until_next(current.attempts, error.wait)
    current.last_error, current.error_code = str(error), error.code
    _failure_store(
        current,
        DeliveryState.FAILED if is_last else DeliveryState.QUEUED,
        maybe_there=error.maybe_arrived or delivery_maybe_arrived(current),
        error=str(error),
        maybe_arrived=error.maybe_arrived,
        is_permanent=error.is_permanent,
    )
    logger.log(
        logging.ERROR if is_last else logging.WARNING,
        "delivery %s to %s, attempt %s: %s%s",
        current.public_id,
        current.authority.code,
        current.attempts,
        error,
        " - given up" if is_last else "",
    )
    if is_last and isinstance(error, DeliveryDelayed):
        _others_give_up(current)
    return DeliveryState(current.state)


def _claimed(delivery: Delivery) -> Delivery | None:
    found = Delivery.objects.select_for_update(of=("self",)).select_related(
        "contact", "authority__jurisdiction", "decision__issue"
    )
    current = found.defer("authority__jurisdiction__boundary").get(pk=delivery.pk)
    is_own = current.state == DeliveryState.SENDING and current.attempts == delivery.attempts
    return current if is_own else None


def _is_last(delivery: Delivery, error: DeliveryError) -> bool:
    if isinstance(error, (DeliveryUnclear, DeliveryByHand)):
        return True
    if error.is_permanent:
        return delivery.attempts >= settings.DELIVERY_REFUSALS_MAX
    return timezone.now() >= patience_ends(delivery)


def patience_ends(delivery: Delivery) -> datetime:
    """When the working days of the recipient are over that it may be out of order."""
    calendar = calendar_of_recipient(delivery)
    return calendar.after(delivery.waits_since, settings.DELIVERY_PATIENCE_WORKING_DAYS)


def _failure_store(
    delivery: Delivery, state: DeliveryState, *, maybe_there: bool, **detail: Any
) -> None:
    """Of one that is given up a person hears at once; nobody may take a lost answer for a no."""
    if state == DeliveryState.FAILED:
        delivery.maybe_there = maybe_there
        issue_news(delivery.decision.issue)
    delivery_change(delivery, state, **detail)
    if delivery.is_urgent and delivery.alarmed_at is None:
        transaction.on_commit(partial(worker_nudge, ALARM_TASK))


def _others_give_up(delivery: Delivery) -> None:
    """What waited as long for the same endpoint behind its breaker is given up with the one that tried."""
    patience = timedelta(days=settings.DELIVERY_PATIENCE_WORKING_DAYS)
    waiting = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("authority__jurisdiction", "decision__issue")
        .defer("authority__jurisdiction__boundary")
        .filter(
            contact__endpoint=delivery.contact.endpoint,
            state=DeliveryState.QUEUED,
            waits_since__lte=timezone.now() - patience,
        )
    )
    for one in waiting.order_by("pk"):
        if timezone.now() >= patience_ends(one):
            one.last_error, one.error_code = delivery.last_error, delivery.error_code
            maybe_there = delivery_may_be_there(one)
            _failure_store(one, DeliveryState.FAILED, maybe_there=maybe_there, error=one.last_error)


def _until_next(attempts: int, asked: timedelta | None = None) -> timedelta:
    """Tripled with every attempt, 1, 3, 9 … minutes up to the longest, or what the receiver asked for if that is more;
    jitter keeps them from coming all at once.
    """
    seconds = min(
        settings.DELIVERY_BACKOFF_SECONDS * 3 ** min(attempts - 1, 10),
        settings.DELIVERY_BACKOFF_MAX_SECONDS,
    )
    own = timedelta(seconds=seconds * random.uniform(0.8, 1.2))
    longest = timedelta(seconds=settings.DELIVERY_BACKOFF_MAX_SECONDS)
    return max(own, min(asked, longest)) if asked else own


def deliveries_requeue_failed() -> int:
    """Gives every failed delivery its attempts back, once the contact is put right; returns how many.

    Those that may have arrived are left to a person, who looks first.
    """
    failed = Delivery.objects.filter(state=DeliveryState.FAILED, maybe_there=False)
    return sum(delivery_resend(delivery=one) for one in failed.order_by("pk"))


@transaction.atomic
def delivery_record_number(*, delivery: Delivery, foreign_id: str) -> None:
    """Stores the number a receiver gave for a token; without one, after the limit, that none will come."""
    current = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if current.state != DeliveryState.SENT:
        return
    state = DeliveryState.SENT
    if foreign_id:
        state, current.foreign_id = DeliveryState.DELIVERED, foreign_id
    elif current.sent_at and timezone.now() - current.sent_at > settings.DELIVERY_TOKEN_LIMIT:
        current.receipt["token_expired"] = True
        logger.warning("delivery %s: the receiver's token never became a number", current.public_id)
    else:
        return
    delivery_change(current, state, **current.receipt, foreign_id=foreign_id)
