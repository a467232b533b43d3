"""Reading decisions."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import OuterRef, Subquery

from gis_core.languages import Texts, text_in
from routing.enums import AreaKind, DecisionCause, DeliveryKind, DeliveryState, Outcome
from routing.models import Area, Decision, Delivery


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
    """Issue → the public name of who must act, for those that are decided, in one query.

    Of a sheltered issue it is the municipality's, whatever is decided, and so it is for an authority that acts through
    another. Of a neighbour it says which one.
    """
    neighbours = Area.objects.active().filter(
        kind=AreaKind.NEIGHBOUR,
        jurisdiction=OuterRef("issue__jurisdiction"),
        code=OuterRef("area_code"),
    )
    current = Decision.objects.filter(issue_id__in=issue_ids, is_current=True).annotate(
        area=Subquery(neighbours.values("name")[:1])
    )
    rows = current.values_list(
        "issue_id",
        "outcome",
        "area",
        "authority__public_names",
        "authority__acts_through",
        "issue__is_sheltered",
        "issue__jurisdiction__public_names",
        "issue__jurisdiction__name",
    )
    names: dict[int, str] = {}
    for issue_id, outcome, area, authority, through, is_sheltered, municipality, name in rows:
        is_decided = authority is not None and outcome == Outcome.ASSIGNED
        if is_sheltered or (is_decided and through is not None):
            names[issue_id] = text_in(municipality) or name
        elif is_decided:
            names[issue_id] = f"{text_in(authority)} {area or ''}".rstrip()
    return names


def refusers_public(issue_id: int) -> list[Texts]:
    """The public names of the bodies that refused an issue, the first one first, each once; one query.

    One that acts for another is left out: whose ground it is would follow. Nothing of it is for a sheltered issue.
    """
    refused = Delivery.objects.filter(
        decision__issue=issue_id,
        kind=DeliveryKind.RESPONSIBLE,
        state=DeliveryState.REFUSED,
        decision__authority__acts_through=None,
    )
    names = refused.order_by("sent_at", "pk").values_list("authority", "authority__public_names")
    return list(dict(names).values())
