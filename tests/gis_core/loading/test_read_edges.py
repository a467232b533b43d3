"""Numbers and branches of reading tables, CSV and archives, each by the smallest input that shows it."""

from __future__ import annotations

import gzip
import math
import threading
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import MultiPolygon, Polygon

from gis_core.coordinates import SourceCrs, crs_parse, storage_crs
from gis_core.errors import GisError, LoadError
from gis_core.loading.read import formats
from gis_core.loading.read.archives import _members, _refused
from gis_core.loading.read.batches import Batch, LoadReport
from gis_core.loading.read.csv_source import csv_batches
from gis_core.loading.read.edges import lines_measure
from gis_core.loading.read.extent import ExtentCheck
from gis_core.loading.read.formats import (
    Format,
    companions,
    data_files,
    file_open,
    format_recognise,
)
from gis_core.loading.read.layer_blocks import _plain
from gis_core.loading.read.prefetch import beside, prefetched
from gis_core.loading.read.profiles import Profile, columns_match, values_apply
from gis_core.loading.read.table_source import _layer_crs, _rows_at_once
from gis_core.loading.sources import _size_check
from gis_core.loading.stage.geometry import _outlier, _wkt, geometry_prepare
from gis_core.loading.stage.loading import _refused as row_refused
from gis_core.loading.stage.staging import _ewkb_texts, _texts
from gis_core.messages import Message
from tests.gis_core.geodata_factories import EAST, NORTH, square

MEGABYTE = 1024 * 1024


def profile_of(**values) -> Profile:
    defaults = {
        "name": "p",
        "dataset": "parcels",
        "formats": ["table"],
        "columns": {"key": ["KEY"]},
    }
    return Profile(**{**defaults, **values})


def batch_of(shapes=None, crs=None, **columns) -> Batch:
    count = len(shapes) if shapes is not None else len(next(iter(columns.values()), []))
    geometry = None if shapes is None else np.array(shapes, dtype=object)
    return Batch("f", columns, [f"no {n}" for n in range(count)], geometry, crs)


# --- Batches --------------------------------------------------------------------------------------
def test_kept_rows_keep_everything_of_theirs():
    batch = batch_of([square(0), square(1), square(2)], storage_crs(), key=["a", "b", "c"])
    batch.update = True
    kept = batch.keep([True, False, True])
    assert (kept.columns, kept.features) == ({"key": ["a", "c"]}, ["no 0", "no 2"])
    assert kept.geometry.tolist() == [square(0), square(2)]
    assert (kept.file, kept.crs, kept.update) == ("f", storage_crs(), True)
    assert batch_of(key=["a"]).keep([True]).geometry is None


def test_report_keeps_two_hundred_notes():
    report = LoadReport()
    for number in range(201):
        report.note(Message("part_twice", {"other": str(number)}), file="f", feature="x")
    assert len(report.notes) == 200
    assert (report.notes[-1]["params"], report.notes[0]["file"]) == ({"other": "199"}, "f")
    assert report.notes[0]["feature"] == "x"


def test_reports_are_merged_by_each_of_their_parts():
    one, other = LoadReport(), LoadReport(delivery={"date": "b"})
    one.counts["a"], other.counts["a"] = 1, 2
    one.notes, other.notes = [{"code": "x"}], [{"code": "y"}]
    one.operations, other.operations = {"m": {}}, {"n": {}}
    one.parts, other.parts = {2: {1}}, {3: {2}}
    one.repairs, other.repairs = [{"file": "a"}], [{"file": "b"}]
    one.delivery = {"date": "a"}
    one.merge(other)
    assert one == LoadReport(
        one.counts.__class__(a=3),
        [{"code": "x"}, {"code": "y"}],
        {"m": {}, "n": {}},
        {2: {1}, 3: {2}},
        [{"file": "a"}, {"file": "b"}],
        delivery={"date": "b"},
    )
    one.merge(LoadReport())
    assert one.delivery == {"date": "b"}


def test_report_comes_back_from_json():
    report = LoadReport(
        operations={"m": {"name": "m"}}, repairs=[{"file": "a"}], delivery={"date": "a"}
    )
    report.counts["a"], report.counts["none"] = 2, 0
    report.note(Message("part_twice", {"other": "a"}))
    stored = report.as_json()
    back = LoadReport.from_json(stored)
    assert "none" not in stored["counts"]
    assert back.as_json() == stored
    assert LoadReport.from_json({}) == LoadReport()


