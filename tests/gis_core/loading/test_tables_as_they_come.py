"""Tables in the spellings, encodings and cuts in which offices and programs write them; each by its smallest file."""

from __future__ import annotations

from math import pi
from struct import pack
from typing import Any
from zipfile import ZipFile

import numpy as np
import pyogrio
import pytest
import shapely

from gis_core.errors import LoadError
from gis_core.loading.look import source_look
from gis_core.models import Edition
from parcels.models import Address, Parcel
from tests.gis_core.geodata_factories import KEYS, load, stage, table_write

EAST, NORTH = 382_000.0, 5_712_000.0


def addresses() -> dict[str, tuple[str, str]]:
    """Street and number of what is active, by key."""
    return {one.key: (one.street, one.number) for one in Address.objects.active()}


def points(count: int) -> list[shapely.Point]:
    return [shapely.Point(EAST + 20 * place, NORTH) for place in range(count)]


@pytest.mark.parametrize("name", ["a.gpkg", "a.csv"])
def test_one_column_is_not_number_and_suffix_at_once(city, tmp_path, name):
    columns = {"oid": ["1", "2"], "strasse": ["Prüfweg", "Prüfweg"], "hausnummer": ["7", "12"]}
    path = tmp_path / name
    if path.suffix == ".csv":
        cells = zip(*columns.values(), strict=True)
        rows = [f"{';'.join(row)};{EAST};{NORTH}" for row in cells]
        path.write_text("\n".join([";".join([*columns, "ostwert", "nordwert"]), *rows]), "utf-8")
    else:
        table_write(path, columns, points(2))
    load(city, "addresses", path)
    assert addresses() == {"1": ("Prüfweg", "7"), "2": ("Prüfweg", "12")}


def test_names_that_a_shapefile_cuts_alike_are_told_apart(city, tmp_path):
    """As GDAL and QGIS write strassenname, hausnummer and hausnummernzusatz."""
    columns = {
        "oid": ["1", "2"],
        "strassenna": ["Prüfweg", "Prüfweg"],
        "hausnummer": ["7", "12"],
        "hausnumm_1": ["a", ""],
    }
    path = table_write(tmp_path / "a.shp", columns, points(2), driver="ESRI Shapefile")
    load(city, "addresses", path)
    assert addresses() == {"1": ("Prüfweg", "7a"), "2": ("Prüfweg", "12")}


@pytest.mark.parametrize(
    ("number", "suffix", "stored"), [("2", "1/2", "2 1/2"), ("2", "-", "2"), ("2", " A", "2a")]
)
def test_suffix_is_read_as_people_mean_it(city, tmp_path, number, suffix, stored):
    columns: dict[str, list[Any]] = {"oid": ["1"], "str": ["Prüfweg"], "hnr": [number]}
    table_write(tmp_path / "a.gpkg", {**columns, "adz": [suffix]}, points(1))
    load(city, "addresses", tmp_path / "a.gpkg")
    assert addresses() == {"1": ("Prüfweg", stored)}


STREET = "Größenwäldchen"


@pytest.mark.parametrize(
    ("encoding", "told"), [("utf-8-sig", ""), ("cp1252", "Windows-1252"), ("cp850", "CP850")]
)
def test_text_is_read_in_the_encoding_that_it_was_written_in(city, tmp_path, encoding, told):
    path = tmp_path / "a.csv"
    lines = "oid;str;hnr;ostwert;nordwert\n" + f"0;Weg;1;{EAST};{NORTH}\n" * 2
    path.write_text(f"{lines}1;{STREET};2;{EAST};{NORTH}\n", encoding)
    loaded = load(city, "addresses", path)
    assert addresses()["1"] == (STREET, "2")
    assert loaded.edition.report["contents"][0]["encoding"] == told


def test_text_in_two_encodings_is_refused(city, tmp_path):
    path = tmp_path / "a.csv"
    lines = [f"{key};{STREET};{key};{EAST};{NORTH}" for key in (1, 2)]
    header = b"oid;str;hnr;ostwert;nordwert\n"
    path.write_bytes(header + lines[0].encode() + b"\n" + lines[1].encode("cp1252"))
    with pytest.raises(LoadError) as caught:
        stage(city, "addresses", path)
    assert (caught.value.message.code, caught.value.feature) == ("csv_encoding", "line 3")


@pytest.mark.parametrize(
    ("encoding", "told"), [("UTF-8", "UTF-8"), ("CP1252", "Windows-1252"), ("CP850", "CP850")]
)
def test_shapefile_without_a_cpg_is_read_in_the_encoding_that_it_was_written_in(
    city, tmp_path, encoding, told
):
    columns = {"oid": ["1"], "str": [STREET], "hnr": ["2"]}
    path = table_write(
        tmp_path / "a.shp", columns, points(1), driver="ESRI Shapefile", encoding=encoding
    )
    path.with_suffix(".cpg").unlink()
    loaded = load(city, "addresses", path)
    assert addresses() == {"1": (STREET, "2")}
    assert loaded.edition.report["contents"][0]["encoding"] == told
    [layer] = source_look(path)
    assert layer.columns["str"] == [STREET]


