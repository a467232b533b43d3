"""The map of an edition and what it loads."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gis_core.enums import ChangeKind
from gis_core.maps.geojson import BoundingBoxError, bbox_parse, collection_respond
from gis_core.models import Edition
from gis_core.net.problems import problem_respond
from mapui.geodata.changes import change_bounds, change_features, kinds_mapped
from mapui.geodata.contents import FAULTS_SHOWN, faults_shown
from mapui.geodata.findings import finding_bounds, finding_features
from mapui.geodata.impact import impact_features, impact_shown
from mapui.geodata.selectors import difference_table
from mapui.geodata.views import edition_or_404, geodata_permission
from mapui.maps.geodata import edition_map_build
from mapui.maps.rendering import RenderedMap
from mapui.maps.resources import script_respond, style_respond
from mapui.maps.selectors import bounds_shown, map_services_shown
from mapui.site.permissions import geodata_feed
from mapui.site.types import PageRequest


@geodata_permission
@require_safe
@never_cache
def geodata_map(request: PageRequest, pk: int) -> HttpResponse:
    """The changes and the issues concerned on a map, with the numbers beside it."""
    edition = edition_or_404(request, pk)
    rendered = _map(request, edition)
    context = {
        "page": "geodata_edition",
        "jurisdiction": edition.jurisdiction,
        "edition": edition,
        "difference": difference_table(edition),
        "kinds": list(ChangeKind),
        "impact": impact_shown(edition),
        **(
            {"faults": faults_shown(edition)[:FAULTS_SHOWN]} if edition.report.get("faults") else {}
        ),
        # Written by Folium from names alone; nothing of it comes from a person.
        "map_html": mark_safe(rendered.html),  # noqa: S308
        "map_scripts": [*rendered.scripts, reverse("geodata_map_script", args=[pk])],
        "map_styles": [*rendered.styles, reverse("geodata_map_style", args=[pk])],
    }
    return render(request, "mapui/geodata/map.html", context)


def _map(request: HttpRequest, edition: Edition) -> RenderedMap:
    return edition_map_build(
        edition=edition,
        kinds=kinds_mapped(edition, difference_table(edition)),
        has_impact=bool(edition.report.get("impact")),
        has_findings=bool(finding_features(edition)),
        has_faults=bool(edition.report.get("faults")),
        bounds=change_bounds(edition)
        or finding_bounds(edition)
        or bounds_shown(edition.jurisdiction),
        services=map_services_shown(request.user),
    )


@require_safe
@geodata_feed
def geodata_map_script(request: HttpRequest, pk: int) -> HttpResponse:
    return script_respond(request, _map(request, edition_or_404(request, pk)))


@require_safe
@geodata_feed
def geodata_map_style(request: HttpRequest, pk: int) -> HttpResponse:
    return style_respond(request, _map(request, edition_or_404(request, pk)))


@require_safe
@geodata_feed
def geodata_changes_feed(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes of one kind (`kind`, else of all) in a box (`bbox`) as GeoJSON."""
    edition = edition_or_404(request, pk)
    try:
        bbox = bbox_parse(request.GET["bbox"]) if "bbox" in request.GET else None
    except BoundingBoxError as error:
        return problem_respond(400, errors={"bbox": [str(error)]})
    kind = request.GET.get("kind", "")
    if kind and kind not in ChangeKind.values:
        return problem_respond(400, errors={"kind": [kind]})
    kinds = [kind] if kind else ChangeKind.values
    features, truncated = change_features(edition, kinds=kinds, bbox=bbox)
    return collection_respond(request, features, is_private=True, truncated=truncated)


@require_safe
@geodata_feed
def geodata_findings_feed(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the checks found something, as GeoJSON."""
    return collection_respond(
        request, finding_features(edition_or_404(request, pk)), is_private=True
    )


@require_safe
@geodata_feed
def geodata_impact_feed(request: HttpRequest, pk: int) -> HttpResponse:
    """The issues that would get another authority, as GeoJSON points."""
    features: list[dict[str, Any]] = impact_features(edition_or_404(request, pk))
    return collection_respond(request, features, is_private=True)
