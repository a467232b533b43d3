"""What a photo's file says beside its picture: each piece is kept, taken out or read by its bytes."""

from __future__ import annotations

import math
import struct

import pytest

from issues.services.photos.metadata import gps_read, metadata_split, orientation_read
from issues.services.photos.places import photo_place
from issues.types import PhotoPlace

START, SCAN = b"\xff\xd8", b"\xff\xda\0\x02picture\xff\xd9"
DQT = b"\xff\xdb\0\x04ab"
COMMENT = b"\xff\xfe\0\x04hi"


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(*segments: bytes, end: bytes = SCAN) -> bytes:
    return START + b"".join(segments) + end


@pytest.mark.parametrize(
    "kept",
    [
        segment(0xE0, b"JFIF\0..."),
        segment(0xE2, b"ICC_PROFILE\0..."),
        segment(0xEE, b"Adobe..."),
        segment(0xDB, b"table"),
        segment(0xDF, b"below the application data"),
        segment(0xF0, b"above the application data"),
        segment(0xCF, b"frame"),
        b"\xff\x01",
        b"\xff\xd0",
        b"\xff\xd8",
    ],
)
def test_jpeg_segment_of_the_picture_stays(kept):
    assert metadata_split(jpeg(COMMENT, kept, COMMENT, DQT)) == (jpeg(kept, DQT), b"")


@pytest.mark.parametrize(
    "dropped",
    [
        segment(0xE0, b"JFXX\0thumbnail"),
        segment(0xE0, b"ICC_PROFILE\0"),
        segment(0xE2, b"MPF\0"),
        segment(0xE3, b"JFIF\0"),
        segment(0xEE, b"other"),
        segment(0xEF, b"last of the application data"),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
        segment(0xFE, b""),
        segment(0xFE, b"x" * 65_533),
        b"\xff\xff\xff" + COMMENT,
    ],
)
def test_jpeg_segment_that_is_no_picture_goes(dropped):
    assert metadata_split(jpeg(DQT, dropped, DQT)) == (jpeg(DQT, DQT), b"")


def test_jpeg_exif_is_the_first_block_of_that_name():
    first, second = segment(0xE1, b"Exif\0\0one"), segment(0xE1, b"Exif\0\0two")
    other = segment(0xE2, b"Exif\0\0other")
    assert metadata_split(jpeg(other, first, second)) == (jpeg(), b"Exif\0\0one")


def test_jpeg_length_of_nought_counts_as_its_own_two_bytes():
    odd = b"\xff\xdb\0\0"
    assert metadata_split(jpeg(odd, COMMENT)).content == jpeg(odd)


def test_jpeg_segment_at_the_very_end_goes():
    assert metadata_split(START + b"\xff\xfe\0\x02").content == START


@pytest.mark.parametrize("rest", [b"\xff\xfe\0", b"\0" + COMMENT, b"\xff\xda\0\x02" + COMMENT])
def test_jpeg_rest_that_is_no_segment_stays_as_it_is(rest):
    assert metadata_split(jpeg(COMMENT, end=rest)).content == START + rest


PNG = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + b"\1\2\3\4"


def test_png_keeps_the_chunks_of_the_picture_alone():
    kinds = [
        b"IHDR",
        b"PLTE",
        b"tRNS",
        b"iCCP",
        b"sRGB",
        b"gAMA",
        b"cHRM",
        b"sBIT",
        b"IDAT",
        b"IEND",
    ]
    kept = [chunk(kind, b"data") for kind in kinds]
    texts = [chunk(kind, b"Erika") for kind in (b"tEXt", b"iTXt", b"tIME", b"eXIf", b"zzZz")]
    mixed = [one for pair in zip(kept, texts * 2, strict=True) for one in pair]
    assert metadata_split(PNG + b"".join(mixed)) == (PNG + b"".join(kept), b"Erika")


@pytest.mark.parametrize(("tail", "left"), [(chunk(b"tEXt"), b""), (chunk(b"tEXt")[:11],) * 2])
def test_png_chunk_at_the_end_is_judged_where_it_is_whole(tail, left):
    assert metadata_split(PNG + chunk(b"IHDR") + tail).content == PNG + chunk(b"IHDR") + left


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    parts = [
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        for kind, data in chunks
    ]
    return b"RIFF" + struct.pack("<I", 4 + sum(map(len, parts))) + b"WEBP" + b"".join(parts)


def test_webp_metadata_is_renamed_and_the_rest_stays():
    content = webp((b"EXIF", b"Exif!"), (b"VP8 ", b"odd"), (b"XMP ", b"ab"), (b"XMP ", b""))
    bare = webp((b"none", b"Exif!"), (b"VP8 ", b"odd"), (b"none", b"ab"), (b"none", b""))
    assert metadata_split(content) == (bare, b"Exif!")


