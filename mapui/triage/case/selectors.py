"""What the page of one issue reads."""

from __future__ import annotations

from typing import Any, Final

from issues.enums import ReplyState
from issues.models import Issue, IssueEvent
from issues.redaction import CONTACTS, masked
from routing.enums import AnswerSource, DecisionCause, DeliveryState, ProposalState
from routing.models import (
    Authority,
    Decision,
    DeliveryEvent,
    Proposal,
    ReporterNotice,
    ServiceAnswer,
)
from routing.outbox.transfers import RECALLS

# Of an authority's words, as everybody may read them.
NOTE_MAX: Final = 500


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


def recalls_lost(issue: Issue) -> list[ReporterNotice]:
    """What bodies should have heard and could not be told: somebody has to phone."""
    found = ReporterNotice.objects.filter(
        delivery__decision__issue=issue,
        kind__in=RECALLS,
        state__in=(ReplyState.CANCELLED, ReplyState.FAILED),
    )
    return list(found.select_related("delivery__authority", "delivery__contact").order_by("pk"))


def authority_answers(issue: Issue) -> list[dict[str, Any]]:
    """All that authorities said of the issue, the latest first; each with its words as they may be passed on."""
    events = (
        DeliveryEvent.objects.filter(delivery__decision__issue=issue)
        .exclude(source=AnswerSource.PROGRAM)
        .select_related("delivery__authority", "by")
        .order_by("-pk")
    )
    names = _named(issue, {one.detail["named"] for one in events if "named" in one.detail})
    return [
        {
            "event": one,
            "text": (text := one.detail.get("text") or one.detail.get("reason", "")),
            "proposed": masked(text, kinds=CONTACTS)[:NOTE_MAX],
            "sender": one.detail.get("sender", ""),
            "named": names.get(one.detail.get("named", ""), ""),
            "is_ours": bool(one.detail.get("replies")),
            "is_question": bool(one.detail.get("asks")),
            "is_automatic": one.detail.get("automatic", False),
            "is_open": one.delivery.state
            not in {DeliveryState.WITHDRAWN, DeliveryState.DONE, DeliveryState.REFUSED},
        }
        for one in events
    ]


def _named(issue: Issue, codes: set[str]) -> dict[str, str]:
    """Code → name of the bodies that another one named."""
    if not codes:
        return {}
    found = Authority.objects.filter(jurisdiction=issue.jurisdiction_id, code__in=codes)
    return {one.code: one.name for one in found}
