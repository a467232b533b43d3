"""Plain values of the pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.gis.geos import Polygon
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

# Bounds in degrees (WGS84): south-west and north-east corner as (latitude, longitude).
Bounds = tuple[tuple[float, float], tuple[float, float]]


class PageRequest(HttpRequest):
    """A request as the middleware leaves it."""

    htmx: HtmxDetails


@dataclass(frozen=True)
class IssueFilter:
    """What the reader chose; empty is everything.

    `status` is a state or "open", `group` a category group's German name, `authority` a code, "unclear" or
    "proposed" (another authority is proposed since geodata were activated).
    """

    status: str = ""
    group: str = ""
    authority: str = ""


@dataclass(frozen=True)
class TriageFilter(IssueFilter):
    """What a clerk chose besides; the values are those of `mapui.site.enums` and of the fields that they filter.

    `road` is a name or its beginning, `district` the key of a Gemarkung, `area` a polygon in STORAGE_SRID, `text` what
    the search looks for, `reports` the keys of those that were found by their reporter.
    """

    category: str = ""
    channel: str = ""
    released: str = ""
    age: str = ""
    confidence: str = ""
    owner: str = ""
    district: str = ""
    road: str = ""
    road_class: str = ""
    missing: str = ""
    work: str = ""
    area: Polygon | None = None
    reports: tuple[int, ...] = ()
    text: str = ""
    sort: str = ""
