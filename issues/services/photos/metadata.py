"""What a photo's file says beside its picture, taken out before anything decodes it.

Three things of it are wanted: which way up the picture is, where and when it was taken (Exif 2.32). All are read here
by their offsets, because libraries that read all of it raise on any of it; an entry that makes no sense is not there.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

_PNG: Final = b"\x89PNG\r\n\x1a\n"
# What a PNG's picture is made of; texts, times, thumbnails and Exif are none of it.
_PNG_PICTURE: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"sBIT"}
)
_WEBP_METADATA: Final = frozenset({b"EXIF", b"XMP "})
# JPEG markers: application data and comments; those that have no length; the one after which the picture begins.
_APPLICATION: Final = frozenset({*range(0xE0, 0xF0), 0xFE})
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_SCAN: Final = 0xDA
# Application data that says what the numbers of the picture mean.
_JPEG_PICTURE: Final = ((0xE0, b"JFIF\0"), (0xE2, b"ICC_PROFILE\0"), (0xEE, b"Adobe"))

_TIFF: Final = (b"II*\0", b"MM\0*")
# The header lies at the beginning, behind "Exif" and a length or two.
_TIFF_WITHIN: Final = 64
_ORIENTATION: Final = 0x0112
_GPS: Final = 0x8825
_EXIF: Final = 0x8769
_TAKEN: Final = 0x9003
_TAKEN_OFFSET: Final = 0x9011
_TEXT: Final = 2
# struct's letter of each type's numbers; of types 5 and 10 two make one value.
_TYPES: Final = dict(zip(range(1, 14), "BsHIIbBhiifdI", strict=True))
_RATIONAL: Final = frozenset({5, 10})
# No value that is wanted has more numbers or letters.
_NUMBERS_MAX: Final = 8
_LETTERS_MAX: Final = 20

Value = tuple[float, ...] | str


class Bare(NamedTuple):
    """A photo's file without its metadata, and the Exif block that was in it (empty where there was none)."""

    content: bytes
    exif: bytes


def metadata_split(content: bytes) -> Bare:
    """The file without what is not picture; never an error, the rest of a damaged file is left as it is.

    JPEG, PNG and WebP are taken apart; what other formats hold comes out of their decoders.
    """
    if content.startswith(b"\xff\xd8"):
        return _jpeg_split(content)
    if content.startswith(_PNG):
        return _png_split(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp_split(content)
    return Bare(content, b"")


def _jpeg_split(content: bytes) -> Bare:
    kept, exif, at = [content[:2]], b"", 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker == _SCAN:
            break
        end = at + 2
        if marker not in _BARE:
            end += max(2, int.from_bytes(content[at + 2 : at + 4], "big"))
        segment = content[at + 4 : end]
        if marker == 0xE1 and segment.startswith(b"Exif"):
            exif = exif or segment
        if marker not in _APPLICATION or any(
            marker == known and segment.startswith(name) for known, name in _JPEG_PICTURE
        ):
            kept.append(content[at:end])
        at = end
    return Bare(b"".join([*kept, content[at:]]), exif)


def _png_split(content: bytes) -> Bare:
    kept, exif, at = [_PNG], b"", len(_PNG)
    while at + 12 <= len(content):
        kind = content[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        if kind == b"eXIf":
            exif = content[at + 8 : end - 4]
        if kind in _PNG_PICTURE:
            kept.append(content[at:end])
        at = end
    return Bare(b"".join([*kept, content[at:]]), exif)


def _webp_split(content: bytes) -> Bare:
    kept, exif, at = bytearray(content), b"", 12
    while at + 8 <= len(content):
        kind = content[at : at + 4]
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        if kind == b"EXIF":
            exif = content[at + 8 : at + 8 + size]
        if kind in _WEBP_METADATA:
            # A chunk that no decoder knows: the lengths round it stay right.
            kept[at : at + 4] = b"none"
        at += 8 + size + size % 2
    return Bare(bytes(kept), exif)


def orientation_read(exif: bytes) -> int:
    """Which way up, from 1 (as it is) to 8 (Exif 2.32, Orientation); 1 for anything else."""
    value = _directory(*_first(exif)).get(_ORIENTATION)
    noted = value[0] if isinstance(value, tuple) else 1
    return int(noted) if noted in range(1, 9) else 1


def gps_read(exif: bytes) -> Mapping[int, Value]:
    """The GPS attributes by tag: numbers as tuples, nan where a fraction has no value; texts without ends."""
    return _behind(exif, _GPS)


def taken_read(exif: bytes) -> tuple[str, str]:
    """When the picture was taken (`2026:03:03 13:00:00`), and its offset from UTC (`+01:00`); "" where not noted."""
    noted = _behind(exif, _EXIF)
    taken, offset = noted.get(_TAKEN), noted.get(_TAKEN_OFFSET)
    return taken if isinstance(taken, str) else "", offset if isinstance(offset, str) else ""


def _behind(exif: bytes, tag: int) -> Mapping[int, Value]:
    """The directory that an entry of the first one points to; empty where there is none."""
    block, order, at = _first(exif)
    pointer = _directory(block, order, at).get(tag)
    if not isinstance(pointer, tuple) or not math.isfinite(pointer[0]):
        return {}
    return _directory(block, order, int(pointer[0]))


def _first(exif: bytes) -> tuple[bytes, str, int]:
    """The block from its TIFF header on, its byte order for struct, and where the first directory lies."""
    found = [at for mark in _TIFF if (at := exif.find(mark, 0, _TIFF_WITHIN)) >= 0]
    block = exif[min(found) :] if found else b""
    order = "<" if block[:2] == b"II" else ">"
    return block, order, struct.unpack(f"{order}I", block[4:8].ljust(4, b"\0"))[0]


def _directory(block: bytes, order: str, at: int) -> dict[int, Value]:
    """The directory's entries that can be read, by tag; the first of several with one tag counts."""
    values: dict[int, Value] = {}
    # Before it lies the header.
    if not 8 <= at <= len(block) - 2:
        return values
    (count,) = struct.unpack_from(f"{order}H", block, at)
    for entry in range(at + 2, min(at + 2 + 12 * count, len(block) - 11), 12):
        tag, kind, numbers = struct.unpack_from(f"{order}HHI", block, entry)
        most = _LETTERS_MAX if kind == _TEXT else _NUMBERS_MAX
        if tag not in values and kind in _TYPES and 1 <= numbers <= most:
            values.update((tag, value) for value in _value(block, order, entry + 8, kind, numbers))
    return values


def _value(block: bytes, order: str, at: int, kind: int, numbers: int) -> Iterator[Value]:
    """One value, or none where it lies outside the block."""
    plain = numbers * 2 if kind in _RATIONAL else numbers
    form = f"{order}{plain}{_TYPES[kind]}"
    if struct.calcsize(form) > 4:
        (at,) = struct.unpack_from(f"{order}I", block, at)
    if at + struct.calcsize(form) > len(block):
        return
    found = struct.unpack_from(form, block, at)
    if kind == _TEXT:
        yield found[0].decode("latin-1").strip("\0 ")
    elif kind in _RATIONAL:
        pairs = zip(found[::2], found[1::2], strict=True)
        yield tuple(over / under if under else math.nan for over, under in pairs)
    else:
        yield found
