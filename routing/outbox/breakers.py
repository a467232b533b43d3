"""Circuit breakers: an endpoint that fails again and again is tried by one delivery at a time, now and then.

The state stands in PostgreSQL, so that all workers know it, and people see it.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from routing.enums import DeliveryState
from routing.models import Breaker, Delivery

OPENS_AFTER: Final = 5
# Between two probes: doubled from the first on, up to the last.
PROBE_FIRST: Final = timedelta(minutes=1)
PROBE_MAX: Final = timedelta(minutes=30)
# What waited for an endpoint that is back goes out within this time, not all at once.
SPREAD: Final = timedelta(minutes=2)


def breaker_failed(endpoint: str, error: str, code: str = "") -> None:
    """Counts a failure of an endpoint that is out of order; call it in the transaction that records the attempt."""
    now = timezone.now()
    breaker, _is_new = Breaker.objects.select_for_update().get_or_create(
        endpoint=endpoint, defaults={"failed_at": now}
    )
    breaker.failures, breaker.failed_at, breaker.last_error = breaker.failures + 1, now, error
    breaker.error_code = code
    if breaker.failures >= OPENS_AFTER:
        breaker.opened_at = breaker.opened_at or now
        breaker.probe_at = now + _until_probe(breaker.failures - OPENS_AFTER)
    breaker.save()


def _until_probe(probes: int) -> timedelta:
    wait = min(PROBE_FIRST * 2 ** min(probes, 10), PROBE_MAX)
    return wait * random.uniform(0.8, 1.2)


def breaker_answered(endpoint: str) -> None:
    """The endpoint answers again: what waited for it is sent soon. Nothing happens where it never failed."""
    breaker = Breaker.objects.filter(endpoint=endpoint).first()
    if breaker is None:
        return
    breaker.delete()
    if breaker.opened_at is None:
        return
    now = timezone.now()
    waiting = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        contact__endpoint=endpoint, state=DeliveryState.QUEUED, attempts__gt=0, due_at__gt=now
    )
    for delivery in waiting.only("pk"):
        # One after another in drawn order: a receiver that has just come up is not run down again.
        soon = now + SPREAD * random.random()
        Delivery.objects.filter(pk=delivery.pk).update(due_at=soon)


def breaker_probe_begin(endpoint: str, until: datetime) -> None:
    """A delivery tries an endpoint that is out of order; until its lease has run out no other does."""
    Breaker.objects.filter(endpoint=endpoint, opened_at__isnull=False).update(probe_at=until)
