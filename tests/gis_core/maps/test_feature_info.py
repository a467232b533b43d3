"""What services answer about a place, in every dialect and with everything wrong, as plain tables."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st

from gis_core.enums import ServiceKind
from gis_core.maps.feature_info import InfoUnavailable, feature_info_ask, info_read, is_askable
from gis_core.models import MapService, MapSource
from tests.gis_core.maps.test_harvest import fake_host

HOSTILE = "<script>alert(1)</script> ${alert(2)} `${alert(3)}` <img src=x onerror=alert(4)>"
ESCAPED = HOSTILE.replace("&", "&amp;").replace("<", "&lt;")
EXPECTED = [("parcels", [("key", "123/4"), ("owner", "Stadt Köln")])]
MAPSERVER = """<?xml version="1.0" encoding="UTF-8"?><msGMLOutput xmlns:gml="http://www.opengis.net/gml">
<parcels_layer><gml:name>parcels</gml:name>
<parcels_feature><gml:boundedBy><gml:Box><gml:coordinates>1,2 3,4</gml:coordinates></gml:Box>
</gml:boundedBy><geometry><gml:Point><gml:pos>1 2</gml:pos></gml:Point></geometry><key>123/4</key><empty/>
<owner>Stadt Köln</owner></parcels_feature></parcels_layer></msGMLOutput>"""
COLLECTION = """<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml"
xmlns:a="urn:a"><gml:boundedBy><gml:null>unknown</gml:null></gml:boundedBy><{member}><a:parcels fid="parcels.1">
<a:the_geom><gml:MultiSurface><gml:posList>1 2 3 4</gml:posList></gml:MultiSurface></a:the_geom><a:key>123/4</a:key>
<a:owner>Stadt Köln</a:owner></a:parcels></{member}></wfs:FeatureCollection>"""
QGIS = """<GetFeatureInfoResponse><BoundingBox/><Layer name="parcels"><Feature id="1">
<Attribute name="key" value="123/4"/><Attribute name="owner" value="Stadt Köln"/>
<Attribute name="geometry" value="Point (1 2)" type="derived"/></Feature>
</Layer></GetFeatureInfoResponse>"""
ESRI = """<FeatureInfoResponse xmlns="http://www.esri.com/wms"><FeatureInfoCollection layername="parcels"><FeatureInfo>
<Field><FieldName>key</FieldName><FieldValue>123/4</FieldValue></Field><Field><FieldName>owner</FieldName>
<FieldValue>Stadt Köln</FieldValue></Field></FeatureInfo></FeatureInfoCollection></FeatureInfoResponse>"""
FIELDS = '<FeatureInfoResponse><FIELDS key="123/4" owner="Stadt Köln"/></FeatureInfoResponse>'
GEOJSON = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "parcels.1",
            "geometry": {"type": "Point", "coordinates": [1, 2]},
            "properties": {"key": "123/4", "owner": "Stadt Köln", "none": None},
        }
    ],
}
ESRI_JSON = {
    "results": [
        {"layerName": "parcels", "attributes": {"key": "123/4", "owner": "Stadt Köln"}},
    ]
}
MAPSERVER_PLAIN = """GetFeatureInfo results:

Layer 'parcels'
  Feature 12:
    key = '123/4'
    owner = 'Stadt Köln'
