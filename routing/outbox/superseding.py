"""What becomes of messages and proposals that rest on a former decision when a new one counts."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone

from routing.enums import DeliveryState, ProposalState
from routing.models import Delivery, DeliveryEvent, Proposal
from routing.outbox.selectors import deliveries_not_called_off, delivery_may_be_there

UNSENT = (DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.FAILED)


def deliveries_unsent(issue_id: int) -> list[Delivery]:
    """The issue's deliveries that have surely not reached anybody, locked until the transaction ends.

    One that a worker has in hands at this moment is not waited for and counts as sent; should it come back unsent,
    no worker takes it again (`delivery_is_superseded`).
    """
    waiting = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(decision__issue_id=issue_id, state__in=UNSENT)
        .order_by("pk")
    )
    return [one for one in waiting if not delivery_may_be_there(one)]


def anything_sent(issue_id: int, unsent: Collection[Delivery]) -> bool:
    """Whether an authority has, or may have, a message about the issue; `unsent` are those that surely are not."""
    return (
        deliveries_not_called_off()
        .filter(decision__issue_id=issue_id)
        .exclude(pk__in=[one.pk for one in unsent])
        .exists()
    )


def deliveries_cancel(deliveries: Collection[Delivery]) -> None:
    """They are never sent. They have to be locked (`deliveries_unsent`)."""
    for delivery in deliveries:
        delivery.state = DeliveryState.WITHDRAWN
        delivery.lease_until = delivery.deadline_at = delivery.watch_at = None
    Delivery.objects.bulk_update(deliveries, ["state", "lease_until", "deadline_at", "watch_at"])
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(delivery=delivery, state=DeliveryState.WITHDRAWN) for delivery in deliveries
    )


def proposals_outdate(issue_id: int) -> None:
    """Takes back what was proposed for an issue before something else was decided."""
    Proposal.objects.filter(issue_id=issue_id, state=ProposalState.OPEN).update(
        state=ProposalState.OUTDATED, closed_at=timezone.now()
    )
