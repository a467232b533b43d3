"""The images fetched from registered map services (WMS).

A browser never asks a foreign host: it asks this installation, which asks the service and keeps the image.
"""

from __future__ import annotations

import hashlib
import logging
import math
from dataclasses import dataclass
from typing import Any, Final

import httpx
from django.core.cache import cache
from django.db.models import Max
from redis.exceptions import RedisError

from gis_core.enums import EditionStatus
from gis_core.errors import GisError
from gis_core.maps.addresses import address_with
from gis_core.models import Edition, MapService
from gis_core.net import outgoing
from gis_core.srids import WEB_MERCATOR

logger = logging.getLogger(__name__)

MAX_SIDE: Final = 2048
TILE_SIDES: Final = (256, 512)
# Zoom 22 in tiles of 256 pixels.
MAX_LEVEL: Final = 22.001
# The half of the circumference in EPSG:3857: no bounding box reaches further.
MERCATOR_LIMIT: Final = 20_037_508.35
IMAGE_MAX_BYTES: Final = 8 * 1024 * 1024
IMAGE_DEADLINE_S: Final = 8.0
KEEP_S: Final = 24 * 3600
IMAGE_FORMATS: Final = ("image/png", "image/jpeg", "image/webp")
# A service that did not answer is left alone for this long, so that a map full of tiles does not wait tile by tile.
PAUSE_S: Final = 20


class MapServiceError(GisError):
    """A map service cannot be registered or a request to it is not allowed; the message says why."""


class MapServiceUnavailable(GisError):
    """The service did not answer with an image.

    `is_down`: it did not answer at all or said itself that it is broken, so that asking again at once is no use.
    An error about one request does not count as down, so a nonsense request cannot switch a map off for others.
    """

    def __init__(self, text: str, *, is_down: bool = False) -> None:
        self.is_down = is_down
        super().__init__(text)


@dataclass(frozen=True)
class ImageRequest:
    """A GetMap in EPSG:3857: bounds in metres (west, south, east, north), size in pixels."""

    bounds: tuple[float, float, float, float]
    width: int
    height: int
    transparent: bool


@dataclass(frozen=True)
class MapImage:
    content: bytes
    media_type: str


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
    """The image, from the cache or from the service. Raises MapServiceUnavailable.

    What the cache does not answer is fetched: without Redis maps are slower, not broken. A new edition of
    any geodata makes all kept images outdated, because our own map server draws from them.
    """
    address = address_with(service.url, image_parameters(service, request))
    active = Edition.objects.filter(status=EditionStatus.ACTIVE)
    latest = active.aggregate(last=Max("pk"), at=Max("activated_at"))
    key = "map-image:" + hashlib.blake2b(f"{latest}|{address}".encode(), digest_size=24).hexdigest()
    pause = f"map-service-pause:{service.pk}"
    known = _cached([key, pause])
    if key in known:
        return MapImage(*known[key])
    if pause in known:
        raise MapServiceUnavailable(f"{service.slug} did not answer a moment ago.")
    try:
        image = _image_fetch(address)
    except MapServiceUnavailable as error:
        if error.is_down:
            _keep(pause, True, PAUSE_S)
        raise
    if _is_tile(request):
        _keep(key, (image.content, image.media_type), KEEP_S)
    return image


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


def _image_fetch(address: str) -> MapImage:
    try:
        fetched = outgoing.fetch(
            address,
            purpose=outgoing.Purpose.MAP_SERVICE,
            max_bytes=IMAGE_MAX_BYTES,
            deadline_s=IMAGE_DEADLINE_S,
        )
    except httpx.HTTPStatusError as error:
        raise MapServiceUnavailable(str(error), is_down=error.response.is_server_error) from error
    except (outgoing.OutgoingError, httpx.HTTPError) as error:
        raise MapServiceUnavailable(str(error), is_down=True) from error
    # A WMS reports its errors as XML behind HTTP 200.
    if fetched.media_type not in IMAGE_FORMATS:
        text = fetched.content[:300].decode("utf-8", "replace")
        raise MapServiceUnavailable(
            f"The service answered {fetched.media_type!r}, no image: {text}"
        )
    return MapImage(fetched.content, fetched.media_type)


def image_parameters(service: MapService, request: ImageRequest) -> dict[str, str]:
    crs = "CRS" if service.version == "1.3.0" else "SRS"
    return {
        "SERVICE": "WMS",
        "VERSION": service.version,
        "REQUEST": "GetMap",
        "LAYERS": service.layers,
        "STYLES": service.style,
        crs: f"EPSG:{WEB_MERCATOR}",
        "BBOX": ",".join(f"{value:.4f}" for value in request.bounds),
        "WIDTH": str(request.width),
        "HEIGHT": str(request.height),
        "FORMAT": service.image_format,
        "TRANSPARENT": "TRUE" if request.transparent else "FALSE",
    }


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
