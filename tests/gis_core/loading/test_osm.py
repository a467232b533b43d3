"""OpenStreetMap: its own format and GDAL's export of it, as roads, tracks and addresses."""

from __future__ import annotations

import json
from pathlib import Path

import osmium
import pytest
import shapely
from osmium.osm.mutable import Node, Relation, Way

from gis_core.coordinates import transform_geometry
from gis_core.errors import LoadError
from gis_core.srids import ETRS89_UTM32, WGS84
from parcels.models import Address
from routing.models import RailTrack, RoadSection
from tests.gis_core.geodata_factories import EAST, NORTH, load, stage, table_write, write
from tests.gis_core.loading.test_cut import areas_load

pytestmark = pytest.mark.django_db
# Corners of a building of 20 m, beside it an entrance, a shop in it, and a house 150 m away; a road.
CORNERS = {1: (0, 0), 2: (20, 0), 3: (20, 20), 4: (0, 20)}
PLACES = {**CORNERS, 5: (10, 1), 6: (12, 12), 7: (160, 10), 8: (0, -5), 9: (500, -5), 10: (-5, -9)}
HOUSE = {"addr:street": "Lange Straße", "addr:housenumber": "12 a", "addr:postcode": "44575"}


def degrees(x: float, y: float) -> tuple[float, float]:
    point = transform_geometry(shapely.Point(EAST + x, NORTH + y), ETRS89_UTM32, WGS84)
    return point.x, point.y


def osm_write(path: Path) -> Path:
    """What pyosmium writes is what servers give: sorted, with nodes first."""
    tags = {
        5: HOUSE,
        6: {**HOUSE, "addr:street": "Lange straße"},
        7: HOUSE,
        10: {"addr:place": "Hof", "addr:housenumber": "3"},
    }
    with osmium.SimpleWriter(path) as writer:
        for number, place in PLACES.items():
            writer.add_node(Node(id=number, location=degrees(*place), tags=tags.get(number, {})))
        ring = [1, 2, 3, 4, 1]
        writer.add_way(Way(id=10, nodes=[8, 9], tags={"highway": "primary", "ref": "B 235"}))
        writer.add_way(Way(id=11, nodes=ring, tags={"building": "yes", **HOUSE}))
        # Leads out of the file.
        writer.add_way(Way(id=12, nodes=[8, 9, 99], tags={"highway": "residential"}))
        writer.add_way(Way(id=13, nodes=[8, 98], tags={"highway": "residential"}))
        writer.add_way(Way(id=14, nodes=[8, 9], tags={"highway": "footway"}))
        writer.add_way(Way(id=15, nodes=[1, 3], tags={"railway": "rail"}))
        outline = {"type": "multipolygon", "addr:street": "Markt", "addr:housenumber": "1"}
        writer.add_relation(Relation(id=20, members=[("w", 11, "outer")], tags=outline))
    return path


def test_roads_of_the_format_of_its_own(city, tmp_path):
    edition = load(city, "road_sections", osm_write(tmp_path / "a.osm.pbf")).edition
    roads = {road.key: road for road in RoadSection.objects.active()}
    assert {key: (road.road_class, road.road_number) for key, road in roads.items()} == {
        "10": ("B", "235"),
        "12": ("G", ""),
    }
    # Of the road that leads out what the file holds of it.
    assert [road.length for road in roads.values()] == pytest.approx([500, 500], abs=0.1)
    assert edition.report["left_out"] == {"road_class = footway": 1}
    assert edition.checks.get(code="unplaced").count == 1
    assert (edition.licence, edition.attribution) == ("ODbL-1.0", "© OpenStreetMap-Mitwirkende")
    [contents] = edition.report["contents"]
    assert {"column": "reference", "source": "ref", "values": 1} in contents["columns"]


def test_tracks_and_another_dataset(city, tmp_path):
    path = osm_write(tmp_path / "a.osm.pbf")
    load(city, "tracks", path)
    assert RailTrack.objects.active().get().key == "15"
    with pytest.raises(LoadError) as caught:
        stage(city, "parcels", path)
    assert caught.value.message.code == "osm_without_profile"


def test_house_of_node_building_and_shop_is_one_address(city, tmp_path):
    edition = load(city, "addresses", osm_write(tmp_path / "a.osm.pbf")).edition
    found = {one.key: one for one in Address.objects.active()}
    assert {key: (one.street, one.number) for key, one in found.items()} == {
        "5": ("Lange Straße", "12a"),
        # Another street of the same name, or a number that was given twice.
        "7": ("Lange Straße", "12a"),
        "10": ("Hof", "3"),
        "relation/20": ("Markt", "1"),
    }
    place = found["5"].geometry
    assert (place.x - EAST, place.y - NORTH) == pytest.approx((10, 1), abs=0.02)
    middle = found["relation/20"].geometry
    assert (0 < middle.x - EAST < 20, 0 < middle.y - NORTH < 20) == (True, True)
    told = edition.checks.get(code="taken_once")
    assert (told.count, told.severity) == (2, "warning")
    assert told.params["names"] == ["Lange straße 12 a", "Lange Straße 12 a"]
    again = stage(city, "addresses", osm_write(tmp_path / "b.osm.pbf"))
    assert (again.report["unchanged"], again.report["new"]) == (4, 0)


def test_region_is_cut_to_the_municipality(city, tmp_path):
    areas_load(city, tmp_path, shapely.box(EAST - 500, NORTH - 500, EAST - 100, NORTH - 100))
    edition = stage(city, "addresses", osm_write(tmp_path / "a.osm.pbf"))
    assert edition.report["rows"] == 3
    assert edition.report["left_out"] == {"distance > 250 m": 1}


