"""Reading what authorities' systems say of our reports, one contact after another. Safe in any number of workers.

The watermark of a contact moves only after its whole answer is stored. What is read again counts once.
"""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from routing.answering.foreign import foreign_take
from routing.enums import AnswerSource, DeliveryState
from routing.forwarding.channels import channel_of, channels_all
from routing.forwarding.channels.base import Foreign
from routing.models import AuthorityContact, Breaker, ContactSync, Delivery, DeliveryEvent
from routing.outbox.receipts import DeliveryError, told_plainly

logger = logging.getLogger(__name__)

EVERY: Final = timedelta(minutes=15)
# Twice as long after each failure, up to this.
WAIT_MAX: Final = timedelta(hours=6)
# Longer than the requests of one turn may take.
LEASE: Final = timedelta(minutes=10)
# So long before the watermark is read again: clocks differ, and receivers show whole hours or release late.
OVERLAP: Final = timedelta(hours=24)
# What a receiver calls done may be taken up there again so long.
DONE_WATCHED: Final = timedelta(days=30)
_CHOOSING: Final = "SELECT pg_advisory_xact_lock(hashtextextended('routing.contact_sync', 0))"


def syncs_run_due() -> int:
    """Asks every receiver whose turn it is; returns how many were asked."""
    _syncs_make()
    asked = 0
    while (sync := _claim()) is not None:
        _run(sync)
        asked += 1
    return asked


def _syncs_make() -> None:
    kinds = [kind for kind, channel in channels_all().items() if channel.tells_answers]
    new = AuthorityContact.objects.filter(channel__in=kinds, sync=None)
    now = timezone.now()
    ContactSync.objects.bulk_create(
        [ContactSync(contact=one, due_at=now) for one in new], ignore_conflicts=True
    )


def deliveries_watched() -> QuerySet[Delivery]:
    """What receivers have under a number of theirs, and may still say something of."""
    at_work = (DeliveryState.DELIVERED, DeliveryState.ACCEPTED, DeliveryState.IN_PROGRESS)
    lately = timezone.now() - DONE_WATCHED
    return Delivery.objects.exclude(foreign_id="").filter(
        Q(state__in=at_work) | Q(state=DeliveryState.DONE, said_at__gt=lately)
    )


@transaction.atomic
def _claim() -> ContactSync | None:
    """One at a time of each endpoint, and none of an endpoint that is out of order for sending."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_CHOOSING)
    busy = ContactSync.objects.filter(lease_until__gt=now).values("contact__endpoint")
    shut = Breaker.objects.filter(probe_at__gt=now).values("endpoint")
    waiting = ContactSync.objects.filter(
        due_at__lte=now, contact__in=deliveries_watched().values("contact")
    )
    sync = (
        waiting.exclude(contact__endpoint__in=busy)
        .exclude(contact__endpoint__in=shut)
        .select_related("contact")
        .order_by("due_at", "pk")
        .first()
    )
    if sync is not None:
        sync.lease_until = sync.due_at = now + LEASE
        sync.save(update_fields=["lease_until", "due_at"])
    return sync


def _run(sync: ContactSync) -> None:
    """One turn; whatever goes wrong is kept with the contact, and holds up no other."""
    began = timezone.now()
    deliveries = list(deliveries_watched().filter(contact=sync.contact).order_by("pk"))
    try:
        found = channel_of(sync.contact.channel).answers_read(
            sync.contact,
            since=_since(sync, deliveries, began),
            until=began,
            numbers=[one.foreign_id for one in deliveries],
        )
        _store(deliveries, found)
    except DeliveryError as error:
        _failed(sync, str(error))
        return
    except Exception as error:
        # The outermost loop: a receiver may answer anything.
        logger.exception("contact %s: its answers could not be read", sync.contact)
        _failed(sync, told_plainly(f"{type(error).__name__}: {error}"))
        return
    sync.read_until, sync.failures, sync.last_error = began, 0, ""
    _end(sync, EVERY)


def _since(sync: ContactSync, deliveries: Sequence[Delivery], now: datetime) -> datetime:
    """The watermark, at first when the oldest of them was sent; some time before, because clocks differ."""
    first = min((one.sent_at for one in deliveries if one.sent_at), default=now)
    return min(sync.read_until or first, now) - OVERLAP


def _store(deliveries: Sequence[Delivery], found: Sequence[Foreign]) -> None:
    """In the order in which it was said; what nobody dated comes as it came.

    A list that shows one report in two states means the later one. A receiver may put two reports under one number.
    """
    by_number: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        by_number[delivery.foreign_id].append(delivery)
    said = sorted(found, key=lambda one: one.at.timestamp() if one.at else 0)
    last = {one.number: one for one in said if one.is_state}
    known = _marks(deliveries)
    for one in said:
        if one.is_state and one is not last[one.number]:
            continue
        for delivery in by_number.get(one.number, ()):
            if one.is_state or (delivery.pk, one.mark) not in known:
                foreign_take(delivery=delivery, foreign=one)


def _marks(deliveries: Sequence[Delivery]) -> set[tuple[int, str]]:
    """What is noted already, in one query: most of what a turn reads was read before."""
    noted = DeliveryEvent.objects.filter(
        delivery__in=deliveries, source=AnswerSource.OPEN311, detail__has_key="mark"
    )
    return set(noted.values_list("delivery", "detail__mark"))


def _failed(sync: ContactSync, error: str) -> None:
    logger.warning("contact %s: its answers were not read: %s", sync.contact, error)
    sync.failures, sync.last_error = sync.failures + 1, error
    _end(sync, min(EVERY * 2 ** min(sync.failures, 10), WAIT_MAX))


def _end(sync: ContactSync, wait: timedelta) -> None:
    sync.lease_until, sync.due_at = None, timezone.now() + wait * random.uniform(0.8, 1.2)
    sync.save()
