"""Finding parcels: one search box and one endpoint, vanished parcels lead to their successors."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gis_core.coordinates import storage_to_wgs84
from gis_core.enums import EditionStatus
from gis_core.models import Edition, Succession
from parcels.addresses import address_search_text
from parcels.enums import CadastreDataset
from parcels.models import Address, Parcel
from parcels.places import place_parse
from tests.mapui.factories import (
    NOON,
    SOUTH,
    WEST,
    category_create,
    edition_create,
    parcel_create,
)

API = "/api/parcels/"
PLACE = dict(zip(("lon", "lat"), storage_to_wgs84(WEST + 10, SOUTH + 10), strict=True))


def keys(answer) -> list[str]:
    return [parcel["key"] for parcel in answer.json()["parcels"]]


@pytest.fixture
def split_town(town):
    """Parcel 10 was split into 900 (still active) and 901, which became 950 in a further edition."""
    old = Parcel.objects.get(numerator=10)
    first = Edition.objects.get(dataset=CadastreDataset.PARCELS)
    editions = [first]
    for day in (1, 2):
        Edition.objects.filter(pk=editions[-1].pk).update(status=EditionStatus.SUPERSEDED)
        edition = edition_create(town, CadastreDataset.PARCELS)
        edition.activated_at = NOON + timedelta(days=day)
        edition.save()
        editions.append(edition)
    _first, second, third = editions

    def made(numerator, edition, closed=None):
        parcel = parcel_create(edition, 0, 0, denominator=7)
        parcel.key = f"059999001{numerator:05d}______"
        parcel.numerator, parcel.denominator, parcel.edition_to = numerator, None, closed
        parcel.save()
        return parcel

    old.edition_to = second
    old.save()
    stays, passes = made(900, second), made(901, second, third)
    last = made(950, third)
    for edition, before, after in (
        (second, old, stays),
        (second, old, passes),
        (third, passes, last),
    ):
        Succession.objects.create(
            edition=edition, predecessor=before.key, successor=after.key, area=5_000
        )
    return {"old": old, "stays": stays, "passes": passes, "last": last}


def test_api_is_closed_to_the_public(client, town):
    assert client.get(API, {"q": "5287-14-1"}).status_code == 403


@pytest.mark.parametrize(
    "text",
    [
        "059999001000110004__",
        "059999001000110004",
        "9999-1-11/4",
        "Musterberg Flur 1 Flst. 11/4",
        "Gemarkung Musterberg, Flur 1, Flurstück 11/4",
    ],
)
def test_api_finds_by_any_writing(staff_client, town, text):
    [parcel] = staff_client.get(API, {"q": text}).json()["parcels"]
    assert parcel["key"] == "059999001000110004__"
    assert parcel["label"] == "Gemarkung Musterberg, Flur 1, Flurstück 11/4"
    assert (parcel["active"], parcel["valid_to"], parcel["distance_m"]) == (True, None, None)
    assert "owner" not in str(parcel)


def test_api_finds_at_point(staff_client, town):
    from gis_core.coordinates import storage_to_wgs84

    longitude, latitude = storage_to_wgs84(WEST + 150, SOUTH + 50)
    asked = {"lat": latitude, "long": longitude}
    [parcel] = staff_client.get(API, asked).json()["parcels"]
    assert (parcel["number"], parcel["distance_m"]) == ("11/4", 0.0)
    written = f"{latitude:.7f}, {longitude:.7f}"
    assert keys(staff_client.get(API, {"q": written})) == [parcel["key"]]
    assert keys(staff_client.get(API, {"q": f"{WEST + 150} {SOUTH + 50}"})) == [parcel["key"]]


def test_api_finds_by_address_word_by_word(staff_client, town):
    Parcel.objects.filter(numerator=10).update(location_text="Münsterstraße 15")
    Parcel.objects.filter(numerator=11).update(location_text="Münsterstraße 5, Am Markt 1")
    assert keys(staff_client.get(API, {"q": "münsterstr. 5"})) == ["059999001000110004__"]
    assert keys(staff_client.get(API, {"q": "Markt 1"})) == ["059999001000110004__"]
    assert len(keys(staff_client.get(API, {"q": "Münsterstraße"}))) == 2
    assert keys(staff_client.get(API, {"q": "50% (\\"})) == []


@pytest.mark.parametrize(
    "asked", [{}, {"q": ""}, {"lat": "51.5"}, {"lat": "north", "long": "7"}, {"lat": 91, "long": 7}]
)
def test_api_refuses_what_is_no_question(staff_client, town, asked):
    assert staff_client.get(API, asked).status_code == 400


def test_api_of_a_city_that_does_not_exist(staff_client, town):
    """Another city's parcels would be a wrong answer."""
    answer = staff_client.get(API, {"q": "5287-1-1", "jurisdiction": "nowhere.de"})
    assert answer.status_code == 404
    assert "nowhere.de" in str(answer.json()["errors"]["jurisdiction"])


