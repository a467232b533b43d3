"""What happened to a delivery, appended."""

from __future__ import annotations

from typing import Any

from routing.models import Delivery, DeliveryEvent


def delivery_event_append(delivery: Delivery, **detail: Any) -> None:
    """Notes the state that a delivery has come to; events are appended, never edited."""
    DeliveryEvent.objects.create(delivery=delivery, state=delivery.state, detail=detail)
