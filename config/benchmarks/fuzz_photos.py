"""Photos as nobody should write them: any entry in their Exif, and damaged files of each format."""

from __future__ import annotations

import io
import random
import struct
import time
from collections.abc import Iterator
from functools import partial
from typing import Final

import pillow_heif
from PIL import Image

from config.benchmarks.fuzzing import Case, Fuzzed, bytes_damaged, cases_run
from issues.errors import PhotoRefused
from issues.services import photo_prepare

FORMATS: Final = ("JPEG", "PNG", "WEBP")
DAMAGED: Final = ("JPEG", "progressive", "PNG", "WEBP", "AVIF", "HEIF")
# Tags at which readers branch: sub-directories, makers' notes, thumbnails, orientation.
DELICATE: Final = (0x0112, 0x8769, 0x8825, 0xA005, 0x927C, 0x014A, 0x0201, 0x0202, 0x9286, 0x02BC)
SIZE: Final = (60, 40)
SECONDS_MAX: Final = 10.0


def fuzz_photos(count: int, seed: int) -> Fuzzed:
    """`count` photos with one entry of any tag, type 1–13 and count 1–2 in their Exif; a quarter as many damaged.

    The former must be taken in their size, upright or turned; the latter taken, or refused in words.
    """
    return cases_run(
        [*_odd(count, random.Random(seed)), *_damaged(count // 4, random.Random(seed))]
    )


def _odd(count: int, draw: random.Random) -> Iterator[Case]:
    plain = Image.new("RGB", SIZE, "red")
    for turn in range(count):
        tag = draw.choice(DELICATE) if draw.random() < 0.4 else draw.randrange(0x10000)
        kind, numbers = draw.randint(1, 13), draw.randint(1, 2)
        block = exif_block(tag, kind, numbers, draw)
        form = FORMATS[turn % len(FORMATS)]
        content = photo_written(plain, form, exif=block)
        yield f"{turn}: {form}, tag {tag:#x}, type {kind}, count {numbers}", partial(_take, content)


def exif_block(tag: int, kind: int, numbers: int, draw: random.Random) -> bytes:
    """An Exif block with one entry whose value lies in it, behind it or nowhere; in either byte order."""
    order, mark = draw.choice((("<", b"II*\0"), (">", b"MM\0*")))
    value = draw.choice(
        (struct.pack(f"{order}I", draw.choice((0, 1, 6, 8, 26, 0xFFFFFFFF))), draw.randbytes(4))
    )
    entry = struct.pack(f"{order}HHI", tag, kind, numbers) + value
    more = draw.randbytes(draw.choice((0, 4, 16, 64)))
    head = draw.choice((b"Exif\0\0", b"Exif\0\0", b"Exif\0\0Exif\0\0", b"Exif\0"))
    return head + mark + struct.pack(f"{order}IH", 8, 1) + entry + bytes(4) + more


def photo_written(image: Image.Image, form: str, **options: object) -> bytes:
    target = io.BytesIO()
    if form == "HEIF":
        pillow_heif.from_pillow(image).save(target, **options)
    elif form == "progressive":
        image.save(target, "JPEG", progressive=True, **options)
    else:
        image.save(target, form, **options)
    return target.getvalue()


def _take(content: bytes) -> str:
    prepared = photo_prepare(content)
    if (prepared.width, prepared.height) not in {SIZE, SIZE[::-1]}:
        raise AssertionError(f"it became {prepared.width} × {prepared.height}")
    return "taken"


def _damaged(count: int, draw: random.Random) -> Iterator[Case]:
    noise = Image.effect_noise((300, 200), 80).convert("RGB")
    whole = {form: photo_written(noise, form) for form in DAMAGED}
    for turn in range(count):
        form = DAMAGED[turn % len(DAMAGED)]
        yield f"{turn}: damaged {form}", partial(_take_or_refuse, bytes_damaged(whole[form], draw))


def _take_or_refuse(content: bytes) -> str:
    began = time.monotonic()
    try:
        prepared = photo_prepare(content)
        outcome = "taken"
        with Image.open(io.BytesIO(prepared.jpeg)) as image:
            image.load()
    except PhotoRefused as error:
        outcome = "refused" if error.message else "refused without a word"
    if time.monotonic() - began > SECONDS_MAX:
        raise AssertionError(f"it took {time.monotonic() - began:.0f} s")
    return outcome
