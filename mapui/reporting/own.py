"""After sending: the private page of a report. Whoever has its link is taken for the person who reported."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gis_core.net.clients import client_address
from issues.enums import PhotoStatus
from issues.errors import IssuesError, RequestsTooMany
from issues.models import Issue
from issues.selectors import photos_of_reporter
from issues.services.limits import limit_check
from issues.services.reporting.confirming import report_confirm as confirm
from issues.services.reporting.confirming import waiting_by_token
from issues.services.reporting.export import data_export
from issues.services.reporting.links import issue_by_link, report_path
from mapui.reporting.own_shown import own_context
from mapui.reporting.own_steps import ASKED, STEPS
from mapui.site.types import PageRequest
from routing.deciding.in_force import agency_names

P = ParamSpec("P")
Own = Callable[Concatenate[PageRequest, Issue, P], HttpResponseBase]
LOOKS_PER_MINUTE: Final = 60
DONE: Final = "done"


def own_view(view: Own[P]) -> Callable[Concatenate[PageRequest, str, P], HttpResponseBase]:
    """For what the private link leads to: the issue in place of the token, never kept by a browser or a search engine.

    404 for a link that is forged or another's; 429 for whoever tries many.
    """

    @never_cache
    @wraps(view)
    def guarded(
        request: PageRequest, token: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        try:
            limit_check(f"own:{client_address(request)}", limit=LOOKS_PER_MINUTE)
        except RequestsTooMany as error:
            return HttpResponse(error.message, status=error.code, content_type="text/plain")
        issue = issue_by_link(token)
        if issue is None:
            raise Http404(pgettext("report", "This link leads to no report."))
        response = view(request, issue, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


@require_safe
@own_view
def own_report(request: PageRequest, issue: Issue) -> HttpResponse:
    """All about the report, and what can be done with it."""
    return _shown(request, issue, told=request.GET.get(DONE, ""))


@require_http_methods(["GET", "HEAD", "POST"])
@own_view
def own_step(request: PageRequest, issue: Issue, step: str) -> HttpResponse:
    """A POST takes the step. A GET changes nothing: it asks before what is not undone easily, or shows the page."""
    if step not in STEPS:
        raise Http404
    if request.method != "POST":
        if step in ASKED:
            return _asked(request, issue, step)
        return redirect(report_path(issue))
    try:
        STEPS[step].take(issue, request)
    except IssuesError as error:
        if step in ASKED:
            return _asked(request, issue, step, error=error.message)
        return _shown(request, issue, error=error, step=step)
    return redirect(f"{report_path(issue)}?{urlencode({DONE: step})}")


@require_safe
@own_view
def own_photo(_request: PageRequest, issue: Issue, name: UUID) -> HttpResponseBase:
    """One's own photo as it was sent, whether or not it is public."""
    own = photos_of_reporter(issue).filter(status=PhotoStatus.STORED)
    photo = own.filter(public_id=name).first()
    if photo is None:
        raise Http404
    try:
        file = photo.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type="image/jpeg", filename=f"{name}.jpg")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
@own_view
def own_export(_request: PageRequest, issue: Issue) -> HttpResponseBase:
    """A ZIP of one's own data."""
    names = agency_names([issue.pk])
    file = data_export(issue, recipients=list(names.values()))
    return FileResponse(file, as_attachment=True, filename=f"{issue.number}.zip")


def _shown(
    request: PageRequest,
    issue: Issue,
    *,
    told: str = "",
    error: IssuesError | None = None,
    step: str = "",
) -> HttpResponse:
    """The page; after a step that was refused with what was typed."""
    shown = own_context(issue)
    is_kept = told == "erase" and shown["has_contact"]
    context = {
        **shown,
        "told": STEPS[told].told if told in STEPS and not is_kept else "",
        "error": error.message if error else "",
        "failed": step,
        "typed": request.POST,
    }
    return render(request, "mapui/reporting/own.html", context, status=422 if error else 200)


def _asked(request: PageRequest, issue: Issue, step: str, *, error: str = "") -> HttpResponse:
    context = {**own_context(issue), "step": step, "error": error}
    template = f"mapui/reporting/own_{step}.html"
    return render(request, template, context, status=422 if error else 200)


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