def test_excel_says_the_separator_and_leaves_blank_rows(city, tmp_path):
    path = tmp_path / "a.csv"
    lines = ["sep=|", "oid|str|hnr|ostwert|nordwert", f"1|Weg|2|{EAST}|{NORTH}", "||||", "| |||"]
    path.write_text("\r\n".join(lines), "utf-8")
    load(city, "addresses", path)
    assert addresses() == {"1": ("Weg", "2")}


def test_points_in_columns_of_other_names_lead_to_the_mapping(city, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"oid;str;hnr;osten;norden\n1;Weg;2;{EAST};{NORTH}\n", "utf-8")
    with pytest.raises(LoadError) as caught:
        stage(city, "addresses", path)
    assert caught.value.message.code == "csv_places_missing"
    assert "ostwert/nordwert" in str(caught.value)


@pytest.mark.parametrize("root", ["MD_Metadata", "gmd:MD_Metadata xmlns:gmd='urn:x'", "qgis"])
def test_metadata_in_an_archive_are_no_data(city, tmp_path, root):
    table_write(
        tmp_path / "a.geojson",
        {"oid": ["1"], "str": ["Weg"], "hnr": ["2"]},
        points(1),
        driver="GeoJSON",
    )
    with ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.geojson", "daten/a.geojson")
        archive.writestr("daten/a.xml", f"<{root}></{root.split()[0]}>")
    load(city, "addresses", tmp_path / "a.zip")
    assert addresses() == {"1": ("Weg", "2")}


def test_street_that_ends_in_a_number_keeps_it(city, tmp_path):
    """Berlin has a "Straße 10"; only NAS puts the house number behind its street."""
    table_write(
        tmp_path / "a.gpkg", {"oid": ["1"], "str": ["Straße  10"], "hnr": ["10"]}, points(1)
    )
    load(city, "addresses", tmp_path / "a.gpkg")
    assert addresses() == {"1": ("Straße 10", "10")}


def test_place_of_zeros_is_none_and_stops_no_other_row(city, tmp_path):
    path = tmp_path / "a.csv"
    lines = [f"1;Weg;1;{EAST};{NORTH}", "2;Weg;2;0;0", "3;Weg;3;0,000;0,000"]
    path.write_text("\n".join(["oid;str;hnr;ostwert;nordwert", *lines]), "utf-8")
    with pytest.raises(LoadError) as caught:
        stage(city, "addresses", path)
    told = [(one["feature"], one["code"]) for one in Edition.objects.get().report["faults"]]
    assert caught.value.message.code == "rows_faulty"
    assert told == [("line 3", "geometry_missing"), ("line 4", "geometry_missing")]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.gml", b"<!DOCTYPE html><html><body>Anmelden</body></html>", "file_web_page"),
        ("a.csv", b"\xef\xbb\xbf<HTML><body>", "file_web_page"),
        (
            "a.geojson",
            '{"type": "FeatureCollection", "name": "Grün"}'.encode("cp1252"),
            "json_not_utf8",
        ),
    ],
)
def test_what_came_instead_of_data_is_called_by_its_name(city, tmp_path, name, content, code):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LoadError) as caught:
        stage(city, "addresses", tmp_path / name)
    assert caught.value.message.code == code


def test_circle_of_a_geopackage_is_round(city, tmp_path):
    radius = 25.0
    around = [(radius, 0), (0, radius), (-radius, 0), (0, -radius), (radius, 0)]
    places = b"".join(pack("<dd", EAST + x, NORTH + y) for x, y in around)
    circle = pack("<BII", 1, 10, 1) + pack("<BII", 1, 8, len(around)) + places
    pyogrio.raw.write(
        tmp_path / "a.gpkg",
        np.array([circle], dtype=object),
        [np.array([KEYS[0]])],
        ["flstkennz"],
        driver="GPKG",
        crs="EPSG:25832",
        geometry_type="Unknown",
    )
    load(city, "parcels", tmp_path / "a.gpkg")
    assert Parcel.objects.active().get().geometry.area == pytest.approx(pi * radius**2, abs=0.05)


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson"])
def test_house_number_in_a_column_of_fractions_is_whole(city, tmp_path, name):
    """So pandas and QGIS write a column of numbers in which one was missing."""
    columns = {"oid": ["1"], "str": ["Weg"], "hnr": [12.0], "postplz": [44575.0]}
    driver = "GPKG" if name.endswith("gpkg") else "GeoJSON"
    path = table_write(tmp_path / name, columns, points(1), driver=driver)
    edition = load(city, "addresses", path).edition
    assert addresses() == {"1": ("Weg", "12")}
    assert Address.objects.get().postcode == "44575"
    # The licence of a Land stands in the profile of its file without a header, which reads no other file.
    assert (edition.profile, edition.attribution) == ("hauskoordinaten", "")
