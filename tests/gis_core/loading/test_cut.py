"""Sources that hold more than the municipality: what is left out, what stays, what is told of it."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from gis_core.coordinates import transform_geometry
from gis_core.datasets import dataset_spec
from gis_core.errors import LoadError
from gis_core.loading.read.batches import LoadReport
from gis_core.loading.read.cut import Cut
from gis_core.loading.read.profiles import profiles_of
from gis_core.loading.read.table_source import table_batches
from gis_core.models import Edition
from gis_core.services.editions import edition_activate
from parcels.models import Address, Parcel
from routing.models import Area, RoadSection, ThroughRoad
from tests.gis_core.geodata_factories import (
    EAST,
    KEYS,
    NORTH,
    collection_gml,
    load,
    parcel_gml,
    polygon_gml,
    square,
    stage,
    table_write,
    write,
)
from tests.gis_core.loading import nas_factories as nas

pytestmark = pytest.mark.django_db
BOUNDARY = shapely.box(EAST, NORTH, EAST + 1000, NORTH + 1000)
# Metres to the west of the municipality: touching it, as far as what stays, further, in another Kreis.
NEAR, FURTHER, KREIS = 245.0, 265.0, 40_000.0
DRIVERS = {
    "a.gpkg": "GPKG",
    "a.shp": "ESRI Shapefile",
    "a.fgb": "FlatGeobuf",
    "a.geojson": "GeoJSON",
}


def moved(shape: shapely.Geometry, west: float = 0, north: float = 0) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: np.add(xy, (-west, north)))


PLACES = [moved(square(0), west) for west in (5, NEAR, FURTHER, KREIS)]
PARCEL_KEYS = [*KEYS, "05528700100004______"]


@pytest.fixture
def town(city, tmp_path):
    """With the boundary that an office drew."""
    areas_load(city, tmp_path)
    return city


def areas_load(city, folder: Path, boundary: shapely.Polygon = BOUNDARY):
    columns = {"ART": ["municipality"], "SCHLUESSEL": ["05562004"], "NAME": ["A"]}
    return load(city, "areas", table_write(folder / "areas.gpkg", columns, [boundary]))


def parcels_write(path: Path, driver: str, crs: str = "EPSG:25832") -> Path:
    columns = {"flstkennz": PARCEL_KEYS, "gemarkung": ["Castrop"] * 4}
    shapes = [transform_geometry(shape, "EPSG:25832", crs) for shape in PLACES]
    return table_write(path, columns, shapes, driver=driver, crs=crs)


def is_cut(edition, count: int, margin: str = "250") -> None:
    assert edition.report["left_out"] == {f"distance > {margin} m": count}
    told = edition.checks.get(code="cut")
    assert (told.count, told.severity) == (count, "info")
    assert told.params == {"margin": margin}


@pytest.mark.parametrize(
    ("name", "crs"), [*((name, "EPSG:25832") for name in DRIVERS), ("a.geojson", "EPSG:4326")]
)
def test_table_is_cut_whatever_its_format(town, tmp_path, name, crs):
    path = parcels_write(tmp_path / name, DRIVERS[name], crs)
    edition = edition_activate(edition=stage(town, "parcels", path))
    assert set(Parcel.objects.active().values_list("key", flat=True)) == set(PARCEL_KEYS[:2])
    is_cut(edition, 2)
    again = stage(town, "parcels", path)
    assert (again.report["unchanged"], again.report["vanished"]) == (2, 0)
    is_cut(again, 2)


def test_gml_and_archive_are_cut(town, tmp_path):
    features = [parcel_gml(key, polygon_gml(PLACES[i])) for i, key in enumerate(PARCEL_KEYS)]
    write(tmp_path / "a.gml", collection_gml(*features))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.gml", "a.gml")
    edition = stage(town, "parcels", tmp_path / "a.zip")
    assert edition.report["rows"] == 2
    is_cut(edition, 2)
    [first, _second] = edition.checks.get(code="cut").details["samples"]
    assert first["feature"] == f"Flurstueck F{KEYS[2][:16]}"


def test_text_with_coordinates_is_cut(town, tmp_path):
    lines = ["oid;str;hnr;ostwert;nordwert"]
    lines += [
        f"{i};Weg;{i};{EAST - west:.2f};{NORTH:.2f}" for i, west in enumerate((5, NEAR, KREIS))
    ]
    edition = load(town, "addresses", write(tmp_path / "a.csv", "\n".join(lines))).edition
    assert set(Address.objects.active().values_list("number", flat=True)) == {"0", "1"}
    is_cut(edition, 1)


def test_driver_passes_over_what_lies_outside(town, tmp_path):
    """A whole Land is neither read nor staged."""
    spec = dataset_spec("parcels")
    profiles = profiles_of(spec)
    for name in ("a.gpkg", "a.fgb"):
        cut, report = Cut(spec, town), LoadReport()
        path = parcels_write(tmp_path / name, DRIVERS[name])
        batches = table_batches(
            path, profiles, layer=None, crs=None, pages=[], cut=cut, progress=lambda *_: None
        )
        # A box may hold a little more; the rest is cut exactly.
        assert [len(batch.features) for _profile, batch in batches] == [3]
        cut.tell(report)
        assert report.left_out.total() == 1


def test_index_that_lacks_rows_hides_none(town, tmp_path):
    """A program that adds rows without GeoPackage's triggers leaves its index as it was."""
    path = parcels_write(tmp_path / "a.gpkg", "GPKG")
    with sqlite3.connect(path) as file:
        file.execute("DELETE FROM rtree_a_geom WHERE id = 1")
    edition = stage(town, "parcels", path)
    assert edition.report["rows"] == 2
    is_cut(edition, 2)


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp"])
def test_row_without_a_place_is_faulty_and_not_outside(town, tmp_path, name):
    columns = {"flstkennz": PARCEL_KEYS, "gemarkung": ["Castrop"] * 4}
    path = tmp_path / name
    table_write(path, columns, [PLACES[0], None, *PLACES[2:]], driver=DRIVERS[name])
    with pytest.raises(LoadError) as caught:
        stage(town, "parcels", path)
    assert caught.value.message.code == "geometry_missing"
    assert Edition.objects.latest("pk").report["left_out"] == {"distance > 250 m": 2}


