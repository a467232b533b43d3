"""Photos: only the picture survives; what is no photo, or too much of one, is refused."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
import pyvips
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from issues.errors import PhotoRefused
from issues.services import photo_prepare
from issues.services.photos import pixels as photo_pixels
from tests.issues.conftest import picture

ROOT = Path(__file__).parents[3]
# The decoder of the tests themselves.
pillow_heif.register_heif_opener()


def opened(prepared) -> Image.Image:
    image = Image.open(io.BytesIO(prepared.jpeg))
    image.load()
    return image


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_photo_of_each_format_becomes_a_jpeg(form):
    prepared = photo_prepare(picture(form=form))
    image = opened(prepared)
    assert (image.format, image.size, image.mode) == ("JPEG", (40, 30), "RGB")
    assert (prepared.width, prepared.height) == (40, 30)
    red, _green, blue = image.getpixel((5, 15))
    assert red > 200
    assert blue < 60


def test_photo_heic_becomes_a_jpeg():
    heif = pillow_heif.from_pillow(Image.new("RGB", (64, 48), "red"))
    target = io.BytesIO()
    heif.save(target)
    assert opened(photo_prepare(target.getvalue())).size == (64, 48)


def test_photo_is_turned_upright_and_loses_its_metadata():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    image = opened(photo_prepare(picture(exif=exif.tobytes(), comment=b"SecretComment")))
    assert image.size == (30, 40)
    red, _green, _blue = image.getpixel((15, 5))
    assert red > 200
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"Secret" not in photo_prepare(picture(comment=b"SecretComment")).jpeg


@pytest.mark.parametrize(
    ("mode", "form"), [("RGBA", "PNG"), ("P", "PNG"), ("L", "JPEG"), ("CMYK", "JPEG"), ("1", "PNG")]
)
def test_photo_of_each_colour_mode_becomes_rgb(mode, form):
    target = io.BytesIO()
    Image.new(mode, (8, 8)).save(target, form)
    assert opened(photo_prepare(target.getvalue())).mode == "RGB"


def test_photo_transparency_becomes_white():
    target = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(target, "PNG")
    assert opened(photo_prepare(target.getvalue())).getpixel((4, 4)) == (255, 255, 255)


def png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is and brings next to nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(20_000, 20_000), (60_000, 60_000), (60_000, 4167)])
def test_photo_with_too_many_pixels_is_refused_by_its_header(size):
    with pytest.raises(PhotoRefused, match="250"):
        photo_prepare(png_header(*size))


@pytest.mark.parametrize("past", [0, 1])
@pytest.mark.parametrize(
    ("form", "options", "setting"),
    [
        ("JPEG", {}, "PHOTO_MAX_PIXELS"),
        ("PNG", {}, "PHOTO_MAX_PIXELS"),
        ("JPEG", {"progressive": True}, "PHOTO_MAX_PIXELS_WHOLE"),
        ("WEBP", {}, "PHOTO_MAX_PIXELS_WHOLE"),
        ("HEIF", {}, "PHOTO_MAX_PIXELS_WHOLE"),
        ("AVIF", {}, "PHOTO_MAX_PIXELS_AVIF"),
    ],
)
def test_photo_of_each_format_is_taken_up_to_its_limit(settings, form, options, setting, past):
    setattr(settings, setting, 64 * 48 - past)
    content = photo_of(Image.new("RGB", (64, 48)), form, **options)
    if past:
        with pytest.raises(PhotoRefused, match="Megapixel"):
            photo_prepare(content)
    else:
        assert photo_prepare(content).width == 64


def test_photo_is_made_small_enough_and_never_larger():
    assert (photo_prepare(picture((4096, 1000))).width, 500) == (2048, 500)
    assert photo_prepare(picture((1000, 4097))).height == 2048
    assert photo_prepare(picture((2049, 2048))).width == 2048
    assert photo_prepare(picture((2048, 2048))).width == 2048
    assert photo_prepare(picture((1, 1))).width == 1
    assert photo_prepare(picture((9000, 1))).height == 1


# What the photos of the telephones of 2026 have, and what the largest sensors have.
@pytest.mark.parametrize(
    ("size", "options"),
    [
        ((5712, 4284), {}),
        ((8160, 6120), {}),
        ((16_320, 12_240), {}),
        ((6000, 4000), {"progressive": True}),
    ],
)
def test_photo_of_many_megapixels_is_made_small(size, options):
    content = photo_of(Image.new("L", size, 99), "JPEG", quality=20, **options)
    prepared = photo_prepare(content)
    assert max(prepared.width, prepared.height) == 2048


MEMORY = """
import sys, django
from pathlib import Path
django.setup()
from issues.services import photo_prepare
from issues.services.photos import pixels as photo_pixels
from tests.issues.conftest import picture
def peak():
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) // 1024
photo_prepare(picture())
before = peak()
photo_prepare(Path(sys.argv[1]).read_bytes())
print(peak() - before)
"""


def test_photo_of_two_hundred_megapixels_is_decoded_in_bounded_memory(tmp_path):
    path = tmp_path / "large.jpg"
    path.write_bytes(photo_of(Image.new("L", (16_320, 12_240), 99), "JPEG"))
    told = subprocess.run(
        [sys.executable, "-c", MEMORY, path],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
    )
    assert int(told.stdout) < 200  # MB; whole they would be 600


def test_photo_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(photo_pixels, "DEADLINE_S", 0)
    with pytest.raises(PhotoRefused, match="zu lange"):
        photo_prepare(picture((3000, 3000)))


@pytest.mark.parametrize(
    "name",
    [
        "svgload_buffer",
        "gifload_buffer",
        "tiffload_buffer",
        "jpegload",
        "pngload",
    ],
)
def test_loader_that_no_photo_needs_is_blocked(name, tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(picture())
    with pytest.raises(pyvips.Error):
        getattr(pyvips.Image, name)(str(path) if not name.endswith("buffer") else b"<svg/>")


def test_photo_with_too_many_bytes_is_refused_unread():
    with pytest.raises(PhotoRefused, match="15"):
        photo_prepare(b"\xff" * (settings.PHOTO_MAX_BYTES + 1))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"This is a text file that somebody called photo.jpg.",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"%PDF-1.7\n",
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    ],
)
def test_photo_that_is_none_is_refused(content):
    with pytest.raises(PhotoRefused):
        photo_prepare(content)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_photo_that_is_cut_off_is_refused(form):
    content = photo_of(Image.effect_noise((200, 200), 60).convert("RGB"), form)
    with pytest.raises(PhotoRefused):
        photo_prepare(content[: len(content) // 2])


def test_photo_loses_what_a_polyglot_hides_behind_it():
    prepared = photo_prepare(picture() + b"<script>alert(1)</script>PK\x03\x04")
    assert b"script" not in prepared.jpeg


def test_photo_with_a_bomb_of_text_is_taken_without_it():
    bomb = PngImagePlugin.PngInfo()
    bomb.add_text("a", "b" * 2_000_000, zip=True)
    assert photo_prepare(picture(form="PNG", pnginfo=bomb)).width == 40


def test_photo_without_its_end_mark_is_taken():
    content = picture((200, 200))
    assert content.endswith(b"\xff\xd9")
    assert photo_prepare(content[:-2]).width == 200
    with pytest.raises(PhotoRefused):
        photo_prepare(content[:-40])


# --- Which way up --------------------------------------------------------------------------------


def oriented(form: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return photo_of(corners(), form, exif=exif.tobytes())


def corners() -> Image.Image:
    """A different colour in each quarter."""
    image = Image.new("RGB", (64, 32), "red")
    image.paste("lime", (32, 0, 64, 16))
    image.paste("blue", (0, 16, 32, 32))
    image.paste("white", (32, 16, 64, 32))
    return image


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_photo_is_turned_upright_from_each_orientation(form, orientation):
    content = oriented(form, orientation)
    with Image.open(io.BytesIO(content)) as image:
        wanted = ImageOps.exif_transpose(image).convert("RGB")
    image = opened(photo_prepare(content))
    assert image.size == wanted.size
    for x in (8, image.width - 8):
        for y in (8, image.height - 8):
            assert near(image.getpixel((x, y)), wanted.getpixel((x, y)), 12)


def test_photo_heic_is_turned_once():
    """Its container turns it; the Exif beside it tells how it was before."""
    exif = Image.Exif()
    exif[0x0112] = 6
    target = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), "red")).save(target, exif=exif.tobytes())
    with Image.open(target) as image:
        assert opened(photo_prepare(target.getvalue())).size == image.size


def entry(tag: int, kind: int, count: int, value: bytes) -> bytes:
    return struct.pack("<HHI", tag, kind, count) + value[:4].ljust(4, b"\0")


def exif_block(*entries: bytes, more: bytes = b"", head: bytes = b"Exif\0\0") -> bytes:
    return (
        head
        + b"II*\0\x08\0\0\0"
        + struct.pack("<H", len(entries))
        + b"".join(entries)
        + bytes(4)
        + more
    )


SIX = entry(0x0112, 3, 1, b"\x06\0")
# As cameras and programs really write it: (block, whether it turns the picture).
ODD = {
    "rational for text": (
        exif_block(entry(0x010F, 5, 1, b"\x26"), SIX, more=struct.pack("<II", 1, 1)),
        True,
    ),
    "byte altitude": (
        exif_block(
            SIX, entry(0x8825, 4, 1, b"\x26"), more=struct.pack("<H", 1) + entry(5, 5, 1, b"\0")
        ),
        True,
    ),
    "header twice": (exif_block(SIX, head=b"Exif\0\0Exif\0\0"), True),
    "float orientation": (exif_block(entry(0x0112, 11, 1, struct.pack("<f", 6.0))), True),
    "orientation 0": (exif_block(entry(0x0112, 3, 1, b"\0")), False),
    "orientation 99": (exif_block(entry(0x0112, 3, 1, b"\x63")), False),
    "nan orientation": (exif_block(entry(0x0112, 11, 1, struct.pack("<f", float("nan")))), False),
    "negative short": (exif_block(SIX, entry(0x0100, 8, 1, b"\xfb\xff")), True),
    "-1/0": (exif_block(SIX, entry(0x011A, 10, 1, b"\x26"), more=struct.pack("<ii", -1, 0)), True),
    "text beyond the end": (exif_block(SIX, entry(0x010F, 2, 400, b"\x26"), more=b"ab"), True),
    "two resolutions": (
        exif_block(SIX, entry(0x011A, 5, 2, b"\x26"), more=struct.pack("<IIII", 72, 1, 72, 1)),
        True,
    ),
    "count of four milliards": (exif_block(SIX, entry(0x010F, 2, 0xFFFFFFFF, b"\x26")), True),
    "directory that leads to itself": (exif_block(SIX, entry(0x8825, 4, 1, b"\x08")), True),
    "cut off": (exif_block(SIX)[:20], False),
    "nothing": (b"Exif\0\0", False),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_photo_with_odd_metadata_is_taken_and_turned(form, name):
    block, turns = ODD[name]
    image = Image.new("RGB", (60, 40), "blue")
    image.paste("red", (0, 0, 60, 10))
    upright = opened(photo_prepare(photo_of(image, form, exif=block)))
    assert upright.size == ((40, 60) if turns else (60, 40))
    red = upright.getpixel((37, 30) if turns else (30, 3))
    assert near(red, (255, 0, 0), 40)


@given(
    tag=st.integers(0, 0xFFFF) | st.sampled_from([0x0112, 0x8825, 0x8769, 0x014A, 0x0201]),
    kind=st.integers(0, 14),
    count=st.integers(0, 3) | st.just(0xFFFFFFFF),
    value=st.binary(min_size=4, max_size=4),
    form=st.sampled_from(["JPEG", "PNG", "WEBP"]),
    more=st.binary(max_size=40),
)
def test_photo_with_any_entry_in_its_metadata_is_taken(tag, kind, count, value, form, more):
    block = exif_block(entry(tag, kind, count, value), more=more)
    assert {40, 30} == {*opened(photo_prepare(picture(form=form, exif=block))).size}


# --- Colours -------------------------------------------------------------------------------------


def near(one: tuple[int, ...], other: tuple[int, ...], most: int) -> bool:
    return all(abs(a - b) <= most for a, b in zip(one, other, strict=True))


def photo_of(image: Image.Image, form: str, **options: object) -> bytes:
    target = io.BytesIO()
    if form == "HEIF":
        pillow_heif.from_pillow(image).save(target, **options)
    else:
        image.save(target, form, **options)
    return target.getvalue()


def profile(name: str) -> bytes:
    """A colour profile of libvips (p3, cmyk) as cameras embed them."""
    plain = pyvips.Image.black(1, 1, bands=3).copy(interpretation="srgb")
    return bytes(plain.icc_transform(name, input_profile="srgb").get("icc-profile-data"))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("colour", [(200, 100, 50), (30, 160, 60), (90, 90, 200)])
def test_photo_in_display_p3_looks_as_it_did(form, colour):
    image = Image.new("RGB", (64, 64), colour)
    options = {} if form == "PNG" else {"quality": 95}
    content = photo_of(image, form, icc_profile=profile("p3"), **options)
    wanted = ImageCms.profileToProfile(
        image, io.BytesIO(profile("p3")), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert near(opened(photo_prepare(content)).getpixel((32, 32)), wanted.getpixel((32, 32)), 6)


@pytest.mark.parametrize("broken", [b"x" * 10, bytes(200), profile("p3")[:200]])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_photo_with_a_broken_profile_is_taken_as_srgb(form, broken):
    content = photo_of(Image.new("RGB", (64, 64), (200, 100, 50)), form, icc_profile=broken)
    assert near(opened(photo_prepare(content)).getpixel((32, 32)), (200, 100, 50), 8)


def test_photo_of_16_bits_keeps_its_tones():
    ramp = Image.fromarray(np.linspace(0, 65535, 256, dtype=np.uint16)[None].repeat(16, axis=0))
    image = opened(photo_prepare(photo_of(ramp, "PNG")))
    assert all(near(image.getpixel((x, 8)), (x, x, x), 3) for x in (4, 128, 250))


def test_photo_in_cmyk_looks_as_it_did():
    image = opened(photo_prepare(photo_of(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG")))
    red, green, blue = image.getpixel((8, 8))
    assert red > 200
    assert max(green, blue) < 70


def test_photo_of_several_pictures_is_the_first():
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    for form in ("MPO", "WEBP", "PNG"):
        content = photo_of(frames[0], form, save_all=True, append_images=frames[1:])
        assert near(opened(photo_prepare(content)).getpixel((8, 8)), (255, 0, 0), 8)


def test_photo_that_a_telephone_calls_avif_becomes_a_jpeg():
    assert opened(photo_prepare(photo_of(corners(), "AVIF"))).size == (64, 32)


@given(st.binary(max_size=300), st.sampled_from(["JPEG", "PNG", "WEBP"]), st.integers(0, 600))
def test_photo_of_damaged_bytes_is_read_or_refused(noise, form, at):
    content = picture(form=form)
    damaged = content[:at] + noise + content[at + len(noise) :]
    try:
        prepared = photo_prepare(damaged)
    except PhotoRefused:
        return
    assert opened(prepared).mode == "RGB"
