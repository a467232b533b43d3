"""Claiming: which worker has which delivery in hands."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Value
from django.utils import timezone

from issues.services.workflow import issue_news
from routing.enums import DeliveryState, FailureCode
from routing.models import Delivery
from routing.outbox.breakers import breaker_probe_begin
from routing.outbox.changes import delivery_change
from routing.outbox.selectors import delivery_is_superseded

logger = logging.getLogger(__name__)


# An endpoint that works is sent so many at a time; one that failed last time a single one, so that its slowness costs
# one worker.
LANES: Final = 2
# Clocks of two machines may differ by so much.
CLOCK_SLACK: Final = timedelta(minutes=5)
# The lock by which a worker's connection holds a delivery.
_LOCK: Final = "hashtextextended('routing.delivery', %s)"
_CHOOSING: Final = "SELECT pg_advisory_xact_lock(hashtextextended('routing.delivery_claim', 0))"
# The first of each contact by two looks into the index `delivery_due` each, however many there are behind it. Urgent
# ones come before everything, then the endpoints that are sent least at this moment, then what is due longest.
CHOOSE: Final = """
    WITH busy AS (
        SELECT c.endpoint, count(*) AS deliveries
        FROM routing_delivery d JOIN routing_authoritycontact c ON c.id = d.contact_id
        WHERE d.state = 'sending' AND d.lease_until > %(now)s
        GROUP BY c.endpoint
    )
    SELECT first.id, c.endpoint
    FROM routing_authoritycontact c
    CROSS JOIN (VALUES (true), (false)) AS u (is_urgent)
    CROSS JOIN LATERAL (
        SELECT d.id, d.due_at, d.attempts FROM routing_delivery d
        WHERE d.contact_id = c.id AND d.is_urgent = u.is_urgent AND d.due_at <= %(now)s
              AND d.state IN ('queued', 'sending')
        ORDER BY d.due_at LIMIT 1
    ) AS first
    LEFT JOIN busy ON busy.endpoint = c.endpoint
    LEFT JOIN routing_breaker b ON b.endpoint = c.endpoint
    WHERE coalesce(busy.deliveries, 0) < CASE WHEN b.failures > 0 THEN 1 ELSE %(lanes)s END
          AND (b.opened_at IS NULL OR b.probe_at <= %(now)s OR u.is_urgent AND first.attempts = 0)
    ORDER BY u.is_urgent DESC, coalesce(busy.deliveries, 0), first.due_at, first.id
    LIMIT 1
"""


def clock_followed() -> None:
    """After the clock of this machine was set back, what was queued or claimed "later" than now is due as it was."""
    now = timezone.now()
    queued = Delivery.objects.filter(state=DeliveryState.QUEUED, waits_since__gt=now + CLOCK_SLACK)
    ahead = F("waits_since") - Value(now)
    queued.update(due_at=F("due_at") - ahead, waits_since=now)
    lease = now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    claimed = Delivery.objects.filter(
        state=DeliveryState.SENDING, lease_until__gt=lease + CLOCK_SLACK
    )
    claimed.update(due_at=lease, lease_until=lease)


def delivery_claim() -> Delivery | None:
    """The delivery whose turn it is, claimed for this worker, or none; `delivery_let_go` ends the claim.

    Other workers skip it while the lease lasts and, whatever the clocks say, as long as the worker's connection holds
    its lock; a worker that dies leaves it to the others. No endpoint has more than `LANES` workers: one that hangs
    keeps nobody else waiting.
    """
    is_done = False
    while not is_done:
        is_done, delivery = _claim_one()
        if delivery is not None:
            return delivery
    return None


def delivery_let_go(delivery: Delivery) -> None:
    """The worker has recorded what became of it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_unlock({_LOCK})", [delivery.pk])


@transaction.atomic
def _claim_one() -> tuple[bool, Delivery | None]:
    """Whether nothing is due, and the delivery claimed; neither, if the next due one was not to be sent."""
    now = timezone.now()
    with connection.cursor() as cursor:
        # Workers choose one by one: two at once would both take the last lane of an endpoint.
        cursor.execute(_CHOOSING)
        cursor.execute(CHOOSE, {"now": now, "lanes": LANES})
        found = cursor.fetchone()
        if found is None:
            return True, None
        pk, endpoint = found
        cursor.execute(f"SELECT pg_try_advisory_lock({_LOCK})", [pk])
        [is_held] = cursor.fetchone()
    lease = now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    if not is_held:
        # The clock may have jumped, or sending takes long: whoever has it in hands is alive.
        Delivery.objects.filter(pk=pk).update(due_at=lease, lease_until=lease)
        return False, None
    delivery = Delivery.objects.select_for_update().get(pk=pk)
    if delivery.state not in {DeliveryState.QUEUED, DeliveryState.SENDING}:
        # Stopped or taken back by a person between choosing and locking.
        delivery_let_go(delivery)
        return False, None
    if delivery_is_superseded(delivery):
        # A worker had it in hands when the later decision came, and could not tell that it was sent.
        _given_up(delivery, DeliveryState.WITHDRAWN)
        return False, None
    if _workers_lost(delivery) >= settings.DELIVERY_WORKERS_LOST_MAX:
        delivery.maybe_there = True
        delivery.last_error = "The worker ended before it could tell the result, time and again."
        delivery.error_code = FailureCode.WORKERS_LOST
        logger.error("delivery %s: given up, %s", delivery.public_id, delivery.last_error)
        _given_up(delivery, DeliveryState.FAILED)
        return False, None
    delivery.attempts += 1
    delivery.lease_until = delivery.due_at = lease
    breaker_probe_begin(endpoint, lease)
    delivery_change(delivery, DeliveryState.SENDING, attempt=delivery.attempts)
    return False, delivery


def _given_up(delivery: Delivery, state: DeliveryState) -> None:
    delivery_change(delivery, state, attempt=delivery.attempts)
    if state == DeliveryState.FAILED:
        issue_news(delivery.decision.issue)
    delivery_let_go(delivery)


def _workers_lost(delivery: Delivery) -> int:
    """How many workers in a row have ended with it in their hands."""
    if delivery.state == DeliveryState.QUEUED:
        return 0
    told = delivery.events.exclude(state=DeliveryState.SENDING).order_by("-pk").values("pk")[:1]
    return delivery.events.filter(pk__gt=told).count()


def deliveries_awaiting_number(*, channels: Collection[str]) -> list[Delivery]:
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
