"""Coordinates: one test vector in four systems, every way a CRS is named, and axes as files have them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_core import coordinates as co
from gis_core.errors import CoordinateError
from gis_core.srids import ETRS89_UTM32, WEB_MERCATOR, WGS84

# domain facts of the model city: the same place in each system
LONGITUDE, LATITUDE = 7.3117, 51.5503
UTM = (382943.343, 5712374.038)
GAUSS_KRUEGER = (2591024.542, 5713685.770)
GK2 = 31466


def xy(*positions: tuple[float, float]) -> co.Coordinates:
    return np.array(positions, dtype=np.float64)


def test_wgs84_to_storage_gives_the_known_place():
    assert co.wgs84_to_storage(LONGITUDE, LATITUDE) == UTM


def test_storage_to_wgs84_goes_back():
    longitude, latitude = co.storage_to_wgs84(*UTM)
    assert (round(longitude, 7), round(latitude, 7)) == (LONGITUDE, LATITUDE)


def test_point_from_wgs84_has_storage_srid():
    point = co.point_from_wgs84(latitude=LATITUDE, longitude=LONGITUDE)
    assert (point.x, point.y, point.srid) == (*UTM, ETRS89_UTM32)


def test_web_mercator_of_the_known_place():
    result, _ = co.transform(
        xy((LONGITUDE, LATITUDE)), co.crs_parse(WGS84), co.crs_parse(WEB_MERCATOR)
    )
    assert result.round(3).tolist() == [[813934.721, 6719218.813]]


def test_same_crs_needs_no_operation():
    result, operation = co.transform(xy(UTM), co.crs_parse("EPSG:25832"), co.storage_crs())
    assert operation is None
    assert result.tolist() == [list(UTM)]


def test_gauss_krueger_names_operation_and_accuracy():
    result, operation = co.transform(xy(GAUSS_KRUEGER), co.crs_parse(GK2), co.storage_crs())
    assert operation is not None
    assert operation.accuracy_m is not None
    assert 0 < operation.accuracy_m <= 3
    assert "DHDN to ETRS89" in operation.name
    assert np.hypot(*(result[0] - UTM)) < 3


@pytest.mark.parametrize(
    "reference",
    [
        25832,
        "25832",
        "EPSG:25832",
        "epsg:25832",
        "urn:ogc:def:crs:EPSG::25832",
        "urn:ogc:def:crs:EPSG:6.9:25832",
        "urn:x-ogc:def:crs:EPSG:25832".replace("EPSG:", "EPSG::"),
        "http://www.opengis.net/def/crs/EPSG/0/25832",
        "http://www.opengis.net/gml/srs/epsg.xml#25832",
        "urn:adv:crs:ETRS89_UTM32",
    ],
)
def test_crs_parse_reads_each_way_of_naming(reference):
    assert co.crs_parse(reference).srid == ETRS89_UTM32


def test_crs_parse_reads_regional_names_by_their_beginning():
    assert co.crs_parse("urn:adv:crs:DE_DHDN_3GK2_RP101").srid == GK2


@pytest.mark.parametrize("reference", ["", "EPSG:1", "urn:adv:crs:LOKAL_RP_UTM32000", "nonsense"])
def test_crs_parse_refuses_unknown(reference):
    with pytest.raises(CoordinateError, match="unknown coordinate reference system"):
        co.crs_parse(reference)


@pytest.mark.parametrize("name", [GK2, "urn:ogc:def:crs:EPSG::31466"])
@pytest.mark.parametrize("turned", [False, True])
def test_gauss_krueger_is_read_in_either_axis_order(name, turned):
    given = xy(GAUSS_KRUEGER[::-1] if turned else GAUSS_KRUEGER)
    normal, done = co.axes_normalise(given, co.crs_parse(name))
    assert normal.tolist() == [list(GAUSS_KRUEGER)]
    assert done == ("axes swapped" if turned else "")


def test_zone_prefix_before_eastings_is_stripped():
    normal, done = co.axes_normalise(xy((32_382_943.343, 5_712_374.038)), co.storage_crs())
    assert normal.round(3).tolist() == [list(UTM)]
    assert done == "zone prefix stripped"


def test_epsg_4647_keeps_its_prefix_and_lands_in_storage():
    source = co.crs_parse(4647)
    normal, done = co.axes_normalise(xy((32_382_943.343, 5_712_374.038)), source)
    result, _ = co.transform(normal, source, co.storage_crs())
    assert done == ""
    assert result.round(3).tolist() == [list(UTM)]


def test_urn_of_wgs84_has_latitude_first():
    normal, done = co.axes_normalise(
        xy((LATITUDE, LONGITUDE)), co.crs_parse("urn:ogc:def:crs:EPSG::4326")
    )
    assert normal.tolist() == [[LONGITUDE, LATITUDE]]
    assert done == ""


@pytest.mark.parametrize("name", ["EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84"])
def test_plain_wgs84_and_crs84_have_longitude_first(name):
    normal, done = co.axes_normalise(xy((LONGITUDE, LATITUDE)), co.crs_parse(name))
    assert normal.tolist() == [[LONGITUDE, LATITUDE]]
    assert done == ""


def test_degrees_in_a_metric_crs_are_an_error_that_names_the_crs():
    with pytest.raises(CoordinateError, match=r"outside the area of EPSG:25832 .*likely cause"):
        co.axes_normalise(xy((LONGITUDE, LATITUDE)), co.storage_crs())


def test_transform_geometry_keeps_holes():
    polygon = shapely.Polygon(
        [(7.30, 51.55), (7.32, 51.55), (7.32, 51.56), (7.30, 51.55)],
        [[(7.315, 51.552), (7.316, 51.552), (7.316, 51.553), (7.315, 51.552)]],
    )
    moved = co.transform_geometry(polygon, WGS84, ETRS89_UTM32)
    assert len(moved.interiors) == 1
    assert moved.is_valid
    assert 382_000 < moved.centroid.x < 384_000


def test_transformers_are_shared_by_threads():
    with ThreadPoolExecutor(4) as pool:
        results = set(pool.map(lambda _: co.wgs84_to_storage(LONGITUDE, LATITUDE), range(64)))
    assert results == {UTM}


@given(st.floats(6.5, 8.5), st.floats(50.5, 52.5))
def test_there_and_back_is_within_a_millimetre(longitude, latitude):
    x, y = co.wgs84_to_storage(longitude, latitude)
    back = co.wgs84_to_storage(*co.storage_to_wgs84(x, y))
    assert abs(back[0] - x) <= 0.001
    assert abs(back[1] - y) <= 0.001
