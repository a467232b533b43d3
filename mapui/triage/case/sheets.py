"""The evidence sheet of an issue: its state, asking for it, the file itself."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from issues.models import Issue
from issues.rights import SEE, issues_reached
from mapui.sheets.store import (
    SheetState,
    sheet_ask,
    sheet_key,
    sheet_read,
    sheet_state,
)
from mapui.site.permissions import page_for
from mapui.site.types import PageRequest

TYPES = {"pdf": "application/pdf", "png": "image/png"}
# A page without a script asks again after so many seconds while the sheet is being made.
REFRESH_S = 2


@page_for(SEE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sheet_page(request: PageRequest, number: str) -> HttpResponse:
    """GET: whether the sheet is there. POST: has it made."""
    issue = _issue(request, number)
    if request.method == "POST":
        sheet_ask(issue)
        if not request.htmx:
            return redirect("sheet", number=number)
    state = sheet_state(sheet_key(issue))
    context = {
        "page": "sheet",
        "jurisdiction": issue.jurisdiction,
        "issue": issue,
        "sheet_state": state.value,
    }
    if request.htmx:
        return render(request, "mapui/triage/_sheet.html", context)
    response = render(request, "mapui/triage/sheet.html", context)
    if state is SheetState.WORKING:
        response["Refresh"] = str(REFRESH_S)
    return response


@page_for(SEE)
@require_safe
def sheet_download(request: PageRequest, number: str, kind: str) -> HttpResponse:
    """The sheet as PDF or PNG; 404 while nobody has had it made as it would be now."""
    key = sheet_key(_issue(request, number))
    content = sheet_read(key, kind)
    if content is None:
        raise Http404(pgettext("sheet", "This evidence sheet has not been made yet."))
    etag = quote_etag(f"{key}-{kind}")
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f'inline; filename="{number}.{kind}"'
    response["ETag"] = etag
    # Kept by the reader's browser alone, and asked for again each time: the right may have ended.
    response["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag=etag, response=response) or response


def _issue(request: PageRequest, number: str) -> Issue:
    issues = issues_reached(request.user).select_related("category", "jurisdiction")
    return get_object_or_404(issues, number=number)
