"""One report prepared for its templates."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from issues.enums import IssueStatus
from issues.models import (
    Attachment,
    ChecklistItem,
    Inquiry,
    Issue,
    LegalHold,
    Note,
    Reply,
    Reporter,
    StatutoryPeriod,
)
from issues.rights import ANSWER, DECIDE, RELEASE, SEE, WORK, Person, issues_reached, reach_of
from issues.selectors import categories_likely
from issues.services.opinions import opinions_of
from issues.services.seen import aspect_mark
from mapui.site.cards.decisions import decision_card
from mapui.triage.case.selectors import decision_ruled, proposal_open
from mapui.triage.case.work_shown import work_context
from routing.enums import DeliveryState, ProposalState
from routing.models import Delivery, GoldenCase, Proposal, ServiceAnswer
from routing.outbox.holders import holders_of

OF_IT: Final = OuterRef("pk")


def issues_shown(person: Person, right: str = SEE) -> QuerySet[Any]:
    """The issues with which a person may do this, with what a page of one needs.

    What most reports do not have is only counted here, so that nothing has to be asked for in vain.
    """
    hold = LegalHold.objects.active().filter(issue=OF_IT)
    counting = StatutoryPeriod.objects.filter(issue=OF_IT, taken_back_at__isnull=True)
    period = counting.order_by("-pk")
    issues = issues_reached(person, right).select_related(
        "category", "jurisdiction", "closing_reason", "duplicate_of", "assignee", "department"
    )
    return (
        issues.defer("jurisdiction__boundary")
        .prefetch_related("photos")
        .annotate(
            merged=ArraySubquery(
                Issue.objects.filter(duplicate_of=OF_IT).order_by("pk").values("number")
            ),
            files_count=_count_of(Attachment),
            replies_count=_count_of(Reply),
            has_notes=Exists(Note.objects.filter(issue=OF_IT)),
            has_inquiry=Exists(Inquiry.objects.filter(issue=OF_IT)),
            has_mail=Exists(Reporter.objects.filter(issue=OF_IT).exclude(email="")),
            has_checklist=Exists(
                ChecklistItem.objects.filter(category=OuterRef("category"), is_active=True)
            ),
            has_proposal=Exists(Proposal.objects.filter(issue=OF_IT, state=ProposalState.OPEN)),
            has_service_answers=Exists(ServiceAnswer.objects.filter(issue=OF_IT)),
            hold_until=Subquery(hold.values("until")[:1]),
            hold_reason=Subquery(hold.values("reason")[:1]),
            period_law=Subquery(period.values("law")[:1]),
            period_begins=Subquery(period.values("begins_on")[:1]),
            period_ends=Subquery(period.values("ends_on")[:1]),
            period_over=Subquery(period.values("over_at")[:1]),
            rating_stars=F("rating__stars"),
            rating_words=F("rating__words"),
            is_golden=Exists(GoldenCase.objects.filter(issue=OF_IT, is_active=True)),
            was_refused=Exists(
                Delivery.objects.filter(decision__issue=OF_IT, state=DeliveryState.REFUSED)
            ),
        )
    )


def _count_of(model: Any) -> Coalesce:
    """How many of them the issue has."""
    rows = model.objects.filter(issue=OF_IT).order_by().values("issue").annotate(count=Count("pk"))
    return Coalesce(Subquery(rows.values("count"), output_field=IntegerField()), Value(0))


def issue_context(issue: Any, person: Person) -> dict[str, Any]:
    """What the templates of one report need, beside its parts (`mapui.triage.case.parts`).

    `issue` as `issues_shown` gives it.
    """
    card = decision_card(issue)
    return {
        "jurisdiction": issue.jurisdiction,
        "issue": issue,
        "may_work": reach_of(person, WORK).holds(issue),
        "may_decide": reach_of(person, DECIDE).holds(issue),
        "may_answer": reach_of(person, ANSWER).holds(issue),
        "may_release": reach_of(person, RELEASE).holds(issue),
        "card": card,
        "is_undecided": card is None,
        "proposal": proposal_open(issue) if issue.has_proposal else None,
        "ruled": decision_ruled(card.decision if card else None),
        "holders": holders_of(issue.pk) if issue.was_refused else [],
        "guesses": categories_likely(issue),
        "doubts": opinions_of(issue).not_done if IssueStatus(issue.status).is_closed else 0,
        # For what is done by one click, without a form of its own.
        "marks": {one: aspect_mark(issue, one) for one in ("assign", "category")},
        **work_context(issue, person),
    }
