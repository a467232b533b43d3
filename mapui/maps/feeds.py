"""What the maps load as GeoJSON."""

from __future__ import annotations

import json

from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gis_core.grid import GridBox, box_of_tile
from gis_core.maps.geojson import collection_respond
from gis_core.models import Jurisdiction
from gis_core.net.problems import problem_respond
from gis_core.srids import WGS84
from mapui.maps.issue_tiles import MAX_ZOOM, PUBLIC, STAFF, tile_features
from mapui.site.cities import city_shown
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.permissions import staff_feed
from mapui.site.public_filter import PublicFilterForm
from mapui.site.serializers import PublicIssueSerializer, TriageIssueSerializer
from mapui.site.triage_filter import TriageFilterForm
from mapui.site.triage_issues import issues_for_triage
from parcels.outlines import parcel_outline


@require_safe
def public_issues(request: HttpRequest, zoom: int, column: int, row: int) -> HttpResponse:
    """A tile of released issues of public categories, filtered as the list beside the map, at their public places."""
    jurisdiction = city_shown(request, request.GET.get("jurisdiction", ""))
    form = PublicFilterForm(request.GET, jurisdiction=jurisdiction)
    if not form.is_valid():
        return problem_respond(400, errors=form.errors)
    issues = form.issues(jurisdiction, _box_of(zoom, column, row))
    features = tile_features(
        issues,
        sight=PUBLIC,
        zoom=zoom,
        serializer=PublicIssueSerializer,
        jurisdiction=jurisdiction,
    )
    return collection_respond(request, features, is_private=False)


@require_safe
@staff_feed
def triage_issues(request: HttpRequest, zoom: int, column: int, row: int) -> HttpResponse:
    """A tile of all issues that are placed, with the authority that was decided."""
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    form = TriageFilterForm(request.GET, jurisdiction=jurisdiction)
    if not form.is_valid():
        return problem_respond(400, errors=form.errors)
    box = _box_of(zoom, column, row)
    issues = issues_for_triage(
        request.user, jurisdiction=jurisdiction, chosen=form.chosen(), box=box
    )
    features = tile_features(
        issues, sight=STAFF, zoom=zoom, serializer=TriageIssueSerializer, jurisdiction=jurisdiction
    )
    return collection_respond(request, features, is_private=True)


def _box_of(zoom: int, column: int, row: int) -> GridBox:
    if zoom > MAX_ZOOM or max(column, row) >= 2**zoom:
        raise Http404(_("There is no such tile."))
    return box_of_tile(zoom=zoom, column=column, row=row)


@require_safe
def boundary(request: HttpRequest) -> HttpResponse:
    """The municipal boundary of a jurisdiction."""
    shown = city_shown(request, request.GET.get("jurisdiction", ""))
    stored = Jurisdiction.objects.filter(boundary__isnull=False).annotate(
        json=AsGeoJSON(Transform("boundary", WGS84), precision=6)
    )
    text = stored.filter(pk=shown.pk).values_list("json", flat=True).first() if shown else None
    if shown is None or text is None:
        raise Http404(_("No boundary has been loaded."))
    geometry = json.loads(text)
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
