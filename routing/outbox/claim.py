"""Claiming: which worker has which delivery in hands."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from routing.enums import ChannelKind, DeliveryState
from routing.models import Delivery
from routing.outbox.events import delivery_event_append
from routing.outbox.selectors import delivery_is_superseded

logger = logging.getLogger(__name__)


def delivery_claim() -> Delivery | None:
    """The delivery that is due longest, claimed for this worker, or none.

    Other workers skip it while the lease lasts; a worker that dies leaves it to the others after that.
    """
    while (delivery := _claim_one()) is not None:
        if delivery.state == DeliveryState.SENDING:
            return delivery
    return None


@transaction.atomic
def _claim_one() -> Delivery | None:
    """The next due delivery: SENDING, FAILED when it has already cost as many workers as it may, or CANCELLED."""
    now = timezone.now()
    delivery = (
        Delivery.objects.select_for_update(skip_locked=True)
        .filter(state__in=[DeliveryState.QUEUED, DeliveryState.SENDING], due_at__lte=now)
        .order_by("due_at", "pk")
        .first()
    )
    if delivery is None:
        return None
    if delivery_is_superseded(delivery):
        # A worker had it in hands when the later decision came, and could not tell that it was sent.
        delivery.state = DeliveryState.CANCELLED
        delivery.lease_until = None
    elif delivery.attempts >= settings.DELIVERY_ATTEMPTS_MAX:
        delivery.state = DeliveryState.FAILED
        delivery.lease_until = None
        delivery.last_error = "The worker ended before it could tell the result, time and again."
        logger.error("delivery %s: given up, %s", delivery.public_id, delivery.last_error)
    else:
        delivery.state = DeliveryState.SENDING
        delivery.attempts += 1
        delivery.lease_until = now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
        delivery.due_at = delivery.lease_until
    delivery.save(update_fields=["state", "attempts", "lease_until", "due_at", "last_error"])
    delivery_event_append(delivery, attempt=delivery.attempts)
    return delivery


def deliveries_awaiting_number(*, channels: Collection[ChannelKind]) -> list[Delivery]:
    """Those whose receiver has only given a token so far, and is to be asked again now; each is claimed."""
    now = timezone.now()
    claimed: list[Delivery] = []
    for delivery in Delivery.objects.filter(
        state=DeliveryState.SENT,
        contact__channel__in=channels,
        receipt__has_key="token",
        due_at__lte=now,
    ).exclude(receipt__has_key="token_expired"):
        if delivery.sent_at is None:
            continue
        # Often at first, ever more seldom later: half of the age, between 2 s and an hour.
        wait = min(max((now - delivery.sent_at).total_seconds() / 2, 2), 3600)
        if Delivery.objects.filter(pk=delivery.pk, due_at=delivery.due_at).update(
            due_at=now + timedelta(seconds=wait)
        ):
            claimed.append(delivery)
    return claimed
