"""Where a report is: what is accepted, and why the rest is not."""

from __future__ import annotations

import math

import pytest
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from gis_core.models import Jurisdiction
from issues import errors
from issues.enums import LocationSource
from issues.services.location import location_checked, location_received
from issues.types import LocationInput, PhotoPlace
from tests.issues.conftest import LAT, LONG


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("lat", "long"),
    [(LAT, LONG), ("51.5503", "7.3117"), ("51,5503", "7,3117"), (" +51.5503 ", "07.3117")],
)
def test_coordinates_are_read_as_number_or_text(jurisdiction, lat, long):
    found = location_checked(jurisdiction, LocationInput(lat=lat, long=long))
    assert (found.latitude, found.longitude) == (LAT, LONG)
    assert found.source == LocationSource.COORDINATES
    assert found.accuracy_m is None


@pytest.mark.parametrize(
    "value",
    ["", None, "north", "nan", "inf", "-inf", "1e3", "5_1", "51.5.5", "0x33", "51°33'", "٥١", True],
)
def test_latitude_that_is_no_number_is_refused(jurisdiction, value):
    wanted = errors.LocationMissing if value in {"", None} else errors.LocationNotANumber
    with pytest.raises(wanted) as caught:
        location_checked(jurisdiction, LocationInput(lat=value, long=LONG))
    assert caught.value.field == "lat"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_latitude_that_is_not_finite_is_refused(jurisdiction, value):
    with pytest.raises(errors.LocationNotANumber):
        location_checked(jurisdiction, LocationInput(lat=value, long=LONG))


def test_both_coordinates_are_judged(jurisdiction):
    with pytest.raises(errors.ReportInvalid) as caught:
        location_checked(jurisdiction, LocationInput(lat="90.1", long="-180.1"))
    assert [(type(error), error.field) for error in caught.value.errors] == [
        (errors.LocationOutOfRange, "lat"),
        (errors.LocationOutOfRange, "long"),
    ]


def test_swapped_coordinates_are_recognised(jurisdiction):
    with pytest.raises(errors.LocationSwapped, match="swapped"):
        location_checked(jurisdiction, LocationInput(lat=LONG, long=LAT))


@pytest.mark.parametrize(
    ("lat", "long"), [(0, 0), (48.1, 11.6), (-51.5, -172.7), (89.9, 179.9), (0, 97)]
)
def test_place_far_outside_is_refused_by_name(jurisdiction, lat, long):
    with pytest.raises(errors.LocationOutside, match="Castrop-Rauxel") as caught:
        location_checked(jurisdiction, LocationInput(lat=lat, long=long))
    assert type(caught.value) is errors.LocationOutside


@pytest.mark.parametrize(("offset", "accepted"), [(0.0, True), (0.0085, True), (0.015, False)])
def test_margin_outside_the_boundary_belongs_to_it(jurisdiction, offset, accepted):
    # The square ends 2000 m north of the centre (0.018 degrees), its margin 1000 m further out.
    given = LocationInput(lat=LAT + 0.018 + offset, long=LONG)
    if accepted:
        assert location_checked(jurisdiction, given).latitude == LAT + 0.018 + offset
    else:
        with pytest.raises(errors.LocationOutside):
            location_checked(jurisdiction, given)


def test_jurisdiction_without_boundary_accepts_nothing(db, make_jurisdiction):
    with pytest.raises(errors.GeodataMissing):
        location_checked(make_jurisdiction(boundary=None), LocationInput(lat=LAT, long=LONG))


def test_no_location_at_all_is_refused(jurisdiction):
    with pytest.raises(errors.LocationMissing):
        location_checked(jurisdiction, LocationInput())


@pytest.mark.parametrize(
    ("accuracy", "metres"), [("0", 0.0), (5000, 5000.0), ("12,5", 12.5), ("", None)]
)
def test_accuracy_in_metres_is_read(jurisdiction, accuracy, metres):
    given = LocationInput(lat=LAT, long=LONG, accuracy=accuracy)
    assert location_checked(jurisdiction, given).accuracy_m == metres


