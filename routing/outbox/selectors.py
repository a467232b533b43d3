"""Reading the outbox."""

from __future__ import annotations

from django.db.models import Count, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from routing.enums import DeliveryState
from routing.models import Decision, Delivery


def delivery_maybe_arrived(delivery: Delivery) -> bool:
    """Whether an attempt before the present one may have reached the receiver.

    Every attempt leaves an event when it begins and, unless its worker was killed, one when it has ended.
    So whatever began and did not surely fail may have arrived.
    """
    return _unclear_attempts(delivery) > 1


def delivery_may_be_there(delivery: Delivery) -> bool:
    """Whether the receiver has the message or may have it; judged by its events, between two attempts too."""
    if delivery.sent_at is not None or delivery.state == DeliveryState.SENDING:
        return True
    return _unclear_attempts(delivery) > 0


def _unclear_attempts(delivery: Delivery) -> int:
    """How many attempts began and did not surely fail, the present one included, since a person looked last."""
    looked = delivery.events.filter(detail__requeued=True).order_by("-pk").values("pk")[:1]
    events = delivery.events.filter(pk__gt=Coalesce(Subquery(looked), 0))
    began = events.filter(state=DeliveryState.SENDING).count()
    return began - events.filter(detail__maybe_arrived=False).count()


def deliveries_not_called_off() -> QuerySet[Delivery]:
    """All but those that were withdrawn before anybody had them."""
    return Delivery.objects.exclude(state=DeliveryState.WITHDRAWN, sent_at=None)


def delivery_is_superseded(delivery: Delivery) -> bool:
    """Whether a later decision counts for its issue."""
    return Decision.objects.filter(
        issue__decisions=delivery.decision_id,
        number__gt=Decision.objects.filter(pk=delivery.decision_id).values("number"),
    ).exists()


def deliveries_overdue() -> QuerySet[Delivery]:
    """Those whose authority has let its day go by, by the decisions that count."""
    return Delivery.objects.filter(deadline_at__lt=timezone.now(), decision__is_current=True)


def delivery_state_counts() -> dict[str, int]:
    """State → number of deliveries, without empty states."""
    rows = Delivery.objects.values_list("state").annotate(Count("pk")).order_by("state")
    return dict(rows)