def test_parts_that_did_not_come_are_gaps():
    report = LoadReport(parts={3: {1, 3}, 2: {1, 2}})
    assert [gap["params"] for gap in report.gaps] == [{"total": 3, "missing": [2]}]
    report.note(Message("parts_missing", {"total": 9, "missing": [9]}))
    assert [gap["params"]["total"] for gap in report.gaps] == [9, 3]
    assert [note["params"]["total"] for note in report.as_json()["notes"]] == [9, 3]


# --- Archives -------------------------------------------------------------------------------------
def member(
    name: str = "a.gml", size: int = 1, packed: int = 1, mode: int = 0o100644, flags: int = 0
):
    info = zipfile.ZipInfo(name)
    info.file_size, info.compress_size, info.flag_bits = size, packed, flags
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    ("info", "code"),
    [
        (member(), None),
        (member("a/b.gml"), None),
        (member("/a.gml"), "zip_path"),
        (member("a/../b.gml"), "zip_path"),
        (member("a\\b.gml"), "zip_path"),
        (member("c:b.gml"), "zip_path"),
        (member("..a.gml"), None),
        (member(mode=0o120777), "zip_link"),
        (member(flags=0x1), "zip_encrypted"),
        (member(flags=0x800), None),
        (member("a.ZIP"), "zip_nested"),
        (member("a.tgz"), "zip_nested"),
        (member(size=16 * MEGABYTE, packed=1), None),
        (member(size=16 * MEGABYTE + 1, packed=1), "zip_bomb"),
        (member(size=200 * MEGABYTE, packed=MEGABYTE), None),
        (member(size=200 * MEGABYTE + 1, packed=MEGABYTE), "zip_bomb"),
    ],
)
def test_member_of_an_archive_is_taken_unless_it_can_do_harm(info, code):
    refused = _refused(info)
    assert (refused and refused.code) == code


def archive(*infos: zipfile.ZipInfo) -> SimpleNamespace:
    """What a ZipFile says of its members: those of sixteen gigabytes cannot be made here."""
    return SimpleNamespace(infolist=lambda: list(infos))


def test_archive_may_hold_ten_thousand_files_and_no_more():
    infos = [member(f"{n}.gml") for n in range(10_000)]
    assert len(_members(archive(*infos, member("dir/")), "z")) == 10_000
    with pytest.raises(LoadError) as caught:
        _members(archive(*infos, member("more.gml")), "z")
    assert caught.value.message.code == "zip_many_files"


def test_archive_may_unpack_to_sixteen_gigabytes_and_no_more():
    full = [member("a.gml", 8 * 1024**3, 1024**3), member("b.gml", 8 * 1024**3, 1024**3)]
    assert len(_members(archive(*full), "z")) == 2
    with pytest.raises(LoadError) as caught:
        _members(archive(*full, member("c.gml")), "z")
    assert caught.value.message.code == "zip_large"


def test_archive_of_system_files_is_empty():
    with pytest.raises(LoadError) as caught:
        _members(archive(member("__MACOSX/a.gml"), member("a/.DS_Store")), "z")
    assert (caught.value.message.code, caught.value.file) == ("zip_empty", "z")


