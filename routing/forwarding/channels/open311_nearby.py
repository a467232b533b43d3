"""Whether a receiver has open requests of the same kind near a report: asked before the report goes there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from django.db import models
from django.utils.translation import pgettext_lazy

from gis_core.coordinates import wgs84_to_storage
from gis_core.errors import CoordinateError
from routing.enums import ForeignMeaning
from routing.forwarding.channels.base import Near
from routing.forwarding.channels.open311_answers import record_text
from routing.forwarding.channels.open311_endpoint import Endpoint
from routing.forwarding.channels.open311_form import reference_marker, service_code
from routing.forwarding.channels.open311_statuses import status_meaning
from routing.forwarding.envelope import Envelope
from routing.forwarding.places import Place

# Metres within which an open request of the same service may be the same.
NEAR_M: Final = 50.0
SHOWN: Final = 3
# Metres in a degree of latitude.
_DEGREE_M: Final = 111_320.0


class NearBy(models.TextChoices):
    """How a receiver's list is asked about a place."""

    NEVER = "never", pgettext_lazy("channel", "not at all")
    RADIUS = "radius", pgettext_lazy("channel", "with lat, long and radius")
    BBOX = "bbox", pgettext_lazy("channel", "with bbox")
    LIST = "list", pgettext_lazy("channel", "its list of open reports")


def near_find(endpoint: Endpoint, envelope: Envelope) -> tuple[Near, ...]:
    """The nearest first, at most three; raises DeliveryDelayed or DeliveryRefused."""
    by = NearBy(endpoint.settings.get("near_by", NearBy.NEVER))
    if by == NearBy.NEVER:
        return ()
    place, code = envelope.place, service_code(endpoint.settings, envelope.category_code)
    asked = {"status": "open", "service_code": code}
    asked |= _filter(by, place.latitude, place.longitude)
    found = []
    for record in endpoint.requests(**asked):
        distance = _distance(record, place)
        is_ours = reference_marker(envelope) in record_text(record, "description")
        if distance <= NEAR_M and not is_ours and _is_open(record, code, endpoint.settings):
            found.append(Near(endpoint.number_of(record), round(distance)))
    return tuple(sorted(found, key=lambda one: one.distance_m)[:SHOWN])


def _filter(by: NearBy, latitude: float, longitude: float) -> dict[str, str]:
    if by == NearBy.RADIUS:
        return {"lat": f"{latitude:.6f}", "long": f"{longitude:.6f}", "radius": f"{NEAR_M:.0f}"}
    if by == NearBy.BBOX:
        high = NEAR_M / _DEGREE_M
        wide = high / math.cos(math.radians(latitude))
        edges = (longitude - wide, latitude - high, longitude + wide, latitude + high)
        return {"bbox": ",".join(f"{one:.6f}" for one in edges)}
    return {}


def _distance(record: dict[str, Any], place: Place) -> float:
    """Metres; infinite for a record without a place."""
    try:
        latitude, longitude = (
            float(record_text(record, name).replace(",", ".")) for name in ("lat", "long")
        )
        x, y = wgs84_to_storage(longitude, latitude)
    except (ValueError, CoordinateError):
        return math.inf
    return math.hypot(x - place.easting, y - place.northing)


def _is_open(record: dict[str, Any], code: str, settings: Mapping[str, Any]) -> bool:
    """Whether the receiver obeyed the filter: not every one knows them."""
    told = record_text(record, "service_code")
    means = status_meaning(record_text(record, "status") or "open", settings.get("statuses", {}))
    return told in {"", code} and means not in {ForeignMeaning.DONE, ForeignMeaning.REFUSED}
