"""Files that say themselves that they are not all there is, and GeoJSON in two passes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gis_core.errors import LoadError
from gis_core.loading.read import geojson
from gis_core.loading.read.geojson import geojson_batches, geojson_look
from gis_core.loading.read.pages import Page, pages_check
from gis_core.loading.read.profiles import Profile
from gis_core.loading.read.table_source import table_batches
from tests.gis_core.geodata_factories import load, parcels_gml, stage, write

PROFILE = Profile(
    name="p", dataset="areas", formats=["table"], columns={"key": ["id"]}, required=["key"]
)


def feature(number: int) -> dict:
    point = {"type": "Point", "coordinates": [7 + number / 1000, 51.5]}
    return {"type": "Feature", "properties": {"id": f"k{number}"}, "geometry": point}


def collection(path: Path, count: int = 3, **members) -> Path:
    """Members stand before the features, and "after" behind them."""
    after = members.pop("after", {})
    features = [feature(number) for number in range(count)]
    text = json.dumps({"type": "FeatureCollection", **members, "features": features, **after})
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("pages", "code"),
    [
        ([Page("a", 3)], ""),
        ([Page("a", 3, 3)], ""),
        ([Page("a", 3, 4)], "page_of_more"),
        ([Page("a", 3, 4), Page("b", 1, 4)], ""),
        ([Page("a", 3, 4), Page("b", 1, 5)], "page_of_more"),
        ([Page("a", 3, more="next")], "page_followed"),
        ([Page("a", 3, more="next"), Page("b", 1)], ""),
        ([Page("a", 3, more="next"), Page("b", 3, more="next")], "page_followed"),
    ],
)
def test_pages_of_an_answer_have_to_be_all_there(pages, code):
    if not code:
        pages_check(pages)
        return
    with pytest.raises(LoadError) as caught:
        pages_check(pages)
    assert caught.value.message.code == code


@pytest.mark.parametrize(
    ("members", "page"),
    [
        ({}, Page("a.json", 3)),
        ({"numberMatched": 3}, Page("a.json", 3, 3)),
        ({"after": {"numberMatched": 2803}}, Page("a.json", 3, 2803)),
        ({"totalFeatures": 7}, Page("a.json", 3, 7)),
        ({"exceededTransferLimit": True}, Page("a.json", 3, more="exceededTransferLimit")),
        (
            {"after": {"properties": {"exceededTransferLimit": True}}},
            Page("a.json", 3, more="exceededTransferLimit"),
        ),
        ({"links": [{"rel": "self"}]}, Page("a.json", 3)),
        ({"after": {"links": [{"rel": "next"}]}}, Page("a.json", 3, more="next")),
    ],
)
def test_geojson_says_of_what_it_is_a_page(tmp_path, members, page):
    assert geojson_look(collection(tmp_path / "a.json", **members)).page() == page


def test_geojson_is_the_same_however_it_is_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(geojson, "_CHUNK_BYTES", 7)
    path = collection(tmp_path / "a.json", 7, name="Läden", after={"count": 12345})
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    found = geojson_look(path)
    assert (found.members, list(found.names), found.count) == (
        {"type": "FeatureCollection", "name": "Läden", "count": 12345},
        ["id"],
        7,
    )
    batches = list(geojson_batches(found, {"key": "id"}, 3))
    assert [len(batch.features) for batch in batches] == [3, 3, 1]
    assert [key for batch in batches for key in batch.columns["key"]] == [f"k{n}" for n in range(7)]
    assert batches[2].features == ["Läden 6"]
    assert batches[2].geometry[0].wkt == "POINT (7.006 51.5)"


@pytest.mark.parametrize("end", [1, 40, 200])
def test_geojson_that_ends_too_early_is_refused(tmp_path, end):
    path = collection(tmp_path / "a.json")
    path.write_bytes(path.read_bytes()[:-end])
    with pytest.raises(LoadError) as caught:
        geojson_look(path)
    assert caught.value.message.code == "json_broken"
    assert "k1" not in str(caught.value)


def read(path: Path) -> Iterator:
    return table_batches(path, [PROFILE], layer=None, crs=None, pages=[], progress=lambda *_: None)


@pytest.mark.parametrize(
    ("crs", "srid"),
    [
        (None, 4326),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, 4326),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}, 25832),
    ],
)
def test_geojson_names_its_system_or_is_in_degrees(tmp_path, crs, srid):
    _profile, batch = next(read(collection(tmp_path / "a.json", after={"crs": crs})))
    assert (batch.crs.srid, batch.crs.register_axes) == (srid, False)


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ({"crs": {"type": "link", "properties": {"href": "http://x"}}}, "crs_by_link"),
        ({"crs": {"type": "name", "properties": {"name": "nobody knows"}}}, "crs_unknown"),
    ],
)
def test_geojson_with_a_system_that_cannot_be_known_is_refused(tmp_path, member, code):
    with pytest.raises(LoadError) as caught:
        list(read(collection(tmp_path / "a.json", **member)))
    assert caught.value.message.code == code


TRUNCATED = "<wfs:truncatedResponse/>"
INSIDE = (
    '<wfs:member><wfs:FeatureCollection numberMatched="{}" numberReturned="3">{}'
    "</wfs:FeatureCollection></wfs:member>"
)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda members: members + TRUNCATED, "page_followed"),
        (lambda members: INSIDE.format(900, members), "page_of_more"),
        (lambda members: INSIDE.format(3, members), ""),
    ],
)
def test_answer_that_says_inside_that_it_is_a_part(city, tmp_path, change, code):
    """A WFS that breaks off says so behind its features; answers to several queries are collections in one."""
    text = parcels_gml()
    first, last = text.index("<wfs:member>"), text.rindex("</wfs:FeatureCollection>")
    path = write(tmp_path / "a.gml", text[:first] + change(text[first:last]) + text[last:])
    if not code:
        assert load(city, "parcels", path).rows == 3
        return
    with pytest.raises(LoadError) as caught:
        stage(city, "parcels", path)
    assert caught.value.message.code == code
