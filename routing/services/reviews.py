"""Decisions looked at again because the report changed."""

from __future__ import annotations

from django.db import transaction

from issues.enums import IssueStatus
from routing.enums import DecisionCause
from routing.models import Decision, Proposal
from routing.services.decisions import (
    decision_make,
    decision_renew,
    decisions_compute,
    issue_locked,
)
from routing.services.proposals import proposal_build
from routing.services.superseding import anything_sent, deliveries_unsent, proposals_outdate


def decision_review(*, issue_id: int, cause: DecisionCause) -> Decision | Proposal | None:
    """What follows when place, category or answers of an issue changed.

    Nothing sent yet: decided anew at once, what was queued is cancelled. Otherwise, and where a person has decided: a
    proposal, if the answer is another one (open proposals are outdated in any case). A closed issue stays as it is.
    Returns the new decision or proposal, if there is one. Raises Issue.DoesNotExist, RuleSetError.
    """
    with transaction.atomic():
        issue = issue_locked(issue_id)
        issue.refresh_from_db(fields=["status"])
        if IssueStatus(issue.status).is_closed:
            return None
        standing = issue.decisions.select_related("authority").order_by("-number").first()
        if standing is None:
            return decision_make(issue_id=issue_id)
        proposals_outdate(issue_id)
        by_person = standing.cause == DecisionCause.OVERRULED
        if not by_person and not anything_sent(issue_id, deliveries_unsent(issue_id)):
            return decision_renew(issue_id=issue_id, cause=cause)
        [proposed] = decisions_compute({issue_id: issue})
        if (proposed.authority_id, proposed.area_code) == (
            standing.authority_id,
            standing.area_code,
        ):
            return None
        proposal = proposal_build(decision=standing, proposed=proposed, cause=cause)
        proposal.save()
        return proposal