def test_object_that_reaches_in_stays_whole_and_one_around_it_goes(town, tmp_path):
    around = shapely.box(EAST - 9000, NORTH - 9000, EAST + 9000, NORTH + 9000)
    hole = shapely.box(EAST - 8000, NORTH - 8000, EAST + 8000, NORTH + 8000)
    long = shapely.box(EAST + 990, NORTH, EAST + 30_000, NORTH + 10)
    columns = {"flstkennz": list(KEYS[:2])}
    shapes = [long, around.difference(hole)]
    edition = load(town, "parcels", table_write(tmp_path / "a.gpkg", columns, shapes)).edition
    assert Parcel.objects.active().get().geometry.area == pytest.approx(long.area)
    is_cut(edition, 1)


def test_roads_that_lead_out_stay_with_a_margin(town, tmp_path):
    inside = shapely.LineString([(EAST + 900, NORTH), (EAST + 20_000, NORTH)])
    lines = [inside, *(moved(inside, west=-west) for west in (1090, 1110))]
    columns = {"osm_id": ["1", "2", "3"], "highway": ["primary"] * 3, "ref": ["B 1"] * 3}
    edition = load(town, "road_sections", table_write(tmp_path / "a.gpkg", columns, lines)).edition
    assert set(RoadSection.objects.active().values_list("key", flat=True)) == {"1", "2"}
    is_cut(edition, 1, "1000")


def test_neighbours_stay_and_the_rest_of_the_country_goes(city, tmp_path):
    """The boundary stands among the areas themselves, so that the first load and the next are alike."""
    columns = {
        "ART": ["municipality"] * 3,
        "SCHLUESSEL": ["05562004", "05911000", "05334002"],
        "NAME": ["A", "B", "C"],
    }
    shapes = [BOUNDARY, moved(BOUNDARY, west=9_000), moved(BOUNDARY, west=300_000)]
    path = table_write(tmp_path / "a.gpkg", columns, shapes, layer="Gebiete")
    edition = load(city, "areas", path).edition
    assert set(Area.objects.active().values_list("kind", "code")) == {
        ("municipality", "05562004"),
        ("neighbour", "05911000"),
    }
    is_cut(edition, 1, "10000")
    again = stage(city, "areas", path)
    assert (again.report["unchanged"], again.report["vanished"]) == (2, 0)
    city.acceptance_margin_m = 12_000
    city.save()
    columns["SCHLUESSEL"][2] = "05334003"
    shapes[2] = moved(BOUNDARY, west=11_500)
    path = table_write(tmp_path / "b.gpkg", columns, shapes, layer="Gebiete")
    assert stage(city, "areas", path).report["rows"] == 3


