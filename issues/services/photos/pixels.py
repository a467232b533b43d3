"""The border to the libraries that decode pictures: libvips, and libheif for HEIC, which libvips brings no decoder for.

libvips reads a picture in pieces and makes it smaller on the way, so its memory is that of a few lines. It starts
threads with the first picture and must not be forked after that; programs that fork decode in their children only.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, Final

import numpy as np
import pillow_heif
import pyvips
from django.conf import settings
from django.utils.translation import gettext as _

from issues.errors import PhotoRefused
from issues.services.photos.metadata import metadata_split, orientation_read
from issues.services.photos.places import photo_place
from issues.services.photos.times import photo_taken_at
from issues.types import PreparedPhoto

logger = logging.getLogger(__name__)

SIDE_MAX: Final = 2048
JPEG_QUALITY: Final = 85
DEADLINE_S: Final = 20.0

_AVIF: Final = frozenset({b"avif", b"avis"})
_HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
# How to turn a picture upright, by its Exif orientation.
_TURNS: Final = {
    2: ("fliphor",),
    3: ("rot180",),
    4: ("flipver",),
    5: ("rot90", "fliphor"),
    6: ("rot90",),
    7: ("rot270", "fliphor"),
    8: ("rot270",),
}
_JPEG_END: Final = b"\xff\xd9"
_TURNED_BY_EXIF: Final = frozenset({"jpeg", "png", "webp"})
# One picture at a time in a process: its memory is that of one, however many are sent at once.
_ONE = threading.Lock()

# Nothing but these loaders may run, and none from files: neither SVG nor PDF nor anything that reads other files.
pyvips.operation_block_set("VipsForeignLoad", True)
for _loader in ("JpegBuffer", "PngBuffer", "WebpBuffer", "HeifBuffer"):
    pyvips.operation_block_set(f"VipsForeignLoad{_loader}", False)
pyvips.block_untrusted_set(True)
# No two photos are the same: results kept would only be memory.
pyvips.cache_set_max(0)


def photo_decode(content: bytes) -> PreparedPhoto:
    """Decodes, turns upright and writes anew: a JPEG in sRGB on white, its longer side at most SIDE_MAX pixels.

    Raises `PhotoRefused` for whatever cannot be decoded; what the libraries raised is logged by its class.
    """
    bare, exif = metadata_split(content)
    kind = _kind(bare)
    if not kind:
        raise PhotoRefused(
            _("This is no photo in one of the formats JPEG, PNG, WebP, AVIF or HEIC.")
        )
    try:
        with _ONE:
            small, noted = (_heic_opened if kind == "heic" else _opened)(bare, kind)
            # The container of HEIC and AVIF turns the picture itself; their Exif says how it was before.
            turn = orientation_read(exif) if kind in _TURNED_BY_EXIF else 1
            jpeg, width, height = _written(small, turn)
    except PhotoRefused:
        raise
    except Exception as error:
        # Whatever a decoder raises on a file of strangers costs that file alone (ADR 13).
        told = " ".join(str(error).split())[:200]
        logger.info("a photo could not be decoded: %s: %s", type(error).__name__, told)
        raise PhotoRefused(_("The photo is damaged and cannot be read.")) from error
    return PreparedPhoto(
        jpeg=jpeg,
        width=width,
        height=height,
        place=photo_place(exif or noted),
        taken_at=photo_taken_at(exif or noted),
    )


def _kind(content: bytes) -> str:
    """The format that the content shows, whatever its name says; "" for all that are not taken."""
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] != b"ftyp":
        return ""
    brands = content[8 : int.from_bytes(content[:4], "big")][:400]
    named = {brands[at : at + 4] for at in range(0, len(brands), 4)}
    if named & _AVIF:
        return "avif"
    return "heic" if named & _HEIC else ""


def _opened(content: bytes, kind: str) -> tuple[Any, bytes]:
    """The picture made small, still to be computed, and the Exif block that its decoder found."""
    header = pyvips.Image.new_from_buffer(content, "", access="sequential")
    in_pieces = kind in {"jpeg", "png"} and not header.get_typeof("interlaced")
    whole = settings.PHOTO_MAX_PIXELS_AVIF if kind == "avif" else settings.PHOTO_MAX_PIXELS_WHOLE
    limit = settings.PHOTO_MAX_PIXELS if in_pieces else whole
    _size_check(header.width, header.height, limit=limit)
    fail_on = "truncated"
    if kind == "jpeg" and _JPEG_END not in content:
        # The mark may be all that is missing; where more is, the decoder warns.
        content, fail_on = content + _JPEG_END, "warning"
    small = pyvips.Image.thumbnail_buffer(
        content, SIDE_MAX, option_string=f"[fail_on={fail_on}]", **_small(header)
    )
    noted = header.get("exif-data") if header.get_typeof("exif-data") else b""
    return small, bytes(noted)


def _small(picture: Any) -> dict[str, Any]:
    """How to make it small. A picture without a profile is sRGB, and computing that costs more than all the rest."""
    converted = picture.get_typeof("icc-profile-data") or picture.interpretation == "cmyk"
    profile = {"output_profile": "srgb"} if converted else {}
    return {"height": SIDE_MAX, "size": "down", "no_rotate": True, **profile}


def _heic_opened(content: bytes, _kind: str) -> tuple[Any, bytes]:
    """The same for HEIC: libheif decodes the pixels, libvips does the rest."""
    opened = pillow_heif.open_heif(content, convert_hdr_to_8bit=True)
    width, height = opened.size
    _size_check(width, height, limit=settings.PHOTO_MAX_PIXELS_WHOLE)
    bands = len(opened.mode)
    # Lines may be longer than the picture is wide.
    lines = np.frombuffer(opened.data, np.uint8)[: opened.stride * height].reshape(height, -1)
    pixels = np.ascontiguousarray(lines[:, : width * bands])
    picture = pyvips.Image.new_from_memory(pixels.data, width, height, bands, "uchar")
    picture = picture.copy(interpretation="srgb" if bands > 2 else "b-w")
    if profile := opened.info.get("icc_profile"):
        picture.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    noted = bytes(opened.info.get("exif") or b"")
    return picture.thumbnail_image(SIDE_MAX, **_small(picture)), noted


def _size_check(width: int, height: int, *, limit: int) -> None:
    if width * height > limit:
        raise PhotoRefused(
            _("The photo has more than %(limit)d megapixels.") % {"limit": limit // 1_000_000}
        )


def _written(small: Any, turn: int) -> tuple[bytes, int, int]:
    """The JPEG with its width and height in pixels."""
    small = small.colourspace("srgb")
    if small.hasalpha():
        small = small.flatten(background=[255, 255, 255])
    upright = _computed(small)
    for step in _TURNS.get(turn, ()):
        upright = getattr(upright, step)()
    return upright.jpegsave_buffer(Q=JPEG_QUALITY, keep="none"), upright.width, upright.height


def _computed(picture: Any) -> Any:
    """The picture's pixels in memory; given up when they take too long."""
    ends = time.monotonic() + DEADLINE_S

    def watch(watched: Any, _progress: Any) -> None:
        if time.monotonic() > ends:
            watched.set_kill(True)

    picture.set_progress(True)
    picture.signal_connect("eval", watch)
    try:
        return picture.copy_memory()
    except pyvips.Error as error:
        if time.monotonic() > ends:
            raise PhotoRefused(_("It takes too long to decode the photo.")) from error
        raise
