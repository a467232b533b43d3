"""The one screen of the daily work: the queue, the map, and the report that is open."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from issues.models import Issue
from issues.selectors import issues_perhaps_urgent
from mapui.maps.page import SELECTED, issue_list, list_addresses, list_left, map_context
from mapui.site.enums import MapName
from mapui.site.forms import TriageFilterForm
from mapui.site.issues import issues_for_triage
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.permissions import see_permission
from mapui.site.serializers import TriageIssueSerializer
from mapui.site.types import PageRequest
from mapui.triage.case.shown import issue_context, issues_shown


@see_permission
@require_safe
@never_cache
def triage_map(request: PageRequest) -> HttpResponse:
    """Map and list of all issues; for htmx the list alone."""
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    form = TriageFilterForm(request.GET, jurisdiction=jurisdiction)
    issues: models.QuerySet[Issue] = Issue.objects.none()
    if form.is_valid():
        issues = issues_for_triage(
            request.user, jurisdiction=jurisdiction, chosen=form.chosen(), box=form.box()
        )
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
        return render(request, "mapui/triage/queue/_list.html", context)
    if SELECTED in request.GET:
        named = (
            issues_shown(request.user)
            .filter(jurisdiction=jurisdiction, number=request.GET[SELECTED])
            .first()
        )
        context["is_missing"] = named is None
        if named:
            opened = {"in_panel": True, "list_left": list_left(request, named.number)}
            context = {**issue_context(named, request.user), **context, **opened}
    context.update(map_context(MapName.TRIAGE, jurisdiction, request.user))
    return render(request, "mapui/triage/screen.html", context)