@pytest.mark.parametrize("accuracy", ["-1", "5000.1", "5001", "good", math.nan])
def test_accuracy_out_of_range_is_refused(jurisdiction, accuracy):
    with pytest.raises(errors.AccuracyInvalid):
        location_checked(jurisdiction, LocationInput(lat=LAT, long=LONG, accuracy=accuracy))


class TestAnyInput(TestCase):
    """Whatever is sent ends as a location inside or as a named error."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.jurisdiction = Jurisdiction.objects.create(
            identifier="any.example",
            name="Any",
            issue_prefix="ANY",
            boundary="SRID=25832;MULTIPOLYGON(((380000 5710000,386000 5710000,386000 5716000,"
            "380000 5716000,380000 5710000)))",
        )

    @given(
        st.one_of(st.floats(), st.text(max_size=20), st.none()),
        st.one_of(st.floats(), st.text(max_size=20), st.none()),
        st.one_of(st.none(), st.floats(), st.text(max_size=8)),
    )
    @example(LAT, LONG, None)
    @example("51.5503", "7.3117", "5")
    def test_any_location_is_accepted_or_refused_by_name(self, lat, long, accuracy):
        given = LocationInput(lat=lat, long=long, accuracy=accuracy)
        try:
            found = location_checked(self.jurisdiction, given)
        except errors.IssuesError:
            return
        assert 380_000 - 3000 <= found.point.x <= 386_000 + 3000
        assert 5_710_000 - 3000 <= found.point.y <= 5_716_000 + 3000


NOWHERE = {"lat": "0", "long": "0.0"}


@pytest.mark.parametrize(
    ("given", "photo", "source"),
    [
        ({"address_id": "0"}, None, LocationSource.UNPLACED),
        ({"address_string": "Nirgends 1"}, None, LocationSource.UNPLACED),
        (NOWHERE | {"address_string": "Nirgends 1"}, None, LocationSource.UNPLACED),
        (NOWHERE | {"address_id": "0"}, None, LocationSource.UNPLACED),
        (NOWHERE, (LAT, LONG, 8.0), LocationSource.PHOTO),
        ({"address_string": "Nirgends 1"}, (LAT, LONG, 8.0), LocationSource.PHOTO),
        ({"address_string": "Nirgends 1"}, (48.0, 11.0, 8.0), LocationSource.UNPLACED),
        ({"lat": LAT, "long": LONG, "address_id": "0"}, None, LocationSource.COORDINATES),
    ],
)
def test_report_whose_text_leads_nowhere_is_placed_otherwise_or_later(
    jurisdiction, given, photo, source
):
    found = location_received(
        jurisdiction, LocationInput(**given), photo=photo and PhotoPlace(*photo)
    )
    assert found.source == source
    assert found.address_text == given.get("address_string", "")
    assert found.address_id == given.get("address_id", "")
    assert found.accuracy_m == (8.0 if source == LocationSource.PHOTO else None)
    assert found.latitude == pytest.approx(LAT, abs=0.001)
    assert found.longitude == pytest.approx(LONG, abs=0.001)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (NOWHERE, errors.LocationOutside),
        (NOWHERE | {"address_string": "null"}, errors.LocationOutside),
        ({"lat": "0", "long": LONG, "address_string": "Nirgends 1"}, errors.LocationOutside),
    ],
)
def test_report_with_a_wrong_place_is_refused(jurisdiction, given, error):
    with pytest.raises(error):
        location_received(jurisdiction, LocationInput(**given))


def test_report_without_a_place_needs_a_boundary(db, make_jurisdiction):
    with pytest.raises(errors.GeodataMissing):
        location_received(make_jurisdiction(boundary=None), LocationInput(address_id="0"))
