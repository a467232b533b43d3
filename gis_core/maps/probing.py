"""Whether a registered map service does what it says: tried at a place that is known to lie in the city."""

from __future__ import annotations

import time
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from django.contrib.gis.db.models.functions import PointOnSurface, Transform
from django.utils import timezone
from PIL import Image

from gis_core.enums import ServiceKind, Severity
from gis_core.maps.feature_info import InfoUnavailable, feature_info_ask
from gis_core.maps.images import MapServiceUnavailable
from gis_core.maps.pictures import (
    MERCATOR_LIMIT,
    ImageRequest,
    picture_fetch,
)
from gis_core.messages import Message, Told
from gis_core.models import Jurisdiction, MapService
from gis_core.srids import WEB_MERCATOR, WGS84

SIDE: Final = 256
ZOOM: Final = 17
SLOW_S: Final = 2.0
INFO_DEADLINE_S: Final = 8.0


@dataclass(frozen=True)
class Place:
    """Longitude and latitude in WGS84 degrees, and the same place in metres of EPSG:3857."""

    longitude: float
    latitude: float
    east: float
    north: float


def service_check(*, service: MapService) -> None:
    """Asks for a picture and, where the layer can be asked, for feature info; keeps what came of it.

    Without a jurisdiction's boundary no place is known, and nothing is tried.
    """
    place = place_known()
    checks = (
        [(Severity.INFO, Message("probe_nowhere"))] if place is None else _checks(service, place)
    )
    service.checks = [
        {"severity": severity, "told": Told(message).as_json()} for severity, message in checks
    ]
    service.checked_at = timezone.now()
    service.save(update_fields=["checks", "checked_at"])


def place_known() -> Place | None:
    """A place inside the first jurisdiction that has a boundary."""
    found = (
        Jurisdiction.objects.filter(boundary__isnull=False)
        .order_by("pk")
        .values_list(
            Transform(PointOnSurface("boundary"), WGS84),
            Transform(PointOnSurface("boundary"), WEB_MERCATOR),
        )
        .first()
    )
    if found is None:
        return None
    degrees, metres = found
    return Place(degrees.x, degrees.y, metres.x, metres.y)


def _checks(service: MapService, place: Place) -> list[tuple[Severity, Message]]:
    request = check_request(service, place)
    found = [_picture_checked(service, request)]
    layer = service.source.layer_named(service.layers) if service.source else None
    if layer and layer["box"] and not _is_inside(place, layer["box"]):
        found.append((Severity.WARNING, Message("probe_elsewhere")))
    if layer and layer["is_queryable"] and service.kind == ServiceKind.WMS:
        found.append(_info_checked(service, place))
    return found


def check_request(service: MapService, place: Place) -> ImageRequest:
    """A picture with the place in its middle, at a zoom at which the layer is drawn."""
    zoom = max(service.min_zoom, min(ZOOM, service.max_zoom))
    half = MERCATOR_LIMIT / 2**zoom
    bounds = (place.east - half, place.north - half, place.east + half, place.north + half)
    return ImageRequest(bounds, SIDE, SIDE, transparent=not service.is_background)


def _is_inside(place: Place, box: list[float]) -> bool:
    west, south, east, north = box
    return west <= place.longitude <= east and south <= place.latitude <= north


def _picture_checked(service: MapService, request: ImageRequest) -> tuple[Severity, Message]:
    began = time.monotonic()
    try:
        image = picture_fetch(service, request)
    except MapServiceUnavailable as error:
        return Severity.ERROR, error.message or Message("probe_failed", {"cause": str(error)[:300]})
    seconds = round(time.monotonic() - began, 1)
    with Image.open(BytesIO(image.content)) as picture:
        colours = picture.convert("RGBA").getcolors(maxcolors=1)
    if colours is not None:
        return Severity.WARNING, Message("probe_empty")
    if seconds > SLOW_S:
        return Severity.WARNING, Message("probe_slow", {"seconds": seconds})
    return Severity.INFO, Message("probe_good", {"seconds": seconds})


def _info_checked(service: MapService, place: Place) -> tuple[Severity, Message]:
    """As what feature info is answered, or why it is not."""
    try:
        info = feature_info_ask(
            service=service,
            longitude=place.longitude,
            latitude=place.latitude,
            deadline_s=INFO_DEADLINE_S,
        )
    except InfoUnavailable as error:
        return Severity.WARNING, Message("probe_info_failed", {"cause": error.message})
    return Severity.INFO, Message("probe_info", {"format": info.media_type})
