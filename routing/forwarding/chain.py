"""Who had the report before, as the next body reads it: when, and why they refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gis_core.languages import text_in
from routing.forwarding.wording import LANGUAGE, text_told
from routing.models import Delivery
from routing.outbox.holders import Holder, holders_of


@dataclass(frozen=True)
class Former:
    """Names are those for the public. `refused_at`: None where the body did not refuse; `named`: whom it named, or "".

    `words` are its own, masked as texts of reporters are. `has_it`: it is the one that has to act now.
    """

    name: str
    since: datetime
    has_it: bool
    refused_at: datetime | None
    named: str
    words: str


def formers_told(delivery: Delivery) -> tuple[Former, ...]:
    """Every other body that had the issue to act on it, the first one first."""
    return tuple(
        Former(
            name=text_in(one.authority.public_names, LANGUAGE),
            since=one.since,
            has_it=one.has_it,
            refused_at=one.refusal.at if one.refusal else None,
            named=_named(one),
            words=text_told(one.refusal.reason) if one.refusal else "",
        )
        for one in holders_of(delivery.decision.issue_id)
        if one.authority.pk != delivery.authority_id
    )


def _named(holder: Holder) -> str:
    named = holder.refusal.named if holder.refusal else None
    return text_in(named.public_names, LANGUAGE) if named else ""
