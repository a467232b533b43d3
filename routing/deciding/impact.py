"""What an edition would change for open issues, before it is activated; and the proposals made of that afterwards.

Only the issues that its difference touches are decided anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from gis_core.datasets import dataset_spec, dataset_specs
from gis_core.enums import EditionStatus
from gis_core.models import Edition, Jurisdiction
from gis_core.services.editions import activation_rehearse
from issues.enums import IssueStatus
from issues.models import Issue
from routing.deciding.decisions import decisions_compute
from routing.deciding.in_force import decisions_overruled
from routing.deciding.proposals import proposal_build
from routing.enums import ProposalState
from routing.evidence.touched import issues_touched
from routing.models import Authority, Decision, Proposal

# Issues that are decided by one statement: memory stays flat however many are open.
CHUNK: Final = 500
# In an edition's report: how many proposals its activation led to.
PROPOSALS: Final = "proposals"
CLOSED: Final = tuple(status for status in IssueStatus if status.is_closed)


@dataclass(frozen=True)
class Impact:
    """An open issue that would get another authority. `proposed` is a decision that is not stored."""

    issue: Issue
    decision: Decision
    proposed: Decision

    @property
    def sentence(self) -> str:
        """The reason of the proposed decision, in the language of the screen."""
        return self.proposed.sentence

    def as_json(self) -> dict[str, Any]:
        return {
            "issue": self.issue.pk,
            "number": self.issue.number,
            "latitude": self.issue.latitude,
            "longitude": self.issue.longitude,
            "from": _name(self.decision.authority),
            "from_outcome": self.decision.outcome,
            "to": _name(self.proposed.authority),
            "to_outcome": self.proposed.outcome,
            "sentences": self.proposed.sentences,
        }


def impact_of(edition: Edition) -> list[Impact]:
    """The open issues that would get another authority if this STAGED edition were activated; nothing is written.

    For an edition that is active already: those that it touches and that would get another one than they have,
    decided now. Buildings, addresses and cadastral districts decide nothing, so they concern nobody.
    """
    if not dataset_spec(edition.dataset).is_evidence:
        return []
    if edition.status == EditionStatus.ACTIVE:
        return list(_differing(_touched([edition])))
    if not any(edition.report.get(name) for name in ("new", "changed", "vanished", "reordered")):
        return []
    with activation_rehearse(edition) as rehearsed:
        return list(_differing(_touched([rehearsed])))


def proposals_make(edition: Edition) -> int:
    """Stores what the activation of an edition changes as proposals; the number of them.

    Decisions stay as they are. An open proposal of an issue that is touched gives way to a newer one, or to none.
    That it was done is noted in the reports of this edition and of those activated before it, whose proposals these
    are as well.
    """
    if not dataset_spec(edition.dataset).is_evidence:
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext('routing.proposals'), %s)",
                [edition.jurisdiction_id],
            )
        waiting = list(
            _without_proposals(edition.jurisdiction_id).filter(
                activated_at__lte=edition.activated_at
            )
        )
        if not waiting:
            return 0
        touched = _touched(waiting)
        impacts = list(_differing(touched))
        open_ones = Proposal.objects.filter(
            Q(issue__in=touched) | Q(issue__status__in=CLOSED),
            state=ProposalState.OPEN,
            issue__jurisdiction=edition.jurisdiction_id,
        )
        open_ones.update(state=ProposalState.OUTDATED, closed_at=timezone.now())
        Proposal.objects.bulk_create(
            proposal_build(decision=impact.decision, proposed=impact.proposed, edition=edition)
            for impact in impacts
        )
        for done in waiting:
            done.report[PROPOSALS] = len(impacts) if done == edition else 0
        Edition.objects.bulk_update(waiting, ["report"])
    return len(impacts)


def proposals_make_missing() -> int:
    """Makes the proposals that are missing because it went wrong after an activation; the number of them."""
    made = 0
    for jurisdiction in Jurisdiction.objects.order_by("pk"):
        latest = _without_proposals(jurisdiction.pk).order_by("activated_at", "pk").last()
        if latest is not None:
            made += proposals_make(latest)
    return made


def _without_proposals(jurisdiction: int) -> QuerySet[Edition]:
    """Editions that became active, be it a moment ago, and for which nobody looked what that changes."""
    evidence = [spec.dataset for spec in dataset_specs() if spec.is_evidence]
    return Edition.objects.filter(
        jurisdiction=jurisdiction, dataset__in=evidence, activated_at__isnull=False
    ).exclude(report__has_key=PROPOSALS)


def _touched(editions: Sequence[Edition]) -> set[int]:
    """The open, decided issues that the differences of these editions touch."""
    decided = Decision.objects.filter(
        is_current=True, issue__jurisdiction=editions[0].jurisdiction_id
    ).exclude(issue__status__in=CLOSED)
    return issues_touched(list(decided.values_list("issue_id", flat=True)), editions)


def _differing(issue_ids: Collection[int]) -> Iterator[Impact]:
    """Issues decided anew on what this connection sees as active, where the answer is another one.

    What a person has overruled already is not proposed again and again: only an answer that is new to them is.
    """
    ids = sorted(issue_ids)
    for start in range(0, len(ids), CHUNK):
        chunk = Decision.objects.filter(
            is_current=True, issue__in=ids[start : start + CHUNK]
        ).select_related("issue__category", "authority")
        decisions = {decision.issue_id: decision for decision in chunk.order_by("issue_id")}
        issues = {pk: decision.issue for pk, decision in decisions.items()}
        overruled = decisions_overruled(decisions.values())
        for proposed in decisions_compute(issues):
            decision = decisions[proposed.issue_id]
            known = {_answer(one) for one in (decision, overruled.get(decision.issue_id)) if one}
            if _answer(proposed) not in known:
                yield Impact(decision.issue, decision, proposed)


def _answer(decision: Decision) -> tuple[int | None, str]:
    """Who; not how sure: a decision that nobody could be told of went to triage with the same authority."""
    return decision.authority_id, decision.area_code


def _name(authority: Authority | None) -> str:
    return "" if authority is None else authority.code
