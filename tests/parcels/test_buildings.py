"""Buildings and addresses from the sources that Germany has, and parcels found by the addresses."""

from __future__ import annotations

import zipfile

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_core.errors import LoadError
from parcels.addresses import AddressText, address_parse, address_search_text, house_number
from parcels.models import Address, Building
from parcels.selectors import parcels_search
from tests.gis_core.geodata_factories import (
    EAST,
    KEYS,
    NORTH,
    jurisdiction_make,
    load,
    parcels_gml,
    polygon_gml,
    square,
    stage,
    table_write,
    write,
)
from tests.gis_core.loading import nas_factories as nas


@pytest.fixture
def city(db):
    return jurisdiction_make()


def building(index: int, *, refers: str = "", function: str = "2000", place: int = 0) -> str:
    relation = f'<zeigtAuf xlink:href="urn:adv:oid:{refers}"/>' if refers else ""
    return (
        f'<AX_Gebaeude gml:id="DENW12340000001{index}">{nas.life(nas.BEGUN)}'
        f"<position>{polygon_gml(square(place, size=4.0), srs='')}</position>"
        f"<gebaeudefunktion>{function}</gebaeudefunktion><name>Haus {index}</name>{relation}</AX_Gebaeude>"
    )


def label(index: int, x: float, y: float, refers: str) -> str:
    return (
        f'<AP_PTO gml:id="DENW12340000002{index}">{nas.life(nas.BEGUN)}'
        f"<position><gml:Point><gml:pos>{x} {y}</gml:pos></gml:Point></position><art>HNR</art>"
        f'<dientZurDarstellungVon xlink:href="urn:adv:oid:{refers}"/></AP_PTO>'
    )


FIRST, SECOND, THIRD = (f"DENW12340000003{i}" for i in range(3))


def addresses_nas(*more: str) -> str:
    return nas.delivery(
        nas.insert(
            nas.parcel(0, refers=(FIRST, SECOND)),
            nas.parcel(1, refers=(THIRD,)),
            nas.location(FIRST, "12"),
            nas.location(SECOND, "12 A"),
            nas.location(THIRD, "14"),
            nas.street("Musterstraße"),
            *more,
        )
    )


def gebref(
    number: int, key: str = "05;Nordrhein-Westfalen;5;Münster;62;Recklinghausen;004", x: int = 0
) -> str:
    return (
        f"N;DENW00AL0000AA{number:02};A;{key};Castrop-Rauxel;0000;;00120;Hauptstraße;{number};;32;"
        f"{EAST + x:.0f},500;{NORTH:.0f},250;2024-01-31"
    )


def test_land_wide_addresses_are_cut_to_the_municipality(city, tmp_path):
    other = gebref(9, key="05;Nordrhein-Westfalen;3;Köln;15;Köln;000", x=-30_000)
    rows = [gebref(1), other, "x;y", gebref(2)]
    with zipfile.ZipFile(tmp_path / "gebref.zip", "w") as archive:
        archive.writestr("gebref.txt", "\n".join(rows))
        archive.writestr("gebref_schluessel.txt", "05;Nordrhein-Westfalen\n")
        archive.writestr("liesmich.txt", "Stand Januar")
    edition = load(city, "addresses", tmp_path / "gebref.zip").edition
    assert sorted(Address.objects.values_list("street", "number")) == [
        ("Hauptstraße", "1"),
        ("Hauptstraße", "2"),
    ]
    assert edition.report["left_out"] == {"municipality ≠ 05562004": 2}
    assert (edition.profile, edition.licence, edition.attribution) == (
        "gebref",
        "dl-de/zero-2-0",
        "Geobasis NRW",
    )


def test_land_wide_addresses_without_the_municipality_are_refused(city, tmp_path):
    keys = (f"05;Nordrhein-Westfalen;3;Köln;15;Köln;00{n}" for n in (1, 2))
    path = write(tmp_path / "gebref.txt", "\n".join(gebref(1, key=key) for key in keys))
    with pytest.raises(LoadError, match="05315001, 05315002, and Castrop-Rauxel has 05562004"):
        stage(city, "addresses", path)


def test_licence_that_was_said_counts(city, tmp_path):
    path = write(tmp_path / "gebref.txt", gebref(1))
    assert stage(city, "addresses", path, licence="CC0").licence == "CC0"


def test_nas_buildings_have_function_and_name(city, tmp_path):
    text = nas.delivery(nas.insert(building(1, function="3041"), building(2, function="4711")))
    load(city, "buildings", write(tmp_path / "b.xml", text))
    rows = Building.objects.active().order_by("key")
    assert list(rows.values_list("function", "description", "name")) == [
        ("3041", "Kirche", "Haus 1"),
        ("4711", "", "Haus 2"),
    ]
    assert rows[0].geometry.area == 16


def test_nas_buildings_are_updated(city, tmp_path):
    base = nas.delivery(nas.insert(building(1), building(2)))
    load(city, "buildings", write(tmp_path / "b.xml", base))
    gone = (
        '<wfs:Delete typeName="AX_Gebaeude"><ogc:Filter>'
        f'<ogc:FeatureId fid="DENW123400000011{nas.stamp(nas.BEGUN)}"/></ogc:Filter></wfs:Delete>'
    )
    later = load(city, "buildings", write(tmp_path / "u.xml", nas.delivery(gone, date=nas.CHANGED)))
    assert (later.difference.vanished, later.difference.unchanged) == (1, 1)


