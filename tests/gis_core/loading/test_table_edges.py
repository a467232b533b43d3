"""Layers of tables, and by what a source is known again; each by the smallest file that shows it."""

from __future__ import annotations

import gzip
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from gis_core.coordinates import SourceCrs, crs_parse, transform_geometry
from gis_core.errors import LoadError
from gis_core.loading.digest import _content_digest
from gis_core.loading.read import table_source
from gis_core.loading.read.batches import no_progress
from gis_core.loading.read.formats import Format
from gis_core.loading.read.layer_blocks import layer_blocks
from gis_core.loading.read.layers import _may_hold, layers_choose, table_fits
from gis_core.loading.read.profiles import Profile
from gis_core.loading.read.table_source import _companions_require, table_batches
from gis_core.loading.sources import Source
from gis_core.loading.stage.loading import fingerprint, source_from_json, source_to_json
from tests.gis_core.geodata_factories import square, table_write

PARCELS = Profile(
    name="p",
    dataset="parcels",
    formats=["table"],
    features=["Parcel"],
    columns={"key": ["key"], "other": ["other"]},
    required=["key"],
)


def layers(path: Path, **columns: str) -> Path:
    """A GeoPackage with these layers, each with one column of this name and two squares."""
    for name, column in columns.items():
        values, shapes = {column: ["a", "b"]}, [square(0), square(1)]
        table_write(path, values, shapes, layer=name, append=path.exists())
    return path


@pytest.mark.parametrize(
    ("columns", "asked", "chosen"),
    [
        ({"other": "key", "PARCEL": "x"}, None, "PARCEL"),
        ({"other": "key", "more": "x"}, None, "other"),
        ({"other": "x", "more": "KEY"}, None, "more"),
        ({"one": "key", "two": "key"}, "two", "two"),
        ({"parcel": "key", "two": "key"}, "two", "two"),
    ],
)
def test_layer_is_the_one_asked_for_or_named_or_fitting(tmp_path, columns, asked, chosen):
    path = layers(tmp_path / "a.gpkg", **columns)
    assert layers_choose(path, [PARCELS], asked) == ([chosen], PARCELS)


ROADS = Profile(
    name="osm",
    dataset="road_sections",
    formats=["table"],
    columns={"key": ["osm_id"], "reference": ["ref", "nat_ref"], "length": ["@length"], "name": []},
    required=["key"],
)


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.fgb"])
def test_tags_that_stand_together_are_columns(tmp_path, name):
    tags = [
        r'"ref"=>"B 37","note"=>"so \"called\""',
        '"nat_ref"=>"L 1"',
        '{"ref": "K 2"}',
        "{broken",
    ]
    driver = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".fgb": "FlatGeobuf"}[Path(name).suffix]
    path = table_write(
        tmp_path / name,
        {"osm_id": ["1", "2", "3", "4"], "other_tags": tags},
        [shapely.LineString([(7.3 + n / 100, 51.5), (7.3, 51.6)]) for n in range(1, 5)],
        driver=driver,
        crs="EPSG:4326",
    )
    batches = table_batches(path, [ROADS], layer=None, crs=None, pages=[], progress=no_progress)
    [(_profile, batch)] = list(batches)
    found = dict(zip(batch.columns["key"], batch.columns["reference"], strict=True))
    assert found == {"1": "B 37", "2": "L 1", "3": "K 2", "4": None}
    assert batch.layout.columns == {"key": "osm_id", "reference": "other_tags/ref"}
    assert list(batch.layout.unread) == []