def test_webp_chunk_that_is_cut_off_stays():
    content = webp((b"VP8 ", b"data")) + b"XMP \0\0\0"
    assert metadata_split(content).content == content


@pytest.mark.parametrize(
    "content",
    [b"RIFF\x04\0\0\0WAVEEXIF\0\0\0\0", b"RIFX\x04\0\0\0WEBPEXIF\0\0\0\0", b"", b"GIF89a"],
)
def test_other_formats_are_left_as_they_are(content):
    assert metadata_split(content) == (content, b"")


# --- Exif -----------------------------------------------------------------------------------------
ORIENTATION, GPS = 0x0112, 0x8825
LETTERS = {1: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I"}


def entry(order: str, tag: int, kind: int, count: int, value: bytes) -> bytes:
    return struct.pack(f"{order}HHI", tag, kind, count) + value.ljust(4, b"\0")


def directory(order: str, *entries: bytes) -> bytes:
    return struct.pack(f"{order}H", len(entries)) + b"".join(entries)


def tiff(order: str, content: bytes, at: int = 8) -> bytes:
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(f"{order}I", at) + content


def turned(order: str = "<", value: int = 6) -> bytes:
    noted = entry(order, ORIENTATION, 3, 1, struct.pack(f"{order}H", value))
    return tiff(order, directory(order, noted))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("value", range(10))
def test_orientation_is_read_in_both_orders_of_bytes(order, value):
    assert orientation_read(turned(order, value)) == (value if 1 <= value <= 8 else 1)


@pytest.mark.parametrize(("before", "found"), [(0, 6), (6, 6), (60, 6), (61, 1)])
def test_header_may_stand_behind_sixty_bytes(before, found):
    assert orientation_read(b"x" * before + turned()) == found


@pytest.mark.parametrize("order", "<>")
def test_first_of_two_headers_counts(order):
    other = turned(">" if order == "<" else "<", 3)
    assert orientation_read(turned(order) + other) == 6


@pytest.mark.parametrize("cut", [0, 1])
def test_last_entry_counts_where_it_is_whole(cut):
    block = turned()
    assert orientation_read(block[: len(block) - cut]) == (1 if cut else 6)


def test_directory_lies_behind_the_header():
    within = b"\1" + entry("<", ORIENTATION, 3, 1, b"\x06") + b"\0" * 20
    assert orientation_read(tiff("<", within, at=7)) == 1


def test_directory_has_as_many_entries_as_it_says():
    other = entry("<", 1, 3, 1, b"")
    more = entry("<", ORIENTATION, 3, 1, b"\x06")
    assert orientation_read(tiff("<", directory("<", other) + more)) == 1
    assert orientation_read(tiff("<", directory("<", other, more))) == 6


def test_first_entry_of_a_tag_counts():
    one, two = (entry("<", ORIENTATION, 3, 1, bytes([value])) for value in (3, 6))
    assert orientation_read(tiff("<", directory("<", one, two))) == 3


@pytest.mark.parametrize("exif", [b"", b"II*\0", b"II*\0\x08\0\0\0", b"II*\0\x08\0\0\0\x01"])
def test_block_without_a_directory_says_nothing(exif):
    assert (orientation_read(exif), gps_read(exif)) == (1, {})


def test_orientation_as_a_text_counts_for_nothing():
    noted = entry("<", ORIENTATION, 2, 2, b"6\0")
    assert orientation_read(tiff("<", directory("<", noted))) == 1


def gps(order: str, *entries: bytes, more: bytes = b"") -> bytes:
    """Both directories one behind the other; `more` begins at 26 + 2 + 12 times the number of entries."""
    pointer = entry(order, GPS, 4, 1, struct.pack(f"{order}I", 26))
    return tiff(order, directory(order, pointer) + b"\0" * 4 + directory(order, *entries) + more)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", LETTERS)
def test_number_of_each_type_is_read(order, kind):
    form = f"{order}{LETTERS[kind]}"
    value = struct.pack(form, 100)
    plain = struct.pack(f"{order}I", 40) if len(value) > 4 else value
    block = gps(order, entry(order, 7, kind, 1, plain), more=value)
    assert gps_read(block) == {7: (100,)}


@pytest.mark.parametrize(("kind", "over"), [(5, 3), (10, -3)])
def test_fraction_is_divided_and_has_no_value_over_nought(kind, over):
    letter = "I" if kind == 5 else "i"
    more = struct.pack(f"<6{letter}", over, 4, 9, 2, 1, 0)
    found = gps_read(gps("<", entry("<", 2, kind, 3, struct.pack("<I", 40)), more=more))[2]
    assert found[:2] == (over / 4, 4.5)
    assert math.isnan(found[2])


def test_text_loses_its_ends():
    assert gps_read(gps("<", entry("<", 1, 2, 4, b" N\0 "))) == {1: "N"}


@pytest.mark.parametrize(("kind", "numbers"), [(0, 1), (14, 1), (1, 0), (1, 9)])
def test_entry_of_another_type_or_with_too_many_numbers_is_not_there(kind, numbers):
    entries = entry("<", 5, kind, numbers, struct.pack("<I", 52)), entry("<", 6, 1, 1, b"\x07")
    assert gps_read(gps("<", *entries, more=bytes(20))) == {6: (7,)}


@pytest.mark.parametrize("numbers", [4, 5, 8])
def test_value_of_up_to_four_bytes_stands_in_its_entry(numbers):
    plain = b"\1\2\3\4" if numbers == 4 else struct.pack("<I", 40)
    block = gps("<", entry("<", 5, 1, numbers, plain), more=bytes(range(11, 19)))
    wanted = (1, 2, 3, 4) if numbers == 4 else tuple(range(11, 11 + numbers))
    assert gps_read(block) == {5: wanted}


@pytest.mark.parametrize("cut", [0, 1])
def test_value_that_ends_outside_is_not_there(cut):
    block = gps("<", entry("<", 5, 12, 1, struct.pack("<I", 40)), more=struct.pack("<d", 2.5))
    assert gps_read(block[: len(block) - cut]) == ({} if cut else {5: (2.5,)})


@pytest.mark.parametrize(
    "pointer", [(2, b"26\0"), (11, struct.pack("<f", math.inf)), (9, b"\xff" * 4)]
)
def test_pointer_that_leads_nowhere_leads_to_nothing(pointer):
    kind, value = pointer
    assert gps_read(tiff("<", directory("<", entry("<", GPS, kind, len(value) // 3, value)))) == {}


# --- The position ---------------------------------------------------------------------------------
def position(
    latitude: tuple[int, ...] = (51, 33, 36),
    longitude: tuple[int, ...] = (7, 18, 36),
    letters: tuple[bytes, bytes] = (b"N", b"E"),
    error: float | None = None,
) -> PhotoPlace | None:
    entries = [
        entry("<", 1, 2, 2, letters[0]),
        entry("<", 2, 1, len(latitude), bytes(latitude)),
        entry("<", 3, 2, 2, letters[1]),
        entry("<", 4, 1, len(longitude), bytes(longitude)),
    ]
    if error is not None:
        entries.append(entry("<", 31, 11, 1, struct.pack("<f", error)))
    return photo_place(gps("<", *entries))


def test_position_is_degrees_minutes_and_seconds():
    assert position() == (51 + 33 / 60 + 36 / 3600, 7 + 18 / 60 + 36 / 3600, None)


@pytest.mark.parametrize(
    ("letters", "signs"),
    [
        ((b"N", b"E"), (1, 1)),
        ((b"s", b"w"), (-1, -1)),
        ((b"S", b"E"), (-1, 1)),
        ((b"N", b"W"), (1, -1)),
    ],
)
def test_position_is_negative_in_the_south_and_the_west(letters, signs):
    found = position((51, 0, 0), (7, 0, 0), letters)
    assert found[:2] == (51 * signs[0], 7 * signs[1])


@pytest.mark.parametrize(
    ("latitude", "longitude", "is_one"),
    [
        ((90, 0, 0), (180, 0, 0), True),
        ((90, 0, 1), (7, 0, 0), False),
        ((51, 0, 0), (180, 0, 1), False),
        ((0, 0, 0), (7, 0, 0), True),
        ((51, 0, 0), (0, 0, 0), True),
        ((0, 0, 0), (0, 0, 0), False),
        ((51, 0), (7, 0, 0), False),
        ((51, 0, 0), (7, 0, 0, 0), False),
        ((7, 0, 0), (7, 0, 0), True),
    ],
)
def test_position_has_three_numbers_within_the_earth(latitude, longitude, is_one):
    assert (position(latitude, longitude) is not None) == is_one


@pytest.mark.parametrize(
    ("error", "accuracy"),
    [(0.5, 0.5), (8, 8), (0, None), (-1, None), (math.inf, None), (None, None)],
)
def test_position_has_an_accuracy_where_that_is_a_distance(error, accuracy):
    assert position(error=error).accuracy_m == accuracy


def test_position_has_the_first_accuracy_of_several():
    entries = [
        entry("<", 1, 2, 2, b"N"),
        entry("<", 2, 1, 3, bytes([51, 0, 0])),
        entry("<", 3, 2, 2, b"E"),
        entry("<", 4, 1, 3, bytes([7, 0, 0])),
        entry("<", 31, 1, 2, bytes([3, 4])),
    ]
    assert photo_place(gps("<", *entries)) == (51, 7, 3)
