"""Proposals: what a change would make of a decision that stands, until a person answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gis_core.models import Edition
from routing.deciding.decisions import decision_renew
from routing.deciding.overrule import decision_confirm
from routing.enums import DecisionCause, Outcome, ProposalState
from routing.errors import RoutingError
from routing.models import Decision, Proposal

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def proposal_build(
    *,
    decision: Decision,
    proposed: Decision,
    edition: Edition | None = None,
    cause: DecisionCause | None = None,
) -> Proposal:
    """An unsaved proposal of what was `proposed` (a decision that is not stored) against the one that stands."""
    return Proposal(
        issue_id=decision.issue_id,
        edition=edition,
        cause=cause.value if cause else "",
        decision=decision,
        outcome=proposed.outcome,
        authority=proposed.authority,
        rule_id=proposed.rule_id,
        probability=proposed.probability,
        sentences=proposed.sentences,
    )


def proposal_close(*, proposal: Proposal, state: ProposalState, by: User) -> Proposal:
    """A person dismisses a proposal, or accepts it: then the issue is decided anew, and the new authority is told.

    Where the rules would only propose what the person has accepted, that is their word and it is sent.
    """
    with transaction.atomic():
        proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
        if proposal.state != ProposalState.OPEN:
            raise RoutingError(
                _("The proposal is %(state)s already.") % {"state": proposal.get_state_display()}
            )
        proposal.state, proposal.closed_by, proposal.closed_at = state, by, timezone.now()
        proposal.save(update_fields=["state", "closed_by", "closed_at"])
        if state == ProposalState.ACCEPTED:
            cause = DecisionCause(proposal.cause) if proposal.cause else DecisionCause.RENEWED
            decision = decision_renew(issue_id=proposal.issue_id, by=by, cause=cause)
            if (
                decision.outcome == Outcome.PROPOSED
                and decision.authority_id == proposal.authority_id
            ):
                decision_confirm(issue_id=proposal.issue_id, seen=decision.number, by=by)
    return proposal
