"""Heaps: many reports of one category at one place within a week, as after a storm, to be answered together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from django.db.models import Count, F, Max
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gis_core.grid import degrees_at
from issues.enums import CLOSED
from issues.models import Category
from issues.rights import issues_reached
from mapui.site.enums import AGE_DAYS, Age
from mapui.site.issues import OPEN
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.permissions import see_permission
from mapui.site.types import PageRequest

# A cell of the grid of 2^13 units is about 190 m wide in North Rhine-Westphalia.
CELL_BITS: Final = 13
HEAP_MIN: Final = 3
SHOWN_MAX: Final = 100


@dataclass(frozen=True)
class Heap:
    """Reports of one category in one cell; `query` is the queue's filter that finds them."""

    category: Category
    count: int
    latest: str
    query: str

    @property
    def list_url(self) -> str:
        return f"{reverse('triage')}?{self.query}"

    @property
    def bulk_url(self) -> str:
        return f"{reverse('bulk')}?{self.query}"


@see_permission
@require_safe
@never_cache
def heaps(request: PageRequest) -> HttpResponse:
    """The heaps of the week, the largest first."""
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    since = timezone.now() - timedelta(days=AGE_DAYS[Age.WEEK])
    cells = (
        issues_reached(request.user)
        .filter(jurisdiction=jurisdiction, received_at__gte=since, grid_x__isnull=False)
        .exclude(status__in=sorted(CLOSED))
        .order_by()
        .values(
            "category",
            column=F("grid_x").bitrightshift(CELL_BITS),
            row=F("grid_y").bitrightshift(CELL_BITS),
        )
        .annotate(count=Count("pk"), latest=Max("received_at"))
        .filter(count__gte=HEAP_MIN)
        .order_by("-count", "category", "column", "row")[:SHOWN_MAX]
    )
    categories = Category.objects.filter(jurisdiction=jurisdiction).in_bulk()
    shown = [
        Heap(
            category=categories[cell["category"]],
            count=cell["count"],
            latest=cell["latest"],
            query=_query(categories[cell["category"]].code, cell["column"], cell["row"]),
        )
        for cell in cells
    ]
    context = {
        "page": "triage",
        "jurisdiction": jurisdiction,
        "heaps": shown,
        "least": HEAP_MIN,
        "is_more": len(shown) == SHOWN_MAX,
    }
    return render(request, "mapui/triage/bulk/heaps.html", context)


def _query(category: str, column: int, row: int) -> str:
    """The filter of a heap: its bounds lie inside of the outermost units of the cell."""
    side = 2**CELL_BITS
    north, west = degrees_at(column * side + 0.25, row * side + 0.25)
    south, east = degrees_at((column + 1) * side - 0.25, (row + 1) * side - 0.25)
    bbox = f"{west},{south},{east},{north}"
    return urlencode({"status": OPEN, "category": category, "age": Age.WEEK.value, "bbox": bbox})
