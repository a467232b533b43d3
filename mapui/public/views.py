"""The public pages: status map with its list, and one released issue."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from gis_core.languages import text_in
from gis_core.models import Jurisdiction
from issues.enums import LocationSource
from issues.models import Issue
from issues.public_steps import public_steps
from issues.public_view import PublicIssue, public_view
from mapui.maps.page import SELECTED, issue_list, list_addresses, map_context, selection_named
from mapui.site.enums import MapName
from mapui.site.forms import FilterForm
from mapui.site.issues import issues_public
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.serializers import PublicIssueSerializer
from mapui.site.types import IssueFilter, PageRequest
from routing.deciding.enquiries import responsibility_asked
from routing.deciding.in_force import agency_names


@require_safe
@vary_on_headers("HX-Request", "Cookie")
def public_map(request: PageRequest) -> HttpResponse:
    """Map and list of released issues; for htmx the list alone."""
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    form = FilterForm(request.GET, jurisdiction=jurisdiction)
    issues: models.QuerySet[Issue] = Issue.objects.none()
    if form.is_valid():
        issues = issues_public(jurisdiction=jurisdiction, chosen=form.chosen(), box=form.box())
    shown = issue_list(
        issues,
        request=request,
        serializer=PublicIssueSerializer,
        jurisdiction=jurisdiction,
    )
    context: dict[str, Any] = {
        "page": "public",
        "jurisdiction": jurisdiction,
        "form": form,
        "shown": shown,
        **list_addresses(form, page_name="public_map", feed_name="public_issues"),
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "mapui/maps/_issue_list.html", context)
    if SELECTED in request.GET:
        selected = _issue_context(jurisdiction, request.GET[SELECTED])
        context["is_missing"] = selected is None
        if selected is not None:
            context |= {**selected, "in_panel": True}
    context.update(map_context(MapName.PUBLIC, jurisdiction, request.user))
    return render(request, "mapui/public/map.html", context)


@require_safe
@vary_on_headers("HX-Request", "Cookie")
def public_issue(request: PageRequest, number: str) -> HttpResponse:
    """What the public may know of one issue; 404 for everything that is not released."""
    stored = Issue.objects.select_related("jurisdiction").filter(number=number).first()
    if stored is None:
        raise Http404(_("There is no such issue."))
    shown = _issue_context(stored.jurisdiction, number)
    if shown is None:
        raise Http404(_("There is no such issue."))
    context = {
        "page": "public_issue",
        "jurisdiction": stored.jurisdiction,
        "in_panel": bool(request.htmx),
        **shown,
    }
    template = "mapui/public/_issue.html" if request.htmx else "mapui/public/issue.html"
    return selection_named(request, render(request, template, context), number)


def _why(issue: Issue, authority: str) -> str:
    """The public sentence for the place, where it names whoever has the issue; "" of a sheltered issue.

    What the reporter answered stays out of it.
    """
    if issue.is_sheltered or not authority or not issue.is_placed:
        return ""
    found = responsibility_asked(
        category=issue.category,
        point=issue.point,
        at=issue.received_at,
        answers={},
        accuracy_m=issue.accuracy_m,
        source=LocationSource(issue.location_source),
    )
    if found is None or not found.is_clear or found.bodies[0].public_name != authority:
        return ""
    return text_in(found.sentences)


def _picture(issue: PublicIssue) -> str:
    """What messengers show of it: the first released photo, else nothing."""
    if not issue.photos:
        return ""
    return f"{settings.PUBLIC_URL}{reverse('photo', args=[issue.photos[0].name])}"


def _issue_context(jurisdiction: Jurisdiction | None, number: str) -> dict[str, Any] | None:
    """What the public may know of one issue; None for everything that is not released."""
    public = issues_public(jurisdiction=jurisdiction, chosen=IssueFilter())
    issue = public.filter(number=number).select_related("category", "closing_reason").first()
    if issue is None:
        return None
    authority = agency_names([issue.pk]).get(issue.pk, "")
    photos = issue.photos.filter(is_released=True).order_by("pk")
    shown = public_view(issue, authority=authority, photos=photos)
    address = f"{settings.PUBLIC_URL}{reverse('public_issue', args=[number])}"
    return {
        "issue": shown,
        "steps": public_steps(issue),
        "why": _why(issue, authority),
        "address": address,
        "picture": _picture(shown),
        "code": segno.make(address, error="m", micro=False).svg_data_uri(border=2),
        "warnings": issue.category.warnings,
        "sightings": issue.sightings.count(),
    }
