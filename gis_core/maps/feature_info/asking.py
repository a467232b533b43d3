"""Asking a registered map service what is at a place."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import httpx
import numpy as np
from django.core.cache import cache
from redis.exceptions import RedisError

from gis_core.coordinates import crs_parse, transform
from gis_core.enums import ServiceKind
from gis_core.errors import CodedError, CoordinateError
from gis_core.maps.addresses import address_with
from gis_core.maps.feature_info.answer import FEATURES_MAX, FeatureInfo, InfoUnavailable
from gis_core.maps.feature_info.own import raster_info
from gis_core.maps.feature_info.reading import info_read
from gis_core.maps.pictures import MERCATOR, MERCATOR_LIMIT, ImageRequest, image_parameters
from gis_core.maps.politeness import HostBusy, host_place
from gis_core.maps.rasters import is_sampled
from gis_core.models import MapService
from gis_core.net import outgoing
from gis_core.srids import WGS84

logger = logging.getLogger(__name__)

DEADLINE_S: Final = 5.0
MAX_BYTES: Final = 1024 * 1024
# A picture with a pixel in its middle, which is what is asked about.
SIDE: Final = 101
ZOOM: Final = 18
# A service that did not answer is left alone for this long: a person clicks again at once.
PAUSE_S: Final = 20
METRES_PER_DEGREE: Final = 111_320.0
# From what is easiest to read to what has to be cleaned; a kind of a format counts as the format.
FORMATS: Final = (
    *("application/geo+json", "application/vnd.geo+json", "application/json"),
    *("application/vnd.ogc.gml", "application/gml+xml", "text/xml", "application/xml"),
    *("application/vnd.ogc.wms_xml", "application/vnd.esri.wms_featureinfo_xml"),
    *("text/plain", "text/html"),
)


def is_askable(service: MapService) -> bool:
    """Whether the service says that it can be asked about places, in a format that can be read here."""
    if service.kind == ServiceKind.RASTER:
        return is_sampled(service)
    if service.kind == ServiceKind.OGC_MAPS:
        return bool(_items_address(service))
    return bool(_layers_asked(service) and formats_asked(service))


def feature_info_ask(
    *,
    service: MapService,
    longitude: float,
    latitude: float,
    zoom: int = ZOOM,
    deadline_s: float = DEADLINE_S,
) -> FeatureInfo:
    """What the service says about a place in WGS84 degrees, as it is drawn at this zoom.

    Formats are tried in turn as long as the service answers with something else. Raises InfoUnavailable.
    """
    if not is_askable(service):
        raise InfoUnavailable("info_not_offered")
    if service.kind == ServiceKind.RASTER:
        return raster_info(service, longitude, latitude)
    pause = f"map-info-pause:{service.pk}"
    if _is_paused(pause):
        raise InfoUnavailable("info_paused", seconds=PAUSE_S)
    ends = time.monotonic() + deadline_s
    refused: InfoUnavailable | None = None
    for address in _addresses(service, longitude, latitude, zoom):
        try:
            answer = _fetch(address, max(ends - time.monotonic(), 0.1), pause)
            return info_read(answer.content, answer.media_type)
        except InfoUnavailable as error:
            if error.message.code == "info_failed":
                raise refused or error from error
            refused = refused or error
    assert refused is not None  # noqa: S101 - there is an address to each service that can be asked
    raise refused


def formats_asked(service: MapService) -> list[str]:
    """The formats of feature info that can be read here, as the service writes them, the best first."""
    offered: Iterable[str] = service.source.info_formats if service.source else ()
    ranked = [(_rank(one), one) for one in offered]
    return [one for rank, one in sorted(ranked) if rank < len(FORMATS)]


def _rank(offered: str) -> int:
    bare = offered.partition(";")[0].strip().lower()
    fitting = (
        n for n, known in enumerate(FORMATS) if bare == known or bare.startswith(f"{known}/")
    )
    return next(fitting, len(FORMATS))


def _layers_asked(service: MapService) -> list[str]:
    if service.kind != ServiceKind.WMS or service.source is None:
        return []
    layers = ((name, service.source.layer_named(name)) for name in service.layers.split(","))
    return [name for name, layer in layers if layer and layer["is_queryable"]]


def _items_address(service: MapService) -> str:
    """Where the objects of a collection are whose map is shown (OGC API); empty where that cannot be told."""
    parts = urlsplit(service.url)
    collection, _, last = parts.path.rpartition("/")
    return urlunsplit(parts._replace(path=f"{collection}/items")) if last == "map" else ""


def _addresses(service: MapService, longitude: float, latitude: float, zoom: int) -> list[str]:
    try:
        request = request_around(service, longitude, latitude, zoom)
    except CoordinateError as error:
        raise InfoUnavailable(error.message) from error
    if service.kind == ServiceKind.OGC_MAPS:
        return [_items_asked(service, longitude, latitude, zoom)]
    column, row = ("I", "J") if service.version == "1.3.0" else ("X", "Y")
    parameters: dict[str, Any] = {
        **image_parameters(service, request, service.crs),
        "REQUEST": "GetFeatureInfo",
        "QUERY_LAYERS": ",".join(_layers_asked(service)),
        "FEATURE_COUNT": str(FEATURES_MAX + 1),
        column: str(SIDE // 2),
        row: str(SIDE // 2),
    }
    return [
        address_with(service.url, {**parameters, "INFO_FORMAT": one})
        for one in formats_asked(service)
    ]


def request_around(
    service: MapService, longitude: float, latitude: float, zoom: int
) -> ImageRequest:
    """A picture in the service's own system whose middle pixel is the place. Raises CoordinateError."""
    place = np.array([[longitude, latitude]])
    system = crs_parse(service.crs.replace("CRS:84", "CRS84"))
    [[x, y]], _operation = transform(place, crs_parse(WGS84), system)
    half = SIDE / 2 * _pixel_m(service, latitude, zoom)
    width = height = half
    if system.crs.is_geographic:
        height = half / METRES_PER_DEGREE
        width = height / math.cos(math.radians(latitude))
    elif service.crs == MERCATOR:
        width = height = half / math.cos(math.radians(latitude))
    return ImageRequest(
        (x - width, y - height, x + width, y + height), SIDE, SIDE, transparent=True
    )


