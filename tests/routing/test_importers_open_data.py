"""Roads of OpenStreetMap, municipalities of VG250, classes of road law in NAS; small drawn ones and the real ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import shapely
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point

from gis_core.coordinates import transform_geometry
from gis_core.services import jurisdiction_boundary_refresh
from gis_core.srids import ETRS89_UTM32, WGS84
from routing.models import Area, RoadSection
from tests.gis_core.geodata_factories import (
    EAST,
    NORTH,
    jurisdiction_make,
    load,
    polygon_gml,
    square,
    stage,
    table_write,
    write,
)
from tests.gis_core.loading import nas_factories as nas

pytestmark = pytest.mark.django_db
DELIVERY = Path(__file__).parents[3] / "shared" / "data" / "parcels" / "mustermonzel"
DATA = Path(__file__).parents[3] / "shared" / "data"
ROADS = DATA / "roads" / "aachen_roads_25832.gpkg"
MUNICIPALITIES = DATA / "boundaries" / "gemeinden_nrw_25832.gpkg"
LINE = shapely.LineString([(EAST, NORTH), (EAST + 100, NORTH)])


@pytest.fixture
def city():
    return jurisdiction_make()


@pytest.mark.parametrize(
    ("highway", "ref", "title", "road_class"),
    [
        ("primary", "B 235", "B 235", "B"),
        ("primary", "B 1a", "B 1a", "B"),
        ("secondary", "L651", "L 651", "L"),
        ("secondary", "K 35;L 12", "L 12", "L"),
        ("secondary", "L 596A", "L 596a", "L"),
        ("secondary", "St 2069", "L 2069", "L"),
        ("secondary", "S 177", "L 177", "L"),
        ("secondary", "St2069;B 11", "B 11", "B"),
        ("secondary", "L 594; L 600", "L 594", "L"),
        ("motorway_link", "", "A-Straße", "A"),
        ("motorway", "A 42", "A 42", "A"),
        # A road of Kreis Augsburg, and a motorway's number on a road that leads to it.
        ("tertiary", "A 5", "A-Straße", "G"),
        ("primary", "A 42;B 235", "B 235", "B"),
        ("residential", "", "A-Straße", "G"),
        ("service", "10", "A-Straße", "P"),
        ("track", "", "A-Straße", "S"),
        ("footway", "", None, None),
    ],
)
def test_osm_class_comes_from_the_sign_else_from_the_kind(
    city, tmp_path, highway, ref, title, road_class
):
    columns = {
        "osm_id": ["1", "2"],
        "highway": [highway, "residential"],
        "ref": [ref, "L 1"],
        "name": ["A-Straße", "B-Straße"],
    }
    load(city, "road_sections", table_write(tmp_path / "a.gpkg", columns, [LINE, LINE]))
    section = RoadSection.objects.filter(key="1").first()
    assert (section and section.title(city), section and section.road_class) == (title, road_class)
    assert RoadSection.objects.get(key="2").length == 100


def test_sign_that_nobody_understands_is_told(city, tmp_path):
    columns = {
        "osm_id": ["1", "2"],
        "highway": ["primary", "secondary"],
        "ref": ["B 1", "Rampe 4 Ost"],
    }
    edition = stage(city, "road_sections", table_write(tmp_path / "a.gpkg", columns, [LINE, LINE]))
    samples = edition.checks.get(code="unknown").details["samples"]
    assert [(one["column"], one["value"]) for one in samples] == [("reference", "Rampe 4 Ost")]


def test_osm_length_in_degrees_is_measured_in_metres(city, tmp_path):
    columns = {"osm_id": ["1"], "highway": ["motorway"]}
    line = transform_geometry(LINE, ETRS89_UTM32, WGS84)
    path = table_write(tmp_path / "a.geojson", columns, [line], driver="GeoJSON", crs="EPSG:4326")
    load(city, "road_sections", path)
    assert RoadSection.objects.get().length == pytest.approx(100, abs=0.02)


def test_vg250_knows_own_municipality_neighbours_and_water(city, tmp_path):
    columns = {
        "ADE": [6, 6, 6, 4],
        "GF": [4, 4, 2, 4],
        "AGS": ["05562004", "05911000", "05911000", "05562"],
        "GEN": ["Castrop-Rauxel", "Bochum", "Bochum", "Recklinghausen"],
    }
    shapes = [square(index) for index in range(4)]
    load(city, "areas", table_write(tmp_path / "a.gpkg", columns, shapes, layer="vg250_gem"))
    assert set(Area.objects.values_list("kind", "code", "name")) == {
        ("municipality", "05562004", "Castrop-Rauxel"),
        ("neighbour", "05911000", "Bochum"),
    }


@pytest.mark.skipif(not MUNICIPALITIES.exists(), reason="needs ../shared/data/boundaries")
def test_real_municipalities_give_the_boundary(city):
    result = load(city, "areas", MUNICIPALITIES)
    # What is further than 10 km away acts for nobody here.
    left_out = result.edition.report["left_out"]["distance > 10000 m"]
    assert (result.rows, result.rows + left_out, result.edition.profile) == (16, 396, "vg250")
    assert Area.objects.active().filter(kind="municipality").get().name == "Castrop-Rauxel"
    assert jurisdiction_boundary_refresh(jurisdiction=city) == "areas"
    assert city.boundary.area == pytest.approx(51.7e6, rel=0.01)


@pytest.mark.skipif(not ROADS.exists(), reason="needs ../shared/data/roads")
def test_real_roads_of_osm(city):
    city.boundary = None
    result = load(city, "road_sections", ROADS)
    assert (result.rows, result.edition.profile) == (8126, "osm")
    classes = Counter(RoadSection.objects.values_list("road_class", flat=True))
    assert {name: classes[name] for name in "ABLK"} == {"A": 47, "B": 420, "L": 358, "K": 16}
    numbers = RoadSection.objects.filter(road_class="B").values_list("road_number", flat=True)
    assert set(numbers) == {"1", "1a", "57", "258", "264"}
    assert not RoadSection.objects.filter(road_class="P").exclude(road_number="").exists()
    assert RoadSection.objects.order_by("length").first().length > 0


# --- Classes of road law --------------------------------------------------------------------------


def road_law(index: int, code: str, name: str = "", begun: str = nas.BEGUN) -> str:
    named = f"<bezeichnung>{name}</bezeichnung>" if name else ""
    return (
        f'<AX_KlassifizierungNachStrassenrecht gml:id="{nas.identifier(index)}">{nas.life(begun)}'
        f"<position>{polygon_gml(square(index), srs='')}</position>"
        f"<artDerFestlegung>{code}</artDerFestlegung>{named}</AX_KlassifizierungNachStrassenrecht>"
    )


def test_classes_of_road_law_become_sections_by_their_edges(city, tmp_path):
    objects = [road_law(0, "1130", "L 47"), road_law(1, "1150"), road_law(2, "7000")]
    load(city, "road_sections", write(tmp_path / "a.xml", nas.delivery(nas.insert(*objects))))
    state, municipal = RoadSection.objects.order_by("key")
    assert (state.title(city), state.road_class, state.length) == ("L 47", "L", 20)
    assert (municipal.title(city), municipal.road_class) == ("", "G")
    # 5 cm inside: 9.9 m a side.
    assert state.geometry.length == pytest.approx(39.6)


def test_place_in_an_area_of_road_law_is_nearest_to_its_own_edges(city, tmp_path):
    """The squares share an edge; a place beside it is as near to the edge of both."""
    objects = [road_law(0, "1130", "L 47"), road_law(1, "1140", "K 3")]
    load(city, "road_sections", write(tmp_path / "a.xml", nas.delivery(nas.insert(*objects))))
    for east, expected in ((9.9, "L 47"), (10.1, "K 3"), (5, "L 47"), (11, "K 3")):
        place = Point(EAST + east, NORTH + 5, srid=25832)
        near = RoadSection.objects.annotate(distance=Distance("geometry", place))
        assert near.order_by("distance").first().title(city) == expected


def test_classes_of_road_law_are_updated(city, tmp_path):
    first = nas.delivery(nas.insert(road_law(0, "1130", "L 47")))
    load(city, "road_sections", write(tmp_path / "a.xml", first))
    changed = nas.replace(road_law(0, "1140", "K 3", nas.CHANGED), 0, nas.BEGUN)
    path = write(tmp_path / "b.xml", nas.delivery(changed, date=nas.CHANGED))
    result = load(city, "road_sections", path)
    assert (result.difference.changed, RoadSection.objects.active().get().title(city)) == (1, "K 3")


@pytest.mark.skipif(not DELIVERY.is_dir(), reason="needs ../shared/data/parcels")
def test_real_classes_of_road_law():
    monzel = jurisdiction_make(identifier="monzel.de", name="Monzel", municipality_key="07231103")
    load(monzel, "road_sections", DELIVERY)
    classes = Counter(RoadSection.objects.values_list("road_class", flat=True))
    assert sum(classes.values()) == 43
    assert {"L", "K", "G"} <= set(classes)
    assert "L 47" in {section.title(monzel) for section in RoadSection.objects.all()}
    # Each edge stands inside its area, which touches others but overlaps none: no two edges meet.
    assert not any(
        RoadSection.objects.filter(geometry__intersects=one.geometry).exclude(pk=one.pk).exists()
        for one in RoadSection.objects.all()
    )
