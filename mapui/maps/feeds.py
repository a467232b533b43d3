"""What the maps load as GeoJSON."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.contrib.gis.geos import Polygon
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gis_core.maps.geojson import BoundingBoxError, bbox_parse, collection_respond
from gis_core.models import Jurisdiction
from gis_core.net.problems import problem_respond
from gis_core.srids import WGS84
from issues.models import Issue
from mapui.site.forms import FilterForm, TriageFilterForm
from mapui.site.issues import (
    FEATURE_LIMIT,
    issues_decided,
    issues_for_triage,
    issues_public,
)
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.permissions import staff_feed
from mapui.site.serializers import (
    IssueFeatureSerializer,
    PublicIssueSerializer,
    TriageIssueSerializer,
)
from parcels.outlines import parcel_outline


@require_safe
def public_issues(request: HttpRequest) -> HttpResponse:
    """Released issues of public categories, filtered as the list beside the map and by `bbox`."""
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    form = FilterForm(request.GET, jurisdiction=jurisdiction)
    bbox, problem = _checked(form, request)
    if problem:
        return problem
    issues = issues_public(jurisdiction=jurisdiction, chosen=form.chosen(), bbox=bbox)
    return _issues_respond(request, issues, PublicIssueSerializer, jurisdiction, is_private=False)


@require_safe
@staff_feed
def triage_issues(request: HttpRequest) -> HttpResponse:
    """All issues with the authority that was decided."""
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    form = TriageFilterForm(request.GET, jurisdiction=jurisdiction)
    bbox, problem = _checked(form, request)
    if problem:
        return problem
    issues = issues_for_triage(jurisdiction=jurisdiction, chosen=form.chosen(), bbox=bbox)
    return _issues_respond(request, issues, TriageIssueSerializer, jurisdiction, is_private=True)


def _checked(form: FilterForm, request: HttpRequest) -> tuple[Polygon | None, HttpResponse | None]:
    if not form.is_valid():
        return None, problem_respond(400, errors=form.errors)
    try:
        return (bbox_parse(request.GET["bbox"]) if "bbox" in request.GET else None), None
    except BoundingBoxError as error:
        return None, problem_respond(400, errors={"bbox": [str(error)]})


def _issues_respond(
    request: HttpRequest,
    issues: Any,
    serializer: type[IssueFeatureSerializer],
    jurisdiction: Jurisdiction | None,
    *,
    is_private: bool,
) -> HttpResponse:
    found: list[Issue] = list(issues_decided(issues)[: FEATURE_LIMIT + 1])
    shown = found[:FEATURE_LIMIT]
    context = serializer.context_for(shown, jurisdiction)
    changed_at = max((one.status_changed_at for one in shown), default=None)
    return collection_respond(
        request,
        serializer(shown, many=True, context=context).data["features"],
        is_private=is_private,
        # To the second it would tell the public when somebody reported; the ETag does for them.
        last_modified=changed_at if is_private else None,
        # Says so when there are more than the map shows.
        truncated=len(found) > FEATURE_LIMIT,
    )


@require_safe
def boundary(request: HttpRequest) -> HttpResponse:
    """The municipal boundary of a jurisdiction."""
    shown = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    if shown is None or not shown.boundary:
        raise Http404(_("No boundary has been loaded."))
    stored = Jurisdiction.objects.filter(pk=shown.pk).annotate(
        json=AsGeoJSON(Transform("boundary", WGS84), precision=6)
    )
    geometry = json.loads(stored.values_list("json", flat=True).get())
    feature = {"type": "Feature", "geometry": geometry, "properties": {"name": shown.name}}
    return collection_respond(request, [feature], is_private=False)


@require_safe
@staff_feed
def parcel(request: HttpRequest, key: str) -> HttpResponse:
    """The outline of one parcel."""
    outline = parcel_outline(key)
    if outline is None:
        raise Http404(_("There is no such parcel."))
    return collection_respond(request, [outline], is_private=True)
