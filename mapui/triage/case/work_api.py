"""Steps on one report as JSON, for staff by their session; errors are problem details (RFC 9457)."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gis_core.net.problems import problem_respond
from issues.enums import IssueStatus
from issues.errors import IssuesError
from issues.life import steps
from issues.models import ClosingReason, Issue
from issues.rights import SEE, WORK, issues_reached
from issues.services.seen import aspect_mark, issue_seen
from mapui.site.permissions import may_any
from mapui.triage.case.views import person_of
from mapui.triage.case.work import STEP_FORMS
from routing.errors import RoutingError
from routing.steps.taking import step_take


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def step_api(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """GET: the state and what may follow. POST: takes the step; the body has the fields of the page's form.

    POST with the CSRF token. `move`: {"status", "reason", "note", "tells", "reply"}. With `seen` of the GET the step is
    refused (409) if what it writes over has changed since.
    """
    if not request.user.is_authenticated:
        return problem_respond(401, _("Please log in."))
    if not may_any(request.user, SEE if request.method != "POST" else WORK):
        return problem_respond(403, pgettext("work", "You may not work on reports."))
    right = WORK if request.method == "POST" else SEE
    reached = issues_reached(request.user, right).select_related("category", "jurisdiction")
    issue = reached.filter(number=number).first()
    if issue is None or verb not in STEP_FORMS:
        return problem_respond(404, _("There is no such issue."))
    if request.method == "POST":
        return _take(request, issue, verb)
    return JsonResponse(_shown(issue, verb))


def _take(request: HttpRequest, issue: Issue, verb: str) -> HttpResponse:
    if request.content_type != "application/json":
        return problem_respond(415, pgettext("work", "Send the step as application/json."))
    try:
        given: Any = json.loads(request.body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        return problem_respond(400, pgettext("work", "Send a JSON object."))
    form = STEP_FORMS[verb](given, jurisdiction=issue.jurisdiction, issue=issue)
    if not form.is_valid():
        return problem_respond(400, errors=form.errors)
    person = person_of(request)  # type: ignore[arg-type]
    assert person is not None  # noqa: S101 - who may work on reports is logged in
    try:
        with issue_seen(issue=issue, aspect=verb, mark=form.seen()):
            step = step_take(verb=verb, issue=issue, data=form.step_data(), by=person)
    except IssuesError as error:
        return problem_respond(error.code, str(error), errors={error.field: [str(error)]})
    except RoutingError as error:
        return problem_respond(409, str(error))
    issue.refresh_from_db()
    return JsonResponse(
        {**_shown(issue, verb), "step": str(step.public_id), "held_until": step.holds_until}
    )


def _shown(issue: Issue, verb: str) -> dict[str, Any]:
    after = steps()[IssueStatus(issue.status)]
    reasons = ClosingReason.objects.filter(jurisdiction=issue.jurisdiction_id, is_active=True)
    return {
        "number": issue.number,
        "seen": aspect_mark(issue, verb),
        "status": issue.status,
        "reason": issue.closing_reason.code if issue.closing_reason else None,
        "note": issue.status_note,
        "duplicate_of": issue.duplicate_of.number if issue.duplicate_of else None,
        "may_become": {status.value: is_reasoned for status, is_reasoned in after.items()},
        "reasons": [
            {"code": one.code, "status": one.status, "names": one.names} for one in reasons
        ],
    }
