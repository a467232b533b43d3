"""Sources that tell by a key of which municipality a row is: whose rows stay, and what a source of others is."""

from __future__ import annotations

import pytest
import shapely

from gis_core.coordinates import crs_parse
from gis_core.errors import LoadError
from gis_core.loading.read import csv_source
from parcels.models import Address, Parcel
from routing.models import Asset
from tests.gis_core.geodata_factories import (
    EAST,
    KEYS,
    NORTH,
    jurisdiction_make,
    load,
    municipality_draw,
    square,
    stage,
    table_write,
    write,
)

pytestmark = pytest.mark.django_db

DRIVERS = {"gpkg": "GPKG", "shp": "ESRI Shapefile", "geojson": "GeoJSON", "fgb": "FlatGeobuf"}
PARTS = {"landschl": ["05", "05"], "regbezschl": ["5", "9"], "kreisschl": ["62", "13"]}
PLACES = [shapely.Point(EAST + x, NORTH) for x in (5, 15)]


@pytest.fixture
def city():
    return jurisdiction_make()


def addresses(path, **more):
    columns = {"oid": ["1", "2"], "str": ["Weg", "Weg"], "hnr": ["1", "2"], **more}
    return table_write(path, columns, PLACES, driver=DRIVERS[path.suffix[1:]])


@pytest.mark.parametrize("suffix", DRIVERS)
def test_house_coordinates_of_others_are_left_out_in_every_format(city, tmp_path, suffix):
    path = addresses(tmp_path / f"hk.{suffix}", **PARTS, gmdschl=["004", "000"])
    edition = load(city, "addresses", path).edition
    assert set(Address.objects.active().values_list("number", flat=True)) == {"1"}
    assert edition.report["left_out"] == {"municipality ≠ 05562004": 1}
    read = [one["column"] for one in edition.report["contents"][0]["columns"]]
    assert "municipality/gmdschl" in read


@pytest.mark.parametrize(
    ("column", "keys"),
    [
        ("AGS", ["05562004", "05913000"]),
        ("ags", [5562004, 5913000]),
        ("Gemeindeschluessel", ["5562004", "5913000"]),
        ("ars", ["055620004004", "059130000000"]),
        ("gmdschl", ["05562004", "05913000"]),
        # A row without a key, and a number that is none, stay.
        ("ags", ["", "05913000"]),
        ("ags", ["17", "05913000"]),
    ],
)
def test_key_in_one_column_cuts_where_nobody_drew_the_boundary(city, tmp_path, column, keys):
    columns = {"flstkennz": list(KEYS[:2]), column: keys}
    path = table_write(tmp_path / "a.gpkg", columns, [square(0), square(1)])
    edition = load(city, "parcels", path).edition
    assert Parcel.objects.active().get().key == KEYS[0]
    assert edition.report["left_out"] == {"municipality ≠ 05562004": 1}


def test_boundary_goes_before_the_key(city, tmp_path):
    """Parcels of a neighbour at the boundary are evidence."""
    municipality_draw(city)
    columns = {"flstkennz": list(KEYS[:2]), "ags": ["05562004", "05913000"]}
    path = table_write(tmp_path / "a.gpkg", columns, [square(0), square(1)])
    assert stage(city, "parcels", path).report["rows"] == 2


@pytest.mark.parametrize("is_drawn", [True, False])
@pytest.mark.parametrize("name", ["a.geojson", "a.csv"])
def test_source_of_another_municipality_is_told(city, tmp_path, name, is_drawn):
    """Its objects lie right: a neighbour's own file for the streets at the boundary."""
    edition = another_load(city, tmp_path / name, ["05913000"] * 3, is_drawn=is_drawn)
    assert edition.report["rows"] == 3
    told = edition.checks.get(code="municipality_other")
    assert (told.severity, told.count, told.params["names"]) == ("warning", 3, ["05913000"])


@pytest.mark.parametrize("is_drawn", [True, False])
@pytest.mark.parametrize("name", ["a.geojson", "a.csv"])
def test_source_of_other_municipalities_names_all_keys(city, tmp_path, name, is_drawn):
    with pytest.raises(LoadError) as caught:
        another_load(city, tmp_path / name, ["05913000", "05913000", "05911000"], is_drawn=is_drawn)
    assert caught.value.message.code == "municipality_missing"
    params = {"found": ["05913000", "05911000"], "key": "05562004", "name": "Castrop-Rauxel"}
    assert caught.value.message.params == params
    assert not Asset.objects.exists()


def another_load(city, path, keys, *, is_drawn):
    if is_drawn:
        municipality_draw(city)
    if path.suffix == ".csv":
        rows = [f"{i};lamp;{i};{key};{EAST + i};{NORTH}" for i, key in enumerate(keys)]
        write(path, "ID;ART;NUMMER;AGS;OST;NORD\n" + "\n".join(rows))
    else:
        places = [shapely.Point(EAST + i, NORTH) for i in range(len(keys))]
        columns = {"ART": ["lamp"] * len(keys), "NUMMER": list("123"[: len(keys)]), "AGS": keys}
        table_write(path, columns, places, driver="GeoJSON")
    return stage(city, "assets", path, crs=crs_parse("EPSG:25832"))


@pytest.mark.parametrize("last", ["05913000", "05911000", "05562004"])
def test_second_key_far_behind_the_first_batch_counts(city, tmp_path, monkeypatch, last):
    """Files of a whole Land are in the order of the keys."""
    monkeypatch.setattr(csv_source, "BATCH_ROWS", 2)
    keys = [*["05913000"] * 5, last]
    rows = [f"{i};lamp;{i};{key};{EAST + i};{NORTH}" for i, key in enumerate(keys)]
    path = write(tmp_path / "a.csv", "ID;ART;NUMMER;AGS;OST;NORD\n" + "\n".join(rows))
    if last == "05911000":
        with pytest.raises(LoadError) as caught:
            stage(city, "assets", path, crs=crs_parse("EPSG:25832"))
        assert caught.value.message.code == "municipality_missing"
        return
    edition = stage(city, "assets", path, crs=crs_parse("EPSG:25832"))
    assert edition.report["rows"] == (6 if last == "05913000" else 1)


def test_roads_that_lead_out_are_not_asked_for_a_key(city, tmp_path):
    line = shapely.LineString([(EAST, NORTH), (EAST + 100, NORTH)])
    columns = {"osm_id": ["1"], "highway": ["primary"], "ref": ["B 1"], "ags": ["05913000"]}
    path = table_write(tmp_path / "a.gpkg", columns, [line])
    assert stage(city, "road_sections", path).report["rows"] == 1
