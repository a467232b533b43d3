"""Whether a registered map service does what it says: tried at a place that is known to lie in the city."""

from __future__ import annotations

import time
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import httpx
from django.contrib.gis.db.models.functions import PointOnSurface, Transform
from django.utils import timezone
from PIL import Image

from gis_core.enums import ServiceKind, Severity
from gis_core.maps.addresses import address_with
from gis_core.maps.pictures import (
    MERCATOR,
    MERCATOR_LIMIT,
    ImageRequest,
    MapServiceUnavailable,
    image_parameters,
    picture_fetch,
    request_in,
)
from gis_core.messages import Message, Told
from gis_core.models import Jurisdiction, MapService
from gis_core.net import outgoing
from gis_core.srids import WEB_MERCATOR, WGS84

SIDE: Final = 256
ZOOM: Final = 17
SLOW_S: Final = 2.0
INFO_MAX_BYTES: Final = 1024 * 1024
INFO_DEADLINE_S: Final = 8.0
# From what is easiest to read to what has to be cleaned.
INFO_FORMATS: Final = (
    "application/geo+json",
    "application/json",
    "application/vnd.ogc.gml",
    "text/plain",
    "text/html",
)


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
        found.append(_info_checked(service, request))
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
        return Severity.ERROR, Message("probe_failed", {"cause": str(error)[:300]})
    seconds = round(time.monotonic() - began, 1)
    try:
        with Image.open(BytesIO(image.content)) as picture:
            size = picture.size
            colours = picture.convert("RGBA").getcolors(maxcolors=1)
    except Exception as error:  # noqa: BLE001 - whatever the decoder raises, it is no picture (ADR 13)
        return Severity.ERROR, Message(
            "probe_broken", {"cause": f"{type(error).__name__}: {error}"}
        )
    if size != (SIDE, SIDE):
        return Severity.ERROR, Message("probe_size", {"size": f"{size[0]} × {size[1]}"})
    if colours is not None:
        return Severity.WARNING, Message("probe_empty")
    if seconds > SLOW_S:
        return Severity.WARNING, Message("probe_slow", {"seconds": seconds})
    return Severity.INFO, Message("probe_good", {"seconds": seconds})


def _info_checked(service: MapService, request: ImageRequest) -> tuple[Severity, Message]:
    """Which format of feature info is answered, the easiest to read first."""
    offered = service.source.info_formats if service.source else []
    wanted = [one for one in INFO_FORMATS if one in offered]
    cause = ""
    for info_format in wanted:
        try:
            media_type = _info_asked(service, request, info_format)
        except (outgoing.OutgoingError, httpx.HTTPError) as error:
            cause = str(error)[:300]
            continue
        if media_type.startswith(info_format.partition(";")[0]):
            return Severity.INFO, Message("probe_info", {"format": info_format})
        cause = media_type
    if not wanted:
        return Severity.WARNING, Message("probe_info_none")
    return Severity.WARNING, Message("probe_info_failed", {"cause": cause})


def _info_asked(service: MapService, request: ImageRequest, info_format: str) -> str:
    """The media type of the answer about the middle of the picture."""
    asked = request if service.crs == MERCATOR else request_in(service.crs, request)
    column, row = ("I", "J") if service.version == "1.3.0" else ("X", "Y")
    parameters: dict[str, Any] = {
        **image_parameters(service, asked, service.crs),
        "REQUEST": "GetFeatureInfo",
        "QUERY_LAYERS": service.layers,
        "INFO_FORMAT": info_format,
        "FEATURE_COUNT": "10",
        column: str(asked.width // 2),
        row: str(asked.height // 2),
    }
    fetched = outgoing.fetch(
        address_with(service.url, parameters),
        purpose=outgoing.Purpose.MAP_SERVICE,
        max_bytes=INFO_MAX_BYTES,
        deadline_s=INFO_DEADLINE_S,
    )
    return fetched.media_type