# --- Formats --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("a.gpkg", b"SQLite format 3\x00...", Format.GEOPACKAGE),
        ("a.shp", b"\x00\x00\x27\x0a...", Format.SHAPEFILE),
        ("a.fgb", b"fgb\x03...", Format.FLATGEOBUF),
        ("a.xml", b"\xef\xbb\xbf \n<a/>", Format.XML),
        ("a.gml", "<a/>".encode("utf-16"), Format.XML),
        ("a.gml", "<a/>".encode("utf-16-be").join([b"\xfe\xff", b""]), Format.XML),
        ("a.json", b" {}", Format.GEOJSON),
        ("a.csv", b"a;b\n", Format.CSV),
        ("a.csv", b"a,b", Format.CSV),
        ("a", b"a\tb", Format.CSV),
    ],
)
def test_format_is_what_the_first_bytes_say(tmp_path, name, content, wanted):
    path = tmp_path / name
    path.write_bytes(content)
    assert format_recognise(path) is wanted


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b" \n", "file_empty"),
        ("a.csv", "a;b".encode("utf-16"), "text_utf16"),
        ("a.csv", b"a;\x00b", "format_unknown"),
        ("a.csv", b"one column\na;b", "format_unknown"),
        ("a.gml", b"a;b", "file_named_otherwise"),
        ("a.gml.gz", b"<a/>", "file_is_no_gzip"),
        ("a.gml", gzip.compress(b"<a/>", mtime=0), "file_is_gzip"),
        ("a.json.gz", gzip.compress(b"{}", mtime=0), "gzip_of_other"),
        ("a.gml.gz", gzip.compress(b"<a/>", mtime=0)[:-9], "file_unreadable"),
    ],
)
def test_file_that_is_not_what_it_should_be_is_refused(tmp_path, name, content, code):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(LoadError) as caught:
        format_recognise(path)
    assert (caught.value.message.code, caught.value.file) == (code, name)


def test_gzip_grows_by_two_hundred_times_beyond_sixteen_megabytes(tmp_path, monkeypatch):
    assert formats.RATIO_FREE_BYTES == 16 * MEGABYTE
    monkeypatch.setattr(formats, "RATIO_FREE_BYTES", 1000)
    path = tmp_path / "a.gz"
    for size, is_bomb in ((1000, False), (1001, True)):
        path.write_bytes(gzip.compress(b"x" * size, mtime=0))
        monkeypatch.setattr(formats, "RATIO_MAX", 0)
        with file_open(path) as stream:
            if is_bomb:
                with pytest.raises(gzip.BadGzipFile):
                    stream.read()
            else:
                assert len(stream.read()) == size
    packed = path.stat().st_size
    monkeypatch.setattr(formats, "RATIO_MAX", math.ceil(1001 / packed))
    with file_open(path) as stream:
        assert len(stream.read()) == 1001


def test_tables_in_an_archive_go_before_their_descriptions():
    assert data_files(["a.shp", "a.shp.xml", "a.xml", "a.dbf"]) == ["a.shp"]
    assert data_files(["a.xml", "B.GML.GZ", "c.aux.xml", "d.txt", "e.qmd"]) == ["a.xml", "B.GML.GZ"]


def test_companions_are_those_of_the_same_name(tmp_path):
    names = ["a.shp", "a.DBF", "a.shx", "a.txt", "ab.dbf", "a.prj"]
    for name in names:
        (tmp_path / name).touch()
    found = companions(tmp_path / "a.shp", Format.SHAPEFILE)
    assert [path.name for path in found] == ["a.DBF", "a.prj", "a.shx"]
    assert companions(tmp_path / "a.shp", Format.CSV) == []


# --- CSV ------------------------------------------------------------------------------------------
def rows_of(tmp_path: Path, content: bytes, crs=None, **profile) -> list[Batch]:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    seen = []
    batches = csv_batches(
        path, [profile_of(**profile)], crs=crs, progress=lambda *step: seen.append(step)
    )
    found = [batch for _, batch in batches]
    assert all(name == "a.csv" for name, _ in seen)
    return found


def test_csv_names_each_row_by_its_line(tmp_path):
    [batch] = rows_of(tmp_path, "\ufeffkey;other\na; x \n\nb;\n".encode())
    assert (batch.columns["key"], batch.features) == (["a", "b"], ["line 2", "line 4"])


def test_csv_of_several_batches_counts_its_lines_on(tmp_path):
    lines = b"key,n\n" + b"".join(b"k%d,1\n" % n for n in range(5001))
    first, second = rows_of(tmp_path, lines)
    assert (len(first.features), second.features) == (5000, ["line 5002"])


@pytest.mark.parametrize("delimiter", ";,\t")
def test_csv_is_divided_by_what_its_header_uses(tmp_path, delimiter):
    content = f"n{delimiter}KEY\n1{delimiter}a\n".encode()
    assert rows_of(tmp_path, content)[0].columns == {"key": ["a"]}


