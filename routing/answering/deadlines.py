"""Until when an authority is asked to answer, in working days of the city's calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from issues.services.clocks import calendar_of
from routing.enums import DeliveryKind, DeliveryState
from routing.models import Delivery

# Whoever has not said anything after so many working days is reminded.
ANSWER_DAYS: Final = 5
SILENT: Final = (DeliveryState.SENT, DeliveryState.DELIVERED)


def answer_due(delivery: Delivery) -> datetime | None:
    """Until when the first answer is awaited; None where none is, or no longer."""
    if delivery.kind != DeliveryKind.RESPONSIBLE or delivery.state not in SILENT:
        return None
    if delivery.sent_at is None or not delivery.decision.is_current:
        return None
    calendar = calendar_of(delivery.decision.issue.jurisdiction)
    return calendar.after(delivery.sent_at, ANSWER_DAYS)