@pytest.mark.parametrize(
    ("columns", "asked", "code"),
    [
        ({"one": "key"}, "two", "layer_missing"),
        ({"one": "key", "two": "key"}, None, "layers_several"),
        ({"one": "x", "two": "y"}, None, "profiles_misfit"),
        ({"one": "x", "two": "key"}, "one", "profiles_misfit"),
    ],
)
def test_layer_that_cannot_be_chosen_says_why(tmp_path, columns, asked, code):
    path = layers(tmp_path / "a.gpkg", **columns)
    with pytest.raises(LoadError) as caught:
        layers_choose(path, [PARCELS], asked)
    assert (caught.value.message.code, caught.value.file) == (code, "a.gpkg")
    assert table_fits(path, [PARCELS]) == (asked is not None)


def test_layer_of_the_right_shape_goes_before_its_labels(tmp_path):
    path = layers(tmp_path / "a.gpkg", areas="key")
    points = [shapely.Point(0, 0), shapely.Point(1, 1)]
    table_write(path, {"key": ["a", "b"]}, points, layer="labels", append=True)
    assert layers_choose(path, [PARCELS], None) == (["areas"], PARCELS)
    assert [_may_hold(path, name, PARCELS) for name in ("areas", "labels")] == [True, False]


def test_file_that_is_no_table_fits_nothing(tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"SQLite format 3\x00 and no more")
    assert not table_fits(path, [PARCELS])


@pytest.mark.parametrize(
    ("there", "missing"), [((), [".shx", ".dbf"]), ((".SHX",), [".dbf"]), ((".shx", ".dbf"), [])]
)
def test_shapefile_comes_with_its_parts(tmp_path, there, missing):
    path = tmp_path / "a.SHP"
    for suffix in (".SHP", *there):
        path.with_suffix(suffix).touch()
    if not missing:
        _companions_require(path)
        return
    with pytest.raises(LoadError) as caught:
        _companions_require(path)
    assert caught.value.message.params == {"missing": missing}


@pytest.mark.parametrize(("driver", "name"), [("GPKG", "a.gpkg"), ("FlatGeobuf", "a.fgb")])
def test_table_is_read_in_windows_of_rows(tmp_path, monkeypatch, driver, name):
    monkeypatch.setattr(table_source, "BATCH_ROWS", 2)
    shapes = [square(n) for n in range(5)]
    path = table_write(tmp_path / name, {"key": list("abcde")}, shapes, driver=driver)
    seen = []
    found = [
        batch
        for profile, batch in table_batches(
            path,
            [PARCELS],
            layer=None,
            crs=None,
            pages=[],
            progress=lambda *step: seen.append(step),
        )
        if profile is PARCELS
    ]
    assert sorted(key for batch in found for key in batch.columns["key"]) == list("abcde")
    assert [len(batch.features) for batch in found] == [2, 2, 1]
    assert seen == [(name, 2), (name, 4), (name, 5)]
    layer = pyogrio.list_layers(path)[0][0]
    assert found[0].features[0].startswith(f"{layer} ")
    assert (found[0].file, found[0].crs.srid, found[0].crs.register_axes) == (name, 25832, False)
    by_key = {
        key: shape
        for batch in found
        for key, shape in zip(batch.columns["key"], batch.geometry, strict=True)
    }
    assert by_key["d"].equals(square(3))
    assert found[0].columns.keys() == {"key"}


CURVED = "CURVEPOLYGON (COMPOUNDCURVE (CIRCULARSTRING (0 0, 50 50, 100 0), (100 0, 0 0)))"


