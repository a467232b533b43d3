"""Who had an issue to act on it, one after the other, and who of them said no: read by whoever gets it next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from routing.enums import AnswerSource, DeliveryKind, DeliveryState
from routing.models import Authority, Delivery, DeliveryEvent


@dataclass(frozen=True)
class Refusal:
    """`named` is whom the body named instead, None where it named nobody; `reason` are its own words."""

    at: datetime
    reason: str
    named: Authority | None


@dataclass(frozen=True)
class Holder:
    """`since`: when the body got it. `refusal` is its last one, None where it never refused."""

    delivery: Delivery
    since: datetime
    refusal: Refusal | None

    @property
    def authority(self) -> Authority:
        """Who was written to; for a body that acts through another it is that one."""
        found: Authority = self.delivery.authority
        return found

    @property
    def has_it(self) -> bool:
        """Whether it is still the one that has to act."""
        return bool(self.delivery.decision.is_current) and self.refusal is None


def holders_of(issue_id: int) -> list[Holder]:
    """Every body that had the issue to act on it, the first one first; three queries."""
    deliveries = list(
        Delivery.objects.filter(
            decision__issue=issue_id, kind=DeliveryKind.RESPONSIBLE, sent_at__isnull=False
        )
        .select_related("authority", "decision")
        .order_by("sent_at", "pk")
    )
    # What a body says later, its delivery refused already, is noted in the same state, without a reason.
    events = DeliveryEvent.objects.filter(
        delivery__in=deliveries, state=DeliveryState.REFUSED, detail__has_key="reason"
    )
    refusals = {
        one.delivery_id: one for one in events.exclude(source=AnswerSource.PROGRAM).order_by("pk")
    }
    named = _named(deliveries, refusals.values())
    return [
        Holder(one, one.sent_at or one.created_at, _refusal(refusals.get(one.pk), named))
        for one in deliveries
    ]


def refused_of(holders: Sequence[Holder]) -> list[Holder]:
    """Those that refused, in the order in which they did."""
    said = [(one.refusal.at, one) for one in holders if one.refusal is not None]
    return [one for _at, one in sorted(said, key=lambda pair: pair[0])]


def _refusal(event: DeliveryEvent | None, named: Mapping[str, Authority]) -> Refusal | None:
    if event is None:
        return None
    detail = event.detail
    return Refusal(event.said_at or event.at, detail["reason"], named.get(detail.get("named", "")))


def _named(
    deliveries: Sequence[Delivery], refusals: Iterable[DeliveryEvent]
) -> dict[str, Authority]:
    codes = {one.detail["named"] for one in refusals if "named" in one.detail}
    if not codes:
        return {}
    jurisdiction = deliveries[0].authority.jurisdiction_id
    found = Authority.objects.filter(code__in=codes, jurisdiction=jurisdiction)
    return {one.code: one for one in found}