@pytest.mark.parametrize(
    ("content", "code", "feature"),
    [
        ("key;n\nä;1\n".encode() + b"\xe4;1\n", "csv_encoding", "line 3"),
        (b"key;n\na;\x00\n", "csv_nul", "line 2"),
        (b'key;n\n"a"b;1\n', "csv_improper", ""),
        (b"other;n\na;1\n", "csv_columns_missing", ""),
        (b"a;2024-01-31\nb;2024-02-01\n", "csv_headerless", ""),
        (b"POLYGON((382000.5 5712000.5, 382001.5 5712000.5))\n", "csv_headerless", ""),
    ],
)
def test_csv_that_is_none_names_its_line(tmp_path, content, code, feature):
    with pytest.raises(LoadError) as caught:
        rows_of(tmp_path, content, required=["key"])
    assert (caught.value.message.code, caught.value.feature) == (code, feature)
    assert "5712" not in str(caught.value)


HEADER = {"header": ["land", "municipality", "key"]}


def test_csv_without_a_header_is_read_by_that_of_the_profile(tmp_path):
    [batch] = rows_of(tmp_path, b"05;004;a\n05;9;b\n", **HEADER)
    assert (batch.columns["key"], batch.features) == (["a", "b"], ["line 1", "line 2"])


def test_csv_with_a_header_is_not_for_a_profile_that_brings_its_own(tmp_path):
    with pytest.raises(LoadError) as caught:
        rows_of(tmp_path, b"land;municipality;key\n05;004;a\n", **HEADER)
    assert caught.value.message.code == "csv_columns_missing"


@pytest.mark.parametrize(
    ("content", "row", "counts"),
    [
        (b"key;n\na;1\nb\n", 1, {"count": 1, "header": 2}),
        (b"key;n\na;1;2\nb;3\n", 0, {"count": 3, "header": 2}),
    ],
)
def test_csv_row_of_another_length_is_a_fault_and_the_others_are_read(
    tmp_path, content, row, counts
):
    [batch] = rows_of(tmp_path, content)
    assert batch.faults == {row: Message("csv_values_uneven", counts)}
    assert batch.columns["key"] == ["a", "b"]


@pytest.mark.parametrize(("more", "code"), [(0, "csv_improper"), (1, "csv_line_long")])
def test_csv_line_has_less_than_a_megabyte(tmp_path, more, code):
    # Python's reader takes a value of 128 KB at most: it refuses what is just short enough as a line.
    with pytest.raises(LoadError) as caught:
        rows_of(tmp_path, b"key;n\n" + b"a" * (MEGABYTE - 4 + more) + b";1\n")
    assert caught.value.message.code == code


POINTS = [["RECHTS", "HOCH", "EPSG:25832"], ["LON", "LAT", "EPSG:4326"], ["X", "Y", ""]]


def test_csv_with_coordinates_has_points(tmp_path):
    content = b"key;hoch;rechts\na;5712374,5;382943\nb;;1\nc;1;\n"
    [batch] = rows_of(tmp_path, content, points=POINTS)
    assert batch.geometry.tolist() == [shapely.Point(382943, 5712374.5), None, None]
    assert batch.crs.srid == 25832


@pytest.mark.parametrize(
    ("header", "said", "srid"),
    [("rechts;hoch", 25833, 25833), ("lon;lat", 25833, 4326), ("x;y", 25833, 25833)],
)
def test_csv_in_metres_is_in_the_crs_that_was_said(tmp_path, header, said, srid):
    content = f"key;{header}\na;7;51\n".encode()
    [batch] = rows_of(tmp_path, content, crs_parse(said), points=POINTS)
    assert batch.crs.srid == srid
    assert batch.geometry[0] == shapely.Point(7, 51)


def test_csv_of_metres_without_a_named_crs_is_refused(tmp_path):
    with pytest.raises(LoadError) as caught:
        rows_of(tmp_path, b"key;x;y\na;1;2\n", points=POINTS)
    assert caught.value.message.code == "crs_of_columns_unnamed"


def test_csv_row_without_a_readable_place_is_a_fault(tmp_path):
    [batch] = rows_of(tmp_path, b"key;lon;lat\na;x;2\nb;7;51\n", points=POINTS)
    assert batch.faults == {0: Message("csv_no_coordinates", {"x": "'x'", "y": "'2'"})}
    assert batch.geometry.tolist() == [None, shapely.Point(7, 51)]


