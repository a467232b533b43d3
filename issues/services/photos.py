"""Photos: checked, turned upright and written anew, so that nothing of the sent file survives but the picture."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace
from typing import Final

import pillow_heif
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from issues.enums import PhotoStatus
from issues.errors import PhotoRefused
from issues.models import Issue, Photo
from issues.services.photo_places import photo_place
from issues.types import PreparedPhoto

pillow_heif.register_heif_opener()

FORMATS: Final = ("JPEG", "PNG", "WEBP", "HEIF")
PHOTOS_PER_REPORT: Final = 5
JPEG_QUALITY: Final = 85

# What Pillow and libheif raise on files that are damaged or made to do harm.
_DAMAGED: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    RuntimeError,
    struct.error,
    zlib.error,
)


def photo_prepare(content: bytes, *, field: str = "media") -> PreparedPhoto:
    """Decodes a photo and writes it anew as JPEG without any metadata.

    JPEG, PNG, WebP and HEIC are taken, whatever the file's name says. The size in pixels is read from the
    header and refused before anything is decoded. Where it was taken is returned beside the picture.
    Raises `PhotoRefused`.
    """
    if len(content) > settings.PHOTO_MAX_BYTES:
        raise PhotoRefused(
            _("The photo has more than %(limit)d MB.")
            % {"limit": settings.PHOTO_MAX_BYTES // 1024**2},
            field=field,
        )
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            _size_check(*image.size, field=field)
            place = photo_place(image)
            return replace(_rewritten(image), place=place)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(field) from error
    except Image.UnidentifiedImageError as error:
        raise PhotoRefused(
            _("This is no photo in one of the formats JPEG, PNG, WebP or HEIC."), field=field
        ) from error
    except _DAMAGED as error:
        raise PhotoRefused(_("The photo is damaged and cannot be read."), field=field) from error


def _size_check(width: int, height: int, *, field: str) -> None:
    if width * height > settings.PHOTO_MAX_PIXELS:
        raise _too_many_pixels(field)
    if width < 1 or height < 1:
        raise PhotoRefused(_("The photo is damaged and cannot be read."), field=field)


def _too_many_pixels(field: str) -> PhotoRefused:
    return PhotoRefused(
        _("The photo has more than %(limit)d megapixels.")
        % {"limit": settings.PHOTO_MAX_PIXELS // 1_000_000},
        field=field,
    )


def _rewritten(image: Image.Image) -> PreparedPhoto:
    upright = ImageOps.exif_transpose(image)
    # A new picture on white: takes over the pixels only, no EXIF, XMP, comment, thumbnail or transparency.
    clean = Image.new("RGB", upright.size, "white")
    if upright.has_transparency_data:
        layer = upright.convert("RGBA")
        clean.paste(layer, mask=layer.getchannel("A"))
    else:
        clean.paste(upright.convert("RGB"))
    target = io.BytesIO()
    clean.save(target, "JPEG", quality=JPEG_QUALITY)
    return PreparedPhoto(jpeg=target.getvalue(), width=clean.width, height=clean.height)


def photo_fill(photo: Photo, prepared: PreparedPhoto) -> Photo:
    """Puts a prepared picture into an unsaved or pending photo and writes its file; the row is the caller's."""
    photo.status = PhotoStatus.STORED
    photo.width, photo.height = prepared.width, prepared.height
    photo.due_at = None
    photo.file.save(f"{photo.public_id}.jpg", ContentFile(prepared.jpeg), save=False)
    return photo


def photo_new(issue: Issue, prepared: PreparedPhoto) -> Photo:
    """An unsaved photo of the issue whose file is written."""
    return photo_fill(Photo(issue=issue), prepared)
