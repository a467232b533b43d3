"""The one screen of the daily work: the queue, the map, and the report that is open."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from issues.rights import ANSWER
from mapui.maps.page import SELECTED, list_left, map_context
from mapui.site.enums import MapName
from mapui.site.permissions import may_any, see_permission
from mapui.site.types import PageRequest
from mapui.triage.case.shown import issue_context, issues_shown
from mapui.triage.queue.counters import counters
from mapui.triage.queue.listing import Queue
from mapui.triage.queue.reporters import ReporterForm
from mapui.triage.queue.views import views_shown


@see_permission
@require_safe
@never_cache
def triage_map(request: PageRequest) -> HttpResponse:
    """List, map and the report that the address names; for htmx the list alone."""
    queue = Queue(request.GET, request.user)
    context: dict[str, Any] = {"page": "triage", **queue.context(request.GET.get("page"))}
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "mapui/triage/queue/_list.html", context)
    context["list_query"] = queue.filter_given()
    context["counters"] = counters(queue, context["list_query"])
    context.update(views_shown(request, queue))
    if may_any(request.user, ANSWER):
        context["reporter_form"] = ReporterForm()
    if SELECTED in request.GET:
        context.update(_opened(request, queue))
    context.update(map_context(MapName.TRIAGE, queue.jurisdiction, request.user))
    return render(request, "mapui/triage/screen.html", context)


def _opened(request: PageRequest, queue: Queue) -> dict[str, Any]:
    """The report that the address names; where there is none, that it is missing."""
    issues = issues_shown(request.user).filter(jurisdiction=queue.jurisdiction)
    named = issues.filter(number=request.GET[SELECTED]).first()
    if named is None:
        return {"is_missing": True}
    return {
        **issue_context(named, request.user),
        "in_panel": True,
        "list_left": list_left(request, named.number),
    }
