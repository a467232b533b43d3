"""The explanation of a decision for staff, at full depth: a page with its map, JSON, and the JSON's schema."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gis_core.maps.geojson import collection_respond
from issues.rights import issues_reached
from mapui.maps.explanations import explanation_map_build
from mapui.maps.page import back_to_list
from mapui.maps.rendering import RenderedMap
from mapui.maps.resources import script_respond, style_respond
from mapui.maps.selectors import map_services_shown
from mapui.site.cards.decisions import decision_card
from mapui.site.permissions import see_permission, staff_feed
from mapui.site.types import PageRequest
from mapui.triage.case.selectors import service_answers
from mapui.triage.explanation.features import explanation_bounds, explanation_features
from mapui.triage.explanation.page import explanation_shown
from routing.deciding.explaining.explanations import explanation_of, explanation_schema
from routing.models import Decision
from routing.outbox.authorities import authorities_named


def _decision(request: HttpRequest, number: str) -> Decision:
    """The issue's decision that is asked for (`decision`, its number), else the one that counts. Raises Http404."""
    issues = issues_reached(request.user).filter(number=number)
    decisions: QuerySet[Decision] = Decision.objects.filter(issue__in=issues).select_related(
        "issue__category", "issue__jurisdiction", "authority", "rule_set", "decided_by"
    )
    wanted = request.GET.get("decision", "")
    if wanted:
        if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 5:
            raise Http404
        return get_object_or_404(decisions, number=int(wanted))
    found = decisions.filter(is_current=True).first()
    if found is None:
        raise Http404
    return found


@see_permission
@require_safe
@never_cache
def explanation_page(request: PageRequest, number: str) -> HttpResponse:
    """Sentence, map, candidates, rules, data and history of one decision; also of an issue without any."""
    issues = issues_reached(request.user).select_related("category", "jurisdiction")
    issue = get_object_or_404(issues, number=number)
    if not issue.decisions.exists():
        context: dict[str, Any] = {
            "jurisdiction": issue.jurisdiction,
            "issue": issue,
            "back_url": back_to_list(request, number),
        }
        return render(request, "mapui/triage/explanation.html", context)
    decision = _decision(request, number)
    rendered = _map(request, decision)
    query = f"?decision={decision.number}"
    context = {
        "page": "explanation",
        "back_url": back_to_list(request, number),
        "jurisdiction": issue.jurisdiction,
        "issue": issue,
        "decision": decision,
        "card": decision_card(issue, decision=decision),
        "shown": explanation_shown(decision),
        "service_answers": service_answers(issue),
        "json_url": reverse("explanation_json", args=[number]) + query,
        # Written by Folium from names alone; nothing of it comes from a person.
        "map_html": mark_safe(rendered.html),  # noqa: S308
        "map_scripts": [*rendered.scripts, reverse("explanation_script", args=[number]) + query],
        "map_styles": [*rendered.styles, reverse("explanation_style", args=[number]) + query],
    }
    return render(request, "mapui/triage/explanation.html", context)


def _map(request: HttpRequest, decision: Decision) -> RenderedMap:
    codes = [one["body"] for one in decision.candidates]
    found = authorities_named(decision.issue.jurisdiction_id, codes)
    return explanation_map_build(
        decision=decision,
        authorities=[found[code] for code in dict.fromkeys(codes) if code in found],
        bounds=explanation_bounds(decision),
        services=map_services_shown(request.user),
    )


@require_safe
@staff_feed
def explanation_script(request: HttpRequest, number: str) -> HttpResponse:
    return script_respond(request, _map(request, _decision(request, number)))


@require_safe
@staff_feed
def explanation_style(request: HttpRequest, number: str) -> HttpResponse:
    return style_respond(request, _map(request, _decision(request, number)))


@require_safe
@staff_feed
def explanation_feed(request: HttpRequest, number: str) -> HttpResponse:
    """What the map draws, as GeoJSON."""
    features = explanation_features(_decision(request, number))
    return collection_respond(request, features, is_private=True)


@require_safe
@staff_feed
@never_cache
def explanation_json(request: HttpRequest, number: str) -> JsonResponse:
    """The whole explanation in the shape of the published schema."""
    explained = explanation_of(_decision(request, number))
    return JsonResponse(explained, json_dumps_params={"ensure_ascii": False})


@require_safe
def explanation_schema_view(request: HttpRequest) -> JsonResponse:
    """The schema is public: it says what there is to know, not what is known of anybody."""
    response = JsonResponse(explanation_schema(), content_type="application/schema+json")
    response["Cache-Control"] = "public, max-age=3600"
    return response
