"""Coverage on the ground: measured, looked at, and from a hole to the row that is missing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from gis_core.maps.geojson import collection_respond
from mapui.maps.ground import ground_map_build
from mapui.maps.rendering import RenderedMap
from mapui.maps.resources import script_respond, style_respond
from mapui.maps.selectors import map_services_shown
from mapui.rules.ground import (
    all_shown,
    categories_shown,
    coverage_told,
    hole_bounds,
    hole_features,
    hole_shown,
    holes_shown,
    places_of,
)
from mapui.rules.views.editing import person
from mapui.rules.views.sets import context_of, rule_set_or_404
from mapui.site.permissions import ACTIVATE_RULES, EDIT_RULES, feed_for, rules_page
from mapui.site.rule_words import RuleWords
from mapui.site.types import PageRequest
from routing.enums import GroundVerdict, RuleSetStatus
from routing.errors import RoutingError
from routing.models import GroundRow, RuleSet
from routing.trying.chunks import LIVE
from routing.trying.ground_runs import (
    HOLES,
    coverage_last,
    coverage_nudge,
    coverage_shown,
    coverage_start,
    holes_of,
    is_outdated,
    shares_by_category,
)

PAGE_SIZE = 25
ground_feed = feed_for(EDIT_RULES, ACTIVATE_RULES)


@rules_page()
@require_safe
def rules_ground(request: HttpRequest, pk: int) -> HttpResponse:
    """The latest result of a version, its holes by how much they cost, and how far the next one is."""
    rule_set = rule_set_or_404(request, pk)
    words = RuleWords.of(rule_set.jurisdiction)
    context = context_of(rule_set, **_progress(rule_set), **_missing_row(rule_set))
    coverage = coverage_shown(rule_set)
    if coverage is not None:
        category, verdict = request.GET.get("category", ""), request.GET.get("verdict", "")
        holes = holes_of(coverage)
        if category in words.categories:
            holes = holes.filter(category=category)
        if verdict in HOLES:
            holes = holes.filter(verdict=verdict)
        page = Paginator(holes, PAGE_SIZE).get_page(request.GET.get("page"))
        shares = shares_by_category(coverage)
        query = request.GET.copy()
        query.pop("page", None)
        context |= {
            "coverage": coverage,
            "is_outdated": is_outdated(coverage),
            "all": all_shown(shares),
            "categories": categories_shown(shares, words),
            "category": words.categories.get(category),
            "verdict": GroundVerdict(verdict) if verdict in HOLES else None,
            "verdicts": HOLES,
            "holes": page,
            "shown": holes_shown(page, words),
            "filter_query": query.urlencode(),
        }
    return render(request, "mapui/rules/ground.html", context)


@rules_page(EDIT_RULES)
@require_POST
def rules_ground_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Has the version measured by a worker."""
    try:
        coverage = coverage_start(rule_set=rule_set_or_404(request, pk), by=person(request))
    except RoutingError as error:
        messages.error(request, str(error))
    else:
        coverage_nudge(coverage.pk)
    return redirect("rules_ground", pk=pk)


@rules_page()
@require_safe
def rules_ground_watch(request: PageRequest, pk: int) -> HttpResponse:
    """How far it is; asked for again and again, and when it is over the page shows itself anew."""
    rule_set = rule_set_or_404(request, pk)
    progress = _progress(rule_set)
    if request.htmx and not progress["is_live"]:
        return HttpResponseClientRefresh()
    return render(request, "mapui/rules/_ground_progress.html", context_of(rule_set, **progress))


def _progress(rule_set: RuleSet) -> dict[str, Any]:
    last = coverage_last(rule_set)
    return {
        "last": last,
        "is_live": last is not None and last.state in LIVE,
        "told": coverage_told(last) if last else "",
    }


def _missing_row(rule_set: RuleSet) -> dict[str, Any]:
    """The draft that takes the row a hole lacks: the version itself, else the newest draft, else none yet."""
    if rule_set.status == RuleSetStatus.DRAFT:
        return {"draft": rule_set}
    drafts = RuleSet.objects.filter(
        jurisdiction=rule_set.jurisdiction_id, status=RuleSetStatus.DRAFT
    )
    return {"draft": drafts.order_by("-version").first()}


@rules_page()
@require_safe
def rules_hole(request: HttpRequest, pk: int, row_pk: int) -> HttpResponse:
    """A hole: which ground it is, who is in doubt, and the example places on the map."""
    row = hole_or_404(request, pk, row_pk)
    rule_set = row.coverage.rule_set
    rendered = _map(request, row)
    context = context_of(
        rule_set,
        hole=hole_shown(row, RuleWords.of(rule_set.jurisdiction)),
        places=places_of(row),
        **_missing_row(rule_set),
        # Written by Folium from names alone; nothing of it comes from a person.
        map_html=mark_safe(rendered.html),  # noqa: S308
        map_scripts=[*rendered.scripts, reverse("rules_hole_script", args=[pk, row_pk])],
        map_styles=[*rendered.styles, reverse("rules_hole_style", args=[pk, row_pk])],
    )
    return render(request, "mapui/rules/hole.html", context)


@require_safe
@ground_feed
def rules_hole_script(request: HttpRequest, pk: int, row_pk: int) -> HttpResponse:
    return script_respond(request, _map(request, hole_or_404(request, pk, row_pk)))


@require_safe
@ground_feed
def rules_hole_style(request: HttpRequest, pk: int, row_pk: int) -> HttpResponse:
    return style_respond(request, _map(request, hole_or_404(request, pk, row_pk)))


@require_safe
@ground_feed
def rules_hole_feed(request: HttpRequest, pk: int, row_pk: int) -> HttpResponse:
    """The example places as GeoJSON points."""
    row = hole_or_404(request, pk, row_pk)
    words = RuleWords.of(row.coverage.rule_set.jurisdiction)
    return collection_respond(request, hole_features(hole_shown(row, words)), is_private=True)


def hole_or_404(request: HttpRequest, pk: int, row_pk: int) -> GroundRow:
    rows = GroundRow.objects.select_related("coverage__rule_set__jurisdiction")
    rule_set = rule_set_or_404(request, pk)
    return get_object_or_404(rows, pk=row_pk, coverage__rule_set=rule_set, verdict__in=HOLES)


def _map(request: HttpRequest, row: GroundRow) -> RenderedMap:
    return ground_map_build(
        row=row, bounds=hole_bounds(row), services=map_services_shown(request.user)
    )
