"""What an authority's system says of a delivery, and what that does: the same as the page of the authority.

Words stay in the house until a clerk passes them on. What means nothing to us becomes news for a person.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import override, pgettext

from issues.services.photos.answered import authority_photo_await
from routing.enums import AnswerSource, DeliveryState, ForeignMeaning
from routing.errors import ChangeRefused
from routing.forwarding.channels.base import Foreign
from routing.forwarding.wording import LANGUAGE
from routing.models import Authority, Delivery
from routing.outbox.answers import (
    Said,
    delivery_accepted,
    delivery_done,
    delivery_heard,
    delivery_in_progress,
    delivery_refused,
    is_said,
)
from routing.outbox.changes import delivery_locked

logger = logging.getLogger(__name__)

STATES: Final = {
    ForeignMeaning.ACCEPTED: DeliveryState.ACCEPTED,
    ForeignMeaning.IN_PROGRESS: DeliveryState.IN_PROGRESS,
    ForeignMeaning.DONE: DeliveryState.DONE,
    ForeignMeaning.REFUSED: DeliveryState.REFUSED,
}


@transaction.atomic
def foreign_take(
    *,
    delivery: Delivery,
    foreign: Foreign,
    source: AnswerSource = AnswerSource.OPEN311,
    named: Authority | None = None,
) -> bool:
    """Stores what was said, once; False where it is known or says nothing. `named`: who is responsible instead."""
    issue, current = delivery_locked(delivery)
    if _is_known(current, foreign, source):
        return False
    is_awaited = bool(foreign.photo_url) and authority_photo_await(
        issue=issue, url=foreign.photo_url
    )
    if foreign.photo_url and not is_awaited:
        foreign = foreign._replace(text="\n".join(filter(None, (foreign.text, foreign.photo_url))))
    means = foreign.meaning
    if means == ForeignMeaning.OPEN and current.state == DeliveryState.DONE:
        means = ForeignMeaning.IN_PROGRESS
    at = _said_at(current, foreign)
    said = Said(source=source, at=at, text=_words(foreign, means), mark=foreign.mark)
    number = foreign.number if not current.foreign_id else ""
    try:
        if _changed(current, said, means, number=number, named=named):
            return True
    except ChangeRefused as error:
        logger.info("delivery %s: “%s” was said there: %s", current, foreign.status, error)
    if foreign.is_state and means in STATES and STATES[means] != current.state:
        # Somebody else said something else, by the dates later: a person sees both.
        said = replace(said, text=_words(foreign, ForeignMeaning.LOOK))
    if (
        foreign.is_state
        and not said.text
        and means == ForeignMeaning.OPEN
        and not _last_mark(current)
    ):
        # That it is there is no news.
        return False
    delivery_heard(delivery=current, said=said, is_news=bool(said.text) or is_awaited)
    return True


def _is_known(delivery: Delivery, foreign: Foreign, source: AnswerSource) -> bool:
    if foreign.is_state:
        return _last_mark(delivery) == foreign.mark
    return is_said(delivery, source=source, mark=foreign.mark)


def _last_mark(delivery: Delivery) -> str:
    told = delivery.events.filter(source=AnswerSource.OPEN311, detail__mark__startswith="state ")
    last = told.order_by("-pk").first()
    return last.detail["mark"] if last else ""


def _said_at(delivery: Delivery, foreign: Foreign) -> datetime | None:
    """When it was said. The state that a list shows now follows the one that it showed before, whatever the dates say:
    receivers write days without hours, and their clocks differ from ours.
    """
    known = delivery.said_at
    if not foreign.is_state or foreign.at is None or known is None or foreign.at >= known:
        return foreign.at
    last = delivery.events.filter(said_at=known).order_by("-pk").first()
    is_of_list = last is not None and last.source == AnswerSource.OPEN311
    return known if is_of_list else foreign.at


def _words(foreign: Foreign, means: ForeignMeaning) -> str:
    """What a clerk reads; a status that only a person can judge stands before it."""
    if means != ForeignMeaning.LOOK or not foreign.status:
        return foreign.text
    with override(LANGUAGE):
        told = pgettext("foreign", "State there: “%(status)s”.") % {"status": foreign.status}
    return " ".join(filter(None, (told, foreign.text)))


def _changed(
    delivery: Delivery, said: Said, means: ForeignMeaning, *, number: str, named: Authority | None
) -> bool:
    match means:
        case ForeignMeaning.ACCEPTED:
            return delivery_accepted(delivery=delivery, said=said, foreign_id=number)
        case ForeignMeaning.IN_PROGRESS:
            return delivery_in_progress(delivery=delivery, said=said)
        case ForeignMeaning.DONE:
            return delivery_done(delivery=delivery, said=said)
        case ForeignMeaning.REFUSED:
            return delivery_refused(delivery=delivery, said=said, reason=said.text, named=named)
    return False