# --- Profiles -------------------------------------------------------------------------------------
def test_columns_are_found_without_case_and_cut_to_ten_letters():
    profile = profile_of(
        columns={"a": ["First", "Second"], "b": ["LongColumnName"], "c": ["Gone"]},
        required=["c", "a"],
    )
    matched, missing = columns_match(profile, ["SECOND", "first", "longcolumn", "longcolum"])
    assert (matched, missing) == ({"a": "first", "b": "longcolumn"}, ["Gone"])


def test_values_are_mapped_left_out_and_added():
    codes = {
        "kind": {"1": "road", "2": None, "*": "other"},
        "side": {"": "none", "x": None},
        "far": {},
    }
    profile = profile_of(columns={}, codes=codes, constants={"land": "05"})
    columns = {"kind": [1, "2", 7], "side": [None, None, "x"]}
    assert values_apply(profile, columns, ["a", "b", "c"], "f") == [True, False, False]
    assert columns == {
        "kind": ["road", None, "other"],
        "side": ["none", "none", None],
        "land": ["05"] * 3,
    }
    assert values_apply(profile, {"kind": ["1"]}, ["a"], "f") is None


def test_value_that_is_missing_or_unknown_names_its_feature():
    profile = profile_of(required=["key"], codes={"key": {"a": "A"}})
    for values, code in ((["a", None], "value_missing"), (["a", "b"], "code_unknown")):
        with pytest.raises(LoadError) as caught:
            values_apply(profile, {"key": values}, ["one", "two"], "f")
        assert (caught.value.message.code, caught.value.file, caught.value.feature) == (
            code,
            "f",
            "two",
        )


# --- Tables ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("size", "features", "rows"),
    [
        (0, 0, 5000),
        (100, 10, 5000),
        (64 * MEGABYTE, 2, 2),
        (128 * MEGABYTE, 1, 1),
        (64 * MEGABYTE, 4000, 4000),
        (64 * MEGABYTE, 5001, 5000),
    ],
)
def test_rows_at_once_are_fewer_where_features_are_large(tmp_path, size, features, rows):
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.truncate(size)
    assert _rows_at_once(path, features) == rows


def test_column_becomes_values_without_what_is_missing():
    day = date(2026, 3, 3)
    assert _plain([datetime(2026, 3, 3, 12, tzinfo=UTC), None, day]) == [day, None, day]
    assert _plain([1.5, math.nan, None]) == [1.5, None, None]
    assert _plain([" a ", " ", None, 3]) == ["a", None, None, 3]
    assert _plain([1, None]) == [1, None]


DEGREES, METRES = crs_parse(4326), crs_parse(25832)


@pytest.mark.parametrize(
    ("driver", "named", "said", "srid"),
    [
        ("GeoJSON", "EPSG:4326", None, 4326),
        ("GeoJSON", "EPSG:4326", METRES, 25832),
        ("GeoJSON", "EPSG:25833", METRES, 25833),
        ("GPKG", "EPSG:4326", METRES, 4326),
        ("GPKG", None, METRES, 25832),
    ],
)
def test_crs_of_a_layer_is_what_it_names_itself(driver, named, said, srid):
    found = _layer_crs({"driver": driver, "crs": named}, said, "f")
    assert (found.srid, found.register_axes) == (srid, False if named else said.register_axes)


def test_layer_without_any_crs_is_refused():
    with pytest.raises(LoadError) as caught:
        _layer_crs({"driver": "GPKG", "crs": ""}, None, "f")
    assert (caught.value.message.code, caught.value.file) == ("crs_unnamed", "f")


# --- Extent ---------------------------------------------------------------------------------------
def extent(is_wide: bool = False, has_boundary: bool = True) -> ExtentCheck:
    boundary = MultiPolygon(Polygon.from_bbox((EAST, NORTH, EAST + 1000, NORTH + 1000)), srid=25832)
    city = SimpleNamespace(name="City", boundary=boundary if has_boundary else None)
    return ExtentCheck(SimpleNamespace(is_wide=is_wide), city)


def at(*offsets: tuple[float, float]) -> Batch:
    return batch_of([shapely.Point(EAST + x, NORTH + y) for x, y in offsets], storage_crs())


