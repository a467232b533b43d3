"""What a request for features asks: how many, where, when, in which coordinate reference system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Final

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import pgettext

from gis_core.coordinates import box_to_storage, crs_parse
from gis_core.srids import WEB_MERCATOR, WGS84, storage_srid
from issues.api.parameters import YEARS

LIMIT: Final = 100
LIMIT_MAX: Final = 1000
CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
# Beyond it no projected system has coordinates.
FARTHEST_M: Final = 1e8
PARAMETERS: Final = frozenset({"limit", "after", "bbox", "bbox-crs", "crs", "datetime"})


class AskedWrongly(Exception):
    """A parameter that cannot be understood; the text is for whoever asked."""


@dataclass(frozen=True)
class Crs:
    """A coordinate reference system by its address; `is_swapped`: its first axis points north."""

    uri: str
    srid: int
    is_swapped: bool = False


@dataclass(frozen=True)
class Asked:
    """`area` is in the storage CRS, None for everywhere; `since` and `until` are None for ever; `after` is a cursor."""

    limit: int = LIMIT
    after: str = ""
    area: GEOSGeometry | None = None
    since: datetime | None = None
    until: datetime | None = None
    crs: Crs = Crs(CRS84, WGS84)


def crs_known() -> dict[str, Crs]:
    """By address; the first one counts where none is named."""
    found = [Crs(CRS84, WGS84)]
    for srid in dict.fromkeys((storage_srid(), WGS84, WEB_MERCATOR)):
        is_swapped = crs_parse(srid).crs.axis_info[0].direction == "north"
        found.append(Crs(epsg_uri(srid), srid, is_swapped))
    return {one.uri: one for one in found}


def epsg_uri(srid: int) -> str:
    return f"http://www.opengis.net/def/crs/EPSG/0/{srid}"


def asked_parse(query: Mapping[str, str]) -> Asked:
    """Raises AskedWrongly, also for a parameter that nobody knows: the answer would be to another question."""
    if unknown := sorted(set(query) - PARAMETERS):
        told = pgettext("features", "Unknown parameter: %(name)s.")
        raise AskedWrongly(told % {"name": unknown[0][:40]})
    since, until = _times(query.get("datetime", ""))
    return Asked(
        limit=_limit(query.get("limit", "")),
        after=query.get("after", ""),
        area=_area(query.get("bbox", ""), _crs(query, "bbox-crs")),
        since=since,
        until=until,
        crs=_crs(query, "crs"),
    )


def _crs(query: Mapping[str, str], name: str) -> Crs:
    known = crs_known()
    try:
        return known[query.get(name) or CRS84]
    except KeyError as error:
        told = pgettext("features", "%(name)s is not one of %(known)s.")
        raise AskedWrongly(told % {"name": name, "known": ", ".join(known)}) from error


def _limit(text: str) -> int:
    if not text:
        return LIMIT
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise AskedWrongly(pgettext("features", "limit is a whole number from 1 on."))
    return min(int(text), LIMIT_MAX)


def _area(text: str, crs: Crs) -> GEOSGeometry | None:
    """One that crosses the date line is two."""
    if not text:
        return None
    source = crs_parse(crs.srid)
    try:
        west, south, east, north = _box(text, crs, is_geographic=source.crs.is_geographic)
    except ValueError as error:
        told = pgettext("features", "bbox has four numbers: west, south, east and north.")
        raise AskedWrongly(told) from error
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    parts = [box_to_storage((one, south, other, north), source) for one, other in spans]
    area: GEOSGeometry = GEOSGeometry(shapely.union_all(parts).wkb_hex, srid=storage_srid())
    return area


def _box(text: str, crs: Crs, *, is_geographic: bool) -> tuple[float, ...]:
    """x first. Heights are passed over. Raises ValueError."""
    numbers = [float(part) for part in text.split(",")]
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    west, south, east, north = numbers
    if crs.is_swapped:
        west, south, east, north = south, west, north, east
    far_x, far_y = (180.0, 90.0) if is_geographic else (FARTHEST_M, FARTHEST_M)
    is_inside = abs(west) <= far_x and abs(east) <= far_x and abs(south) <= far_y
    if not (is_inside and south <= north <= far_y and (west <= east or is_geographic)):
        raise ValueError(text)
    return west, south, east, north


def _times(text: str) -> tuple[datetime | None, datetime | None]:
    """An instant, a day, or two of them with a slash between, of which ".." or nothing is open."""
    if not text:
        return None, None
    first, slash, second = text.partition("/")
    since, until = _moment(first, time.min), _moment(second if slash else first, time.max)
    if (since is None and until is None and not slash) or (since and until and since > until):
        raise AskedWrongly(_no_time())
    return since, until


def _moment(text: str, usual: time) -> datetime | None:
    if text in {"", ".."}:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if "T" not in text:
            moment = datetime.combine(moment.date(), usual)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise AskedWrongly(_no_time()) from error
    if moment.year not in YEARS:
        raise AskedWrongly(_no_time())
    return moment


def _no_time() -> str:
    return pgettext(
        "features", "Write a moment, or two with a slash between: 2026-03-01T08:00:00Z/.."
    )


def times_filter(field: str, asked: Asked) -> dict[str, Any]:
    """What a queryset is filtered by."""
    named = {f"{field}__gte": asked.since, f"{field}__lte": asked.until}
    return {name: moment for name, moment in named.items() if moment is not None}
