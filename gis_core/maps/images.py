"""Images from foreign services: fetched, checked, decoded, and how old they are."""

from __future__ import annotations

import time
from dataclasses import replace
from io import BytesIO
from typing import Any, Final

import httpx
import numpy as np
from PIL import Image

from gis_core.errors import GisError
from gis_core.maps.ages import fresh_seconds, may_be_kept
from gis_core.maps.politeness import HostBusy, host_place
from gis_core.maps.store import MapImage
from gis_core.messages import Message
from gis_core.models import MapService
from gis_core.net import outgoing

IMAGE_FORMATS: Final = ("image/png", "image/jpeg", "image/webp")
IMAGE_MAX_BYTES: Final = 8 * 1024 * 1024
IMAGE_DEADLINE_S: Final = 8.0
# Of a picture whose size nobody asked for, such as a legend.
PIXELS_MAX: Final = 4_000_000


class MapServiceUnavailable(GisError):
    """The service did not answer with an image.

    `is_down`: it did not answer at all or said itself that it is broken, so that asking again at once is no use.
    An error about one request does not count as down, so a nonsense request cannot switch a map off for others.
    `message`: what is odd about what it drew, for an administrator; None where it drew nothing.
    """

    def __init__(self, text: str, *, is_down: bool = False, message: Message | None = None) -> None:
        self.is_down, self.message = is_down, message
        super().__init__(text)


def usual_seconds(service: MapService) -> float:
    """How long a picture is shown without asking again where the service does not say it."""
    return service.keep_days * 86_400.0


def image_fetch(
    address: str,
    *,
    usual_s: float,
    known: MapImage | None = None,
    deadline_s: float | None = None,
) -> MapImage:
    """What is behind the address, which must be a picture whatever the status; not decoded yet.

    `known` comes back with a new age where it still holds. Raises MapServiceUnavailable.
    """
    try:
        with host_place(address, held_s=IMAGE_DEADLINE_S + 1):
            fetched = outgoing.fetch(
                address,
                purpose=outgoing.Purpose.MAP_SERVICE,
                max_bytes=IMAGE_MAX_BYTES,
                deadline_s=IMAGE_DEADLINE_S if deadline_s is None else deadline_s,
                validators=_validators(known),
            )
    except HostBusy as error:
        raise MapServiceUnavailable(str(error)) from error
    except httpx.HTTPStatusError as error:
        raise MapServiceUnavailable(str(error), is_down=error.response.is_server_error) from error
    except (outgoing.OutgoingError, httpx.HTTPError) as error:
        raise MapServiceUnavailable(str(error), is_down=True) from error
    now = time.time()
    fresh_until = now + fresh_seconds(fetched.headers, usual_s=usual_s)
    if fetched.is_unchanged and known:
        return replace(known, drawn_at=now, fresh_until=fresh_until)
    # A WMS reports its errors as XML behind HTTP 200.
    if fetched.media_type not in IMAGE_FORMATS:
        text = fetched.content[:300].decode("utf-8", "replace")
        raise MapServiceUnavailable(
            f"The service answered {fetched.media_type!r}, no image: {text}"
        )
    return MapImage(
        content=fetched.content,
        media_type=fetched.media_type,
        drawn_at=now,
        fresh_until=fresh_until,
        source_tag=fetched.headers.get("etag", ""),
        source_date=fetched.headers.get("last-modified", ""),
        is_kept=may_be_kept(fetched.headers),
    )


def _validators(known: MapImage | None) -> dict[str, str]:
    if known is None:
        return {}
    named = {"If-None-Match": known.source_tag, "If-Modified-Since": known.source_date}
    return {name: value for name, value in named.items() if value}


def age_of_all(images: list[MapImage]) -> MapImage:
    """The age of a picture made of these: as old as the oldest, without validators of its own."""
    return MapImage(
        content=b"",
        media_type="",
        drawn_at=min(image.drawn_at for image in images),
        fresh_until=min(image.fresh_until for image in images),
        is_kept=all(image.is_kept for image in images),
    )


def is_same(image: MapImage, known: MapImage | None) -> bool:
    """Whether the service said that what it drew before still holds."""
    return known is not None and image.content is known.content


def image_checked(image: MapImage, size: tuple[int, int], known: MapImage | None) -> MapImage:
    """The picture, if it is whole and has the size that was asked for. Raises MapServiceUnavailable."""
    if not is_same(image, known):
        image_decoded(image, size)
    return image


def image_decoded(image: MapImage, size: tuple[int, int] | None = None) -> Any:
    """The picture's pixels, rows by columns by four. Raises MapServiceUnavailable.

    It must have the size that was asked for; without one, no more than PIXELS_MAX pixels.
    """
    try:
        with Image.open(BytesIO(image.content), formats=("PNG", "JPEG", "WEBP")) as picture:
            found = picture.size
            if found == size or (size is None and found[0] * found[1] <= PIXELS_MAX):
                return np.asarray(picture.convert("RGBA"))
    except Exception as error:
        # Whatever the decoder raises, it is no picture (ADR 13).
        cause = f"{type(error).__name__}: {error}"
        raise MapServiceUnavailable(
            f"No picture: {cause}", message=Message("probe_broken", {"cause": cause})
        ) from error
    raise MapServiceUnavailable(
        f"The picture has {found} pixels instead of {size or PIXELS_MAX}.",
        message=Message("probe_size", {"size": f"{found[0]} × {found[1]}"}),
    )


def image_encoded(picture: Image.Image, drawn: MapImage) -> MapImage:
    """As PNG, of the age of what it was made of."""
    target = BytesIO()
    picture.save(target, "PNG")
    return replace(drawn, content=target.getvalue(), media_type="image/png")


def image_jpeg(picture: Image.Image, *, quality: int) -> bytes:
    """As JPEG, for what is looked at and never drawn over; `quality` as Pillow counts it, 1 to 95."""
    target = BytesIO()
    picture.save(target, "JPEG", quality=quality, optimize=True)
    return target.getvalue()