@pytest.mark.parametrize("far", [(-20_000, 0), (21_000, 0), (0, -20_000), (0, 21_000)])
def test_twenty_kilometres_beyond_the_boundary_are_near(far):
    check = extent()
    check.check(at(far))
    assert (check.near, check.all, check.guess) == (1, 1, None)
    check.finish("f")


@pytest.mark.parametrize("far", [(-20_001, 0), (21_001, 0), (0, -20_001), (0, 21_001)])
def test_nothing_near_the_municipality_is_an_error(far):
    check = extent()
    check.check(at(far, far))
    assert (check.near, check.all) == (0, 2)
    assert check.guess is not None
    with pytest.raises(LoadError) as caught:
        check.finish("f")
    assert (caught.value.message.code, caught.value.message.params["km"]) == ("extent_nowhere", 20)
    check.check(at((0, 0)))
    check.finish("f")


@pytest.mark.parametrize(
    ("far", "is_wide", "is_refused"),
    [(100_000, False, False), (100_001, False, True), (400_000, True, False)],
)
def test_feature_hundred_kilometres_away_is_named(far, is_wide, is_refused):
    check = extent(is_wide)
    if is_refused:
        with pytest.raises(LoadError) as caught:
            check.check(at((0, 0), (0, 1000 + far)))
        assert (caught.value.feature, caught.value.message.params["km"]) == ("no 1", 100)
    else:
        check.check(at((0, 0), (0, 1000 + far)))
        assert (check.near, check.all) == (1, 2)


def test_extent_needs_places_and_a_boundary():
    check = extent()
    check.check(batch_of([None, None], storage_crs()))
    check.check(batch_of(key=["a"]))
    check.check(batch_of([shapely.Point(0, 0)]))
    without = extent(has_boundary=False)
    without.check(at((0, 900_000)))
    for one in (check, without):
        assert (one.near, one.all) == (0, 0)
        one.finish("f")


def test_extent_looks_at_the_middle_of_each_feature():
    check = extent()
    check.check(
        batch_of([shapely.LineString([(EAST, NORTH), (EAST + 42_000, NORTH)])], storage_crs())
    )
    assert check.near == 1
    check.check(
        batch_of([shapely.LineString([(EAST, NORTH), (EAST + 42_002, NORTH)])], storage_crs())
    )
    assert (check.near, check.all) == (1, 2)


# --- Lines and lengths ----------------------------------------------------------------------------
def test_length_that_is_not_stated_is_measured():
    profile = profile_of(columns={"length": ["len", "@length"], "key": ["key"]})
    lines = [shapely.LineString([(0, 0), (3, 4)]), shapely.LineString([(0, 0), (0, 1.006)])]
    batch = batch_of(lines, storage_crs(), length=[None, 7])
    lines_measure(profile, batch)
    assert batch.columns["length"] == [5.0, 7]
    batch = batch_of(lines, storage_crs())
    lines_measure(profile, batch)
    assert batch.columns["length"] == [5.0, 1.01]
    assert "key" not in batch.columns


def test_length_in_degrees_is_measured_in_metres():
    profile = profile_of(columns={"length": ["@length"]})
    batch = batch_of([shapely.LineString([(7.3117, 51.5503), (7.3117, 51.5513)]), None], DEGREES)
    before = batch.geometry.tolist()
    lines_measure(profile, batch)
    assert batch.columns["length"][0] == pytest.approx(111.2, abs=0.2)
    assert batch.geometry.tolist() == before


def test_outline_is_the_edge_five_centimetres_inside():
    profile = profile_of(columns={"length": ["@length"]}, outlines=True)
    batch = batch_of([shapely.box(0, 0, 10, 20), shapely.box(0, 0, 0.09, 5)], storage_crs())
    lines_measure(profile, batch)
    wide, narrow = batch.geometry
    assert wide.equals(shapely.box(0.05, 0.05, 9.95, 19.95).exterior)
    assert narrow.equals(shapely.box(0, 0, 0.09, 5).exterior)
    assert batch.columns["length"] == [30.0, 5.09]


def test_table_without_lengths_or_geometry_is_left_as_it_is():
    batch = batch_of([shapely.box(0, 0, 1, 1)], storage_crs(), key=["a"])
    lines_measure(profile_of(), batch)
    assert batch.columns == {"key": ["a"]}
    bare = batch_of(key=["a"])
    lines_measure(profile_of(columns={"length": ["@length"]}), bare)
    assert bare.columns == {"key": ["a"]}


