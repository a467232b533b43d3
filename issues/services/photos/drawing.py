"""Turning and blackening: what is under a box is gone before the picture is written, and nothing else of it stays."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Final

from PIL import Image

from issues.types import Box

# A JPEG is written in blocks of so many pixels; a block that is black all over has no trace of what was there.
BLOCK: Final = 8
JPEG_QUALITY: Final = 85
SMALL_QUALITY: Final = 80
_TURNS: Final = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def photo_redraw(jpeg: bytes, *, turned: int, boxes: Iterable[Box]) -> bytes:
    """The picture turned clockwise by `turned` degrees, with black boxes, as a JPEG without metadata.

    The boxes are in pixels of the turned picture; they grow outwards to the blocks of the JPEG (7 pixels at most).
    """
    with Image.open(BytesIO(jpeg)) as opened:
        picture = opened.convert("RGB")
    if turned:
        picture = picture.transpose(_TURNS[turned])
    for box in boxes:
        picture.paste((0, 0, 0), _grown(box))
    picture.info.clear()
    written = BytesIO()
    # Without subsampling no colour reaches from one block into the next.
    picture.save(written, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return written.getvalue()


def photo_small(jpeg: bytes, *, side_max: int, bytes_max: int) -> bytes:
    """The picture as a JPEG of at most `side_max` pixels a side and `bytes_max` bytes, however much there is on it."""
    with Image.open(BytesIO(jpeg)) as opened:
        picture = opened.convert("RGB")
    picture.info.clear()
    while True:
        picture.thumbnail((side_max, side_max))
        written = BytesIO()
        picture.save(written, "JPEG", quality=SMALL_QUALITY, optimize=True)
        if written.tell() <= bytes_max:
            return written.getvalue()
        side_max = side_max * 4 // 5


def _grown(box: Box) -> tuple[int, int, int, int]:
    """Left, top, right and bottom; Pillow leaves out what lies outside the picture."""
    right, bottom = box.left + box.width, box.top + box.height
    return (
        box.left // BLOCK * BLOCK,
        box.top // BLOCK * BLOCK,
        -(-right // BLOCK) * BLOCK,
        -(-bottom // BLOCK) * BLOCK,
    )


def boxes_within(boxes: Iterable[Box], width: int, height: int) -> list[Box]:
    """The parts of the boxes that lie on a picture of this size, each once; those without any area are left out."""
    kept = []
    for box in boxes:
        left, top = max(box.left, 0), max(box.top, 0)
        right = min(box.left + box.width, width)
        bottom = min(box.top + box.height, height)
        if left < right and top < bottom:
            kept.append(Box(left, top, right - left, bottom - top))
    return list(dict.fromkeys(kept))


def boxes_turned(boxes: Iterable[Box], width: int, height: int, turn: int) -> list[Box]:
    """The same boxes after the picture, which was `width` times `height` pixels, was turned clockwise by `turn`."""
    boxes = list(boxes)
    for _quarter in range(turn // 90):
        boxes = [
            Box(height - one.top - one.height, one.left, one.height, one.width) for one in boxes
        ]
        width, height = height, width
    return boxes
