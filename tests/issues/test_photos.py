"""Photos: only the picture survives; what is no photo, or too much of one, is refused."""

from __future__ import annotations

import io
import struct
import zlib

import pillow_heif
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from issues.errors import PhotoRefused
from issues.services import photo_prepare
from tests.issues.conftest import picture


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


@pytest.mark.parametrize(
    "size", [(10_000, 10_000), (5000, 4001), (60_000, 60_000), (20_000_001, 1)]
)
def test_photo_with_too_many_pixels_is_refused_by_its_header(size):
    with pytest.raises(PhotoRefused, match="20"):
        photo_prepare(png_header(*size))


def test_photo_of_a_hundred_megapixels_is_refused():
    target = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(target, "PNG")
    with pytest.raises(PhotoRefused, match="20"):
        photo_prepare(target.getvalue())


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


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_photo_that_is_cut_off_is_refused(form):
    content = picture(size=(200, 200), form=form)
    with pytest.raises(PhotoRefused):
        photo_prepare(content[: len(content) // 2])


def test_photo_loses_what_a_polyglot_hides_behind_it():
    prepared = photo_prepare(picture() + b"<script>alert(1)</script>PK\x03\x04")
    assert b"script" not in prepared.jpeg


def test_photo_with_a_bomb_of_text_is_refused():
    bomb = PngImagePlugin.PngInfo()
    bomb.add_text("a", "b" * 2_000_000, zip=True)
    with pytest.raises(PhotoRefused):
        photo_prepare(picture(form="PNG", pnginfo=bomb))


@given(st.binary(max_size=300), st.sampled_from(["JPEG", "PNG", "WEBP"]), st.integers(0, 600))
def test_photo_of_damaged_bytes_is_read_or_refused(noise, form, at):
    content = picture(form=form)
    damaged = content[:at] + noise + content[at + len(noise) :]
    try:
        prepared = photo_prepare(damaged)
    except PhotoRefused:
        return
    assert opened(prepared).mode == "RGB"