@pytest.mark.parametrize("path", [API, "/geodata/", "/"])
def test_nul_in_an_address_is_a_bad_request(staff_client, town, path):
    assert staff_client.get(path, {"jurisdiction": "a\x00b"}).status_code == 400


def test_api_vanished_parcel_leads_to_its_heirs(staff_client, split_town):
    [found] = staff_client.get(API, {"q": split_town["old"].key}).json()["parcels"]
    assert found["active"] is False
    assert found["valid_to"].startswith("2026-03-04")
    assert found["successors"] == [split_town["stays"].key, split_town["passes"].key]
    assert found["heirs"] == [split_town["stays"].key, split_town["last"].key]


def test_api_active_parcel_names_its_predecessors(staff_client, split_town):
    [found] = staff_client.get(API, {"q": split_town["last"].key}).json()["parcels"]
    assert (found["active"], found["predecessors"]) == (True, [split_town["passes"].key])


def test_search_box_shows_vanished_parcel_with_links(staff_client, split_town):
    page = staff_client.get("/triage/parcel/", {"q": split_town["old"].key}).content.decode()
    assert split_town["old"].key in page
    assert f"?q={split_town['last'].key}" in page


@pytest.mark.parametrize(
    "text",
    [
        "51 7",
        "12/4",
        "14 123",
        "5287-14-123/4",
        "Am Markt 3",
        "95.0, 7.0",
        "",
        "51.5",
        "99999 99999",
    ],
)
def test_place_parse_what_is_no_place(text):
    assert place_parse(text) is None


def test_place_parse_degrees_and_metres():
    german, english = place_parse("51,5500 7,3100"), place_parse("51.55; 7.31")
    assert german.coords == english.coords
    for text in ("382943.3 5712374", "5712374, 382943.3", "32382943.3 5712374"):
        assert place_parse(text).coords == pytest.approx((382943.3, 5712374.0), abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "51,55, 7,31",
        "51,55,7,31",
        "51.55 7,31",
        "51.55° N, 7.31° E",
        "N 51,55° O 7,31°",
        "51.55N 7.31E",
    ],
)
def test_place_parse_degrees_as_maps_write_them(text):
    assert place_parse(text).coords == place_parse("51.55, 7.31").coords


@pytest.fixture
def house(town):
    """A house number on parcel 11, which has another location text."""
    parcel = Parcel.objects.get(numerator=11)
    return Address.objects.create(
        jurisdiction=town,
        key="DENW1",
        street="Musterstraße",
        number="12a",
        search_text=address_search_text("Musterstraße", "12a"),
        geometry=parcel.geometry.point_on_surface,
        content_hash=b"1" * 16,
        edition_from=edition_create(town, CadastreDataset.ADDRESSES),
    )


@pytest.mark.parametrize("text", ["Musterstraße 12a", "musterstr. 12 A", "Musterstr"])
def test_address_leads_to_its_parcel(staff_client, house, text):
    parcel = Parcel.objects.get(numerator=11)
    assert keys(staff_client.get(API, {"q": text})) == [parcel.key]
    page = staff_client.get("/triage/parcel/", {"q": text}).content.decode()
    assert parcel.key in page
    assert "Musterstraße 12a" in page


def test_address_with_another_house_number_is_not_meant(staff_client, house):
    assert keys(staff_client.get(API, {"q": "Musterstraße 12"})) == []


def test_card_offers_who_would_get_which_reports_of_the_place(staff_client, town):
    lamp = category_create(town, "LAMP")
    card = staff_client.get("/triage/parcel/", PLACE, headers={"HX-Request": "true"})
    address = f"/triage/place/bodies/?lat={PLACE['lat']:.6f}&amp;lon={PLACE['lon']:.6f}"
    assert address in card.content.decode()
    told = staff_client.get("/triage/place/bodies/", PLACE)
    # The town has no rules: a person decides all of it.
    assert [one.authority for one in told.context["bodies"]] == [None]
    assert str(lamp) in told.content.decode()


@pytest.mark.parametrize(
    "given", [{}, {"lat": "91", "lon": "7"}, {"lat": "nan", "lon": "7"}, {"q": "10"}]
)
def test_bodies_of_no_place_are_not_found(staff_client, town, given):
    assert staff_client.get("/triage/place/bodies/", given).status_code == 404
