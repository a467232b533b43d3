"""What a person does with a delivery: stop it, let it go on, send it again, say that it is there, hand it over.

Each raises `ChangeRefused` where the delivery has moved on meanwhile, and then changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from routing.enums import AnswerSource, DeliveryState
from routing.errors import ChangeRefused
from routing.models import AuthorityContact, Delivery
from routing.outbox.changes import delivery_change, delivery_locked
from routing.outbox.queue import deliveries_nudge

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def delivery_stop(*, delivery: Delivery, by: User) -> None:
    """Nothing is sent until somebody lets it go on. One that a worker has in hands cannot be stopped any more."""
    _issue, current = delivery_locked(delivery)
    delivery_change(current, DeliveryState.HELD, source=AnswerSource.STAFF, by=by)


@transaction.atomic
def delivery_resend(*, delivery: Delivery, by: User | None = None) -> bool:
    """It is sent (again) at once, with all its attempts: it was stopped, or failed and is surely not there.

    Whoever calls this for one that may have arrived (`maybe_there`) has looked that it has not.
    """
    _issue, current = delivery_locked(delivery)
    if current.state not in {DeliveryState.HELD, DeliveryState.FAILED}:
        raise ChangeRefused(f"{delivery}: {current.state}, so there is nothing to send again")
    _queue_again(current, by)
    return True


def _queue_again(delivery: Delivery, by: User | None) -> None:
    delivery.attempts, delivery.maybe_there, delivery.alarmed_at = 0, False, None
    delivery.due_at = delivery.waits_since = timezone.now()
    source = AnswerSource.PROGRAM if by is None else AnswerSource.STAFF
    delivery_change(
        delivery,
        DeliveryState.QUEUED,
        source=source,
        by=by,
        requeued=True,
        contact=delivery.contact.address,
    )
    transaction.on_commit(deliveries_nudge)


@transaction.atomic
def delivery_hand_over(*, delivery: Delivery, contact: AuthorityContact, by: User) -> None:
    """It goes to another contact of the same authority. Another authority is a decision, not a delivery."""
    _issue, current = delivery_locked(delivery)
    if contact.authority_id != current.authority_id or not contact.is_active:
        raise ChangeRefused(f"{contact} is no contact of {current.authority.code}")
    if current.state not in {DeliveryState.HELD, DeliveryState.FAILED}:
        raise ChangeRefused(f"{delivery}: {current.state}, so it cannot be handed over")
    current.contact = contact
    _queue_again(current, by)
