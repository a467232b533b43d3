"""After sending: the private page of a report, a photo more, and confirming a mail address."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gis_core.net.clients import client_address
from issues.api.limits import limit_check
from issues.enums import IssueStatus
from issues.errors import IssuesError, PhotoRefused, RequestsTooMany
from issues.models import Issue
from issues.services.reporting.confirming import report_confirm as confirm
from issues.services.reporting.confirming import waiting_by_token
from issues.services.reporting.own import issue_by_link, photo_add, report_path, report_url
from mapui.site.types import PageRequest
from routing.deciding.in_force import agency_names
from routing.deciding.question_links import clarification_token
from routing.models import Clarification

LOOKS_PER_MINUTE: Final = 60
FILES_MAX: Final = 5
ADDED: Final = "added"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def own_report(request: PageRequest, token: str) -> HttpResponse:
    """Number, state and what happens now; a POST adds photos. Whoever has the link sees it."""
    try:
        limit_check(f"own:{client_address(request)}", limit=LOOKS_PER_MINUTE)
    except RequestsTooMany as error:
        return HttpResponse(error.message, status=error.code, content_type="text/plain")
    issue = issue_by_link(token)
    if issue is None:
        raise Http404(pgettext("report", "This link leads to no report."))
    told, status = "", 200
    if request.method == "POST":
        told = _photos_add(request, issue)
        if not told:
            return redirect(f"{report_path(issue)}?{ADDED}=1")
        status = 422
    context = {**_shown(issue), "error": told, "is_added": ADDED in request.GET and not told}
    return render(request, "mapui/reporting/own.html", context, status=status)


def _photos_add(request: PageRequest, issue: Issue) -> str:
    """Why not all were taken; "" where they were."""
    files = request.FILES.getlist("photos")[:FILES_MAX]
    refused = [] if files else [pgettext("report", "Please choose a photo.")]
    for file in files:
        try:
            photo_add(issue=issue, content=file.read(settings.PHOTO_MAX_BYTES + 1))
        except PhotoRefused as error:
            refused.append(error.message)
    return " ".join(dict.fromkeys(refused))


def _shown(issue: Issue) -> dict[str, Any]:
    """What the reporter sees: the state as everybody but staff does, and their own words."""
    open_questions = Clarification.objects.filter(issue=issue, answered_at__isnull=True)
    question = open_questions.filter(expires_at__gt=timezone.now()).first()
    asked = reverse("question", args=[clarification_token(question.public_id)]) if question else ""
    reporter = getattr(issue, "reporter", None)
    return {
        "page": "own_report",
        "jurisdiction": issue.jurisdiction,
        "issue": issue,
        "status": issue.public_status,
        "is_closed": IssueStatus(issue.public_status).is_closed,
        "agency": agency_names([issue.pk]).get(issue.pk, ""),
        "photos": issue.photos.count(),
        "link": report_url(issue),
        "question_url": asked,
        "has_mail": bool(reporter and reporter.email),
        "is_public": Issue.objects.filter(pk=issue.pk).public().exists(),
    }


@require_safe
def report_waiting(request: PageRequest) -> HttpResponse:
    """Says that a mail is under way, to nobody in particular."""
    return render(request, "mapui/reporting/waiting.html", {"page": "report"})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def report_confirm(request: PageRequest, token: str) -> HttpResponse:
    """A button; a POST sends the report. Scanners of mails follow links and press nothing."""
    try:
        limit_check(f"own:{client_address(request)}", limit=LOOKS_PER_MINUTE)
    except RequestsTooMany as error:
        return HttpResponse(error.message, status=error.code, content_type="text/plain")
    waiting = waiting_by_token(token)
    context: dict[str, Any] = {"page": "report", "waiting": waiting, "error": ""}
    if waiting is None:
        return render(request, "mapui/reporting/confirm.html", context, status=410)
    context["jurisdiction"] = waiting.jurisdiction
    if request.method == "POST":
        try:
            return redirect(report_path(confirm(waiting).issue))
        except IssuesError as error:
            context["error"] = error.message
    return render(
        request, "mapui/reporting/confirm.html", context, status=422 if context["error"] else 200
    )