def test_nas_address_lies_where_its_building_is_else_its_label_else_its_parcel(city, tmp_path):
    text = addresses_nas(building(1, refers=FIRST), label(1, EAST + 7, NORTH + 7, SECOND))
    load(city, "addresses", write(tmp_path / "a.xml", text))
    found = {
        row.text: (row.geometry.x - EAST, row.geometry.y - NORTH) for row in Address.objects.all()
    }
    assert found == {
        "Musterstraße 12": (2, 2),
        "Musterstraße 12a": (7, 7),
        "Musterstraße 14": (15, 5),
    }


def test_nas_address_without_a_place_is_left_out_and_counted(city, tmp_path):
    text = addresses_nas(nas.location("DENW123400000039", "99"))
    edition = stage(city, "addresses", write(tmp_path / "a.xml", text))
    check = edition.checks.get(code="unplaced")
    assert (edition.report["rows"], check.count, check.severity) == (3, 1, "warning")


HOUSE_COORDINATES = (
    "nba;oid;qua;landschl;strschl;str;hnr;adz;zone;ostwert;nordwert;postplz;gmd\n"
    "N;DENW1;A;05;00306;Musterstraße;12;;32;32382905,5;5712305,5;44575;Castrop-Rauxel\n"
    "N;DENW2;A;05;00306;Musterstraße;12;A;32;32382915.5;5712305.5;44575;Castrop-Rauxel\n"
)


def test_house_coordinates_lead_to_their_parcels(city, tmp_path):
    load(city, "parcels", write(tmp_path / "p.gml", parcels_gml()))
    load(city, "addresses", write(tmp_path / "hk.csv", HOUSE_COORDINATES))
    address = Address.objects.get(key="DENW2")
    assert (address.text, address.postcode, address.place) == (
        "Musterstraße 12a",
        "44575",
        "Castrop-Rauxel",
    )

    def keys(text: str) -> list[str]:
        return [parcel.key for parcel in parcels_search(jurisdiction=city, text=text)]

    assert keys("Musterstraße 12") == [KEYS[0]]
    assert keys("musterstr. 12 A, 44575 Castrop-Rauxel") == [KEYS[1]]
    assert keys("44575 Castrop-Rauxel, Muster-Strasse 12a") == [KEYS[1]]
    assert keys("Musterstr") == [KEYS[0], KEYS[1]]
    assert keys("Musterstraße 1") == keys("Muster 12") == []


def test_address_of_the_past_is_not_found(city, tmp_path):
    load(city, "parcels", write(tmp_path / "p.gml", parcels_gml()))
    load(city, "addresses", write(tmp_path / "1.csv", HOUSE_COORDINATES))
    one = HOUSE_COORDINATES.replace(";Musterstraße;12;;", ";Neue Straße;1;;")
    load(city, "addresses", write(tmp_path / "2.csv", one))
    assert parcels_search(jurisdiction=city, text="Musterstraße 12") == []
    assert [p.key for p in parcels_search(jurisdiction=city, text="Neue Str. 1")] == [KEYS[0]]


@pytest.mark.parametrize(("suffix", "driver"), [("gpkg", "GPKG"), ("geojson", "GeoJSON")])
def test_addresses_of_tables(city, tmp_path, suffix, driver):
    columns = {"strasse": ["Am Markt"], "hausnr": ["3"], "ort": ["Castrop-Rauxel"]}
    crs = "EPSG:25832" if driver == "GPKG" else "EPSG:4326"
    point = shapely.Point(EAST, NORTH) if driver == "GPKG" else shapely.Point(7.31, 51.55)
    load(
        city,
        "addresses",
        table_write(tmp_path / f"a.{suffix}", columns, [point], driver=driver, crs=crs),
    )
    assert Address.objects.get().key == "Am Markt 3, Castrop-Rauxel"


def test_buildings_of_alkis_vereinfacht(city, tmp_path):
    columns = {
        "oid": ["DENW1GB"],
        "gfkzshh": ["31001_1010"],
        "gebnutzbez": ["Wohngebäude"],
        "funktion": ["Wohnhaus"],
    }
    path = table_write(tmp_path / "b.gpkg", columns, [square(0)], layer="GebaeudeBauwerk")
    load(city, "buildings", path)
    row = Building.objects.get()
    assert (row.function, row.description, row.name) == ("1010", "Wohnhaus", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Musterstraße 12", ("Musterstraße", "12")),
        ("Musterstr.12a", ("Musterstr.", "12a")),
        ("Straße des 17. Juni 5", ("Straße des 17. Juni", "5")),
        ("Brunnenstraße 33 1/3", ("Brunnenstraße", "33 1/3")),
        ("Am Markt 12 - 14, 44575 Castrop-Rauxel", ("Am Markt", "12-14")),
        ("Am Markt", ("Am Markt", "")),
        ("Castrop-Rauxel, Am Markt 3", ("Am Markt", "3")),
    ],
)
def test_address_is_taken_apart(text, expected):
    assert address_parse(text) == AddressText(*expected)


@pytest.mark.parametrize("text", ["", "12", "44575", ", ,", "12/4"])
def test_no_address(text):
    assert address_parse(text) is None


@given(st.sampled_from(["Musterstraße", "MUSTERSTRASSE", "Muster-Str.", "muster straße"]))
def test_spellings_of_a_street_are_one(street):
    assert address_search_text(street, "12 A") == "musterstr 12a"


@given(st.from_regex(r"[1-9][0-9]{0,2} ?[a-zA-Z]?", fullmatch=True))
def test_house_number_is_the_same_however_often_it_is_made_equal(text):
    once = house_number(text)
    assert house_number(once) == once
    assert address_parse(f"Am Markt {text}") == AddressText("Am Markt", once)
