"""The images fetched from registered map services (WMS).

A browser never asks a foreign host: it asks this installation, which asks the service and keeps the image.
"""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from gis_core.errors import GisError
from gis_core.maps.addresses import address_with
from gis_core.maps.entries import Entry
from gis_core.maps.images import IMAGE_DEADLINE_S, MapServiceUnavailable
from gis_core.maps.outages import outage_end, outage_keep, outages_known
from gis_core.maps.pictures import (
    MAX_SIDE,
    MERCATOR_LIMIT,
    ImageRequest,
    image_parameters,
    picture_fetch,
)
from gis_core.maps.politeness import HostBusy, picture_turn, thread_place
from gis_core.maps.store import STAND_IN_S, MapImage, picture_keep, picture_kept
from gis_core.models import MapService
from gis_core.srids import WEB_MERCATOR

logger = logging.getLogger(__name__)

TILE_SIDES: Final = (256, 512)
# Zoom 22 in tiles of 256 pixels.
MAX_LEVEL: Final = 22.001


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


def map_image_fetch(entry: Entry, request: ImageRequest) -> MapImage:
    """The image, from the disk or from the service; an old one while the service is down.

    Raises MapServiceUnavailable where there is none. Several who want the same image ask the service once.
    """
    service = entry.service
    if not _is_tile(request):
        with _place(service):
            return _drawn_now(service, request, None)
    key = picture_key(entry, request)
    kept = picture_kept(key)
    if kept and time.time() < kept.fresh_until:
        return kept
    try:
        with _place(service), picture_turn(key, held_s=IMAGE_DEADLINE_S + 1) as is_first:
            kept = kept if is_first else picture_kept(key)
            if kept and time.time() < kept.fresh_until:
                return kept
            image = _drawn_now(service, request, kept)
            if image.is_kept:
                picture_keep(key, image)
            return image
    except MapServiceUnavailable as error:
        if kept and time.time() < kept.fresh_until + STAND_IN_S:
            logger.warning("Map service %s, an old picture is shown: %s", service.slug, error)
            return replace(kept, is_stale=True)
        raise


def picture_key(entry: Entry, request: ImageRequest) -> str:
    """Names the picture on the disk: what is asked for, and of our own map server also the geodata it draws from."""
    service = entry.service
    address = address_with(service.url, image_parameters(service, request))
    asked = (entry.geodata, service.crs, address)
    return hashlib.blake2b("|".join(asked).encode(), digest_size=24).hexdigest()


@contextmanager
def _place(service: MapService) -> Iterator[None]:
    """A place among the threads that may wait for foreign services."""
    try:
        with thread_place(service.url):
            yield
    except HostBusy as error:
        raise MapServiceUnavailable(str(error)) from error


def _drawn_now(service: MapService, request: ImageRequest, known: MapImage | None) -> MapImage:
    """What the service draws, unless it did not answer a moment ago. After a pause one request tries alone."""
    outage = outages_known([service.pk]).get(service.pk)
    if outage and time.time() < outage.until:
        raise MapServiceUnavailable(f"{service.slug} did not answer a moment ago.")
    if outage:
        outage_keep(service.pk, outage)
    try:
        image = picture_fetch(service, request, known)
    except MapServiceUnavailable as error:
        if error.is_down:
            outage_keep(service.pk, outage)
        raise
    if outage:
        outage_end(service.pk)
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