# --- Made ready for storage -----------------------------------------------------------------------
def prepared(
    *shapes, kind: str = "MULTIPOLYGON", null: bool = False, crs: SourceCrs | None = METRES
):
    report = LoadReport()
    field = SimpleNamespace(null=null, geom_type=kind)
    return geometry_prepare(batch_of(list(shapes), crs), field, report).tolist(), report


def test_single_shapes_become_multiple_ones_rounded_to_millimetres():
    [found], report = prepared(shapely.box(EAST + 0.00049, NORTH, EAST + 1, NORTH + 1))
    assert found == shapely.MultiPolygon([shapely.box(EAST, NORTH, EAST + 1, NORTH + 1)])
    assert report == LoadReport()
    line = shapely.LineString([(EAST, NORTH), (EAST + 1, NORTH)])
    assert prepared(line, kind="MULTILINESTRING")[0] == [shapely.MultiLineString([line])]
    point = shapely.Point(EAST, NORTH)
    assert prepared(point, kind="POINT")[0] == [point]


def test_shape_that_is_missing_is_none_or_an_error():
    assert prepared(None, shapely.Polygon(), null=True)[0] == [None, None]
    with pytest.raises(LoadError) as caught:
        prepared(square(0), None)
    assert (caught.value.message.code, caught.value.feature) == ("geometry_missing", "no 1")


def test_heights_are_dropped_and_counted():
    high = shapely.force_3d(square(0), 7.0)
    found, report = prepared(high, square(1))
    assert not shapely.has_z(found).any()
    assert report.counts["flattened"] == 2


@pytest.mark.parametrize(
    ("shapes", "crs", "code", "feature"),
    [
        ([square(0), shapely.Point(EAST, NORTH)], METRES, "geometry_kind", "no 1"),
        ([square(0)], None, "crs_none", ""),
        ([square(0), shapely.Point(math.inf, NORTH)], METRES, "coordinate_infinite", "no 1"),
    ],
)
def test_shape_that_cannot_be_stored_names_its_feature(shapes, crs, code, feature):
    with pytest.raises(LoadError) as caught:
        prepared(*shapes, crs=crs)
    assert (caught.value.message.code, caught.value.feature) == (code, feature)


def test_feature_far_from_all_others_is_the_culprit():
    xy = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, -900.0], [1.0, 1.0]])
    batch = batch_of([None] * 3, METRES)
    assert _outlier(xy, np.array([0, 0, 1, 2]), batch) == "no 1"


def bow(x: float) -> shapely.Polygon:
    corners = [(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)]
    return shapely.Polygon([(EAST + x + dx, NORTH + dy) for dx, dy in corners])


def test_repaired_shapes_are_counted_and_twenty_are_kept_as_samples():
    found, report = prepared(square(0), *(bow(20 * n) for n in range(21)))
    assert all(one.is_valid for one in found)
    assert [round(one.area) for one in found[:2]] == [100, 50]
    assert report.counts["geometries repaired"] == len(report.notes) == 21
    assert [one["feature"] for one in report.repairs] == [f"no {n}" for n in range(1, 21)]
    assert (report.notes[0]["file"], report.notes[0]["feature"]) == ("f", "no 1")


def test_shape_of_which_nothing_is_left_is_an_error():
    flat = shapely.Polygon([(EAST, NORTH), (EAST + 5, NORTH), (EAST, NORTH)])
    with pytest.raises(LoadError) as caught:
        prepared(square(0), flat)
    assert (caught.value.message.code, caught.value.feature) == ("geometry_worthless", "no 1")


@pytest.mark.parametrize(("count", "is_whole"), [(500, True), (501, False)])
def test_shape_of_many_vertices_is_told_by_its_envelope(count, is_whole):
    line = shapely.LineString([(n, n % 2) for n in range(count)])
    assert _wkt(line).startswith("LINESTRING" if is_whole else "POLYGON")


@pytest.mark.parametrize("more", [0, 1])
def test_object_has_at_most_half_a_million_positions(more):
    many = shapely.linestrings(np.arange(2 * (500_000 + more), dtype=float).reshape(-1, 2))
    batch = batch_of([shapely.Point(0, 0), many])
    if not more:
        _size_check(batch)
        return
    with pytest.raises(LoadError) as caught:
        _size_check(batch)
    assert (caught.value.feature, caught.value.message.params["count"]) == ("no 1", 500_001)


