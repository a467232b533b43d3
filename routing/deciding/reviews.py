"""Decisions looked at again because the report changed."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from issues.enums import CHANGES, EventKind, IssueStatus
from issues.models import IssueEvent
from issues.services import issue_event_append
from routing.deciding.decisions import (
    decision_make,
    decision_renew,
    decision_restate,
    decisions_compute,
    issue_locked,
    shelter_renew,
)
from routing.deciding.proposals import proposal_build
from routing.enums import DecisionCause, Outcome
from routing.models import Decision, Proposal
from routing.outbox.superseding import anything_sent, deliveries_unsent, proposals_outdate

logger = logging.getLogger(__name__)

CAUSES: Final = {
    EventKind.MOVED: DecisionCause.MOVED,
    EventKind.RECATEGORISED: DecisionCause.RECATEGORISED,
    EventKind.ANSWERED: DecisionCause.ANSWERED,
}
# Whoever stored a change decides on it at once; the sweep does not run into that.
SETTLED_AFTER: Final = timedelta(seconds=10)


def decision_review(*, issue_id: int, cause: DecisionCause) -> Decision | Proposal | None:
    """What follows when place, category or answers of an issue changed.

    Nothing sent yet: decided anew at once, what was queued is cancelled. Otherwise, and where a person has decided: a
    proposal, if another authority has to act (open proposals are outdated in any case). Where it clearly is the same
    one, sentence and evidence are renewed and nothing is sent. A closed issue stays as it is.
    Returns the new decision or proposal, if there is one. Raises Issue.DoesNotExist, RuleSetError.
    """
    with transaction.atomic():
        issue = issue_locked(issue_id)
        issue.refresh_from_db(fields=["status"])
        if IssueStatus(issue.status).is_closed:
            shelter_renew(issue)
            return None
        standing = issue.decisions.select_related("authority").filter(is_current=True).first()
        if standing is None:
            return decision_make(issue_id=issue_id)
        proposals_outdate(issue_id)
        by_person = standing.cause == DecisionCause.OVERRULED
        if not by_person and not anything_sent(issue_id, deliveries_unsent(issue_id)):
            return decision_renew(issue_id=issue_id, cause=cause)
        shelter_renew(issue)
        [proposed] = decisions_compute({issue_id: issue})
        is_same = (proposed.authority_id, proposed.area_code) == (
            standing.authority_id,
            standing.area_code,
        )
        if is_same and proposed.outcome == Outcome.ASSIGNED and not by_person:
            return decision_restate(issue=issue, anew=proposed, cause=cause)
        detail = {"decision": standing.pk, "number": standing.number, "stands": True}
        issue_event_append(issue=issue, kind=EventKind.DECIDED, detail=detail)
        if is_same:
            return None
        proposal = proposal_build(decision=standing, proposed=proposed, cause=cause)
        proposal.save()
        return proposal


def reviews_make_missing(*, limit: int = 500) -> int:
    """Looks again at open issues that changed and that nobody has decided on since, oldest first; their number.

    Such are left behind when something goes wrong after a change was stored. One that cannot be decided is logged and
    does not hold up the others.
    """
    decided = IssueEvent.objects.filter(
        issue=OuterRef("issue"), kind=EventKind.DECIDED, pk__gt=OuterRef("pk")
    )
    waiting = (
        IssueEvent.objects.filter(
            ~Exists(decided), kind__in=CHANGES, at__lt=timezone.now() - SETTLED_AFTER
        )
        .exclude(issue__status__in=[one for one in IssueStatus if one.is_closed])
        .order_by("pk")
        .values_list("issue_id", "kind")[:limit]
    )
    made = 0
    for issue_id, kind in dict(waiting).items():
        try:
            decision_review(issue_id=issue_id, cause=CAUSES[EventKind(kind)])
        except Exception:
            logger.exception("the change of issue %s could not be decided on", issue_id)
        else:
            made += 1
    return made
