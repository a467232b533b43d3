"""Golden cases: places and categories whose authority is settled, pinned by people and held against what is new."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from gis_core.enums import EditionStatus
from gis_core.languages import language_first, text_in
from gis_core.models import Edition, Jurisdiction
from gis_core.services.editions import activation_rehearse
from issues.models import Issue
from issues.services import answers_closed
from routing.deciding.in_force import refusers_public
from routing.deciding.results import results_by
from routing.enums import DeliveryKind, DeliveryState, Outcome
from routing.errors import TrialRefused
from routing.evidence import Question
from routing.models import Decision, Delivery, GoldenCase, RuleSet
from routing.sentences.refusals import refused_phrase
from routing.types import Result

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TRIAGE = "TRIAGE"
# Cases that are decided by one statement.
CHUNK = 500


@dataclass(frozen=True, kw_only=True)
class GoldenFinding:
    """A case with three codes: the expected authority (or TRIAGE), today's result and the tried result.

    A case that only proposes its authority holds: a person has to say yes, but nobody else is told.
    """

    case: GoldenCase
    expected: str
    present: str
    tried: str

    @property
    def holds(self) -> bool:
        return self.tried == self.expected

    @property
    def breaks(self) -> bool:
        """Broken by what is tried: it holds today."""
        return not self.holds and self.present == self.expected

    @property
    def mends(self) -> bool:
        return self.holds and self.present != self.expected

    @property
    def state(self) -> str:
        """holds, breaks, mends, or fails (today and then)."""
        if self.holds:
            return "mends" if self.mends else "holds"
        return "breaks" if self.breaks else "fails"


def golden_pin(*, issue: Issue, by: User, name: str = "") -> GoldenCase:
    """Pins an issue's place, category and authority as a golden case; the decision in force is a person's.

    Free text that somebody wrote into an answer is left out; who refused the issue is named. Raises TrialRefused where
    no person has decided, and where the issue is pinned already.
    """
    decision = Decision.objects.filter(issue=issue, is_current=True).first()
    if decision is None or decision.decided_by is None:
        raise TrialRefused(_("Only what a person has decided can become a golden case."))
    assigned = decision.outcome == Outcome.ASSIGNED
    try:
        with transaction.atomic():
            return GoldenCase.objects.create(
                jurisdiction=issue.jurisdiction,
                name=name.strip()
                or f"{issue.number}: {text_in(issue.category.names, language_first())}",
                issue=issue,
                category=issue.category,
                point=issue.point,
                accuracy_m=issue.accuracy_m,
                answers=answers_closed(issue.category, issue.answers),
                authority=decision.authority if assigned else None,
                reason=_reason(decision),
                created_by=by,
            )
    except IntegrityError as error:
        raise TrialRefused(_("This issue is a golden case already.")) from error


def _reason(decision: Decision) -> str:
    """Who refused it, and why the person decided so."""
    reason = decision.reason or text_in(decision.sentences, language_first())
    refused = refusers_public(decision.issue_id)
    return f"{refused_phrase(refused, language_first())} {reason}" if refused else reason


def golden_offered(issues: QuerySet[Issue]) -> QuerySet[Issue]:
    """Of these the ones that a body refused and a person decided since, and that never were a case; latest first."""
    of_issue = OuterRef("pk")
    decided = Decision.objects.filter(
        issue=of_issue, is_current=True, outcome=Outcome.ASSIGNED, decided_by__isnull=False
    )
    refused = Delivery.objects.filter(
        decision__issue=of_issue, kind=DeliveryKind.RESPONSIBLE, state=DeliveryState.REFUSED
    )
    return issues.filter(
        Exists(refused),
        Exists(decided),
        ~Exists(refused.filter(decision__is_current=True)),
        ~Exists(GoldenCase.objects.filter(issue=of_issue)),
    ).order_by("-pk")


def golden_deactivate(*, case: GoldenCase) -> None:
    """Takes a case out of every check; it is kept."""
    case.is_active = False
    case.save(update_fields=["is_active"])


def golden_check(
    *,
    jurisdiction: Jurisdiction,
    rule_set: RuleSet | None = None,
    edition: Edition | None = None,
) -> list[GoldenFinding]:
    """Every active case decided as today and as `rule_set`, or a STAGED edition, would; in order of the names.

    Without either: as today on both sides. An edition that is active already is what today is. Raises RuleSetError,
    and EditionError for an edition that cannot be rehearsed.
    """
    cases = list(
        GoldenCase.objects.filter(jurisdiction=jurisdiction, is_active=True)
        .select_related("category", "authority", "issue")
        .order_by("name", "pk")
    )
    present, tried = _decided(cases, [None, rule_set])
    if edition is not None and edition.status == EditionStatus.STAGED:
        with activation_rehearse(edition) if cases else nullcontext():
            [tried] = _decided(cases, [rule_set])
    return [
        GoldenFinding(
            case=case,
            expected=case.authority.code if case.authority else TRIAGE,
            present=present[position],
            tried=tried[position],
        )
        for position, case in enumerate(cases)
    ]


def _decided(cases: list[GoldenCase], rule_sets: list[RuleSet | None]) -> list[list[str]]:
    """For each rule set who comes out of each case; TRIAGE where a person or the reporter has to say."""
    now = timezone.now()
    found: list[list[str]] = [[] for _rule_set in rule_sets]
    for start in range(0, len(cases), CHUNK):
        questions = [
            Question(
                category_id=case.category_id,
                x=case.point.x,
                y=case.point.y,
                at=now,
                answers=case.answers,
                accuracy_m=case.accuracy_m,
            )
            for case in cases[start : start + CHUNK]
        ]
        for _facts, _evidence, results in results_by(questions, rule_sets=rule_sets):
            for side, result in zip(found, results, strict=True):
                side.append(_came_out(result))
    return found


def _came_out(result: Result | None) -> str:
    if result is None or result.outcome not in {Outcome.ASSIGNED, Outcome.PROPOSED}:
        return TRIAGE
    return result.candidates[0].body


def golden_summary(findings: Iterable[GoldenFinding]) -> dict[str, int]:
    """How many hold, break, are mended, and fail today and then."""
    counts = {"holds": 0, "breaks": 0, "mends": 0, "fails": 0}
    for one in findings:
        counts[one.state] += 1
    return counts
