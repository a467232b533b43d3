"""What the map of an explanation draws, as GeoJSON features (WGS84)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsGeoJSON, Intersection, Transform
from django.contrib.gis.measure import D
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from gis_core.coordinates import storage_to_wgs84
from gis_core.srids import WGS84
from mapui.site.types import Bounds
from parcels.models import Parcel
from routing.deciding.explaining.discs import ELSEWHERE, DiscPart, disc_parts, disc_radius
from routing.models import Authority, Decision, RoadSection

# Sections and parcels may be kilometres long; more of them than this around the place explains nothing (metres).
AROUND_M: Final = 150.0
NOBODY_COLOUR: Final = "#ffffff"


def explanation_features(decision: Decision) -> list[dict[str, Any]]:
    """Parcels and road sections as they were, the parts of the disc with their authorities, and the place."""
    situations = decision.evidence.get("situations", [])
    parcels = _keys(situations, "parcels")
    sections = _keys(situations, "sections")
    return [
        *_outlines(decision, Parcel.objects.all(), parcels, "parcel"),
        *_outlines(decision, RoadSection.objects.all(), sections, "section"),
        *_parts(decision),
        *([_place(decision)] if decision.issue.is_placed else []),
    ]


def explanation_bounds(decision: Decision) -> Bounds:
    """The disc and what lies around it, in WGS84 degrees."""
    point, margin = decision.issue.point, max(_radius(decision), 20.0) * 1.15
    west, south = storage_to_wgs84(point.x - margin, point.y - margin)
    east, north = storage_to_wgs84(point.x + margin, point.y + margin)
    return ((round(south, 6), round(west, 6)), (round(north, 6), round(east, 6)))


def _radius(decision: Decision) -> float:
    """Of the disc, also where its accuracy was assumed from how the place was given."""
    evidence = decision.evidence
    return disc_radius(evidence.get("accuracy_m"), evidence.get("confidence", 0.95))


def _keys(situations: Iterable[dict[str, Any]], name: str) -> dict[str, dict[str, Any]]:
    return {fact["key"]: fact for situation in situations for fact in situation[name]}


def _outlines(
    decision: Decision, rows: QuerySet[Any], facts: dict[str, dict[str, Any]], kind: str
) -> Iterator[dict[str, Any]]:
    """The rows as they were when the decision was made, cut off around the place."""
    around = decision.issue.point.buffer(max(AROUND_M, 2 * _radius(decision)))
    found = (
        rows.filter(jurisdiction_id=decision.issue.jurisdiction_id, key__in=list(facts))
        .filter(edition_from__activated_at__lte=decision.decided_at)
        .exclude(edition_to__activated_at__lte=decision.decided_at)
        .filter(geometry__dwithin=(decision.issue.point, D(m=AROUND_M)))
        .annotate(near=Intersection(F("geometry"), around))
        .annotate(shape=AsGeoJSON(Transform("near", WGS84), precision=7))
        .order_by("key")
    )
    for row in found:
        fact = facts[row.key]
        label = fact["number"] if kind == "parcel" else fact["road"] or fact["name"]
        yield _feature(kind, json.loads(row.shape), label=label, key=row.key)


def _parts(decision: Decision) -> Iterator[dict[str, Any]]:
    parts = disc_parts(decision)
    codes = {part.body for part in parts}
    found = Authority.objects.filter(jurisdiction_id=decision.issue.jurisdiction_id, code__in=codes)
    authorities = {one.code: one for one in found}
    for part in parts:
        yield _part(part, authorities.get(part.body))


def _part(part: DiscPart, authority: Authority | None) -> dict[str, Any]:
    if part.body == ELSEWHERE:
        label = _("Not there, the reporter said")
    else:
        label = authority.name if authority else _("No rule names anybody")
    return _feature(
        "part",
        shapely.geometry.mapping(shapely.transform(part.shape, _degrees)),
        label=label,
        colour=authority.colour if authority else NOBODY_COLOUR,
        rule=", ".join(part.rule_ids),
        percent=round(part.share * 100),
        inside=_inside(part),
    )


def _inside(part: DiscPart) -> list[float]:
    """A place well inside the largest piece, for the share that is written there."""
    largest = max(shapely.get_parts(part.shape).tolist(), key=lambda one: one.area)
    centre = shapely.maximum_inscribed_circle(largest).coords[0]
    return _degrees(np.array([centre]))[0].tolist()


def _place(decision: Decision) -> dict[str, Any]:
    issue = decision.issue
    point = {"type": "Point", "coordinates": [round(issue.longitude, 7), round(issue.latitude, 7)]}
    return _feature("place", point, label=_("Reported place"))


def _degrees(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coordinates in the storage CRS as longitude and latitude."""
    return np.array([storage_to_wgs84(x, y) for x, y in points.tolist()]).round(7)


def _feature(kind: str, geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": {"kind": kind, **properties}}
