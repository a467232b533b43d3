"""The outbox: queueing, claiming and recording. Nothing here speaks to the network but the broker's nudge."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from kombu.exceptions import OperationalError

from gis_core.db.inserts import rows_insert
from issues.enums import EventKind, IssueStatus
from issues.services import issue_event_append, issue_set_status
from routing.enums import ChannelKind, DeliveryKind, DeliveryState, Outcome
from routing.models import Authority, Decision, Delivery, DeliveryEvent
from routing.outbox.authorities import authorities_named
from routing.outbox.contacts_chosen import contacts_chosen
from routing.outbox.receipts import DeliveryError, Receipt
from routing.outbox.selectors import delivery_is_superseded

logger = logging.getLogger(__name__)

SEND_TASK = "routing.tasks.deliveries_send_due"


# --- Queueing -------------------------------------------------------------------------------------


def deliveries_queue(decision: Decision) -> list[str]:
    """Queues what a stored decision has to tell whom; belongs into the transaction that stores the decision.

    Returns the codes of authorities that cannot be told (`deliveries_planned`); then nothing is queued.
    """
    deliveries, missing = deliveries_planned(decision)
    deliveries_store(decision, deliveries)
    return missing


def deliveries_planned(
    decision: Decision, *, known: Mapping[str, Authority] = {}
) -> tuple[list[Delivery], list[str]]:
    """What a decision has to tell whom, not stored; `known` are authorities that the caller has at hand by their codes.

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
    return Delivery(
        decision=decision,
        kind=kind,
        authority=authority,
        contact_id=contact_id,
        idempotency_key=hashlib.sha256(identity.encode()).hexdigest(),
        due_at=timezone.now(),
    )


def deliveries_nudge() -> None:
    """Wakes a worker. With the broker down the sweep finds the deliveries a little later."""
    try:
        current_app.send_task(SEND_TASK, ignore_result=True)
    except OperationalError as error:
        logger.warning("broker out of reach, the sweep will send: %s", error)


# --- Claiming -------------------------------------------------------------------------------------


def delivery_claim() -> Delivery | None:
    """The delivery that is due longest, claimed for this worker, or none.

    Other workers skip it while the lease lasts; a worker that dies leaves it to the others after that.
    """
    while (delivery := _claim_one()) is not None:
        if delivery.state == DeliveryState.SENDING:
            return delivery
    return None


@transaction.atomic
def _claim_one() -> Delivery | None:
    """The next due delivery: SENDING, FAILED when it has already cost as many workers as it may, or CANCELLED."""
    now = timezone.now()
    delivery = (
        Delivery.objects.select_for_update(skip_locked=True)
        .filter(state__in=[DeliveryState.QUEUED, DeliveryState.SENDING], due_at__lte=now)
        .order_by("due_at", "pk")
        .first()
    )
    if delivery is None:
        return None
    if delivery_is_superseded(delivery):
        # A worker had it in hands when the later decision came, and could not tell that it was sent.
        delivery.state = DeliveryState.CANCELLED
        delivery.lease_until = None
    elif delivery.attempts >= settings.DELIVERY_ATTEMPTS_MAX:
        delivery.state = DeliveryState.FAILED
        delivery.lease_until = None
        delivery.last_error = "The worker ended before it could tell the result, time and again."
        logger.error("delivery %s: given up, %s", delivery.public_id, delivery.last_error)
    else:
        delivery.state = DeliveryState.SENDING
        delivery.attempts += 1
        delivery.lease_until = now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
        delivery.due_at = delivery.lease_until
    delivery.save(update_fields=["state", "attempts", "lease_until", "due_at", "last_error"])
    _event_append(delivery, attempt=delivery.attempts)
    return delivery


# --- Recording ------------------------------------------------------------------------------------


@transaction.atomic
def delivery_record_receipt(*, delivery: Delivery, receipt: Receipt) -> None:
    """Stores that the authority has it. Counts even if the lease ran out meanwhile: it was sent."""
    current = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if current.state in {DeliveryState.SENT, DeliveryState.DELIVERED}:
        return
    now = timezone.now()
    current.state = receipt.state
    current.sent_at = current.due_at = now
    current.lease_until = None
    current.foreign_id = receipt.foreign_id
    current.receipt = receipt.detail | ({"token": receipt.token} if receipt.token else {})
    current.last_error = ""
    current.save()
    _event_append(current, **current.receipt, foreign_id=receipt.foreign_id)
    if current.kind == DeliveryKind.RESPONSIBLE:
        _issue_forwarded(current)


