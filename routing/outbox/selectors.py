"""Reading the outbox."""

from __future__ import annotations

from django.db.models import Count

from routing.enums import DeliveryState
from routing.models import Decision, Delivery


def delivery_maybe_arrived(delivery: Delivery) -> bool:
    """Whether an attempt before the present one may have reached the receiver.

    Every attempt leaves an event when it begins and, unless its worker was killed, one when it has ended.
    So whatever began and did not surely fail may have arrived.
    """
    events = delivery.events.all()
    began = events.filter(state=DeliveryState.SENDING).count() - 1
    surely_failed = events.filter(detail__maybe_arrived=False).count()
    return began > surely_failed


def delivery_may_be_there(delivery: Delivery) -> bool:
    """Whether the receiver has the message or may have it; judged by its events, between two attempts too."""
    if delivery.state in {DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DELIVERED}:
        return True
    began = delivery.events.filter(state=DeliveryState.SENDING).count()
    return began > delivery.events.filter(detail__maybe_arrived=False).count()


def delivery_is_superseded(delivery: Delivery) -> bool:
    """Whether a later decision counts for its issue."""
    return Decision.objects.filter(
        issue__decisions=delivery.decision_id,
        number__gt=Decision.objects.filter(pk=delivery.decision_id).values("number"),
    ).exists()


def delivery_state_counts() -> dict[str, int]:
    """State → number of deliveries, without empty states."""
    rows = Delivery.objects.values_list("state").annotate(Count("pk")).order_by("state")
    return dict(rows)
