"""A person's decision taken back before anybody outside has heard of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from issues.enums import EventKind
from issues.services import issue_event_append
from routing.deciding.asking import WITHDRAWN
from routing.deciding.decisions import decision_supersede, issue_locked
from routing.enums import ProposalState
from routing.errors import DecisionOutdated
from routing.models import Clarification, Decision, Proposal
from routing.outbox.queue import deliveries_queue
from routing.outbox.selectors import deliveries_not_called_off
from routing.outbox.superseding import deliveries_cancel, deliveries_unsent

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def decision_take_back(*, issue_id: int, number: int, since: datetime, by: User | None) -> None:
    """What counted before decision `number` counts again, as a decision of its own; so do its proposals and questions.

    `since` is when the person began. What the former decision had not sent is queued again. Raises DecisionOutdated
    where another decision counts by now, or a message of this one has left the house or may have.
    """
    with transaction.atomic():
        issue = issue_locked(issue_id)
        standing = issue.decisions.filter(is_current=True).first()
        if standing is None or standing.number != number:
            raise DecisionOutdated(_("Meanwhile somebody else has decided."))
        unsent = deliveries_unsent(issue_id)
        own = deliveries_not_called_off().filter(decision=standing)
        if own.exclude(pk__in=[one.pk for one in unsent]).exists():
            raise DecisionOutdated(_("The authority has been written to already."))
        deliveries_cancel(unsent)
        former = issue.decisions.filter(number__lt=number).order_by("-number").first()
        if former is None:
            raise DecisionOutdated(_("There is no decision before this one."))
        was_sent = deliveries_not_called_off().filter(decision=former)
        needs_sending = not was_sent.exists()
        again = Decision.objects.get(pk=former.pk)
        again.pk, again.number, again.is_current = None, decision_supersede(issue), True
        again._state.adding = True
        again.save()
        if needs_sending:
            deliveries_queue(again)
        _reopen(issue_id, since)
        issue_event_append(
            issue=issue,
            kind=EventKind.DECIDED,
            by=by,
            detail={"decision": again.pk, "number": again.number, "taken_back": number},
        )


def _reopen(issue_id: int, since: datetime) -> None:
    """Questions and proposals that ended with the decision are open again."""
    Clarification.objects.filter(
        issue_id=issue_id, answer=WITHDRAWN, answered_at__gte=since
    ).update(answer="", answered_at=None)
    Proposal.objects.filter(
        issue_id=issue_id, state=ProposalState.OUTDATED, closed_at__gte=since
    ).update(state=ProposalState.OPEN, closed_at=None)
