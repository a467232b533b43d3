"""Reading decisions."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from routing.enums import DecisionCause, Outcome
from routing.models import Decision


def decisions_latest(issue_ids: Collection[int]) -> dict[int, Decision]:
    """The decision that counts for each issue, in one query."""
    current = Decision.objects.filter(issue_id__in=issue_ids, is_current=True)
    return {decision.issue_id: decision for decision in current.select_related("authority")}


def decisions_overruled(decisions: Iterable[Decision]) -> dict[int, Decision]:
    """Issue → what the rules last said before a person decided, for those of the decisions that a person made."""
    people = [one.issue_id for one in decisions if one.cause == DecisionCause.OVERRULED]
    former = (
        Decision.objects.filter(issue_id__in=people, rule_set__isnull=False)
        .order_by("issue_id", "-number")
        .distinct("issue_id")
    )
    return {decision.issue_id: decision for decision in former}


def agency_names(issue_ids: Collection[int]) -> dict[int, str]:
    """Issue → the public name of who must act, for those that are decided; never reveals an owner."""
    return {
        issue_id: decision.authority.public_name
        for issue_id, decision in decisions_latest(issue_ids).items()
        if decision.authority is not None and decision.outcome == Outcome.ASSIGNED
    }
