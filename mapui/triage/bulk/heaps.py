"""Heaps: many reports of one category close to each other within a week, as after a storm, to be answered together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from django.db.models import F, Func, IntegerField, Value, Window
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gis_core.grid import degrees_at
from gis_core.models import Jurisdiction
from issues.enums import CLOSED
from issues.models import Category
from issues.rights import issues_reached
from mapui.site.enums import AGE_DAYS, Age
from mapui.site.issues import OPEN
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.permissions import see_permission
from mapui.site.types import PageRequest

# Of a heap each report has another one within so many metres, and HEAP_MIN with itself.
REACH_M: Final = 100.0
HEAP_MIN: Final = 3
# A heap is asked for by its bounds on the grid, which hold its outermost reports.
MARGIN: Final = 0.25
SHOWN_MAX: Final = 100


@dataclass(frozen=True)
class Heap:
    """Reports of one category that lie together; `query` is the queue's filter that finds them."""

    category: Category
    count: int
    latest: datetime
    query: str

    @property
    def list_url(self) -> str:
        return f"{reverse('triage')}?{self.query}"

    @property
    def bulk_url(self) -> str:
        return f"{reverse('bulk')}?{self.query}&verb=move"


class _Placed(NamedTuple):
    category: int
    heap: int | None
    grid_x: int
    grid_y: int
    received_at: datetime


class _Cluster(Func):
    """PostGIS ST_ClusterDBSCAN: the number of the cluster, null for what lies alone."""

    function = "ST_ClusterDBSCAN"
    window_compatible = True
    output_field = IntegerField()


@see_permission
@require_safe
@never_cache
def heaps(request: PageRequest) -> HttpResponse:
    """The heaps of the week, the largest first."""
    jurisdiction = jurisdiction_shown(request.GET.get("jurisdiction", ""))
    categories = Category.objects.filter(jurisdiction=jurisdiction).in_bulk()
    by_category = groupby(_of_the_week(request, jurisdiction), key=lambda one: one.category)
    found = [
        heap for category, rows in by_category for heap in _heaps_of(categories[category], [*rows])
    ]
    found.sort(key=lambda heap: (-heap.count, heap.category.code))
    context = {
        "page": "triage",
        "jurisdiction": jurisdiction,
        "heaps": found[:SHOWN_MAX],
        "least": HEAP_MIN,
        "is_more": len(found) > SHOWN_MAX,
    }
    return render(request, "mapui/triage/bulk/heaps.html", context)


def _of_the_week(request: PageRequest, jurisdiction: Jurisdiction | None) -> list[_Placed]:
    """The open reports of the week, by category."""
    since = timezone.now() - timedelta(days=AGE_DAYS[Age.WEEK])
    week = issues_reached(request.user).filter(
        jurisdiction=jurisdiction, received_at__gte=since, grid_x__isnull=False
    )
    heap = Window(_Cluster(F("point"), Value(REACH_M), Value(HEAP_MIN)), partition_by=F("category"))
    placed: Any = week.exclude(status__in=sorted(CLOSED)).annotate(heap=heap)
    return [_Placed(*one) for one in placed.order_by("category").values_list(*_Placed._fields)]


def _heaps_of(category: Category, rows: list[_Placed]) -> Iterator[Heap]:
    """Each heap as its filter finds it: with what lies between without belonging to it."""
    for number in {one.heap for one in rows} - {None}:
        inner = [one for one in rows if one.heap == number]
        columns, lines = [one.grid_x for one in inner], [one.grid_y for one in inner]
        (west, east), (north, south) = (min(columns), max(columns)), (min(lines), max(lines))
        found = [one for one in rows if west <= one.grid_x <= east and north <= one.grid_y <= south]
        yield Heap(
            category=category,
            count=len(found),
            latest=max(one.received_at for one in found),
            query=_query(category.code, west, north, east, south),
        )


def _query(category: str, west: int, north: int, east: int, south: int) -> str:
    """The filter of the units of the grid from the first to the last."""
    upper, left = degrees_at(west + MARGIN, north + MARGIN)
    lower, right = degrees_at(east + 1 - MARGIN, south + 1 - MARGIN)
    bbox = f"{left},{lower},{right},{upper}"
    return urlencode({"status": OPEN, "category": category, "age": Age.WEEK.value, "bbox": bbox})
