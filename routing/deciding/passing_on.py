"""What follows when the body that has to act refuses: the next one by itself, a proposal, or the clearing unit.

How likely the next one is follows from the candidates of the refused decision, the refuser's weighed by how often such
refusals are wrong (ADR 34). The rule set's own thresholds then say whether it is sent by itself.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from gis_core.languages import text_in, texts_made
from issues.enums import EventKind, IssueStatus
from issues.models import Department, Issue
from issues.services import issue_event_append
from routing.deciding.asking import clarifications_withdraw
from routing.deciding.contradictions import contradiction_found
from routing.deciding.decisions import decision_supersede, issue_locked
from routing.engine.ranking import Key, Share, outcome_of, shares_ranked
from routing.enums import DecisionCause, DeliveryKind, DeliveryState, Outcome
from routing.models import Authority, Decision, Delivery
from routing.outbox.authorities import authorities_valid
from routing.outbox.clearing import issue_escalate
from routing.outbox.holders import Holder, holders_of, refused_of
from routing.outbox.queue import deliveries_planned, deliveries_store
from routing.outbox.superseding import deliveries_cancel, deliveries_unsent, proposals_outdate
from routing.rulebook.compiled import rule_set_compiled
from routing.sentences import unreachable_phrase
from routing.sentences.refusals import AfterRefusal, sentence_after_refusal
from routing.types import Evidence

logger = logging.getLogger(__name__)

# From so many refusals on nobody is asked next: the city's own unit decides.
CLEARING_FROM: Final = 2
# Until anything is known of a city one refusal in ten is taken for wrong; that weighs as much as ten settled ones.
WRONG_AT_FIRST: Final = 1
SETTLED_AT_FIRST: Final = 10
# A candidate that is less likely is no help to whoever has to confirm it.
PROPOSED_FROM: Final = 0.1
# What the new decision takes over of the refused one: placement, evidence, and what the rules said.
KEPT: Final = ("evidence", "editions", "parcel_key", "road", "candidates", "trace")


def refusals_follow_due(*, limit: int = 500) -> int:
    """Draws the consequence of every refusal that nobody has drawn it of, oldest first; returns how many.

    One that goes wrong is logged and does not hold up the others.
    """
    refused = Delivery.objects.filter(
        state=DeliveryState.REFUSED,
        kind=DeliveryKind.RESPONSIBLE,
        decision__is_current=True,
        decision__outcome=Outcome.ASSIGNED,
        decision__issue__status=IssueStatus.TRIAGE,
    )
    followed = 0
    for issue_id in list(refused.order_by("pk").values_list("decision__issue", flat=True)[:limit]):
        try:
            followed += refusal_follow(issue_id=issue_id) is not None
        except Exception:
            logger.exception("nothing followed from the refusal of issue %s", issue_id)
    return followed


@transaction.atomic
def refusal_follow(*, issue_id: int) -> Decision | None:
    """A new decision with the cause REFUSED, and what it sends; None where the issue is not at a body that refused.

    Never back to a body that had the issue. Raises Issue.DoesNotExist, RuleSetError.
    """
    issue = issue_locked(issue_id)
    former = _refused(issue)
    if former is None or issue.status != IssueStatus.TRIAGE:
        return None
    holders = holders_of(issue_id)
    refused = refused_of(holders)
    is_clearing = len(refused) >= CLEARING_FROM
    following = _following(former, holders, refused[-1], may_send=not is_clearing)
    unit = issue_escalate(issue=issue) if is_clearing else None
    deliveries_cancel(deliveries_unsent(issue_id))
    proposals_outdate(issue_id)
    clarifications_withdraw(issue_id)
    decision = _decision(issue, former, following)
    decision.number = decision_supersede(issue)
    decision.sentences = texts_made(
        lambda language: sentence_after_refusal(
            _told(issue, refused, following, language, is_clearing, unit),
            language=language,
        )
    )
    deliveries, unreachable = deliveries_planned(decision)
    if unreachable:
        decision.outcome = Outcome.PROPOSED
        decision.evidence = {**decision.evidence, "unreachable": unreachable}
        for language in decision.sentences:
            decision.sentences[language] += f" {unreachable_phrase(unreachable, language)}"
    deliveries_store(decision, deliveries)
    if is_clearing:
        contradiction_found(issue=issue, refused=refused)
    issue_event_append(
        issue=issue,
        kind=EventKind.DECIDED,
        detail={"decision": decision.pk, "number": decision.number},
    )
    return decision


def refusals_wrong_share(jurisdiction_id: int) -> float:
    """The share of a city's refusals that are wrong: the issue is settled, and whoever refused has it after all."""
    ends = Delivery.objects.filter(
        decision__issue=OuterRef("decision__issue"),
        decision__is_current=True,
        kind=DeliveryKind.RESPONSIBLE,
        authority=OuterRef("authority"),
    ).exclude(state=DeliveryState.REFUSED)
    settled = Decision.objects.filter(
        Q(decided_by__isnull=False)
        | Q(issue__status__in=[IssueStatus.IN_PROGRESS, IssueStatus.DONE]),
        issue=OuterRef("decision__issue"),
        is_current=True,
        outcome=Outcome.ASSIGNED,
    )
    refused = Delivery.objects.filter(
        Exists(settled),
        decision__issue__jurisdiction=jurisdiction_id,
        kind=DeliveryKind.RESPONSIBLE,
        events__state=DeliveryState.REFUSED,
        events__detail__has_key="reason",
    ).exclude(state=DeliveryState.REFUSED, decision__is_current=True)
    wrong = dict(refused.annotate(is_wrong=Exists(ends)).values_list("pk", "is_wrong"))
    return (sum(wrong.values()) + WRONG_AT_FIRST) / (len(wrong) + SETTLED_AT_FIRST)


