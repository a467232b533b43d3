"""When a photo was taken: read before its metadata is dropped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from PIL import Image
from PIL.ExifTags import IFD, Base

from issues.services import photo_prepare
from tests.issues.conftest import picture


def taken(text: str, offset: str = "") -> bytes:
    exif = Image.Exif()
    noted = exif.get_ifd(IFD.Exif)
    noted[Base.DateTimeOriginal] = text
    if offset:
        noted[Base.OffsetTimeOriginal] = offset
    return picture(exif=exif.tobytes())


@pytest.mark.parametrize(
    ("text", "offset", "moment"),
    [
        ("2026:03:03 13:00:00", "", datetime(2026, 3, 3, 12, tzinfo=UTC)),
        ("2026:07:03 13:00:00", "", datetime(2026, 7, 3, 11, tzinfo=UTC)),
        ("2026:03:03 13:00:00", "-05:00", datetime(2026, 3, 3, 18, tzinfo=UTC)),
        ("2026:03:03 13:00:00", "quarter", None),
        ("0000:00:00 00:00:00", "", None),
        ("0001:01:01 00:00:00", "+14:00", None),
        ("yesterday", "", None),
        ("", "", None),
    ],
)
def test_moment_is_read_in_local_time_or_by_its_offset(text, offset, moment):
    assert photo_prepare(taken(text, offset)).taken_at == moment


def test_moment_ahead_is_a_clock_set_wrong():
    ahead = timezone.localtime() + timedelta(minutes=5)
    assert photo_prepare(taken(f"{ahead:%Y:%m:%d %H:%M:%S}")).taken_at is None


def test_photo_without_metadata_has_no_moment():
    assert photo_prepare(picture()).taken_at is None