def _pixel_m(service: MapService, latitude: float, zoom: int) -> float:
    """A pixel's side in metres on the ground, at the nearest zoom at which the service draws."""
    shown = max(service.min_zoom, min(zoom, service.max_zoom))
    return math.ldexp(2 * MERCATOR_LIMIT / 256, -shown) * math.cos(math.radians(latitude))


def _items_asked(service: MapService, longitude: float, latitude: float, zoom: int) -> str:
    """The objects that a box of three pixels around the place touches."""
    height = 1.5 * _pixel_m(service, latitude, zoom) / METRES_PER_DEGREE
    width = height / math.cos(math.radians(latitude))
    box = (longitude - width, latitude - height, longitude + width, latitude + height)
    return address_with(
        _items_address(service),
        {
            "bbox": ",".join(f"{value:.9f}" for value in box),
            "limit": str(FEATURES_MAX + 1),
            "f": "json",
        },
    )


def _fetch(address: str, deadline_s: float, pause: str) -> outgoing.Fetched:
    try:
        with host_place(address, held_s=deadline_s + 1):
            return outgoing.fetch(
                address,
                purpose=outgoing.Purpose.MAP_SERVICE,
                max_bytes=MAX_BYTES,
                deadline_s=deadline_s,
            )
    except httpx.HTTPStatusError as error:
        # Only a client's error is about this request; the service as a whole may be well.
        if error.response.is_server_error:
            _pause(pause)
        raise InfoUnavailable("info_status", code=error.response.status_code) from error
    except outgoing.AnswerTooLarge as error:
        raise InfoUnavailable("info_unreadable", cause=error.message) from error
    except HostBusy as error:
        raise InfoUnavailable("info_failed", cause=str(error)) from error
    except (outgoing.OutgoingError, httpx.HTTPError) as error:
        _pause(pause)
        cause = error.message if isinstance(error, CodedError) else str(error)[:200]
        raise InfoUnavailable("info_failed", cause=cause) from error


def _is_paused(key: str) -> bool:
    try:
        return cache.get(key) is not None
    except RedisError as error:
        logger.warning("Nobody knows which services are left alone: %s", error)
        return False


def _pause(key: str) -> None:
    try:
        cache.set(key, True, PAUSE_S)
    except RedisError as error:
        logger.warning("A map service that does not answer is asked again at once: %s", error)