def export_write(folder: Path) -> Path:
    """As `ogr2ogr -f GPKG` makes it of a region: layers by kind, other tags in one column."""
    path = folder / "export.gpkg"
    tags = '"addr:housenumber"=>"12 a","addr:street"=>"Lange Straße"'
    points = [shapely.Point(*degrees(10, 1)), shapely.Point(*degrees(90, 90))]
    columns = {"osm_id": ["5", "8"], "name": ["Café", ""], "other_tags": [tags, '"shop"=>"kiosk"']}
    table_write(path, columns, points, layer="points", crs="EPSG:4326")
    # All lines stand in one layer: a road, a track, a brook.
    lines = {
        "osm_id": ["10", "11", "12", "13"],
        "highway": ["primary", None, None, "residential"],
        "railway": [None, "tram", None, None],
        "other_tags": ['"ref"=>"B 1"', None, '"tunnel"=>"culvert"', None],
    }
    line = shapely.LineString([degrees(0, -5), degrees(500, -5)])
    # Both nodes of the last way lie at one place.
    shapes = [line, line, line, shapely.LineString([degrees(0, 0)] * 2)]
    table_write(path, lines, shapes, layer="lines", crs="EPSG:4326", append=True)
    homes = [shapely.Polygon([degrees(x + at, y) for x, y in CORNERS.values()]) for at in (0, 300)]
    buildings = {
        # The number of a relation, which a node has as well.
        "osm_id": [None, None, "5"],
        "osm_way_id": ["11", "12", None],
        "other_tags": [tags, tags.replace("12 a", "7"), tags.replace("12 a", "9")],
    }
    homes.append(homes[1])
    table_write(path, buildings, homes, layer="multipolygons", crs="EPSG:4326", append=True)
    return path


def test_export_of_gdal_gives_addresses_of_points_and_buildings(city, tmp_path):
    path = export_write(tmp_path)
    edition = load(city, "addresses", path).edition
    assert set(Address.objects.active().values_list("key", "street", "number")) == {
        ("5", "Lange Straße", "12a"),
        ("way/12", "Lange Straße", "7"),
        ("relation/5", "Lange Straße", "9"),
    }
    assert edition.checks.get(code="taken_once").count == 1
    assert edition.report["left_out"] == {"number = ": 1, "street = ": 1}
    assert edition.attribution == "© OpenStreetMap-Mitwirkende"
    roads = load(city, "road_sections", path).edition
    section = RoadSection.objects.active().get()
    assert section.title(section.jurisdiction) == "B 1"
    assert roads.report["left_out"] == {"road_class = ": 2}
    assert roads.checks.get(code="unplaced").count == 1
    tracks = load(city, "tracks", path).edition
    assert set(RailTrack.objects.active().values_list("key", "kind")) == {("11", "tram")}
    assert tracks.report["left_out"] == {"kind = ": 2}


def test_line_with_an_address_is_told_and_breaks_nothing(city, tmp_path):
    columns = {"osm_id": ["1", "2"], "addr:street": ["A", "B"], "addr:housenumber": ["1", "2"]}
    shapes = [shapely.Point(degrees(0, 0)), shapely.LineString([degrees(0, 0), degrees(9, 9)])]
    features = [
        {
            "type": "Feature",
            "properties": {name: values[row] for name, values in columns.items()},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for row, shape in enumerate(shapes)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    with pytest.raises(LoadError) as caught:
        stage(city, "addresses", write(tmp_path / "a.geojson", text))
    assert caught.value.message.code == "geometry_kind"


def test_file_that_breaks_off_names_the_cause(city, tmp_path):
    whole = osm_write(tmp_path / "a.osm.pbf").read_bytes()
    (tmp_path / "b.osm.pbf").write_bytes(whole[:-40])
    with pytest.raises(LoadError) as caught:
        stage(city, "tracks", tmp_path / "b.osm.pbf")
    assert caught.value.message.code == "file_unreadable"


@pytest.mark.parametrize("option", [{"layer": "lines"}])
def test_layer_does_not_apply(city, tmp_path, option):
    with pytest.raises(LoadError) as caught:
        stage(city, "tracks", osm_write(tmp_path / "a.osm.pbf"), **option)
    assert caught.value.message.code == "layer_of_csv"


def test_piece_of_no_length_does_not_take_the_road_away(city, tmp_path):
    road = [degrees(0, 0), degrees(300, 0)]
    shape = shapely.MultiLineString([road, [degrees(300, 0)] * 2])
    columns = {"osm_id": ["1"], "highway": ["primary"], "ref": ["B 1"]}
    path = table_write(tmp_path / "a.gpkg", columns, [shape], crs="EPSG:4326")
    load(city, "road_sections", path)
    assert RoadSection.objects.active().get().geometry.length == pytest.approx(300, abs=0.1)


def test_same_number_beyond_the_boundary_is_another_house(city, tmp_path):
    """A street that leads on into the next municipality may begin to count anew."""
    columns = {
        "osm_id": ["1", "2", "3"],
        "addr:street": ["Am Bach"] * 3,
        "addr:housenumber": ["17"] * 3,
        "addr:postcode": ["44575", "44577", None],
    }
    shapes = [shapely.Point(degrees(x, 0)) for x in (0, 60, 70)]
    path = table_write(tmp_path / "a.gpkg", columns, shapes, crs="EPSG:4326")
    edition = load(city, "addresses", path).edition
    assert set(Address.objects.active().values_list("key", flat=True)) == {"1", "2"}
    assert edition.checks.get(code="taken_once").count == 1