@dataclass(frozen=True, kw_only=True)
class _Following:
    """Who is next: nobody where `authority` is None. `candidate` is what the rules say of it, {} where they do not."""

    authority: Authority | None = None
    area_code: str = ""
    candidate: Mapping[str, Any]
    probability: float = 0.0
    is_sent: bool = False


def _refused(issue: Issue) -> Decision | None:
    deliveries = Delivery.objects.filter(
        decision=OuterRef("pk"), kind=DeliveryKind.RESPONSIBLE, state=DeliveryState.REFUSED
    )
    found: Decision | None = (
        issue.decisions.filter(Exists(deliveries), is_current=True, outcome=Outcome.ASSIGNED)
        .select_related("authority", "rule_set")
        .first()
    )
    return found


def _following(
    former: Decision, holders: Sequence[Holder], last: Holder, *, may_send: bool
) -> _Following:
    """Whom the body named, else the likeliest candidate that has not had it; sent where the rules are sure of it.

    Where the clearing unit decides (`may_send` is false) nobody but the body named is put before it.
    """
    assert last.refusal is not None  # noqa: S101 - it stands among those that refused
    valid = {
        one.code: one
        for one in authorities_valid(former.issue.jurisdiction, on=timezone.localdate())
        .select_related("acts_through")
        .order_by("pk")
    }
    had = {(one.authority.pk, one.delivery.decision.area_code) for one in holders}
    ranked = _ranked(former, valid, last)
    open_ones = {
        addressee: share
        for addressee, share in _by_addressee(ranked).items()
        if _told_to(addressee, valid) not in had | {None}
    }
    likeliest = next(iter(open_ones), "")
    is_worth = may_send and open_ones.get(likeliest, 0.0) >= PROPOSED_FROM
    first = likeliest if is_worth else ""
    named = last.refusal.named
    if named is not None and named.code in valid:
        fitting = [one for one in open_ones if one.partition("/")[0] == named.code]
        if fitting or _told_to(named.code, valid) not in had:
            first = fitting[0] if fitting else named.code
    if not first:
        return _Following(candidate={})
    code, _slash, area = first.partition("/")
    said = (one for one in former.candidates if _addressee(one) == first)
    return _Following(
        authority=valid[code],
        area_code=area,
        candidate=next(said, {}),
        probability=round(open_ones.get(first, 0.0), 4),
        is_sent=may_send and _is_sure(former, ranked, first),
    )


