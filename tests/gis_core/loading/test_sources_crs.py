"""The coordinate systems that sources come in, through the whole load: the same square each time."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon

from gis_core.coordinates import crs_parse, transform_geometry
from gis_core.errors import LoadError
from gis_core.srids import ETRS89_UTM32
from parcels.models import Address, Parcel
from routing.models import Area
from tests.gis_core.geodata_factories import (
    KEYS,
    collection_gml,
    jurisdiction_make,
    load,
    parcel_gml,
    polygon_gml,
    pos_list,
    square,
    stage,
    table_write,
    write,
)
from tests.gis_core.loading import nas_factories as nas

pytestmark = pytest.mark.django_db
EXTENT = (382900.0, 5712300.0, 382910.0, 5712310.0)


def in_crs(srid: int, *, swap: bool = False, prefix: int = 0) -> shapely.Polygon:
    """The square of 10 m in another system, maybe with northing first or with the zone before the easting."""
    moved = transform_geometry(square(0), ETRS89_UTM32, srid)
    turned = shapely.transform(moved, lambda xy: np.add(xy, (prefix, 0)))
    return shapely.transform(turned, lambda xy: xy[:, ::-1]) if swap else turned


def gml(shape: shapely.Polygon, name: str | None) -> str:
    declared = f'srsName="{name}"' if name else ""
    text = polygon_gml(square(0), declared)
    return text.replace(pos_list(square(0).exterior), pos_list(shape.exterior, 9))


URN, URL = "urn:ogc:def:crs:EPSG::{}", "http://www.opengis.net/def/crs/EPSG/0/{}"


@pytest.mark.parametrize(
    ("name", "shape", "tolerance"),
    [
        ("EPSG:25832", in_crs(25832), 0),
        (URN.format(25832), in_crs(25832), 0),
        (URL.format(25832), in_crs(25832), 0),
        ("urn:adv:crs:ETRS89_UTM32", in_crs(25832), 0),
        ("EPSG:25832", in_crs(25832, prefix=32_000_000), 0),
        ("EPSG:25832", in_crs(25832, swap=True), 0),
        ("EPSG:4647", in_crs(4647), 0.002),
        ("EPSG:25831", in_crs(25831), 0.002),
        ("EPSG:31466", in_crs(31466), 0.002),
        ("EPSG:31466", in_crs(31466, swap=True), 0.002),
        (URN.format(31466), in_crs(31466), 0.002),
        (URN.format(31466), in_crs(31466, swap=True), 0.002),
        ("urn:adv:crs:DE_DHDN_3GK2_NW101", in_crs(31466), 0.002),
        ("EPSG:4326", in_crs(4326), 0.002),
        ("EPSG:4326", in_crs(4326, swap=True), 0.002),
        (URN.format(4326), in_crs(4326, swap=True), 0.002),
        (URN.format(4326), in_crs(4326), 0.002),
        (URL.format(4326), in_crs(4326, swap=True), 0.002),
        (URN.format(4258), in_crs(4258, swap=True), 0.002),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", in_crs(4326), 0.002),
        ("EPSG:3857", in_crs(3857), 0.002),
    ],
)
def test_source_in_this_system_lands_at_the_same_place(city, tmp_path, name, shape, tolerance):
    text = collection_gml(parcel_gml(KEYS[0], gml(shape, name)))
    edition = load(city, "parcels", write(tmp_path / "a.gml", text)).edition
    extent = Parcel.objects.active().get().geometry.extent
    assert max(abs(a - b) for a, b in zip(extent, EXTENT, strict=True)) <= tolerance
    operations = list(edition.report["operations"].values())
    assert [operation["target"] for operation in operations] == ["EPSG:25832"] * (tolerance > 0)
    if "DHDN" in name or "31466" in name:
        assert 0 < operations[0]["accuracy_m"] <= 3


def test_no_name_at_all_is_asked_for_and_taken(city, tmp_path):
    path = write(tmp_path / "a.gml", collection_gml(parcel_gml(KEYS[0], gml(square(0), None))))
    with pytest.raises(LoadError, match=r"a\.gml: Flurstueck F\w+: no srsName .* --crs"):
        load(city, "parcels", path)
    load(city, "parcels", path, crs=crs_parse("EPSG:25832"))
    assert Parcel.objects.active().get().geometry.extent == EXTENT


def test_header_of_the_delivery_names_it(city, tmp_path):
    gk2 = nas.delivery(nas.insert(nas.parcel(0)), crs="urn:adv:crs:DE_DHDN_3GK2_NW101")
    text = gk2.replace(pos_list(square(0).exterior), pos_list(in_crs(31466).exterior, 4))
    load(city, "parcels", write(tmp_path / "a.xml", text))
    assert Parcel.objects.get().geometry.extent == pytest.approx(EXTENT, abs=0.002)


@pytest.mark.parametrize(
    ("named", "shape", "cause"),
    [
        ("EPSG:25832", in_crs(31466), "the coordinates are in EPSG:31466"),
        ("EPSG:25832", in_crs(31467), "the coordinates are in EPSG:31467"),
        ("EPSG:25832", in_crs(4326), "the coordinates are in EPSG:4326"),
        (
            "EPSG:25832",
            in_crs(4326, swap=True),
            "the coordinates are in EPSG:4326 with swapped axes",
        ),
        ("EPSG:31466", in_crs(25832), "the coordinates are in EPSG:25832"),
        ("EPSG:4326", in_crs(25832), "the coordinates are in EPSG:25832"),
    ],
)
def test_wrong_name_is_an_error_with_the_likely_cause(city, tmp_path, named, shape, cause):
    text = collection_gml(parcel_gml(KEYS[0], gml(shape, named)))
    with pytest.raises(LoadError, match=rf"a\.gml: Flurstueck F\w+: .* lie outside .*{cause}"):
        load(city, "parcels", write(tmp_path / "a.gml", text))
    assert not Parcel.objects.exists()


# --- Tables that name none -------------------------------------------------------------------------


def undefined_geopackage(path: Path, number: int) -> Path:
    """A GeoPackage has two numbers for "no system": 0 for degrees, -1 for metres."""
    table_write(path, {"flstkennz": [KEYS[0]]}, [square(0)])
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE gpkg_geometry_columns SET srs_id = ?", [number])
        database.execute("UPDATE gpkg_contents SET srs_id = ?", [number])
        database.commit()
    return path


def geojson(path: Path) -> Path:
    ring = [list(position) for position in square(0).exterior.coords]
    feature = {
        "type": "Feature",
        "properties": {"flstkennz": KEYS[0]},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    return write(path, json.dumps({"type": "FeatureCollection", "features": [feature]}))


@pytest.mark.parametrize("number", [0, -1])
def test_geopackage_that_calls_its_system_undefined(city, tmp_path, number):
    path = undefined_geopackage(tmp_path / "undefined.gpkg", number)
    with pytest.raises(LoadError, match="names no coordinate reference system"):
        load(city, "parcels", path)
    load(city, "parcels", path, crs=crs_parse("EPSG:25832"))
    assert Parcel.objects.get().geometry.extent == EXTENT


def test_geojson_in_metres_is_taken_at_a_word(city, tmp_path):
    path = geojson(tmp_path / "metres.geojson")
    with pytest.raises(LoadError, match="likely cause: the coordinates are in EPSG:25832"):
        load(city, "parcels", path)
    load(city, "parcels", path, crs=crs_parse("EPSG:25832"))
    assert Parcel.objects.get().geometry.extent == EXTENT


def test_metres_of_another_zone_in_a_csv(city, tmp_path):
    """The usual zone of house coordinates is that of the profile; another one can be said."""
    shape = in_crs(25831)
    x, y = shape.exterior.coords[0]
    text = f"oid;str;hnr;ostwert;nordwert\n1;Hauptstraße;5;{x};{y}\n"
    load(city, "addresses", write(tmp_path / "a.csv", text), crs=crs_parse("EPSG:25831"))
    here = GEOSGeometry(square(0).wkt, srid=ETRS89_UTM32)
    assert Address.objects.get().geometry.distance(here) < 0.002


def test_system_that_is_no_place_is_an_error(city, tmp_path):
    path = write(tmp_path / "a.gml", collection_gml(parcel_gml(KEYS[0], gml(square(0), None))))
    site = crs_parse('LOCAL_CS["site",UNIT["Meter",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]]')
    with pytest.raises(LoadError, match="site says no place on the map"):
        load(city, "parcels", path, crs=site)


def test_transformation_of_unknown_accuracy_is_a_warning(city, tmp_path):
    """A shapefile of an old program names its projection and ellipsoid, and not what they rest on."""
    shape = in_crs(31466)
    path = table_write(
        tmp_path / "zone2.shp",
        {"flstkennz": [KEYS[0]]},
        [shape],
        driver="ESRI Shapefile",
        crs="EPSG:31466",
    )
    text = path.with_suffix(".prj").read_text()
    named = re.sub(r'DATUM\["[^"]*"', 'DATUM["D_Bessel_1841"', text)
    named = re.sub(r'GEOGCS\["[^"]*"', 'GEOGCS["GCS_Bessel_1841"', named)
    path.with_suffix(".prj").write_text(re.sub(r'^PROJCS\["[^"]*"', 'PROJCS["Zone 2"', named))
    edition = stage(city, "parcels", path)
    found = edition.checks.get(code="accuracy")
    assert (found.severity, found.count) == ("warning", 1)


# --- The municipality -----------------------------------------------------------------------------


@pytest.fixture
def bounded():
    boundary = MultiPolygon(
        Polygon.from_bbox((380000, 5708000, 388000, 5716000)), srid=ETRS89_UTM32
    )
    return jurisdiction_make(boundary=boundary)


def parcel_at(index: int, x: float, y: float) -> str:
    shape = shapely.transform(square(0), lambda xy: np.add(xy, (x, y)))
    return parcel_gml(KEYS[index], gml(shape, "EPSG:25832"))


def test_everything_elsewhere_is_an_error(bounded, tmp_path):
    path = write(tmp_path / "elsewhere.gml", collection_gml(parcel_at(0, 60_000, 0)))
    with pytest.raises(
        LoadError,
        match=r"elsewhere\.gml: no feature lies within 20 km of Castrop-Rauxel; likely cause: data of another",
    ):
        load(bounded, "parcels", path)


def test_one_parcel_far_away_is_named(bounded, tmp_path):
    text = collection_gml(parcel_at(0, 0, 0), parcel_at(1, 200_000, 0))
    with pytest.raises(
        LoadError, match=rf"a\.gml: Flurstueck F{KEYS[1][:16]}: lies \d+ km outside"
    ):
        load(bounded, "parcels", write(tmp_path / "a.gml", text))


def test_neighbour_zone_by_mistake_names_the_zone(bounded, tmp_path):
    """UTM zone 33 numbers under the name of zone 32 are possible places, only not here."""
    text = collection_gml(parcel_gml(KEYS[0], gml(in_crs(25831), "EPSG:25832")))
    with pytest.raises(LoadError, match="likely cause: the coordinates are in EPSG:25831"):
        load(bounded, "parcels", write(tmp_path / "a.gml", text))


def test_areas_may_come_for_the_whole_land(bounded, tmp_path):
    columns = {
        "ART": ["municipality", "municipality"],
        "SCHLUESSEL": ["05562004", "05334002"],
        "NAME": ["A", "B"],
    }
    far = shapely.transform(square(0), lambda xy: np.add(xy, (0, -110_000)))
    path = table_write(tmp_path / "a.gpkg", columns, [square(0), far], layer="Gebiete")
    load(bounded, "areas", path)
    assert Area.objects.active().get().code == "05562004"
