"""The four steps of a report: one form that goes to and fro, as a page each time, or by htmx in its place."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import pgettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from gis_core.errors import CoordinateError
from gis_core.net.clients import client_address
from issues.errors import IssuesError, PhotoRefused, RequestsTooMany, SenderKeyReused
from issues.models import Issue
from issues.services.limits import limit_check
from issues.services.photos.stored import PHOTOS_PER_REPORT
from issues.services.reporting.confirming import report_hold
from issues.services.reporting.links import report_path
from issues.services.reporting.own import sighting_add
from issues.services.reporting.receiving import issue_of_draft, report_receive
from issues.services.reporting.staging import photo_stage, photo_turn, photo_unstage
from mapui.maps.page import map_context
from mapui.reporting import around
from mapui.reporting.draft import STEPS, Draft
from mapui.reporting.proof import challenge_for, is_proved
from mapui.reporting.signing_in import SignIn
from mapui.site.cities import city_shown
from mapui.site.enums import MapName
from mapui.site.places import PlaceMeant
from mapui.site.types import PageRequest
from parcels.places import place_parse
from routing.deciding.clarifications import clarification_answer
from routing.errors import AnswerRefused, QuestionClosed
from routing.models import Clarification

logger = logging.getLogger(__name__)

LOOKS_PER_MINUTE: Final = 240
# In ten minutes from one address: with the proof of work that a browser does, and without it.
WINDOW_S: Final = 600
REPORTS_PROVED: Final = 30
REPORTS_UNPROVED: Final = 5
PHOTOS_STAGED: Final = 60
HEAD_BYTES: Final = 512 * 1024
SENT: Final = "sent"


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, max_age=0)
def report_page(request: PageRequest) -> HttpResponse:
    """The step that is next; a POST at the last one stores the report and leads to its private page."""
    asked = request.POST.get("jurisdiction") or request.GET.get("jurisdiction", "")
    jurisdiction = city_shown(request, asked)
    if jurisdiction is None:
        return render(request, "mapui/reporting/closed.html", {"page": "report"})
    sign_in = SignIn(request, jurisdiction)
    draft = Draft(request.POST, jurisdiction, sign_in)
    if request.method != "POST":
        return _respond(request, draft, "where")
    try:
        limit_check(f"report-look:{client_address(request)}", limit=LOOKS_PER_MINUTE)
        if sign_in.is_wanted:
            sign_in.act()
            draft = Draft(request.POST, jurisdiction, sign_in)
        return _act(request, draft)
    except RequestsTooMany as error:
        draft.errors = {"": error.message}
        response = _respond(request, draft, _step_of(request), status=error.code)
        response["Retry-After"] = str(error.retry_after)
        return response


def _step_of(request: PageRequest) -> str:
    step = request.POST.get("step", "")
    return step if step in STEPS else "where"


def _act(request: PageRequest, draft: Draft) -> HttpResponse:
    """Does what the pressed button says. A report that was sent already is shown. Raises RequestsTooMany."""
    if request.POST.get("to") == SENT and (sent := issue_of_draft(draft.entry)) is not None:
        return _go(request, report_path(sent))
    step, told = _step_of(request), _photos_take(request, draft)
    if number := request.POST.get("join", ""):
        return _join(request, draft, number)
    # Whoever signs in stays where they were.
    wanted = step if draft.sign_in.is_wanted else _wanted(request, draft, step)
    if told and wanted != step:
        # The report goes on without the photo, once its writer knows.
        wanted = step
    for one in STEPS:
        if one == wanted or not draft.is_done(one):
            break
    else:
        return _send(request, draft)
    # A step that nobody has left yet says nothing of what it still lacks.
    is_left = STEPS.index(one) < (STEPS.index(wanted) if wanted in STEPS else len(STEPS))
    is_looked = (
        one == wanted and one == "where" and bool(draft.values["lat"] or _is_looking(request))
    )
    if is_looked:
        draft.is_done("where")
    elif not is_left or "choose" in request.POST or (one == "what" and step != "what"):
        draft.errors = {
            name: told for name, told in draft.errors.items() if name == "search" and is_left
        }
    draft.errors |= told | draft.sign_in.errors
    return _respond(request, draft, one, status=422 if draft.errors else 200)


def _is_looking(request: PageRequest) -> bool:
    return "find" in request.POST


def _wanted(request: PageRequest, draft: Draft, step: str) -> str:
    """The step that the pressed button leads to."""
    given = request.POST
    if picked := given.get("pick", ""):
        _pick(draft, picked)
        return "where"
    if name := given.get("photo_place", ""):
        for photo in draft.photos:
            if str(photo.public_id) == name and photo.latitude is not None:
                draft.position_put(photo)
        return "where"
    if code := given.get("choose", ""):
        draft.values |= {"category": code, "danger": ""}
        return "describe"
    target = given.get("to", step)
    return target if target in {*STEPS, SENT} else step


def _pick(draft: Draft, picked: str) -> None:
    """Takes a place that the field offered: coordinates, accuracy and name, with a bar between."""
    at, accuracy, text, address = (picked.split("|", 3) + [""] * 4)[:4]
    with suppress(CoordinateError, ValueError):
        point = place_parse(at)
        if point is not None:
            metres = float(accuracy) if accuracy else None
            draft.place_put(PlaceMeant(text, text, point, accuracy_m=metres))
            draft.values["address"] = address


def _photos_take(request: PageRequest, draft: Draft) -> dict[str, str]:
    """Keeps the photos that came with the form; why one is not kept, by the field. Raises RequestsTooMany."""
    with suppress(ValueError):
        if gone := request.POST.get("drop", ""):
            photo_unstage(entry=draft.entry, public_id=UUID(gone))
        if turned := request.POST.get("turn", ""):
            photo_turn(entry=draft.entry, public_id=UUID(turned))
    files, heads = request.FILES.getlist("photos"), request.FILES.getlist("heads")
    refused = []
    for place, file in enumerate(files[: PHOTOS_PER_REPORT + 1]):
        limit_check(f"stage:{client_address(request)}", limit=PHOTOS_STAGED, window_s=WINDOW_S)
        head = heads[place].read(HEAD_BYTES) if place < len(heads) else b""
        # A byte more than is taken tells that the file is too large.
        try:
            photo_stage(
                entry=draft.entry, content=file.read(settings.PHOTO_MAX_BYTES + 1), head=head
            )
        except PhotoRefused as error:
            refused.append(error.message)
    if not refused:
        return {}
    told = pgettext("report", "A photo was not taken: %(reason)s Your report goes on without it.")
    return {"photos": told % {"reason": " ".join(dict.fromkeys(refused))}}


def _join(request: PageRequest, draft: Draft, number: str) -> HttpResponse:
    """Counts that somebody has seen it too; no report is made."""
    issue = Issue.objects.public().filter(jurisdiction=draft.jurisdiction, number=number).first()
    if issue is None:
        draft.errors = {"": pgettext("report", "This report is not public.")}
        return _respond(request, draft, "where", status=404)
    count = sighting_add(issue=issue, entry=draft.entry)
    context = {"page": "report", "jurisdiction": draft.jurisdiction, "issue": issue, "count": count}
    template = "_joined.html" if request.htmx else "joined.html"
    return render(request, f"mapui/reporting/{template}", context)


def _send(request: PageRequest, draft: Draft) -> HttpResponse:
    """Stores the report, or keeps it until its mail address is confirmed. Raises RequestsTooMany."""
    is_human = is_proved(draft.entry, draft.values["proof"])
    scope = f"report-{'proved' if is_human else 'bare'}:{client_address(request)}"
    limit = REPORTS_PROVED if is_human else REPORTS_UNPROVED
    limit_check(scope, limit=limit, window_s=WINDOW_S)
    try:
        if draft.is_mail_needed:
            report_hold(draft.report())
            return _go(request, "report_waiting")
        issue = report_receive(draft.report()).issue
        _question_answer(draft, issue)
    except SenderKeyReused:
        # The same form was sent twice at once, and the other one was quicker.
        sent = issue_of_draft(draft.entry)
        return _go(request, "report" if sent is None else report_path(sent))
    except IssuesError as error:
        draft.errors = {"": error.message}
        return _respond(request, draft, "send", status=422)
    return _go(request, report_path(issue))


def _question_answer(draft: Draft, issue: Issue) -> None:
    """Answers the question that settles who must act, where the draft asked the very same."""
    kind, answer = draft.values["question"], draft.values["answer"]
    asked = Clarification.objects.filter(issue=issue, kind=kind, answered_at__isnull=True)
    clarification = asked.first() if kind and answer else None
    if clarification is not None:
        with suppress(AnswerRefused, QuestionClosed):
            clarification_answer(clarification=clarification, answer=answer)


def _go(request: PageRequest, to: str) -> HttpResponse:
    response = redirect(to)
    return HttpResponseClientRedirect(response["Location"]) if request.htmx else response


def _respond(request: PageRequest, draft: Draft, step: str, *, status: int = 200) -> HttpResponse:
    if draft.location is None and draft.values["lat"]:
        errors = draft.errors
        draft.is_done("where")
        draft.errors = errors
    context: dict[str, Any] = {
        "page": "report",
        "jurisdiction": draft.jurisdiction,
        "draft": draft,
        "sign_in": draft.sign_in,
        "step": step,
        "steps": STEPS,
        "position": STEPS.index(step) + 1,
        "hidden": list(draft.hidden(step)),
        "challenge": "" if draft.values["proof"] else challenge_for(draft.entry),
        **_STEP_CONTEXT[step](draft),
    }
    if request.htmx:
        # What htmx swaps in comes with 200; whoever is told too many is told so in the form.
        return render(request, "mapui/reporting/_report.html", context)
    context |= map_context(MapName.REPORTING, draft.jurisdiction, request.user)
    return render(request, "mapui/reporting/report.html", context, status=status)


def _where_context(draft: Draft) -> dict[str, Any]:
    point = draft.point
    spot = draft.values["address"] or draft.values["placed"]
    near = "" if spot or point is None else around.place_near(draft.jurisdiction, point)
    neighbour = ""
    if point is None and draft.values["lat"] and "place" in draft.errors:
        with suppress(CoordinateError):
            at = place_parse(f"{draft.values['lat']}, {draft.values['long']}")
            neighbour = around.neighbour_of(draft.jurisdiction, at) if at is not None else ""
    photos = enumerate(draft.photos, 1)
    placed = [(number, one) for number, one in photos if one.latitude is not None]
    return {"spot": spot, "near": near, "neighbour": neighbour, "photos_placed": placed}


def _what_context(draft: Draft) -> dict[str, Any]:
    is_danger = draft.category is not None and draft.category.is_emergency
    responsible = around.responsible_for(draft) if is_danger else None
    return {
        "is_danger": is_danger,
        "phones": [one for one in (responsible.bodies if responsible else ()) if one.phone],
        "found": around.categories_found(draft, draft.values["search"]),
        "likely": around.categories_here(draft),
        "groups": around.groups_of(draft.categories),
    }


def _describe_context(draft: Draft) -> dict[str, Any]:
    return {
        "reports_near": around.reports_near(draft),
        "responsible": around.responsible_for(draft),
        "photos_max": PHOTOS_PER_REPORT,
    }


def _send_context(draft: Draft) -> dict[str, Any]:
    near = around.place_near(draft.jurisdiction, draft.point) if draft.point else ""
    return {"responsible": around.responsible_for(draft), "near": near}


_STEP_CONTEXT: Final = {
    "where": _where_context,
    "what": _what_context,
    "describe": _describe_context,
    "send": _send_context,
}
