"""The public pages: status map with its list, and one released issue."""

from __future__ import annotations

from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from issues.models import Issue
from mapui.enums import MapName
from mapui.forms import FilterForm
from mapui.selectors import authorities_by_pk, issues_decided, issues_public, jurisdiction_shown
from mapui.serializers import PublicIssueSerializer
from mapui.types import IssueFilter, PageRequest
from mapui.views.pages import issue_list, list_addresses, map_context


@require_safe
@vary_on_headers("HX-Request", "Cookie")
def public_map(request: PageRequest) -> HttpResponse:
    """Map and list of released issues; for htmx the list alone."""
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    form = FilterForm(request.GET, jurisdiction=jurisdiction)
    issues: models.QuerySet[Issue] = Issue.objects.none()
    if form.is_valid():
        issues = issues_public(jurisdiction=jurisdiction, chosen=form.chosen())
    shown = issue_list(
        issues,
        request=request,
        serializer=PublicIssueSerializer,
        authorities=authorities_by_pk(jurisdiction),
    )
    context = {
        "page": "public",
        "jurisdiction": jurisdiction,
        "form": form,
        "shown": shown,
        **list_addresses(form, page_name="public_map", feed_name="public_issues"),
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "mapui/_issue_list.html", context)
    context.update(map_context(MapName.PUBLIC, jurisdiction))
    return render(request, "mapui/public_map.html", context)


@require_safe
@vary_on_headers("HX-Request", "Cookie")
def public_issue(request: PageRequest, number: str) -> HttpResponse:
    """What the public may know of one issue; 404 for everything that is not released."""
    stored = Issue.objects.select_related("jurisdiction").filter(number=number).first()
    if stored is None:
        raise Http404(_("There is no such issue."))
    public = issues_public(jurisdiction=stored.jurisdiction, chosen=IssueFilter())
    issue = issues_decided(public.filter(pk=stored.pk)).first()
    if issue is None:
        raise Http404(_("There is no such issue."))
    serializer = PublicIssueSerializer(
        issue, context={"authorities": authorities_by_pk(stored.jurisdiction)}
    )
    context = {
        "page": "public_issue",
        "jurisdiction": stored.jurisdiction,
        "feature": serializer.data,
        "category": issue.category,
    }
    template = "mapui/_public_issue.html" if request.htmx else "mapui/public_issue.html"
    return render(request, template, context)
