"""Reports without coordinates: a parcel key or an address leads to a point on the loaded cadastre."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from gis_core.enums import EditionStatus
from gis_core.models import Edition, Jurisdiction
from issues import errors
from issues.enums import LocationSource
from issues.services.addresses import address_point, parcel_point
from issues.services.location import location_checked
from issues.types import LocationInput
from parcels.enums import CadastreDataset
from parcels.models import Parcel
from tests.issues.conftest import CENTRE_E, CENTRE_N, LAT, LONG


def edition_of(jurisdiction: Jurisdiction) -> Edition:
    return Edition.objects.create(
        jurisdiction=jurisdiction,
        dataset=CadastreDataset.PARCELS,
        status=EditionStatus.ACTIVE,
        activated_at=timezone.now(),
    )


@pytest.fixture
def make_parcel(jurisdiction):
    """Draws parcels of 10 m in a row to the east of the centre."""
    edition = edition_of(jurisdiction)

    def make(
        numerator: int, location_text: str = "", denominator: int | None = None, **values: object
    ) -> Parcel:
        x = CENTRE_E + 10 * Parcel.objects.count()
        square = Polygon.from_bbox((x, CENTRE_N, x + 10, CENTRE_N + 10))
        defaults = {
            "jurisdiction": jurisdiction,
            "edition_from": edition,
            "key": f"055287014{numerator:05}{denominator or '____':0>4}__",
            "content_hash": b"x" * 16,
            "gemarkung_key": "055287",
            "gemarkung_name": "Castrop",
            "flur": 14,
            "numerator": numerator,
            "denominator": denominator,
            "location_text": location_text,
            "geometry": MultiPolygon(square, srid=25832),
        }
        return Parcel.objects.create(**{**defaults, **values})

    return make


@pytest.mark.parametrize(
    "key",
    [
        "055287014001230004__",
        "05528701400123000400",
        "05 5287 014 00123/0004",
        "5287-14-123/4",
        "Castrop Flur 014 Flst. 123/4",
        " Gemarkung castrop, Flur 14, Flurstück 123/4 ",
    ],
)
def test_parcel_key_in_any_writing_leads_into_the_parcel(jurisdiction, make_parcel, key):
    make_parcel(123)
    parcel = make_parcel(123, denominator=4)
    found = location_checked(jurisdiction, LocationInput(address_id=key))
    assert parcel.geometry.contains(found.point)
    assert found.source == LocationSource.PARCEL
    assert found.address_id == key.strip()
    assert abs(found.latitude - LAT) < 0.001
    assert abs(found.longitude - LONG) < 0.001


@pytest.mark.parametrize(
    "key",
    ["055287014009990004__", "5287-14-999", "5287-14-123", "Herne Flur 1 Flst. 1", "house", "0"],
)
def test_parcel_key_that_nobody_has_is_refused(jurisdiction, make_parcel, key):
    make_parcel(123, denominator=4)
    with pytest.raises(errors.AddressUnknown) as caught:
        location_checked(jurisdiction, LocationInput(address_id=key))
    assert caught.value.field == "address_id"


def test_parcel_without_gemarkung_is_taken_only_where_it_is_the_only_one(jurisdiction, make_parcel):
    parcel = make_parcel(123)
    assert parcel.geometry.contains(parcel_point(jurisdiction, "Flur 14 Flst. 123"))
    make_parcel(123, gemarkung_key="055288", key="055288014001230000__")
    assert parcel_point(jurisdiction, "Flur 14 Flst. 123") is None


def test_parcel_of_a_former_edition_is_not_found(jurisdiction, make_parcel):
    later = Edition.objects.create(jurisdiction=jurisdiction, dataset=CadastreDataset.PARCELS)
    make_parcel(123, "Am Markt 1", edition_to=later)
    assert parcel_point(jurisdiction, "5287-14-123") is None
    assert address_point(jurisdiction, "Am Markt 1") is None


@pytest.mark.parametrize(
    "address",
    [
        "Bahnhofstraße 12a",
        "Bahnhofstr. 12 a",
        "BAHNHOFSTRASSE 12A",
        "bahnhofstrasse 12 a, 44575 Castrop-Rauxel",
        "Bahnhofstraße 12a 44575 Castrop-Rauxel",
        "Bahnhofstraße 12a, Habinghorst, Castrop-Rauxel",
        "Castrop-Rauxel, Bahnhofstr. 12a",
    ],
)
def test_address_in_any_writing_leads_into_its_parcel(jurisdiction, make_parcel, address):
    make_parcel(1, "Bahnhofstraße 12")
    parcel = make_parcel(2, "Bahnhofstraße 12a")
    make_parcel(3, "Bahnhofstraße 12b")
    found = location_checked(jurisdiction, LocationInput(address_string=address))
    assert parcel.geometry.contains(found.point)
    assert found.source == LocationSource.ADDRESS
    assert found.address_text == address


def test_parcel_with_several_addresses_is_found_by_each(jurisdiction, make_parcel):
    parcel = make_parcel(1, "Am Markt 1, 3; Ringstr. 7|Öststr. 9")
    for address in ("Am Markt 1", "Am Markt 3", "Ringstraße 7", "Öststraße 9"):
        assert parcel.geometry.contains(address_point(jurisdiction, address)), address
    assert address_point(jurisdiction, "Ringstraße 3") is None


def test_of_several_parcels_with_the_address_the_lowest_key_is_taken(jurisdiction, make_parcel):
    make_parcel(9, "Am Markt 1")
    lowest = make_parcel(2, "Am Markt 1")
    assert lowest.geometry.contains(address_point(jurisdiction, "Am Markt 1"))


@pytest.mark.parametrize("address", ["Am Markt 2", "Am Markt", "Markt 1", "1", "%", "Nirgends 1"])
def test_address_that_is_not_there_is_refused(jurisdiction, make_parcel, address):
    make_parcel(1, "Am Markt 1")
    make_parcel(2, "Am Markt")
    with pytest.raises(errors.AddressUnknown) as caught:
        location_checked(jurisdiction, LocationInput(address_string=address))
    assert caught.value.field == "address_string"


def test_coordinates_win_and_the_texts_are_kept(jurisdiction):
    given = LocationInput(lat=LAT, long=LONG, address_id="A-1", address_string="Am Markt 1")
    found = location_checked(jurisdiction, given)
    assert found.source == LocationSource.COORDINATES
    assert (found.address_id, found.address_text) == ("A-1", "Am Markt 1")


class TestAnyText(TestCase):
    """Whatever text is sent, the look-up ends with a point or with nothing."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.jurisdiction = Jurisdiction.objects.create(identifier="any.example", name="Any")
        Parcel.objects.create(
            jurisdiction=cls.jurisdiction,
            edition_from=edition_of(cls.jurisdiction),
            key="055287014001230004__",
            content_hash=b"x" * 16,
            gemarkung_key="055287",
            numerator=123,
            location_text="Am Markt 1",
            geometry="SRID=25832;MULTIPOLYGON(((0 0,1 0,1 1,0 0)))",
        )

    @given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40))
    def test_any_text_is_looked_up_without_failing(self, text):
        for look_up in (address_point, parcel_point):
            found = look_up(self.jurisdiction, text)
            assert found is None or found.srid == 25832