def _issue_forwarded(delivery: Delivery) -> None:
    """The authority that has to act knows of it now; the issue says so."""
    issue = delivery.decision.issue
    issue_event_append(
        issue=issue,
        kind=EventKind.FORWARDED,
        detail={
            "authority": delivery.authority.code,
            "channel": delivery.contact.channel,
            "foreign_id": delivery.foreign_id,
        },
    )
    if issue.status == IssueStatus.RECEIVED:
        issue_set_status(issue=issue, status=IssueStatus.FORWARDED)


@transaction.atomic
def delivery_record_failure(*, delivery: Delivery, error: DeliveryError) -> DeliveryState | None:
    """Stores a failed attempt and when the next one is due, or that it was the last.

    Returns the new state; none when the claim meanwhile belongs to another worker.
    """
    current = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if current.state != DeliveryState.SENDING or current.attempts != delivery.attempts:
        return None
    limit = settings.DELIVERY_REFUSALS_MAX if error.is_permanent else settings.DELIVERY_ATTEMPTS_MAX
    is_last = current.attempts >= limit
    current.state = DeliveryState.FAILED if is_last else DeliveryState.QUEUED
    current.due_at = timezone.now() + timedelta(seconds=_backoff_seconds(current.attempts))
    current.lease_until = None
    current.last_error = str(error)
    current.save(update_fields=["state", "due_at", "lease_until", "last_error"])
    _event_append(
        current,
        error=str(error),
        maybe_arrived=error.maybe_arrived,
        is_permanent=error.is_permanent,
    )
    logger.log(
        logging.ERROR if is_last else logging.WARNING,
        "delivery %s to %s, attempt %s: %s%s",
        current.public_id,
        current.authority.code,
        current.attempts,
        error,
        " - given up" if is_last else "",
    )
    return current.state


def _backoff_seconds(attempts: int) -> float:
    """Tripled with every attempt: 1, 3, 9 … minutes up to a day with the usual settings."""
    return min(
        settings.DELIVERY_BACKOFF_SECONDS * 3 ** (attempts - 1),
        settings.DELIVERY_BACKOFF_MAX_SECONDS,
    )


@transaction.atomic
def deliveries_requeue_failed() -> int:
    """Gives every failed delivery its attempts back, once a person has put the contact right."""
    failed = list(Delivery.objects.select_for_update().filter(state=DeliveryState.FAILED))
    for delivery in failed:
        delivery.state = DeliveryState.QUEUED
        delivery.attempts = 0
        delivery.due_at = timezone.now()
        delivery.save(update_fields=["state", "attempts", "due_at"])
        _event_append(delivery, requeued=True)
    return len(failed)


# --- Numbers that come later ----------------------------------------------------------------------


def deliveries_awaiting_number() -> list[Delivery]:
    """Those whose receiver has only given a token so far, and is to be asked again now; each is claimed."""
    now = timezone.now()
    claimed: list[Delivery] = []
    for delivery in Delivery.objects.filter(
        state=DeliveryState.SENT,
        contact__channel=ChannelKind.OPEN311,
        receipt__has_key="token",
        due_at__lte=now,
    ).exclude(receipt__has_key="token_expired"):
        if delivery.sent_at is None:
            continue
        # Often at first, ever more seldom later: half of the age, between 2 s and an hour.
        wait = min(max((now - delivery.sent_at).total_seconds() / 2, 2), 3600)
        if Delivery.objects.filter(pk=delivery.pk, due_at=delivery.due_at).update(
            due_at=now + timedelta(seconds=wait)
        ):
            claimed.append(delivery)
    return claimed


@transaction.atomic
def delivery_record_number(*, delivery: Delivery, foreign_id: str) -> None:
    """Stores the number a receiver gave for a token; without one, after the limit, that none will come."""
    current = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if current.state != DeliveryState.SENT:
        return
    if foreign_id:
        current.state = DeliveryState.DELIVERED
        current.foreign_id = foreign_id
    elif current.sent_at and timezone.now() - current.sent_at > settings.DELIVERY_TOKEN_LIMIT:
        current.receipt["token_expired"] = True
        logger.warning("delivery %s: the receiver's token never became a number", current.public_id)
    else:
        return
    current.save(update_fields=["state", "foreign_id", "receipt"])
    _event_append(current, **current.receipt, foreign_id=foreign_id)


def _event_append(delivery: Delivery, **detail: Any) -> None:
    DeliveryEvent.objects.create(delivery=delivery, state=delivery.state, detail=detail)
