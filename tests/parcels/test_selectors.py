"""Which parcel is here: drawn squares with a border, a gap, a hole and a road."""

from __future__ import annotations

import pytest
import shapely
from django.contrib.gis.geos import Point

from gis_core.srids import storage_srid
from parcels.errors import ParcelKeyError
from parcels.selectors import parcel_find_by_key, parcels_at_point, parcels_search
from tests.gis_core.geodata_factories import (
    EAST,
    NORTH,
    jurisdiction_make,
    load,
    square,
    table_write,
)

pytestmark = pytest.mark.django_db

# Squares of 10 m in a row; the third is a road, the fourth is small, beyond a gap of 4 m lies the fifth.
HOUSE, GARDEN, ROAD, SMALL, FAR = (f"055287001{number:05}______" for number in range(1, 6))
FRACTION = "055287001000010002__"


@pytest.fixture
def city(tmp_path):
    city = jurisdiction_make()
    small = shapely.box(EAST + 30, NORTH, EAST + 36, NORTH + 10)
    far = shapely.box(EAST + 40, NORTH, EAST + 50, NORTH + 10)
    shapes = [square(0), square(1), square(2), small, far, square(0, 5)]
    keys = [HOUSE, GARDEN, ROAD, SMALL, FAR, FRACTION]
    columns = {
        "flstkennz": keys,
        "gemarkung": ["Castrop"] * 6,
        "lagebeztxt": ["Am Markt 1", "Am Markt 3", "Am Markt", "", "", "Münsterstraße 7"],
    }
    load(city, "parcels", table_write(tmp_path / "p.gpkg", columns, shapes, layer="Flurstueck"))
    uses = {
        "oid": [f"use{number}" for number in range(6)],
        "nutzart": ["Wohnbaufläche", "Wohnbaufläche", "Straßenverkehr", "Wald", "Wald", "Wald"],
        "bez": [""] * 6,
        "flstkennz": keys,
    }
    load(
        city, "land_use", table_write(tmp_path / "n.gpkg", uses, shapes, layer="NutzungFlurstueck")
    )
    return city


def at(city, x: float, y: float = 5.0):
    point = Point(EAST + x, NORTH + y, srid=storage_srid())
    return [
        (hit.parcel.key, hit.usage, round(hit.distance_m, 3))
        for hit in parcels_at_point(jurisdiction=city, point=point)
    ]


def test_point_inside_finds_one(city):
    assert at(city, 5) == [(HOUSE, "BUILT", 0.0)]


def test_point_on_a_border_finds_both_smaller_key_first(city):
    assert at(city, 10) == [(HOUSE, "BUILT", 0.0), (GARDEN, "BUILT", 0.0)]


def test_point_on_the_edge_of_a_road_finds_the_road_first(city):
    assert at(city, 20) == [(ROAD, "ROAD", 0.0), (GARDEN, "BUILT", 0.0)]


def test_smaller_area_comes_before_key(city, tmp_path):
    columns = {"flstkennz": [HOUSE, GARDEN]}
    shapes = [square(0), shapely.box(EAST + 10, NORTH, EAST + 15, NORTH + 10)]
    load(city, "parcels", table_write(tmp_path / "x.gpkg", columns, shapes))
    assert [key for key, _, _ in at(city, 10)] == [GARDEN, HOUSE]


def test_point_in_a_gap_finds_the_nearest_with_its_distance(city):
    assert at(city, 39) == [(FAR, "FOREST", 1.0)]
    assert at(city, 37) == [(SMALL, "FOREST", 1.0)]


def test_point_further_than_five_metres_finds_none(city):
    assert at(city, 55.1) == []
    assert at(city, 54.9) == [(FAR, "FOREST", 4.9)]


def test_point_lookup_takes_one_query(city, django_assert_num_queries):
    at(city, 10)  # GeoDjango asks for the unit of the SRID once per process
    with django_assert_num_queries(1):
        at(city, 10)
    with django_assert_num_queries(2):
        at(city, 39)


def test_find_by_key_takes_every_spelling(city):
    for text in (HOUSE, HOUSE.rstrip("_"), HOUSE.replace("_", " ")):
        found = parcel_find_by_key(jurisdiction=city, key=text)
        assert found is not None
        assert found.key == HOUSE


def test_find_by_key_of_nobody_and_of_nonsense(city):
    assert parcel_find_by_key(jurisdiction=city, key="05528700199999______") is None
    with pytest.raises(ParcelKeyError):
        parcel_find_by_key(jurisdiction=city, key="nonsense")


def search(city, text: str) -> list[str]:
    return [parcel.key for parcel in parcels_search(jurisdiction=city, text=text)]


@pytest.mark.parametrize(
    "text",
    [
        "5287-1-3",
        "Castrop Flur 1 Flst. 3",
        "castrop 1 3",
        ROAD,
        "05 5287 001 00003",
        "Flurstück 3, Flur 1, Gemarkung Castrop",
        "Gemarkung Castrop 3",
        "Flurstück 3",
    ],
)
def test_search_by_reference(city, text):
    assert search(city, text) == [ROAD]


def test_search_by_number_gives_the_plain_one_before_fractions(city):
    assert search(city, "5287-1-1") == [HOUSE, FRACTION]
    assert search(city, "5287-1-1/2") == [FRACTION]


def test_search_by_location_text(city):
    assert search(city, "am  markt") == [HOUSE, GARDEN, ROAD]
    assert search(city, "münster") == [FRACTION]


def test_search_by_address_that_reads_like_a_reference(tmp_path):
    city = jurisdiction_make(identifier="herne.de", municipality_key="05916000")
    texts = ["Hauptstr. 12-14", "Karl-Heine-Straße 5"]
    columns = {"flstkennz": [HOUSE, GARDEN], "lagebeztxt": texts}
    load(city, "parcels", table_write(tmp_path / "h.gpkg", columns, [square(0), square(1)]))
    assert search(city, "Hauptstr. 12-14") == [HOUSE]
    assert search(city, "Karl-Heine-Str. 5") == [GARDEN]


@pytest.mark.parametrize("text", ["", "   ", "Herne Flur 1 Flst. 3", "9999-1-3", "%"])
def test_search_without_a_match(city, text):
    assert search(city, text) == []


def test_search_asks_the_jurisdiction_only(city):
    other = jurisdiction_make(identifier="herne.de", municipality_key="05916000")
    assert search(other, ROAD) == []
