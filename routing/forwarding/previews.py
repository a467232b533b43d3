"""What would leave the house about an issue, before anybody confirms: rendered as it is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from issues.models import Issue
from routing.enums import Outcome
from routing.forwarding.channels import channel_of
from routing.forwarding.envelope import envelope_build
from routing.models import Decision, Delivery
from routing.outbox.queue import deliveries_planned

HIDDEN: Final = "https://…"


@dataclass(frozen=True)
class Preview:
    """A delivery, stored or only foreseen (`is_foreseen`), and its text."""

    delivery: Delivery
    text: str
    is_foreseen: bool


def previews_of(issue: Issue) -> list[Preview]:
    """By the decision that counts: what is stored, else what a confirmation would send. Stores nothing.

    The link and the address for the answer are left out: whoever has them answers for the authority.
    """
    decision = issue.decisions.select_related("authority").filter(is_current=True).first()
    if decision is None or decision.authority is None:
        return []
    stored = list(decision.deliveries.select_related("authority", "contact").order_by("pk"))
    found = stored or _foreseen(issue, decision)
    return [Preview(one, _text(one), is_foreseen=not stored) for one in found]


def _foreseen(issue: Issue, decision: Decision) -> list[Delivery]:
    decision.outcome, decision.issue = Outcome.ASSIGNED, issue
    deliveries, _missing = deliveries_planned(decision)
    return deliveries


def _text(delivery: Delivery) -> str:
    envelope = replace(envelope_build(delivery), link=HIDDEN, reply_token=HIDDEN)
    return channel_of(delivery.contact.channel).preview(envelope, delivery.contact)