"""
GEOSERVER_PLAIN = """Results for FeatureType 'parcels':
--------------------------------------------
the_geom = [GEOMETRY (MultiPolygon) with 198 points]
key = 123/4
owner = Stadt Köln
--------------------------------------------
"""
HTML = """<html><head><title>Auskunft</title><style>td {color: red}</style></head><body><table><tr><th>key</th>
<td>123/4</td></tr><tr><td>owner:</td><td><b>Stadt</b> <a href="javascript:alert(1)">Köln</a></td></tr></table>
</body></html>"""
HTML_COLUMNS = """<table class="featureInfo"><tr><th>fid</th><th>key</th><th>owner</th></tr>
<tr><td>parcels.1</td><td>123/4</td><td>Stadt K&ouml;ln</td></tr>
<tr><td>parcels.2</td><td>5</td><td>Land</td></tr></table>"""


def table(content: str | bytes, media_type: str = "text/xml"):
    body = content.encode() if isinstance(content, str) else content
    return [(one.layer, list(one.values)) for one in info_read(body, media_type).features]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (MAPSERVER, "application/vnd.ogc.gml"),
        (MAPSERVER.replace("UTF-8", "iso-8859-1").encode("latin-1"), "application/vnd.ogc.gml"),
        (MAPSERVER.replace("UTF-8", "UTF-16").encode("utf-16"), "text/xml"),
        (COLLECTION.format(member="gml:featureMember"), "text/xml"),
        (COLLECTION.format(member="wfs:member"), "text/plain"),
        (QGIS, "text/xml"),
        (ESRI, "text/xml"),
        (json.dumps(GEOJSON), "application/geo+json"),
        (json.dumps(GEOJSON).encode("utf-16"), "application/json"),
        (json.dumps(ESRI_JSON), "application/json"),
        (MAPSERVER_PLAIN, "text/plain"),
        (MAPSERVER_PLAIN.encode("cp1252"), "text/plain"),
        (MAPSERVER_PLAIN.encode("utf-16"), "text/plain"),
        (GEOSERVER_PLAIN, "text/plain"),
    ],
)
def test_every_dialect_becomes_the_same_table(content, media_type):
    assert table(content, media_type) == EXPECTED


@pytest.mark.parametrize("content", [FIELDS, HTML])
def test_dialects_without_layers_have_none(content):
    assert table(content) == [("", EXPECTED[0][1])]


def test_table_with_columns_has_an_object_for_each_row():
    found = table(HTML_COLUMNS, "text/html")
    assert [values[1:] for _layer, values in found] == [
        [("key", "123/4"), ("owner", "Stadt Köln")],
        [("key", "5"), ("owner", "Land")],
    ]


def test_prose_keeps_its_lines_without_names():
    assert table("Hier liegt\n\nnichts Besonderes", "text/plain") == [
        ("", [("", "Hier liegt"), ("", "nichts Besonderes")])
    ]
    html = "<h1>Lage</h1><p>Hier<br>liegt <i>nichts</i></p><ul><li>Stand: 2026</li></ul>"
    assert table(html, "text/html") == [
        ("", [("", "Lage"), ("", "Hier"), ("", "liegt nichts"), ("Stand", "2026")])
    ]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ("", "text/plain"),
        ("no features were found\n", "text/plain"),
        ("GetFeatureInfo results:\n\n  Search returned no results.\n", "text/plain"),
        ("<msGMLOutput/>", "text/xml"),
        ('{"type":"FeatureCollection","features":[]}', "application/json"),
        ("<html><body><script>x = 1</script></body></html>", "text/html"),
    ],
)
def test_nothing_at_the_place_is_an_empty_answer(content, media_type):
    assert table(content, media_type) == []


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (MAPSERVER.replace("123/4", ESCAPED), "text/xml"),
        (json.dumps({"features": [{"properties": {"key": HOSTILE}}]}), "application/json"),
        (f"key = {HOSTILE}", "text/plain"),
    ],
)
def test_hostile_values_stay_the_text_they_are(content, media_type):
    assert table(content, media_type)[0][1][0] == ("key", HOSTILE)


def test_foreign_html_leaves_no_markup():
    html = f"<table><tr><td>key</td><td>{HOSTILE}<style>x</style></td></tr></table><svg onload=alert(5)>"
    assert table(html, "text/html") == [("", [("key", "${alert(2)} `${alert(3)}`")])]


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\u202e", "\ud800", "\u2028"])
def test_signs_that_nobody_sees_are_taken_out(sign):
    content = json.dumps({"features": [{"properties": {f"k{sign}ey": f"a{sign}b"}}]})
    assert table(content, "application/json") == [("", [("k ey", "a b")])]


@pytest.mark.parametrize(
    ("content", "media_type", "text"),
    [
        ("<ServiceExceptionReport><a>nein</a></ServiceExceptionReport>", "text/xml", "Auskunft: nein"),
        ("<ExceptionReport><a>nein</a></ExceptionReport>", "application/json", "Auskunft: nein"),
        ('{"exceptions":[{"code":"InvalidPoint","text":"nein"}]}', "application/json", "InvalidPoint"),
        ("<kml/>", "text/xml", "„kml“"),
        ("<a>", "text/xml", "nicht lesbar"),
        ("{", "application/json", "nicht lesbar"),
        ("[1]", "application/json", "nicht lesbar"),
        ('{"a": 1}', "application/json", "nicht lesbar"),
        ("[" * 100_000, "application/json", "nicht lesbar"),
        (b"\x89PNG", "image/png", "image/png"),
        ('<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>', "text/xml", "Entities"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "text/xml", "„a“"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_told_in_words(content, media_type, text):
    with pytest.raises(InfoUnavailable) as raised:
        table(content, media_type)
    assert text in raised.value.shown()


def test_much_is_cut_and_told():
    features = [{"properties": {f"n{n}": "x" * 600 for n in range(70)}} for _turn in range(12)]
    info = info_read(json.dumps({"features": features}).encode(), "application/json")
    assert len(info.features) == 10
    assert len(info.features[0].values) == 60
    assert len(info.features[0].values[0][1]) == 500
    assert [note.code for note in info.notes] == ["info_cut_objects", "info_cut_values"]


@given(
    st.binary(max_size=300), st.sampled_from(["", "<msGMLOutput>", "<html><table>", '{"features":'])
)
def test_bytes_are_a_table_or_told(content, begin):
    for media_type in ("text/html", "text/xml", "application/json", "text/plain"):
        with suppress(InfoUnavailable):
            info_read(begin.encode() + content, media_type)


@pytest.fixture
def host(settings, db):
    settings.PRIVATE_NETWORKS = {"map_service": ["127.0.0.0/8"]}
    cache.clear()
    with fake_host() as fake:
        yield fake


def service_make(url: str, *, formats=("application/json",), query=True, **fields) -> MapService:
    source = MapSource.objects.create(
        url=url,
        info_formats=list(formats),
        layers=[{"name": "a", "is_queryable": query}, {"name": "b", "is_queryable": False}],
    )
    values = {"slug": "a", "title": "A", "layers": "a,b", "url": url, "source": source}
    return MapService.objects.create(**{**values, **fields})


def ask(service: MapService, **values):
    return feature_info_ask(service=service, longitude=7.31, latitude=51.55, **values)


def answering(host, content, media_type="application/json", status=200):
    asked = []

    def answer(path, query):
        asked.append({"path": path, **query})
        return status, content, {"Content-Type": media_type}

    host.answer = answer
    return asked


@pytest.mark.parametrize(
    ("version", "crs", "first"),
    [
        ("1.1.1", "EPSG:4326", 7.31),
        ("1.3.0", "EPSG:4326", 51.55),
        ("1.3.0", "CRS:84", 7.31),
        ("1.3.0", "EPSG:3857", 813_745),
        ("1.3.0", "EPSG:25832", 382_800),
        ("1.3.0", "EPSG:31466", 5_714_000),
        ("1.1.1", "EPSG:31466", 2_590_800),
    ],
)
def test_place_is_the_middle_pixel_in_every_system(host, version, crs, first):
    asked = answering(host, json.dumps(GEOJSON))
    info = ask(service_make(f"{host.url}/wms", version=version, crs=crs))
    assert info.features[0].values[0] == ("key", "123/4")
    [query] = asked
    column, row = ("I", "J") if version == "1.3.0" else ("X", "Y")
    assert (query[column], query[row], query["WIDTH"], query["HEIGHT"]) == (
        "50",
        "50",
        "101",
        "101",
    )
    low_x, _low_y, high_x, _high_y = map(float, query["BBOX"].split(","))
    assert (low_x + high_x) / 2 == pytest.approx(first, rel=1e-4)
    assert query["QUERY_LAYERS"] == "a"
    assert query["LAYERS"] == "a,b"


def test_best_format_is_asked_and_the_next_one_after_an_exception(host):
    asked = []

    def answer(path, query):
        asked.append(query["INFO_FORMAT"])
        if query["INFO_FORMAT"] == "text/plain":
            return 200, MAPSERVER_PLAIN, {"Content-Type": "text/plain"}
        return 200, "<ServiceExceptionReport/>", {"Content-Type": "text/xml"}

    host.answer = answer
    formats = ("text/html", "text/plain", "image/png", "application/vnd.ogc.gml/3.1.1")
    assert ask(service_make(host.url, formats=formats)).features[0].layer == "parcels"
    assert asked == ["application/vnd.ogc.gml/3.1.1", "text/plain"]


@pytest.mark.parametrize(
    "fields",
    [{"query": False}, {"formats": ("image/png", "text/javascript")}, {"kind": ServiceKind.WMTS}],
)
def test_service_that_cannot_be_asked_is_not_asked(host, fields):
    asked = answering(host, "{}")
    service = service_make(host.url, **fields)
    assert not is_askable(service)
    with pytest.raises(InfoUnavailable, match="cannot be asked"):
        ask(service)
    assert asked == []


def test_collection_with_a_map_is_asked_for_its_objects(host):
    asked = answering(host, json.dumps(GEOJSON), "application/geo+json")
    url = f"{host.url}/collections/parcels/map?key=1"
    info = ask(service_make(url, kind=ServiceKind.OGC_MAPS))
    assert info.features[0].layer == "parcels"
    assert (asked[0]["path"], asked[0]["KEY"]) == ("/collections/parcels/items", "1")
    west, south, east, north = map(float, asked[0]["BBOX"].split(","))
    assert west < 7.31 < east
    assert south < 51.55 < north
    assert north - south < 0.0001


def test_service_that_is_down_is_left_alone_for_a_moment(host):
    asked = answering(host, "weg", "text/plain", 503)
    service = service_make(host.url)
    with pytest.raises(InfoUnavailable, match="HTTP 503"):
        ask(service)
    with pytest.raises(InfoUnavailable, match="a moment ago"):
        ask(service)
    assert len(asked) == 1


def test_refused_request_does_not_pause_the_service(host):
    asked = answering(host, "nein", "text/plain", 404)
    service = service_make(host.url)
    for _turn in range(2):
        with pytest.raises(InfoUnavailable, match="HTTP 404"):
            ask(service)
    assert len(asked) == 2


def test_answer_of_ten_megabytes_is_given_up(host):
    answering(host, b" " * 10_000_000, "text/plain")
    with pytest.raises(InfoUnavailable, match="more than 1048576 bytes"):
        ask(service_make(host.url))


def test_slow_service_costs_no_more_than_the_time_given(host):
    def answer(path, query):
        time.sleep(1.5)
        return 200, "{}", {}

    host.answer = answer
    began = time.monotonic()
    with pytest.raises(InfoUnavailable, match="more than"):
        ask(service_make(host.url), deadline_s=0.3)
    assert time.monotonic() - began < 1.2


def test_private_network_is_not_reached(host, settings):
    settings.PRIVATE_NETWORKS = {"map_service": []}
    asked = answering(host, "{}")
    with pytest.raises(InfoUnavailable, match="must not be reached"):
        ask(service_make(host.url))
    assert asked == []