@pytest.mark.parametrize(
    ("name", "kind", "wkt", "area"),
    [
        # Half a circle of r = 50 m in chords of half a degree.
        ("a.gpkg", "CURVEPOLYGON", CURVED, 3_926.9),
        ("a.fgb", "CURVEPOLYGON", CURVED, 3_926.9),
        ("a.gpkg", "POLYGONM", "POLYGON M ((0 0 7, 9 0 7, 9 9 7, 0 0 7))", 40.5),
        ("a.fgb", "POLYGONZM", "POLYGON ZM ((0 0 3 7, 9 0 3 7, 9 9 3 7, 0 0 3 7))", 40.5),
    ],
)
@pytest.mark.filterwarnings("ignore:Measured")
def test_curves_become_chords_and_measures_are_left_out(tmp_path, name, kind, wkt, area):
    source, path = tmp_path / "a.csv", tmp_path / name
    source.write_text(f'key,wkt\na,"{wkt}"\n', "utf-8")
    made = ["-oo", "GEOM_POSSIBLE_NAMES=wkt", "-a_srs", "EPSG:25832", "-nlt", kind]
    subprocess.run(["ogr2ogr", path, source, *made], check=True)
    [block] = layer_blocks(path, "a", ["key"], 5)
    assert block.columns == {"key": ["a"]}
    assert shapely.area(block.geometry).round(1).tolist() == [area]
    assert not shapely.has_m(block.geometry).any() or "Z" in kind


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", ["a.gpkg", "a.fgb"])
def test_table_that_is_damaged_inside_is_no_shorter_one(tmp_path, name):
    shapes = [square(n % 100, n // 100) for n in range(3000)]
    keys = [f"{n:040}" for n in range(3000)]
    driver = {"a.gpkg": "GPKG", "a.fgb": "FlatGeobuf"}[name]
    path = table_write(tmp_path / name, {"key": keys}, shapes, driver=driver)
    content = bytearray(path.read_bytes())
    middle = content.index(f"{1500:040}".encode())
    content[middle - 6000 : middle + 6000] = bytes(range(1, 251)) * 48
    path.write_bytes(content)
    with pytest.raises(LoadError) as caught:
        read_whole(path)
    assert caught.value.message.code == "file_unreadable"


def test_deleted_row_of_a_shapefile_is_left_out(tmp_path):
    path = table_write(
        tmp_path / "a.shp",
        {"key": list("abc")},
        [square(n) for n in range(3)],
        driver="ESRI Shapefile",
    )
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    first = int.from_bytes(table[8:10], "little")
    table[first] = ord("*")
    path.with_suffix(".dbf").write_bytes(table)
    assert [batch.columns["key"] for batch in read_whole(path)] == [["b", "c"]]


def read_whole(path):
    read = table_batches(path, [PARCELS], layer=None, crs=None, pages=[], progress=lambda *_: None)
    return [batch for _profile, batch in read]


def test_whole_numbers_stay_whole_where_some_are_missing(tmp_path):
    path = tmp_path / "a.gpkg"
    (tmp_path / "a.csv").write_text("number,day\n5,2026-03-03\n,\n7,2026-03-04\n", "utf-8")
    subprocess.run(["ogr2ogr", path, tmp_path / "a.csv", "-oo", "AUTODETECT_TYPE=YES"], check=True)
    [block] = layer_blocks(path, "a", ["number", "day"], 5)
    assert block.columns["number"] == [5, None, 7]
    assert block.columns["day"] == [date(2026, 3, 3), None, date(2026, 3, 4)]
    assert (block.ids, block.geometry) == ([1, 2, 3], None)


def test_flatgeobuf_without_an_index_is_read_once_in_its_own_system(tmp_path, monkeypatch):
    monkeypatch.setattr(table_source, "BATCH_ROWS", 2)
    path = tmp_path / "a.fgb"
    shapes = [transform_geometry(square(n), "EPSG:25832", "EPSG:25833") for n in range(5)]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapes),
        [np.array(list("abcde"))],
        ["key"],
        driver="FlatGeobuf",
        crs="EPSG:25833",
        geometry_type="Polygon",
        SPATIAL_INDEX="NO",
    )
    assert not pyogrio.read_info(path)["capabilities"]["random_read"]
    batches = [
        batch
        for _profile, batch in table_batches(
            path, [PARCELS], layer=None, crs=None, pages=[], progress=lambda *_: None
        )
    ]
    assert [one.columns["key"] for one in batches] == [["a", "b"], ["c", "d"], ["e"]]
    assert {one.crs.srid for one in batches} == {25833}
    assert shapely.equals(np.concatenate([one.geometry for one in batches]), shapes).all()


