"""What the page of one issue reads."""

from __future__ import annotations

from issues.models import Issue, IssueEvent
from routing.enums import DecisionCause, ProposalState
from routing.models import Decision, Proposal, ServiceAnswer


def decision_ruled(decision: Decision | None) -> Decision | None:
    """What the rules said last before a person decided; None where no person did."""
    if decision is None or decision.cause != DecisionCause.OVERRULED:
        return None
    former = Decision.objects.filter(issue_id=decision.issue_id, rule_set__isnull=False)
    return former.select_related("authority").order_by("-number").first()


def issue_events(issue: Issue) -> list[IssueEvent]:
    """What happened to an issue, latest first."""
    return list(IssueEvent.objects.filter(issue=issue).select_related("by").order_by("-at", "-pk"))


def proposal_open(issue: Issue) -> Proposal | None:
    """What a later edition of the geodata proposes for this issue, if nobody has answered that yet."""
    proposals = Proposal.objects.filter(issue=issue, state=ProposalState.OPEN)
    return proposals.select_related("authority", "edition").first()


def service_answers(issue: Issue) -> list[ServiceAnswer]:
    """What map services told about the place of the issue, latest first."""
    return list(ServiceAnswer.objects.filter(issue=issue).order_by("-asked_at", "-pk"))
