"""Queueing: the messages of a decision and their authorities. Only the broker's nudge speaks to the network here."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from celery import current_app
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from kombu.exceptions import OperationalError

from gis_core.db.inserts import rows_insert
from routing.enums import DeliveryKind, DeliveryState, Outcome
from routing.models import Authority, Decision, Delivery, DeliveryEvent
from routing.outbox.authorities import authorities_named
from routing.outbox.contacts import contacts_chosen

logger = logging.getLogger(__name__)

# Most are sent, and looked at then, long before that.
WATCH_AFTER = timedelta(hours=1)
SEND_TASK = "routing.tasks.deliveries_send_due"


def deliveries_queue(decision: Decision, *, hold: timedelta = timedelta()) -> list[str]:
    """Queues the deliveries of a stored decision, to be sent after `hold`. Call it in the decision's transaction.

    Returns the codes of authorities that cannot be told (`deliveries_planned`); then nothing is queued.
    """
    deliveries, missing = deliveries_planned(decision)
    deliveries_hold(deliveries, hold)
    deliveries_store(decision, deliveries)
    return missing


def deliveries_planned(
    decision: Decision, *, known: Mapping[str, Authority] = {}
) -> tuple[list[Delivery], list[str]]:
    """The deliveries of a decision, not stored; `known` are authorities that the caller has at hand by their codes.

    With it the codes of authorities that would have to act and cannot be told because no contact of them is
    known: then there are no deliveries, and the caller must not call such an issue forwarded. Nobody has to act on
    a copy, so a copy without a contact is only logged.
    """
    if decision.outcome != Outcome.ASSIGNED or decision.authority is None:
        return [], []
    told = _authorities_told(decision, known)
    contacts = contacts_chosen(
        [authority.pk for authority, _ in told.values()],
        area_code=decision.area_code,
        category=decision.issue.category.code,
        on=timezone.localdate(decision.decided_at),
    )
    missing: list[str] = []
    deliveries: list[Delivery] = []
    for code, (authority, kind) in told.items():
        contact_id = contacts.get(authority.pk)
        if contact_id is not None:
            deliveries.append(_delivery_new(decision, authority, contact_id, kind))
        elif kind == DeliveryKind.RESPONSIBLE:
            missing.append(code)
        else:
            logger.warning("decision %s: no contact for the copy to %s", decision, code)
    return ([], missing) if missing else (deliveries, [])


def deliveries_hold(deliveries: Sequence[Delivery], hold: timedelta) -> None:
    """What was planned and not stored leaves the house no sooner than after `hold`."""
    for delivery in deliveries:
        delivery.due_at += hold


def deliveries_store(decision: Decision, deliveries: Sequence[Delivery]) -> None:
    """Stores what was planned, the decision first if it is not stored yet; a worker is woken after the commit."""
    rows: list[Model] = [] if decision.pk else [decision]
    for delivery in deliveries:
        rows += [delivery, DeliveryEvent(delivery=delivery, state=DeliveryState.QUEUED)]
    if rows:
        rows_insert(*rows)
    if deliveries:
        transaction.on_commit(deliveries_nudge)


def _authorities_told(
    decision: Decision, known: Mapping[str, Authority]
) -> dict[str, tuple[Authority, DeliveryKind]]:
    """Code asked for → who is really written to (`acts_through`) and as what; each of them once."""
    assert decision.authority is not None  # noqa: S101 - the caller checked; the constraint guards it
    codes = [decision.authority.code, *decision.notify]
    found = {**known, decision.authority.code: decision.authority}
    unknown = [code for code in codes if code not in found]
    if unknown:
        found |= authorities_named(decision.authority.jurisdiction_id, unknown)
    told: dict[str, tuple[Authority, DeliveryKind]] = {}
    for code in dict.fromkeys(codes):
        if code not in found:
            logger.warning("decision %s: unknown authority %s for a copy", decision, code)
            continue
        authority = found[code].acts_through or found[code]
        if authority.pk not in {one.pk for one, _ in told.values()}:
            told[code] = (authority, DeliveryKind.COPY if told else DeliveryKind.RESPONSIBLE)
    return told


def _delivery_new(
    decision: Decision, authority: Authority, contact_id: int, kind: DeliveryKind
) -> Delivery:
    identity = f"{decision.issue.number}|{authority.code}|{decision.number}|{kind.value}"
    now = timezone.now()
    return Delivery(
        decision=decision,
        kind=kind,
        is_urgent=decision.issue.category.is_emergency,
        authority=authority,
        contact_id=contact_id,
        idempotency_key=hashlib.sha256(identity.encode()).hexdigest(),
        due_at=now,
        waits_since=now,
        watch_at=now + WATCH_AFTER,
    )


def deliveries_nudge() -> None:
    """Wakes a worker. With the broker down the sweep finds the deliveries a little later."""
    try:
        current_app.send_task(SEND_TASK, ignore_result=True)
    except OperationalError as error:
        logger.warning("broker out of reach, the sweep will send: %s", error)
