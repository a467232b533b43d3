"""The one way to another state: locked, checked, stored and noted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from issues.models import Issue
from routing.enums import AnswerSource, DeliveryState
from routing.errors import ChangeRefused
from routing.models import Delivery, DeliveryEvent
from routing.outbox.states import is_change

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def delivery_locked(delivery: Delivery) -> tuple[Issue, Delivery]:
    """Both as they are stored, locked in the order in which everything else locks them: the issue first."""
    issue = Issue.objects.select_for_update(no_key=True, of=("self",)).get(
        decisions=delivery.decision_id
    )
    found = Delivery.objects.select_for_update(of=("self",)).select_related(
        "authority", "decision", "contact"
    )
    return issue, found.get(pk=delivery.pk)


def delivery_change(
    delivery: Delivery,
    state: DeliveryState,
    *,
    source: AnswerSource = AnswerSource.PROGRAM,
    by: User | None = None,
    said_at: datetime | None = None,
    **detail: Any,
) -> DeliveryEvent:
    """Brings a locked delivery to a state, stores it as it is, and appends the event; events are never edited.

    The present state may come again: it is noted. `detail` is JSON. Raises ChangeRefused where `states.csv` has no
    such change; then nothing is stored.
    """
    if state != delivery.state and not is_change(delivery.state, state):
        raise ChangeRefused(f"{delivery}: nothing leads from {delivery.state} to {state}")
    if state not in {delivery.state, DeliveryState.EXPIRED}:
        delivery.deadline_at, delivery.pause = None, ""
    delivery.state = state
    if state != DeliveryState.SENDING:
        delivery.lease_until, delivery.watch_at = None, timezone.now()
    delivery.save()
    return DeliveryEvent.objects.create(
        delivery=delivery, state=state, source=source, by=by, said_at=said_at, detail=detail
    )
