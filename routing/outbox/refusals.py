"""Who said of an issue that somebody else is responsible: read by whoever gets it next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from routing.enums import AnswerSource, DeliveryState
from routing.models import Authority, DeliveryEvent


@dataclass(frozen=True)
class Refusal:
    """`named` is whom the body named instead, None where it named nobody; `reason` are its own words."""

    authority: Authority
    at: datetime
    reason: str
    named: Authority | None


def refusals_of(issue_id: int) -> list[Refusal]:
    """All refusals of an issue, the oldest first; two queries."""
    events = (
        DeliveryEvent.objects.filter(
            delivery__decision__issue=issue_id, state=DeliveryState.REFUSED
        )
        .exclude(source=AnswerSource.PROGRAM)
        .select_related("delivery__authority")
        .order_by("at", "pk")
    )
    # A later word of a body that had refused is noted in the same state.
    found = [one for one in events if "reason" in one.detail]
    codes = {one.detail["named"] for one in found if "named" in one.detail}
    named = {
        one.code: one
        for one in Authority.objects.filter(
            code__in=codes,
            jurisdiction__in={one.delivery.authority.jurisdiction_id for one in found},
        )
    }
    return [
        Refusal(
            authority=one.delivery.authority,
            at=one.said_at or one.at,
            reason=one.detail["reason"],
            named=named.get(one.detail.get("named", "")),
        )
        for one in found
    ]
