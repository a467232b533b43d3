"""Where a photo was taken: read before its metadata is dropped, and used where nothing else says where."""

from __future__ import annotations

import io
from typing import Any

import pillow_heif
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD
from PIL.TiffImagePlugin import IFDRational

from issues import errors
from issues.enums import Channel, LocationSource
from issues.services import issue_receive, photo_prepare
from issues.services.photos.places import photo_place
from issues.types import LocationInput, PhotoPlace
from tests.issues.conftest import LAT, LONG, picture

# 51° 33' 1.08" N, 7° 18' 42.12" E is LAT, LONG.
NORTH, EAST = (51, 33, IFDRational(108, 100)), (7, 18, IFDRational(4212, 100))


def noted(**changes: Any) -> dict[int, Any]:
    tags = {
        "GPSLatitudeRef": "N",
        "GPSLatitude": NORTH,
        "GPSLongitudeRef": "E",
        "GPSLongitude": EAST,
    } | changes
    return {GPS[name]: value for name, value in tags.items() if value is not None}


def exif(**changes: Any) -> Image.Exif:
    found = Image.Exif()
    found.get_ifd(IFD.GPSInfo).update(noted(**changes))
    return found


def photo(**changes: Any) -> bytes:
    return picture(exif=exif(**changes).tobytes())


def place(**changes: Any) -> PhotoPlace | None:
    return photo_prepare(photo(**changes)).place


def test_photo_place_is_read_and_does_not_stay_in_the_picture():
    prepared = photo_prepare(photo(GPSHPositioningError=IFDRational(65, 10)))
    assert prepared.place == pytest.approx((LAT, LONG, 6.5))
    assert not Image.open(io.BytesIO(prepared.jpeg)).getexif()


def test_photo_place_of_heic():
    target = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), "red")).save(target, exif=exif().tobytes())
    found = photo_prepare(target.getvalue()).place
    assert found is not None
    assert found[:2] == pytest.approx((LAT, LONG))


def test_photo_place_in_the_south_west_is_negative():
    found = place(GPSLatitudeRef="S", GPSLongitudeRef="W\0")
    assert found is not None
    assert found[:2] == pytest.approx((-LAT, -LONG))


@pytest.mark.parametrize(
    "changes",
    [
        {"GPSLatitude": None},
        {"GPSLongitudeRef": None},
        {"GPSLatitudeRef": "E"},
        {"GPSLatitudeRef": ""},
        {"GPSLatitude": (51, 33)},
        {"GPSLatitude": (91, 0, 0)},
        {"GPSLatitude": (IFDRational(0, 0), 0, 0)},
        {"GPSLatitude": (0, 0, 0), "GPSLongitude": (0, 0, 0)},
    ],
)
def test_photo_place_that_is_none_is_none(changes):
    assert place(**changes) is None


@pytest.mark.parametrize("error", [IFDRational(0, 0), IFDRational(0, 1)])
def test_photo_place_with_an_odd_accuracy_has_none(error):
    found = place(GPSHPositioningError=error)
    assert found is None or found.accuracy_m is None


@given(st.binary(max_size=200))
def test_photo_place_of_damaged_metadata_never_refuses_the_photo(tail):
    damaged = b"Exif\0\0II*\0\x08\0\0\0" + tail
    found = photo_place(damaged)
    assert found is None or abs(found.latitude) <= 90
    assert photo_prepare(picture(exif=damaged)).place == found


def receive(category, photos, **location):
    return issue_receive(
        jurisdiction=category.jurisdiction,
        category=category,
        channel=Channel.WEB,
        location=LocationInput(**location),
        photos=photos,
    ).issue


@pytest.mark.django_db
def test_receive_without_a_place_takes_the_photos(jurisdiction, make_category):
    category = make_category(jurisdiction)
    issue = receive(category, [picture(), photo(GPSHPositioningError=IFDRational(8, 1))])
    assert (issue.latitude, issue.longitude) == pytest.approx((LAT, LONG))
    assert (issue.location_source, issue.accuracy_m) == (LocationSource.PHOTO, 8)


@pytest.mark.django_db
def test_receive_with_coordinates_leaves_the_photos_alone(jurisdiction, make_category):
    category = make_category(jurisdiction)
    issue = receive(category, [photo()], lat=LAT + 0.001, long=LONG)
    assert issue.latitude == LAT + 0.001
    assert (issue.location_source, issue.accuracy_m) == (LocationSource.COORDINATES, None)


@pytest.mark.django_db
def test_receive_accuracy_given_wins_and_a_camera_s_is_bounded(jurisdiction, make_category):
    far = photo(GPSHPositioningError=IFDRational(70_000, 1))
    category = make_category(jurisdiction)
    assert receive(category, [far]).accuracy_m == 5000
    assert receive(category, [far], accuracy="12,5").accuracy_m == 12.5


@pytest.mark.django_db
def test_receive_photo_taken_elsewhere_is_refused(jurisdiction, make_category):
    with translation.override("en"), pytest.raises(errors.LocationOutside) as caught:
        receive(make_category(jurisdiction), [photo(GPSLatitude=(48, 8, 0))])
    assert caught.value.field == "media"
    assert "The photo was taken outside Castrop-Rauxel" in str(caught.value)


@pytest.mark.django_db
def test_receive_without_any_place_is_refused_with_all_that_would_do(jurisdiction, make_category):
    with translation.override("en"), pytest.raises(errors.LocationMissing) as caught:
        receive(make_category(jurisdiction), [picture()])
    assert "or a photo that holds its position" in str(caught.value)
