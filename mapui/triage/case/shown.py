"""One report prepared for its templates."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from issues.models import Issue
from issues.rights import ANSWER, DECIDE, RELEASE, WORK, Person, issues_reached, reach_of
from issues.selectors import categories_likely
from mapui.site.cards.decisions import decision_card
from mapui.triage.case.forms import AnswersForm, CategoryForm, MoveForm, OverruleForm
from mapui.triage.case.selectors import (
    decision_ruled,
    golden_of,
    issue_events,
    proposal_open,
    service_answers,
)
from mapui.triage.case.work_shown import work_context


def issues_shown(person: Person) -> QuerySet[Issue]:
    """The issues that a person may see, with what a page of one needs."""
    issues = issues_reached(person).select_related(
        "category", "jurisdiction", "closing_reason", "duplicate_of", "assignee", "department"
    )
    return issues.defer("jurisdiction__boundary").prefetch_related("photos")


def issue_context(issue: Issue, person: Person) -> dict[str, Any]:
    """What the templates of one report need."""
    card = decision_card(issue)
    decision = card.decision if card else None
    return {
        "jurisdiction": issue.jurisdiction,
        "issue": issue,
        "may_work": reach_of(person, WORK).holds(issue),
        "may_decide": reach_of(person, DECIDE).holds(issue),
        "may_answer": reach_of(person, ANSWER).holds(issue),
        "may_release": reach_of(person, RELEASE).holds(issue),
        "card": card,
        "events": issue_events(issue),
        "service_answers": service_answers(issue),
        "proposal": proposal_open(issue),
        "ruled": decision_ruled(decision),
        "golden": golden_of(issue),
        "guesses": categories_likely(issue),
        "overrule_form": OverruleForm(None, issue=issue, decision=decision),
        "category_form": CategoryForm(None, issue=issue),
        "move_form": MoveForm(None, issue=issue),
        "answers_form": AnswersForm(None, issue=issue),
        **work_context(issue, person),
    }