def _ranked(
    former: Decision, valid: Mapping[str, Authority], last: Holder
) -> list[tuple[Key, Share]]:
    """What the rules said, the refuser's share weighed down; in the order of candidates, summing to one."""
    wrong = refusals_wrong_share(former.issue.jurisdiction_id)
    refuser = last.authority.pk, last.delivery.decision.area_code
    found: dict[Key, list[Share]] = defaultdict(list)
    for one in former.candidates:
        addressee = _addressee(one)
        factor = wrong if _told_to(addressee, valid) == refuser else 1.0
        key = Key(addressee, one["rule_id"], one["hypothesis"], one.get("level", ""))
        found[key].append(Share(one["probability"] * factor, one["confidence"]))
    total = sum(share.probability for some in found.values() for share in some)
    if total <= 0:
        return []
    return shares_ranked(
        {
            key: [Share(one.probability / total, one.confidence) for one in some]
            for key, some in found.items()
        }
    )


def _is_sure(former: Decision, ranked: Sequence[tuple[Key, Share]], first: str) -> bool:
    """Whether the rules that made the refused decision would send it there by themselves.

    Where a person had decided, a person decides again.
    """
    doubts = former.evidence.get("doubts")
    leader = ranked[0][0].addressee if ranked else ""
    if former.rule_set_id is None or doubts is None or leader != first:
        return False
    bodies = Authority.objects.filter(jurisdiction=former.issue.jurisdiction_id)
    outcome = outcome_of(
        ranked,
        doubts=doubts,
        evidence=Evidence.from_json(former.evidence),
        ruleset=rule_set_compiled(
            former.rule_set_id, frozenset(bodies.values_list("code", flat=True))
        ),
    )
    return outcome == Outcome.ASSIGNED


def _by_addressee(ranked: Sequence[tuple[Key, Share]]) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for key, share in ranked:
        found[key.addressee] += share.probability
    return found


def _addressee(candidate: Mapping[str, Any]) -> str:
    area = candidate["area_code"]
    return f"{candidate['body']}/{area}" if area else candidate["body"]


def _told_to(addressee: str, valid: Mapping[str, Authority]) -> tuple[int, str] | None:
    """Who would be written to, in which area; None for whoever does not act today, and for a person."""
    code, _slash, area = addressee.partition("/")
    authority = valid.get(code)
    return None if authority is None else (authority.acts_through_id or authority.pk, area)


def _decision(issue: Issue, former: Decision, following: _Following) -> Decision:
    """Not stored, and without its sentences."""
    outcome = Outcome.PROPOSED if following.authority else Outcome.TRIAGE
    said = following.candidate
    return Decision(
        issue=issue,
        outcome=Outcome.ASSIGNED if following.is_sent else outcome,
        authority=following.authority,
        area_code=following.area_code,
        rule_id=said.get("rule_id", ""),
        legal_basis=said.get("legal_basis", ""),
        probability=following.probability,
        notify=list(said.get("notify", ())),
        cause=DecisionCause.REFUSED,
        decided_at=timezone.now(),
        **{name: getattr(former, name) for name in KEPT},
    )


def _told(
    issue: Issue,
    refused: Sequence[Holder],
    following: _Following,
    language: str,
    is_clearing: bool,
    unit: Department | None,
) -> AfterRefusal:
    last = refused[-1].refusal
    named = last.named if last else None
    return AfterRefusal(
        category=text_in(issue.category.names, language),
        refusers=[text_in(one.authority.names, language) for one in refused],
        named=text_in(named.names, language) if named else "",
        following=text_in(following.authority.names, language) if following.authority else "",
        is_sent=following.is_sent,
        is_by_rules=bool(following.candidate),
        is_clearing=is_clearing,
        clearing=text_in(unit.names, language) if unit else "",
    )