def test_hull_of_the_parcels_cuts_nothing(city, tmp_path):
    load(city, "parcels", parcels_write(tmp_path / "a.gpkg", "GPKG"))
    assert Parcel.objects.active().count() == 4
    again = stage(city, "parcels", parcels_write(tmp_path / "b.gpkg", "GPKG"))
    assert (again.report["unchanged"], again.report["left_out"]) == (4, {})


def test_another_boundary_reads_the_same_file_anew(town, tmp_path):
    path = parcels_write(tmp_path / "a.gpkg", "GPKG")
    load(town, "parcels", path)
    areas_load(town, tmp_path, BOUNDARY.union(moved(BOUNDARY, west=KREIS)))
    assert stage(town, "parcels", path).report["rows"] == 3


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson"])
def test_nothing_in_the_municipality_is_an_error(town, tmp_path, name):
    columns = {"flstkennz": [KEYS[0]]}
    near = table_write(tmp_path / name, columns, [moved(square(0), 5000)], driver=DRIVERS[name])
    with pytest.raises(LoadError) as caught:
        stage(town, "parcels", near)
    assert caught.value.message.code == "cut_whole"
    assert caught.value.message.params == {"count": 1, "name": "Castrop-Rauxel"}


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson"])
def test_wrong_system_is_the_likely_cause_where_nothing_is_near(town, tmp_path, name):
    columns = {"flstkennz": [KEYS[0]]}
    shape = transform_geometry(square(0), "EPSG:25832", "EPSG:25831")
    path = table_write(tmp_path / name, columns, [shape], driver=DRIVERS[name])
    with pytest.raises(LoadError, match="the coordinates are in EPSG:25831"):
        stage(town, "parcels", path)


def test_axes_the_other_way_round_are_put_right_before_the_cut(town, tmp_path):
    turned = [shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in PLACES]
    path = table_write(tmp_path / "a.gpkg", {"flstkennz": PARCEL_KEYS}, turned)
    edition = stage(town, "parcels", path)
    assert edition.report["rows"] == 2
    is_cut(edition, 2)


def test_what_has_no_place_stays_also_in_a_table_of_lines(town, tmp_path):
    """Stretches by station have none; a driver would pass over them by a box."""
    columns = {"ABS": ["1", "2", "3"], "VST": [0.0] * 3, "BST": [10.0] * 3, "STATUS": [""] * 3}
    line = shapely.LineString([(EAST, NORTH), (EAST + 100, NORTH)])
    path = tmp_path / "a.gpkg"
    shapes = [line, None, moved(line, west=KREIS)]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        [np.array(values) for values in columns.values()],
        list(columns),
        crs="EPSG:25832",
        geometry_type="LineString",
    )
    edition = load(town, "through_roads", path).edition
    assert set(ThroughRoad.objects.active().values_list("section_key", flat=True)) == {"1", "2"}
    is_cut(edition, 1, "1000")


def test_fault_outside_is_none_here(town, tmp_path):
    """A row that cannot be stored stops nothing where it would be left out."""
    columns = {"flstkennz": [KEYS[0], "?"], "gemarkung": ["Castrop"] * 2}
    path = table_write(tmp_path / "a.geojson", columns, [PLACES[0], PLACES[3]], driver="GeoJSON")
    assert stage(town, "parcels", path).report["rows"] == 1


def test_update_of_the_cadastre_passes_what_lies_outside(town, tmp_path):
    """Of a delivery for the whole Kreis not all objects are known."""
    foreign = nas.parcel(2).replace(polygon_gml(square(2), srs=""), polygon_gml(PLACES[3], srs=""))
    whole = nas.delivery(nas.insert(nas.parcel(0), nas.parcel(1), foreign))
    is_cut(load(town, "parcels", write(tmp_path / "base.xml", whole)).edition, 1)
    changed = foreign.replace(nas.BEGUN, nas.CHANGED)
    update = nas.delivery(nas.replace(changed, 2, nas.BEGUN), date=nas.CHANGED)
    edition = load(town, "parcels", write(tmp_path / "update.xml", update)).edition
    is_cut(edition, 1)
    assert Parcel.objects.active().count() == 2
