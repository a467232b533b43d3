"""A small map with the place as the public sees it: on a report's page, and in messengers where it has no photo."""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Iterator
from typing import Final

from django.contrib.auth.models import AnonymousUser
from PIL import Image, ImageDraw, ImageFont
from pyproj import Transformer

from gis_core.maps.entries import Entry, entry_of
from gis_core.maps.images import MapServiceUnavailable, image_decoded, image_jpeg
from gis_core.maps.pictures import ImageRequest
from gis_core.maps.services import map_image_fetch, picture_key
from gis_core.maps.store import MapImage, content_tag, picture_keep, picture_kept
from gis_core.srids import WEB_MERCATOR, WGS84
from issues.models.querysets import COARSE_M
from issues.public_view import PublicIssue
from mapui.maps.selectors import map_services_shown

logger = logging.getLogger(__name__)

# What messengers ask for, in pixels.
WIDTH: Final = 1200
HEIGHT: Final = 630
# Metres of EPSG:3857 a pixel; of a place that is shown roughly four times as much lies on the picture.
PIXEL_M: Final = 0.6
PIXEL_COARSE_M: Final = 1.2
PIN: Final = 22
COLOUR: Final = "#b00020"
GROUND: Final = "#f1efe9"
QUALITY: Final = 85
# A picture that is asked for again later is made of the ground as it is then.
KEPT_S: Final = 7 * 86_400


def preview_of(issue: PublicIssue) -> MapImage:
    """The picture as JPEG, 1200 by 630 pixels; kept until the ground or the place is another.

    It is made of what the public sees of the issue and of the background that everybody sees, and nothing else. Where
    no map service draws, the place stands on plain ground; that one is not kept.
    """
    x, y = _mercator(issue)
    pixel = PIXEL_COARSE_M if issue.is_coarse else PIXEL_M
    half_width, half_height = WIDTH / 2 * pixel, HEIGHT / 2 * pixel
    bounds = (x - half_width, y - half_height, x + half_width, y + half_height)
    request = ImageRequest(bounds, WIDTH, HEIGHT, transparent=False)
    for entry in _backgrounds():
        key = _key(entry, request, issue)
        kept = picture_kept(key)
        if kept is not None and time.time() < kept.fresh_until:
            return kept
        if (ground := _ground(entry, request)) is not None:
            content = _drawn(ground, issue, pixel, entry.service.attribution)
            made = _image(content, time.time() + KEPT_S)
            picture_keep(key, made)
            return made
    plain = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    return _image(_drawn(plain, issue, pixel, ""), 0.0)


def _mercator(issue: PublicIssue) -> tuple[float, float]:
    change = Transformer.from_crs(WGS84, WEB_MERCATOR, always_xy=True)
    x, y = change.transform(issue.longitude, issue.latitude)
    return float(x), float(y)


def _backgrounds() -> Iterator[Entry]:
    """The one that the public map begins with, then the others."""
    for service in map_services_shown(AnonymousUser()):
        if service.is_background:
            yield entry_of(service)


def _key(entry: Entry, request: ImageRequest, issue: PublicIssue) -> str:
    asked = f"preview|{issue.is_coarse}|{picture_key(entry, request)}"
    return hashlib.blake2b(asked.encode(), digest_size=24).hexdigest()


def _ground(entry: Entry, request: ImageRequest) -> Image.Image | None:
    try:
        pixels = image_decoded(map_image_fetch(entry, request), (WIDTH, HEIGHT))
    except MapServiceUnavailable as error:
        logger.warning("A preview has no background: %s", error)
        return None
    return Image.fromarray(pixels).convert("RGB")


def _drawn(ground: Image.Image, issue: PublicIssue, pixel: float, attribution: str) -> bytes:
    """The ground with the place in its middle: a pin, or where it is shown roughly a circle and no middle."""
    draw = ImageDraw.Draw(ground, "RGBA")
    middle = (WIDTH / 2, HEIGHT / 2)
    if issue.is_coarse:
        # EPSG:3857 draws a metre longer, the farther north.
        radius = COARSE_M / math.cos(math.radians(issue.latitude)) / pixel
        draw.circle(middle, radius, fill="#b0002022", outline=COLOUR, width=4)
    else:
        draw.circle(middle, PIN + 5, fill="#ffffff")
        draw.circle(middle, PIN, fill=COLOUR)
        draw.circle(middle, PIN / 3, fill="#ffffff")
    if attribution:
        font = ImageFont.load_default(28)
        box = draw.textbbox((WIDTH - 8, HEIGHT - 8), attribution, font=font, anchor="rs")
        draw.rectangle((box[0] - 8, box[1] - 6, WIDTH, HEIGHT), fill="#ffffffcc")
        draw.text((WIDTH - 8, HEIGHT - 8), attribution, fill="#222222", font=font, anchor="rs")
    return image_jpeg(ground, quality=QUALITY)


def _image(content: bytes, fresh_until: float) -> MapImage:
    tag = content_tag(content)
    return MapImage(content, "image/jpeg", time.time(), fresh_until, tag=tag)
