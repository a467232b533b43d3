"""The triage map and its panels: one issue with its decision, one parcel."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from issues.models import Issue
from issues.selectors import categories_likely, issues_perhaps_urgent
from mapui.maps.page import (
    SELECTED,
    back_to_list,
    issue_list,
    list_addresses,
    list_left,
    map_context,
    selection_named,
)
from mapui.sheets.store import sheet_key, sheet_state
from mapui.site.cards.decisions import decision_card
from mapui.site.cards.parcels import ParcelsFound, parcel_card, parcels_chosen
from mapui.site.enums import MapName
from mapui.site.forms import PlaceForm, TriageFilterForm
from mapui.site.issues import issues_for_triage
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.permissions import TRIAGE, page_for
from mapui.site.serializers import TriageIssueSerializer
from mapui.site.types import PageRequest
from mapui.triage.forms import AnswersForm, CategoryForm, MoveForm, OverruleForm
from mapui.triage.selectors import (
    decision_ruled,
    golden_of,
    issue_events,
    proposal_open,
    service_answers,
)
from mapui.triage.service_info import services_askable
from parcels.histories import parcel_history
from routing.deciding.proposals import proposal_close
from routing.enums import ProposalState
from routing.errors import RoutingError

LIST_CHANGED = "issues-changed"
ANSWERS = {"accept": ProposalState.ACCEPTED, "dismiss": ProposalState.DISMISSED}


triage_permission = page_for(TRIAGE)


@triage_permission
@require_safe
@never_cache
def triage_map(request: PageRequest) -> HttpResponse:
    """Map and list of all issues; for htmx the list alone."""
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    form = TriageFilterForm(request.GET, jurisdiction=jurisdiction)
    issues: models.QuerySet[Issue] = Issue.objects.none()
    if form.is_valid():
        issues = issues_for_triage(jurisdiction=jurisdiction, chosen=form.chosen(), box=form.box())
    shown = issue_list(
        issues,
        request=request,
        serializer=TriageIssueSerializer,
        jurisdiction=jurisdiction,
    )
    context: dict[str, Any] = {
        "page": "triage",
        "jurisdiction": jurisdiction,
        "form": form,
        "shown": shown,
        "urgent": issues_perhaps_urgent(shown.page.object_list),
        **list_addresses(form, page_name="triage", feed_name="triage_issues"),
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "mapui/maps/_issue_list.html", context)
    if SELECTED in request.GET:
        named = _issues().filter(jurisdiction=jurisdiction, number=request.GET[SELECTED]).first()
        context["is_missing"] = named is None
        if named:
            opened = {"in_panel": True, "list_left": list_left(request, named.number)}
            context = {**_issue_context(named), **context, **opened}
    context.update(map_context(MapName.TRIAGE, jurisdiction, request.user))
    return render(request, "mapui/triage/map.html", context)


@triage_permission
@require_safe
@never_cache
def triage_issue(request: PageRequest, number: str) -> HttpResponse:
    """One issue: what was reported, who must act and why, what was sent, the parcel."""
    response = _issue_respond(request, get_object_or_404(_issues(), number=number))
    return selection_named(request, response, number)


def _issues() -> models.QuerySet[Issue]:
    return Issue.objects.select_related("category", "jurisdiction").prefetch_related("photos")


def _issue_respond(request: PageRequest, issue: Issue) -> HttpResponse:
    context = {
        **_issue_context(issue),
        "page": "triage_issue",
        "in_panel": bool(request.htmx),
        "back_url": back_to_list(request, issue.number),
        "list_left": list_left(request, issue.number),
    }
    if request.htmx:
        return render(request, "mapui/triage/_issue.html", context)
    # The panel asks for it by itself, so that it opens at once.
    context["sheet_state"] = sheet_state(sheet_key(issue)).value
    return render(request, "mapui/triage/issue.html", context)


def _issue_context(issue: Issue) -> dict[str, Any]:
    card = decision_card(issue)
    decision = card.decision if card else None
    return {
        "jurisdiction": issue.jurisdiction,
        "issue": issue,
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
    }


@triage_permission
@require_POST
def proposal_answer(request: PageRequest, number: str, answer: str) -> HttpResponse:
    """Accepts a proposal, so that the issue is decided anew, or dismisses it."""
    issue = get_object_or_404(Issue, number=number)
    proposal = proposal_open(issue)
    person = person_of(request)
    if proposal is None or person is None:
        messages.error(request, _("The proposal has been answered already."))
        return changed_respond(request, number)
    try:
        proposal_close(proposal=proposal, state=ANSWERS[answer], by=person)
    except RoutingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The proposal is answered."))
    return changed_respond(request, number)


def person_of(request: PageRequest) -> User | None:
    """Who is logged in."""
    return request.user if isinstance(request.user, User) else None


def changed_respond(request: PageRequest, number: str) -> HttpResponse:
    """The issue as it is now, in the panel or as a page of its own; list and map load anew."""
    if not request.htmx:
        return redirect("triage_issue", number=number)
    response = _issue_respond(request, _issues().get(number=number))
    return trigger_client_event(response, LIST_CHANGED)


@triage_permission
@require_safe
@never_cache
def triage_parcel(request: PageRequest) -> HttpResponse:
    """The parcels at a place (`lat`, `lon`) or that a text means (`q`); the first is the one that counts.

    At a place the map services can be asked too: with `services` those of these short names.
    """
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    form = PlaceForm(request.GET)
    found = ParcelsFound([], [], {})
    if form.is_valid() and jurisdiction:
        found = parcels_chosen(jurisdiction=jurisdiction, **form.cleaned_data)
    context = {
        "page": "triage_parcel",
        "jurisdiction": jurisdiction,
        "form": form,
        "limit": found.limit,
        "cards": [parcel_card(parcel) for parcel in found.parcels],
        "vanished": [(parcel, parcel_history(parcel)) for parcel in found.vanished],
        "services": services_askable(request),
    }
    template = "mapui/triage/_parcel.html" if request.htmx else "mapui/triage/parcel.html"
    return render(request, template, context)
