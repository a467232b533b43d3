"""The images fetched from registered map services (WMS).

A browser never asks a foreign host: it asks this installation, which asks the service and keeps the image.
"""

from __future__ import annotations

import hashlib
import logging
import math
import time
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Max
from redis.exceptions import RedisError

from gis_core.enums import EditionStatus
from gis_core.errors import GisError
from gis_core.maps.addresses import address_with
from gis_core.maps.pictures import (
    MAX_SIDE,
    MERCATOR_LIMIT,
    ImageRequest,
    MapImage,
    MapServiceUnavailable,
    image_parameters,
    picture_fetch,
)
from gis_core.models import Edition, MapService
from gis_core.srids import WEB_MERCATOR

logger = logging.getLogger(__name__)

TILE_SIDES: Final = (256, 512)
# Zoom 22 in tiles of 256 pixels.
MAX_LEVEL: Final = 22.001
FRESH_S: Final = 24 * 3600
# While a service is down, pictures up to this age stand in for new ones.
KEEP_S: Final = 3 * 24 * 3600
# A service that did not answer is left alone for this long, so that a map full of tiles does not wait tile by tile.
PAUSE_S: Final = 20


class MapServiceError(GisError):
    """A map service cannot be registered or a request to it is not allowed; the message says why."""


def image_request_parse(query: dict[str, str], *, transparent: bool) -> ImageRequest:
    """Reads a GetMap; parameter names in upper case. Raises MapServiceError for anything else.

    Layers, styles and format of the client are ignored: the registry says what is asked for. So no
    `SLD=` and no other parameter of a stranger ever reaches the service.
    """
    if query.get("REQUEST", "").lower() != "getmap":
        raise MapServiceError("Only GetMap is passed on.")
    if query.get("CRS", query.get("SRS", "")).upper() != f"EPSG:{WEB_MERCATOR}":
        raise MapServiceError(f"CRS must be EPSG:{WEB_MERCATOR}.")
    try:
        width, height = int(query["WIDTH"]), int(query["HEIGHT"])
        west, south, east, north = (float(part) for part in query["BBOX"].split(","))
    except (KeyError, ValueError) as error:
        raise MapServiceError(
            "BBOX must be four numbers, WIDTH and HEIGHT whole numbers."
        ) from error
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise MapServiceError(f"WIDTH and HEIGHT must be from 1 to {MAX_SIDE}.")
    # Not-a-number compares false with everything, so it fails here as well.
    reach = 2 * MERCATOR_LIMIT
    if not (-reach <= west < east <= reach and -reach <= south < north <= reach):
        raise MapServiceError("BBOX is out of range or not in the order west,south,east,north.")
    return ImageRequest((west, south, east, north), width, height, transparent)


def map_image_fetch(service: MapService, request: ImageRequest) -> MapImage:
    """The image, from the cache or from the service; an old one while the service is down.

    Raises MapServiceUnavailable where there is none.

    What the cache does not answer is fetched: without Redis maps are slower, not broken. A new edition of
    any geodata makes all kept images outdated, because our own map server draws from them.
    """
    parameters = image_parameters(service, request)
    address = f"{service.crs}|{address_with(service.url, parameters)}"
    active = Edition.objects.filter(status=EditionStatus.ACTIVE)
    latest = active.aggregate(last=Max("pk"), at=Max("activated_at"))
    key = (
        "map-picture:" + hashlib.blake2b(f"{latest}|{address}".encode(), digest_size=24).hexdigest()
    )
    pause = f"map-service-pause:{service.pk}"
    known = _cached([key, pause])
    kept = known.get(key)
    if kept and time.time() - kept[2] < FRESH_S:
        return MapImage(*kept[:2])
    try:
        image = _drawn_now(service, request, is_paused=pause in known)
    except MapServiceUnavailable as error:
        if error.is_down:
            _keep(pause, True, PAUSE_S)
        if kept:
            logger.warning("Map service %s, an old picture is shown: %s", service.slug, error)
            return MapImage(*kept)
        raise
    if _is_tile(request):
        _keep(key, (image.content, image.media_type, time.time()), KEEP_S)
    return image


def _drawn_now(service: MapService, request: ImageRequest, *, is_paused: bool) -> MapImage:
    if is_paused:
        raise MapServiceUnavailable(f"{service.slug} did not answer a moment ago.")
    return picture_fetch(service, request)


def _is_tile(request: ImageRequest) -> bool:
    """Whether the image is a square of the grid that maps ask for. Others are not kept: they would never end."""
    west, south, east, north = request.bounds
    if request.width != request.height or request.width not in TILE_SIDES:
        return False
    level = math.log2(2 * MERCATOR_LIMIT / (east - west))
    if not (-0.001 < level < MAX_LEVEL and abs(level - round(level)) < 0.001):
        return False
    side = 2 * MERCATOR_LIMIT / 2 ** round(level)
    steps = ((west + MERCATOR_LIMIT) / side, (south + MERCATOR_LIMIT) / side)
    return abs(north - south - side) < side / 100 and all(
        abs(one - round(one)) < 0.01 for one in steps
    )


def _cached(keys: list[str]) -> dict[str, Any]:
    try:
        return cache.get_many(keys)
    except RedisError as error:
        logger.warning("Map images are fetched anew, the cache does not answer: %s", error)
        return {}


def _keep(key: str, value: Any, seconds: int) -> None:
    try:
        cache.set(key, value, seconds)
    except RedisError as error:
        logger.warning("A map image was not kept, the cache does not answer: %s", error)
