"""What an authority answers on its page, whoever there has the link: once, and never over another's answer unseen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet

from issues.services.photos.answered import authority_photo_store
from issues.services.photos.stored import photo_prepare
from routing.enums import AnswerSource, DeliveryKind, DeliveryState
from routing.errors import AnswerOutdated, ChangeRefused
from routing.models import Authority, Delivery, DeliveryEvent
from routing.outbox.answers import (
    Said,
    delivery_accepted,
    delivery_done,
    delivery_heard,
    delivery_in_progress,
    delivery_refused,
)
from routing.outbox.changes import delivery_locked


class PartnerVerb(StrEnum):
    """What can be answered; the words of the addresses."""

    ACCEPT = "accept"
    PROGRESS = "progress"
    REFUSE = "refuse"
    DONE = "done"
    ASK = "ask"


STATES = {
    PartnerVerb.ACCEPT: DeliveryState.ACCEPTED,
    PartnerVerb.PROGRESS: DeliveryState.IN_PROGRESS,
    PartnerVerb.REFUSE: DeliveryState.REFUSED,
    PartnerVerb.DONE: DeliveryState.DONE,
}


@dataclass(frozen=True, kw_only=True)
class PartnerAnswer:
    """`named`: who is responsible instead. `photo`: a file as it was sent. `foreign_id`: the body's own number."""

    verb: PartnerVerb
    text: str = ""
    foreign_id: str = ""
    named: Authority | None = None
    photo: bytes | None = None


def answer_mark(delivery: Delivery) -> str:
    """Names the last answer that is known, "0" before the first one; a form carries it back."""
    last = _answers(delivery).last()
    return str(last.pk) if last else "0"


def verbs_open(delivery: Delivery) -> tuple[PartnerVerb, ...]:
    """What may be answered now, in the order of the page. Whoever got a copy, or had it before, can still ask."""
    if delivery.state == DeliveryState.WITHDRAWN:
        return ()
    acts = delivery.kind == DeliveryKind.RESPONSIBLE and delivery.decision.is_current
    if not acts or delivery.state == DeliveryState.REFUSED:
        return (PartnerVerb.ASK,)
    first: tuple[PartnerVerb, ...]
    match delivery.state:
        case DeliveryState.ACCEPTED:
            first = (PartnerVerb.PROGRESS, PartnerVerb.REFUSE, PartnerVerb.DONE)
        case DeliveryState.IN_PROGRESS:
            first = (PartnerVerb.REFUSE, PartnerVerb.DONE)
        case DeliveryState.DONE:
            first = (PartnerVerb.PROGRESS,)
        case _:
            first = (PartnerVerb.ACCEPT, PartnerVerb.REFUSE, PartnerVerb.DONE)
    return (*first, PartnerVerb.ASK)


def partner_answer(*, delivery: Delivery, answer: PartnerAnswer, mark: str) -> bool:
    """Stores the answer with its photo in one transaction; False for the same one again (two taps, a repeat).

    `mark` is what the page knew (`answer_mark`). Raises AnswerOutdated where somebody else has answered since,
    ChangeRefused where it can no longer be answered so, PhotoRefused; then nothing is stored.
    """
    prepared = photo_prepare(answer.photo) if answer.photo else None
    with transaction.atomic():
        issue, current = delivery_locked(delivery)
        last = _answers(current).last()
        if mark != (str(last.pk) if last else "0"):
            if last is not None and _is_same(last, answer):
                return False
            raise AnswerOutdated("somebody has answered since")
        if answer.verb not in verbs_open(current):
            raise ChangeRefused(f"{current}: {answer.verb} is not open")
        if prepared is not None:
            authority_photo_store(issue=issue, prepared=prepared)
        _take(current, answer)
    return True


def _answers(delivery: Delivery) -> QuerySet[DeliveryEvent]:
    return delivery.events.exclude(source=AnswerSource.PROGRAM).order_by("pk")


def _is_same(event: DeliveryEvent, answer: PartnerAnswer) -> bool:
    """Whether the last answer says what this one says: then it was sent twice."""
    is_state = event.state == STATES.get(answer.verb, event.state)
    named = answer.named.code if answer.named else ""
    return (
        event.source == AnswerSource.PARTNER
        and is_state
        and event.detail.get("text", "") == answer.text
        and event.detail.get("named", "") == named
    )


def _take(delivery: Delivery, answer: PartnerAnswer) -> None:
    said = Said(source=AnswerSource.PARTNER, text=answer.text)
    match answer.verb:
        case PartnerVerb.ACCEPT:
            delivery_accepted(delivery=delivery, said=said, foreign_id=answer.foreign_id)
        case PartnerVerb.PROGRESS:
            delivery_in_progress(delivery=delivery, said=said)
        case PartnerVerb.DONE:
            delivery_done(delivery=delivery, said=said)
        case PartnerVerb.ASK:
            delivery_heard(delivery=delivery, said=said, asks=True)
        case PartnerVerb.REFUSE:
            delivery_refused(delivery=delivery, said=said, reason=answer.text, named=answer.named)