# --- COPY -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (["a", "b\tc\\\n\r"], ["a", "b\\tc\\\\\\n\\r"]),
        (["a", None], ["a", "\\N"]),
        ([1, 2.5, date(2026, 3, 3)], ["1", "2.5", "2026-03-03"]),
        ([None, 1, "x\t", {"ü": "\n"}], ["\\N", "1", "x\\t", '{"ü": "\\\\n"}']),
    ],
)
def test_values_are_written_as_copy_reads_them(values, texts):
    assert _texts(values) == texts


def test_geometry_is_written_with_its_srid():
    shapes = np.array([shapely.Point(1, 2), None], dtype=object)
    stored, none = _ewkb_texts(shapes)
    assert shapely.get_srid(shapely.from_wkb(stored)) == 25832
    assert (shapely.from_wkb(stored), none) == (shapely.Point(1, 2), "\\N")


@pytest.mark.parametrize(
    ("context", "code", "feature"),
    [
        ("COPY a, line 2, column key: x", "column_misfit", "no 1"),
        ("COPY a, line 1", "value_misfit", "no 0"),
        (None, "value_misfit", ""),
    ],
)
def test_row_that_the_database_refuses_is_named(context, code, feature):
    error = SimpleNamespace(diag=SimpleNamespace(context=context, message_primary="why"))
    found = row_refused(error, SimpleNamespace(file="f", features=["no 0", "no 1"]))
    assert (found.message.code, found.file, found.feature) == (code, "f", feature)


# --- Reading ahead --------------------------------------------------------------------------------
def test_items_and_steps_come_in_their_order_and_errors_at_last():
    seen = []

    def read(show):
        for number in range(3):
            show("f", number)
            yield number
        raise GisError("broken")

    with pytest.raises(GisError, match="broken"):
        seen.extend(prefetched(read, lambda *step: seen.append(step)))
    assert seen == [("f", 0), 0, ("f", 1), 1, ("f", 2), 2]


def test_reading_ahead_stops_with_its_reader():
    begun = []

    def read(_show):
        for number in range(1000):
            begun.append(number)
            yield number

    items = prefetched(read, lambda *_: None)
    assert next(items) == 0
    items.close()
    assert len(begun) < 10


# --- Work beside the caller -----------------------------------------------------------------------
def names_of_threads():
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("beside")}


def test_work_beside_keeps_the_order_and_is_one_item_ahead():
    made, done = [], []

    def items():
        for number in range(5):
            made.append(number)
            yield number

    def work(number):
        assert threading.current_thread() is not threading.main_thread()
        done.append(number)
        return number * 10

    for place, result in enumerate(beside(work, items())):
        assert result == place * 10
        assert (len(made) - place, len(done) - place) <= (2, 2)
    assert (made, done) == ([0, 1, 2, 3, 4], [0, 1, 2, 3, 4])
    assert names_of_threads() == set()


def test_next_item_is_made_while_the_former_is_worked_on():
    made = threading.Event()

    def items():
        yield 0
        made.set()
        yield 1

    def work(number):
        return made.wait(10)

    assert list(beside(work, items())) == [True, True]


@pytest.mark.parametrize("kind", [GisError, KeyboardInterrupt])
def test_error_of_an_item_comes_behind_the_results_before_it(kind):
    def items():
        yield 0
        yield 1
        raise kind("broken")

    seen = []
    with pytest.raises(kind, match="broken"):
        seen.extend(beside(str, items()))
    assert seen == ["0", "1"]
    assert names_of_threads() == set()


def test_error_of_the_work_comes_in_its_place():
    def work(number):
        if number == 1:
            raise GisError("broken")
        return number

    seen = []
    with pytest.raises(GisError, match="broken"):
        seen.extend(beside(work, range(5)))
    assert seen == [0]
    assert names_of_threads() == set()


def test_work_ends_with_whoever_wants_it():
    done = []
    results = beside(done.append, range(1000))
    next(results)
    results.close()
    assert len(done) <= 2
    assert names_of_threads() == set()