@pytest.mark.parametrize(
    ("columns", "code"), [({"x": ["a"]}, "columns_missing"), ({"key": ["a"]}, "crs_unnamed")]
)
def test_table_without_a_column_or_a_crs_is_refused(tmp_path, columns, code):
    path = table_write(tmp_path / "a.gpkg", columns, [square(0)], layer="Parcel", crs=None)
    with pytest.raises(LoadError) as caught:
        list(
            table_batches(
                path, [PARCELS], layer="Parcel", crs=None, pages=[], progress=lambda *_: None
            )
        )
    assert (caught.value.message.code, caught.value.file) == (code, "a.gpkg")


# --- Known again ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("one", "other", "kind", "are_equal"),
    [
        (b"<a timeStamp='1'>x</a>", b'<a timeStamp = "2">x</a>', Format.XML, True),
        (b"<a timeStamp='1' n='1'/>", b"<a timeStamp='1' n='2'/>", Format.XML, False),
        (b"<a><b timeStamp='1'/></a>", b"<a><b timeStamp='2'/></a>", Format.XML, False),
        (b"<a timeStamp='1'>x</a>", b"<a timeStamp='2'>y</a>", Format.XML, False),
        (b"<!--a--><a timeStamp='1'/>", b"<!--b--><a timeStamp='1'/>", Format.XML, False),
        (b"<a timeStamp='1'/>", b"<a timeStamp='2'/>", Format.CSV, False),
        (b"<a>" + b"x" * (1 << 20) + b"y", b"<a>" + b"x" * (1 << 20) + b"z", Format.XML, False),
        (b"x" * (1 << 20), b"x" * ((1 << 20) + 1), Format.CSV, False),
        (b"a;b", gzip.compress(b"a;b", mtime=0), Format.CSV, True),
    ],
)
def test_content_is_known_again_but_for_the_time_of_the_answer(
    tmp_path, one, other, kind, are_equal
):
    for name, content in (("one", one), ("other", other)):
        (tmp_path / name).write_bytes(content)
    digests = {_content_digest(tmp_path / name, kind) for name in ("one", "other")}
    assert (len(digests) == 1) == are_equal


@pytest.mark.parametrize(
    "crs",
    [
        None,
        crs_parse(25832),
        replace(crs_parse(31466), register_axes=True),
        crs_parse("+proj=tmerc +lat_0=0 +lon_0=7 +k=1 +x_0=1 +y_0=2 +ellps=bessel +units=m"),
    ],
)
def test_source_is_kept_and_comes_back(tmp_path, crs: SourceCrs | None):
    source = Source(tmp_path / "a.gml", "p", "layer", crs, "http://a.example", changes=True)
    back = source_from_json(source_to_json(source))
    assert replace(back, crs=None) == replace(source, crs=None)
    if crs is None:
        assert back.crs is None
    else:
        assert back.crs.crs == crs.crs
        assert back.crs.register_axes == crs.register_axes
    assert (source.name, Source(tmp_path / "a.gml").name) == ("http://a.example", "a.gml")


def test_fingerprint_tells_names_sizes_and_times_of_what_is_there(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("in/b.gml", "in/a.gml", "c.gml"):
        (tmp_path / name).write_text(name)
    sources = [Source(tmp_path / name) for name in ("in", "c.gml", "none")]
    rows, *files = fingerprint(sources)
    assert rows == ["rows a batch", 5000]
    assert [(Path(name).name, size) for name, size, _ in files] == [
        ("a.gml", 8),
        ("b.gml", 8),
        ("c.gml", 5),
    ]
    (tmp_path / "c.gml").touch()
    assert fingerprint(sources)[:-1] == [rows, *files[:-1]]
    assert fingerprint(sources)[-1] != files[-1]
