"""One report: its panel and page, and how a step answers."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from issues.models import Issue
from issues.rights import DECIDE, issues_reached
from mapui.maps.page import BACK, back_to_list, list_left, selection_named
from mapui.sheets.store import sheet_key, sheet_state
from mapui.site.permissions import page_for, see_permission
from mapui.site.types import PageRequest
from mapui.triage.case.conflicts import Conflict
from mapui.triage.case.parts import parts_context
from mapui.triage.case.selectors import proposal_open
from mapui.triage.case.shown import issue_context, issues_shown
from mapui.triage.queue.listing import address_of, issue_following, queue_left
from routing.deciding.proposals import proposal_close
from routing.enums import ProposalState
from routing.errors import RoutingError

# Events of the page (`mapui/js/core/events.js`).
LIST_CHANGED = "issues-changed"
STEP_DONE = "step-done"
ANSWERS = {"accept": ProposalState.ACCEPTED, "dismiss": ProposalState.DISMISSED}


@see_permission
@require_safe
@never_cache
def triage_issue(request: PageRequest, number: str) -> HttpResponse:
    """One issue: what was reported, who must act and why, what was sent, the parcel."""
    response = _issue_respond(request, get_object_or_404(issues_shown(request.user), number=number))
    return selection_named(request, response, number)


def _issue_respond(
    request: PageRequest, issue: Issue, *, conflict: Conflict | None = None
) -> HttpResponse:
    context = {
        **issue_context(issue, request.user),
        "conflict": conflict,
        "page": "triage_issue",
        "in_panel": bool(request.htmx),
        "back_url": back_to_list(request, issue.number),
        "list_left": list_left(request, issue.number),
    }
    context["open"] = request.GET.get("open", "")
    if request.htmx:
        return render(request, "mapui/triage/_issue.html", context)
    context.update(parts_context(issue, context["card"]))
    # The panel asks for it by itself, so that it opens at once.
    context["sheet_state"] = sheet_state(sheet_key(issue)).value
    return render(request, "mapui/triage/issue.html", context)


@page_for(DECIDE)
@require_POST
def proposal_answer(request: PageRequest, number: str, answer: str) -> HttpResponse:
    """Accepts a proposal, so that the issue is decided anew, or dismisses it."""
    issue = get_object_or_404(issues_reached(request.user, DECIDE), number=number)
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
    """What a step answers: its message and the next report of the queue; where it was refused, the report itself."""
    if not request.htmx:
        return stays_respond(request, number)
    told = list(get_messages(request))
    if any(one.level_tag == "error" for one in told):
        return stays_respond(request, number)
    return step_respond(request, number, " ".join(str(one) for one in told))


def stays_respond(request: PageRequest, number: str) -> HttpResponse:
    """The report as it is now, in the panel or as a page of its own; list and map load anew."""
    changed = issues_shown(request.user).filter(number=number).first()
    if changed is None:
        return _gone_respond(request)
    if not request.htmx:
        return redirect("triage_issue", number=number)
    response = _issue_respond(request, changed)
    return trigger_client_event(response, LIST_CHANGED)


def taken_back_respond(request: PageRequest, number: str) -> HttpResponse:
    """The report of a step that was taken back, and its address: another one may be open."""
    response = stays_respond(request, number)
    queue = queue_left(request)
    if queue is not None and request.htmx:
        response["HX-Push-Url"] = address_of(queue, page=queue.page, number=number)
    return response


def conflict_respond(
    request: PageRequest, number: str, conflict: Callable[[Issue], Conflict]
) -> HttpResponse:
    """The report as it is now, and above it what somebody else changed and what this person wanted. 409.

    The panel shows whatever comes with status 200 and nothing else.
    """
    changed = issues_shown(request.user).filter(number=number).first()
    if changed is None:
        return _gone_respond(request)
    response = _issue_respond(request, changed, conflict=conflict(changed))
    if not request.htmx:
        response.status_code = 409
        return response
    return trigger_client_event(response, LIST_CHANGED)


def _gone_respond(request: PageRequest) -> HttpResponse:
    """With another category it is another department's."""
    triage = reverse("triage")
    return HttpResponseClientRedirect(triage) if request.htmx else redirect(triage)


def step_respond(request: PageRequest, number: str, text: str) -> HttpResponse:
    """Opens the report that follows in the queue, tells what was done (`text`), and offers to take it back.

    The list comes along, so that it neither jumps nor shows what is no more; the map loads anew. At the end of the
    queue the report stays. Without a queue beside it the report is shown as it is now.
    """
    queue = queue_left(request)
    if queue is None:
        messages.success(request, text)
        return stays_respond(request, number)
    following, page = issue_following(request, queue, number)
    shown = following or number
    address = address_of(queue, page=page, number=shown)
    issue = issues_shown(request.user).get(number=shown)
    if issue.jurisdiction == queue.jurisdiction:
        # What is known of the queue's is not asked for again.
        issue.jurisdiction = queue.jurisdiction
    case = issue_context(issue, request.user)
    undoable = case["undoable"]
    context = {
        **queue.context(str(page)),
        **case,
        "page": "triage",
        "in_panel": True,
        "list_left": urlencode({BACK: address}),
        "is_oob": True,
        "step_text": text,
        "step_number": number,
        # Never that of another step than the one that is told of.
        "undo_url": reverse("step_take_back", args=[undoable.public_id])
        if undoable and undoable.is_latest and undoable.number == number
        else "",
        "is_last": not following,
    }
    response = render(request, "mapui/triage/queue/_step.html", context)
    response["HX-Push-Url"] = address
    return trigger_client_event(response, STEP_DONE, {"number": number})
