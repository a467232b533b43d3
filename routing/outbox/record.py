"""Recording: what became of an attempt, and the numbers that receivers give later."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from issues.enums import EventKind, IssueStatus
from issues.services import issue_event_append, issue_set_status
from issues.services.replies.queue import replies_queue
from routing.enums import DeliveryKind, DeliveryState
from routing.models import Delivery
from routing.outbox.events import delivery_event_append
from routing.outbox.notices import notice_after_delivery
from routing.outbox.receipts import DeliveryError, Receipt

logger = logging.getLogger(__name__)


@transaction.atomic
def delivery_record_receipt(*, delivery: Delivery, receipt: Receipt) -> None:
    """Stores that the authority has it. Counts even if the lease ran out meanwhile: it was sent."""
    current = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if current.state in {DeliveryState.SENT, DeliveryState.DELIVERED}:
        return
    now = timezone.now()
    current.state = receipt.state
    current.sent_at = current.due_at = now
    current.lease_until = None
    current.foreign_id = receipt.foreign_id
    current.receipt = receipt.detail | ({"token": receipt.token} if receipt.token else {})
    current.last_error = ""
    current.save()
    delivery_event_append(current, **current.receipt, foreign_id=receipt.foreign_id)
    if current.kind == DeliveryKind.RESPONSIBLE:
        _issue_forwarded(current)


def _issue_forwarded(delivery: Delivery) -> None:
    """The authority that has to act knows of it now; the issue says so."""
    issue = delivery.decision.issue
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
    if issue.status == IssueStatus.RECEIVED:
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
    current = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if current.state != DeliveryState.SENDING or current.attempts != delivery.attempts:
        return None
    limit = settings.DELIVERY_REFUSALS_MAX if error.is_permanent else settings.DELIVERY_ATTEMPTS_MAX
    is_last = current.attempts >= limit
    current.state = DeliveryState.FAILED if is_last else DeliveryState.QUEUED
    current.due_at = timezone.now() + timedelta(seconds=_backoff_seconds(current.attempts))
    current.lease_until = None
    current.last_error = str(error)
    current.save(update_fields=["state", "due_at", "lease_until", "last_error"])
    delivery_event_append(
        current,
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
    return current.state


def _backoff_seconds(attempts: int) -> float:
    """Tripled with every attempt: 1, 3, 9 … minutes up to a day with the usual settings."""
    return min(
        settings.DELIVERY_BACKOFF_SECONDS * 3 ** (attempts - 1),
        settings.DELIVERY_BACKOFF_MAX_SECONDS,
    )


@transaction.atomic
def deliveries_requeue_failed() -> int:
    """Gives every failed delivery its attempts back, once a person has put the contact right."""
    failed = list(Delivery.objects.select_for_update().filter(state=DeliveryState.FAILED))
    for delivery in failed:
        delivery.state = DeliveryState.QUEUED
        delivery.attempts = 0
        delivery.due_at = timezone.now()
        delivery.save(update_fields=["state", "attempts", "due_at"])
        delivery_event_append(delivery, requeued=True)
    return len(failed)


@transaction.atomic
def delivery_record_number(*, delivery: Delivery, foreign_id: str) -> None:
    """Stores the number a receiver gave for a token; without one, after the limit, that none will come."""
    current = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if current.state != DeliveryState.SENT:
        return
    if foreign_id:
        current.state = DeliveryState.DELIVERED
        current.foreign_id = foreign_id
    elif current.sent_at and timezone.now() - current.sent_at > settings.DELIVERY_TOKEN_LIMIT:
        current.receipt["token_expired"] = True
        logger.warning("delivery %s: the receiver's token never became a number", current.public_id)
    else:
        return
    current.save(update_fields=["state", "foreign_id", "receipt"])
    delivery_event_append(current, **current.receipt, foreign_id=foreign_id)
