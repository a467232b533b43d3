"""What is open with a contact, as its weekly mail and its page list it."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet

from issues.enums import CLOSED
from routing.enums import DeliveryKind, DeliveryState
from routing.models import AuthorityContact, Delivery

OPEN: Final = (
    *(DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.EXPIRED),
    *(DeliveryState.ACCEPTED, DeliveryState.IN_PROGRESS),
)


def deliveries_open(contact: AuthorityContact | None = None) -> QuerySet[Delivery]:
    """What a body has to act on by the decision that counts and does not call done, the oldest first."""
    found = Delivery.objects.filter(
        kind=DeliveryKind.RESPONSIBLE, state__in=OPEN, decision__is_current=True
    ).exclude(decision__issue__status__in=sorted(CLOSED))
    return (found if contact is None else found.filter(contact=contact)).order_by("sent_at", "pk")
