"""What a clerk does with one issue: decide, pin as a golden case, put right. Each is a POST; a GET changes nothing."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from issues.errors import AddressUnknown
from issues.models import Issue
from issues.rights import DECIDE, WORK, issues_reached
from issues.services import issue_answer, issue_move, issue_recategorise
from mapui.site.cards.decisions import decision_in_force
from mapui.site.permissions import page_for
from mapui.site.types import PageRequest
from mapui.triage.case.acting import act_respond
from mapui.triage.case.forms import (
    AnswersForm,
    CategoryForm,
    ContradictionForm,
    DecisionForm,
    MoveForm,
    OverruleForm,
)
from mapui.triage.case.views import changed_respond
from routing.deciding.contradictions import contradiction_open
from routing.steps.taking import step_take
from routing.trying.golden import golden_pin


@page_for(DECIDE)
@require_POST
def issue_overrule(request: PageRequest, number: str) -> HttpResponse:
    """Another authority, with a reason."""
    issue = _issue(request, number, DECIDE)
    form = OverruleForm(request.POST, issue=issue, decision=decision_in_force(issue))

    def act(person: User) -> str:
        step_take(verb="overrule", issue=issue, data=form.cleaned_data, by=person)
        return _decided(issue)

    return act_respond(request, issue, form, act, respond=changed_respond)


@page_for(DECIDE)
@require_POST
def issue_confirm(request: PageRequest, number: str) -> HttpResponse:
    """Yes to what the rules propose."""
    issue, form = _issue(request, number, DECIDE), DecisionForm(request.POST)

    def act(person: User) -> str:
        seen = form.cleaned_data["seen"] or 0
        step_take(verb="confirm", issue=issue, data={"seen": seen}, by=person)
        return _decided(issue)

    wanted = pgettext("conflict", "You wanted to confirm the proposal.")
    return act_respond(request, issue, form, act, respond=changed_respond, wanted=wanted)


@page_for(DECIDE)
@require_POST
def issue_pin(request: PageRequest, number: str) -> HttpResponse:
    """Keeps a person's decision as a golden case."""
    issue = _issue(request, number, DECIDE)

    def act(person: User) -> str:
        golden_pin(issue=issue, by=person)
        return _("Kept as a golden case: new rules and geodata are held against it.")

    return act_respond(request, issue, Form(request.POST), act)


@page_for(DECIDE)
@require_POST
def issue_contradiction(request: PageRequest, number: str) -> HttpResponse:
    """What a body says against the geodata becomes a task for the owner of the data."""
    issue = _issue(request, number, DECIDE)
    form = ContradictionForm(request.POST, issue=issue)

    def act(person: User) -> str:
        contradiction_open(issue=issue, by=person, **form.cleaned_data)
        return pgettext("contradiction", "The task is open; a letter is being written.")

    return act_respond(request, issue, form, act)


@page_for(WORK)
@require_POST
def issue_category(request: PageRequest, number: str) -> HttpResponse:
    """Another category."""
    issue = _issue(request, number, WORK)
    form = CategoryForm(request.POST, issue=issue)

    def act(person: User) -> str:
        changed = issue_recategorise(issue=issue, category=form.cleaned_data["category"], by=person)
        return _told(_("The category was changed."), issue, changed)

    return act_respond(request, issue, form, act)


@page_for(WORK)
@require_POST
def issue_answers(request: PageRequest, number: str) -> HttpResponse:
    """Other answers to the category's questions."""
    issue = _issue(request, number, WORK)
    form = AnswersForm(request.POST, issue=issue)

    def act(person: User) -> str:
        issue_answer(issue=issue, answers=form.answers(), by=person)
        return _("The answers were changed.")

    return act_respond(request, issue, form, act)


@page_for(WORK)
@require_POST
def issue_place(request: PageRequest, number: str) -> HttpResponse:
    """Another place."""
    issue = _issue(request, number, WORK)
    form = MoveForm(request.POST, issue=issue)

    def act(person: User) -> str:
        *others, last = form.locations()
        for location in others:
            try:
                changed = issue_move(issue=issue, location=location, by=person)
            except AddressUnknown:
                continue
            break
        else:
            changed = issue_move(issue=issue, location=last, by=person)
        return _told(_("The place was changed."), issue, changed)

    return act_respond(request, issue, form, act)


def _decided(issue: Issue) -> str:
    decision = decision_in_force(issue)
    assert decision is not None  # noqa: S101 - somebody has just decided
    return _("Decided: %(authority)s is responsible.") % {"authority": decision.authority}


def _told(text: str, former: Issue, changed: Issue) -> str:
    """What was done, and whether the public no longer sees the issue because of it."""
    if former.released_at is None or changed.released_at is not None:
        return text
    withdrawn = _("The public no longer sees the issue: please look at it and release it anew.")
    return f"{text} {withdrawn}"


def _issue(request: PageRequest, number: str, right: str) -> Issue:
    issues = issues_reached(request.user, right).select_related("category", "jurisdiction")
    return get_object_or_404(issues, number=number)
