"""Emptying the outbox: claim, send outside any transaction, record. Safe in any number of workers at once."""

from __future__ import annotations

import logging
from dataclasses import replace

from routing.enums import FailureCode
from routing.forwarding.channels import channel_of, channels_all
from routing.forwarding.channels.base import Channel, Near
from routing.forwarding.envelope import Envelope, envelope_build
from routing.models import Delivery
from routing.outbox.claim import (
    clock_followed,
    deliveries_awaiting_number,
    delivery_claim,
    delivery_let_go,
)
from routing.outbox.queue import deliveries_nudge
from routing.outbox.receipts import DeliveryError, DeliveryRefused
from routing.outbox.record import (
    delivery_record_failure,
    delivery_record_number,
    delivery_record_receipt,
)
from routing.outbox.selectors import delivery_maybe_arrived

logger = logging.getLogger(__name__)


def deliveries_send_due() -> int:
    """Sends everything whose turn it is; returns how many were tried.

    The first that is found wakes one worker more: many that are due at once are sent in as many lanes as there are
    workers, and a single one wakes a single worker for nothing.
    """
    clock_followed()
    tried = 0
    while (delivery := delivery_claim()) is not None:
        if not tried:
            deliveries_nudge()
        delivery_send(delivery)
        tried += 1
    return tried


def delivery_send(delivery: Delivery) -> None:
    """One attempt at one claimed delivery, its record, and the end of the claim."""
    try:
        _attempt(delivery)
    finally:
        delivery_let_go(delivery)


def _attempt(delivery: Delivery) -> None:
    try:
        channel = channel_of(delivery.contact.channel)
        envelope = envelope_build(delivery)
        near = _near(channel, envelope, delivery)
        receipt = channel.send(
            replace(envelope, perhaps=tuple(one.number for one in near)),
            delivery.contact,
            maybe_arrived=delivery.attempts > 1 and delivery_maybe_arrived(delivery),
        )
    except DeliveryError as error:
        delivery_record_failure(delivery=delivery, error=error)
    except Exception as error:
        # The outermost loop: whatever is wrong with this one must not hold up those behind it.
        logger.exception("delivery %s could not be sent", delivery.public_id)
        failure = DeliveryRefused(
            f"{type(error).__name__}: {error}", code=FailureCode.PROGRAM, maybe_arrived=True
        )
        delivery_record_failure(delivery=delivery, error=failure)
    else:
        perhaps = {"perhaps": [list(one) for one in near]} if near else {}
        delivery_record_receipt(
            delivery=delivery, receipt=replace(receipt, detail=receipt.detail | perhaps)
        )


def _near(channel: Channel, envelope: Envelope, delivery: Delivery) -> tuple[Near, ...]:
    """What the receiver may have of the same already; asked before the first attempt, and never in an emergency.

    That it cannot be asked costs a few seconds and nothing else.
    """
    if delivery.is_urgent or delivery.attempts > 1:
        return ()
    try:
        return channel.near_ask(envelope, delivery.contact)
    except Exception as error:  # noqa: BLE001 - a receiver may answer anything; the report goes all the same
        logger.warning("delivery %s: not asked what is near: %s", delivery.public_id, error)
        return ()


def numbers_poll() -> int:
    """Asks receivers that gave only a token for the number; returns how many numbers came."""
    found = 0
    later = [kind for kind, channel in channels_all().items() if channel.gives_numbers_later]
    for delivery in deliveries_awaiting_number(channels=later):
        try:
            number = channel_of(delivery.contact.channel).number_ask(delivery)
        except Exception as error:  # noqa: BLE001 - the outermost loop: the next one is asked all the same
            kind = "" if isinstance(error, DeliveryError) else f"{type(error).__name__}: "
            logger.warning("delivery %s: token not resolved: %s%s", delivery.public_id, kind, error)
            number = ""
        delivery_record_number(delivery=delivery, foreign_id=number)
        found += bool(number)
    return found
