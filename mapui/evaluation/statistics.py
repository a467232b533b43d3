"""How right the rules are, as a page and as files."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from issues.rights import SEE
from mapui.evaluation.statistics_shown import statistics_rows, statistics_shown
from mapui.site.permissions import EDIT_RULES, jurisdiction_for, page_for
from mapui.site.tables import csv_respond
from mapui.site.types import PageRequest
from routing.rulebook.statistics import statistics_of

statistics_readers = page_for(SEE, EDIT_RULES)


@statistics_readers
@require_safe
@never_cache
def statistics_page(request: PageRequest) -> HttpResponse:
    """Tables, and the precision by month as bars."""
    jurisdiction = jurisdiction_for(request, SEE, EDIT_RULES)
    context = {
        "page": "evaluation",
        "tab": "statistics",
        "jurisdiction": jurisdiction,
        "found": statistics_shown(jurisdiction) if jurisdiction else None,
    }
    return render(request, "mapui/evaluation/statistics.html", context)


@statistics_readers
@require_safe
@never_cache
def statistics_json(request: PageRequest) -> HttpResponse:
    """The same counts as JSON."""
    jurisdiction = jurisdiction_for(request, SEE, EDIT_RULES)
    rows = statistics_rows(statistics_of(jurisdiction)) if jurisdiction else []
    return JsonResponse({"rows": rows})


@statistics_readers
@require_safe
@never_cache
def statistics_csv(request: PageRequest) -> HttpResponse:
    """The same counts as CSV (`;`, UTF-8)."""
    jurisdiction = jurisdiction_for(request, SEE, EDIT_RULES)
    rows = statistics_rows(statistics_of(jurisdiction)) if jurisdiction else []
    head = list(rows[0]) if rows else []
    return csv_respond("statistics.csv", head, (list(one.values()) for one in rows))
