"""Branches of reading one GML document, each by the smallest document that shows it."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from lxml import etree

from gis_core.coordinates import crs_parse
from gis_core.errors import LoadError
from gis_core.loading.gml import source as gml_source
from gis_core.loading.gml.choosing import profile_read
from gis_core.loading.gml.locations import Location, Locations
from gis_core.loading.gml.nba import DeliveryPlan, _Object
from gis_core.loading.gml.paths import path_text
from gis_core.loading.gml.places import Places
from gis_core.loading.gml.source import xml_batches
from gis_core.loading.read.batches import Batch, LoadReport
from gis_core.loading.read.formats import Format
from gis_core.loading.read.profiles import Profile
from gis_core.loading.sources import Source, _File, _fitting, _labelled

METRES = crs_parse(25832)
BASE = Profile(
    name="p",
    dataset="parcels",
    formats=["xml"],
    namespace="urn:n",
    features=["F"],
    geometry=["where"],
    columns={"key": ["k", "deep/k", "deep/@code"], "id": ["@id"], "kind": ["@element"]},
)
FIRST = "DENW000000000001"


def ring(west: float, size: float = 10) -> str:
    corners = shapely.get_coordinates(shapely.box(west, 0, west + size, size)).ravel()
    return f"<exterior><LinearRing><posList>{' '.join(map(str, corners))}</posList></LinearRing></exterior>"


def feature(
    name: str = "F", number: int = 1, srs: str = "", inside: str = "", is_placed: bool = True
) -> str:
    srs_name = f' srsName="EPSG:{srs}"' if srs else ""
    where = f"<where><Polygon{srs_name}>{ring(20 * number)}</Polygon></where>" if is_placed else ""
    return f'<member><{name} id="f{number}">{inside}{where}</{name}></member>'


def document(
    *members: str, root: str = "FeatureCollection", attributes: str = "", namespace: str = "urn:n/1"
) -> str:
    return f'<{root} xmlns="{namespace}" {attributes}>{"".join(members)}</{root}>'


def read(
    tmp_path: Path,
    text: str,
    profile: Profile = BASE,
    crs=METRES,
    report=None,
    delivery=None,
    seen=None,
    surfaces=True,
) -> list[Batch]:
    path = tmp_path / "a.gml"
    path.write_text(text, "utf-8")
    batches = xml_batches(
        path,
        [profile],
        surfaces=surfaces,
        crs=crs,
        report=report or LoadReport(),
        progress=lambda *step: None if seen is None else seen.append(step),
        delivery=delivery,
    )
    return [batch for _, batch in batches]


def failed(tmp_path: Path, text: str, **options) -> LoadError:
    with pytest.raises(LoadError) as caught:
        read(tmp_path, text, **options)
    assert caught.value.file == "a.gml"
    return caught.value


# --- Values ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("inside", "key"),
    [
        ("<k> a </k>", "a"),
        ("<k/><deep><x/><k>b</k></deep>", "b"),
        ("<k>a</k><deep><k>b</k></deep>", "a"),
        ("<deep code='c'/>", "c"),
        ("<deep/>", None),
        ("", None),
    ],
)
def test_value_is_the_first_that_is_found_on_its_paths(tmp_path, inside, key):
    [batch] = read(tmp_path, document(feature(inside=inside)))
    assert batch.columns == {"key": [key], "id": ["f1"], "kind": ["F"]}
    assert (batch.features, batch.file, batch.crs) == (["F f1"], "a.gml", METRES)
    assert batch.geometry[0].equals(shapely.box(20, 0, 30, 10))


def test_text_at_the_end_of_a_path():
    element = etree.fromstring("<a n='1'><b><c> x </c></b><b><d>y</d></b></a>")
    assert path_text(element, ["b", "c"]) == "x"
    assert path_text(element, ["b", "d"]) is None
    assert (path_text(element, ["@n"]), path_text(element, ["@m"])) == ("1", None)


def test_value_that_stands_elsewhere_in_the_document_is_read_there(tmp_path):
    link = 'xmlns:x="http://www.w3.org/1999/xlink" x:href'
    text = document(
        feature(inside=f'<deep {link}="#d"/>'),
        feature(number=2, inside=f'<deep {link}="http://example.org/code"/>'),
        '<other id="d"><k>there</k></other>',
    )
    report = LoadReport()
    profile = replace(BASE, columns={"key": ["deep/other/k"]})
    [batch] = read(tmp_path, text, profile=profile, report=report)
    assert batch.columns["key"] == ["there", None]
    [note] = report.notes
    assert (note["code"], note["feature"]) == ("property_elsewhere", "f2")
    assert note["params"] == {"name": "deep", "href": "http://example.org/code"}


def test_geometry_that_stands_elsewhere_in_the_document_is_read_there(tmp_path):
    polygon = f'<Polygon id="g" srsName="EPSG:25832">{ring(0)}</Polygon>'
    where = '<where xmlns:x="http://www.w3.org/1999/xlink" x:href="#g"/>'
    text = document(
        feature(is_placed=False, inside=where), f"<member><geo>{polygon}</geo></member>"
    )
    [batch] = read(tmp_path, text)
    assert (batch.geometry[0].area, batch.crs.srid) == (100, 25832)


@pytest.mark.parametrize("geometry", ["<Point>{}</Point>", "<MultiPoint><m>{}</m></MultiPoint>"])
def test_points_of_another_model(tmp_path, geometry):
    point = "<Point><pos>1 2</pos></Point>" if "Multi" in geometry else "<pos>1 2</pos>"
    where = f"<where>{geometry.format(point)}</where>"
    text = document(feature(is_placed=False, inside=where), feature(number=2, is_placed=False))
    [batch] = read(tmp_path, text, surfaces=False)
    assert batch.geometry.tolist() == [shapely.Point(1, 2), None]


def test_feature_without_an_identifier_is_numbered(tmp_path):
    text = document(feature(), feature(number=2).replace(' id="f2"', ""))
    assert read(tmp_path, text)[0].features == ["F f1", "F no. 2"]


def test_feature_without_geometry_keeps_its_place(tmp_path):
    text = document(feature(is_placed=False), "<member><F id='x'><where/></F></member>")
    [batch] = read(tmp_path, text, crs=None)
    assert batch.geometry.tolist() == [None, None]


# --- CRS ------------------------------------------------------------------------------------------
def test_batch_ends_where_the_crs_changes(tmp_path):
    text = document(
        feature(number=1),
        feature(number=2, srs="25833"),
        feature(number=3, is_placed=False),
        feature(number=4, srs="25833"),
        feature(number=5),
    )
    batches = read(tmp_path, text)
    assert [(batch.crs.srid, batch.features) for batch in batches] == [
        (25832, ["F f1"]),
        (25833, ["F f2", "F f3", "F f4"]),
        (25832, ["F f5"]),
    ]
    bounds = [shapely.bounds(batch.geometry)[:, 0].tolist() for batch in batches]
    assert (bounds[0], bounds[1][::2], bounds[2]) == ([20], [40, 80], [100])
    assert [batch.columns["id"] for batch in batches] == [["f1"], ["f2", "f3", "f4"], ["f5"]]


@pytest.mark.parametrize(
    ("header", "srid"),
    [
        ('<boundedBy><Envelope srsName="EPSG:25833"/></boundedBy>', 25833),
        ("<boundedBy><Envelope/></boundedBy>", 25832),
        (
            (
                "<AA_Koordinatenreferenzsystemangaben><crs href='EPSG:25833'/><standard>true</standard>"
                "</AA_Koordinatenreferenzsystemangaben>"
            ),
            25833,
        ),
        (
            (
                "<AA_Koordinatenreferenzsystemangaben><crs href='EPSG:25833'/><standard>false</standard>"
                "</AA_Koordinatenreferenzsystemangaben>"
            ),
            25832,
        ),
    ],
)
def test_header_names_the_crs_of_what_names_none(tmp_path, header, srid):
    [batch] = read(tmp_path, document(header, feature()))
    assert batch.crs.srid == srid


@pytest.mark.parametrize(
    ("text", "crs", "code", "where"),
    [
        (document(feature()), None, "crs_nowhere", "F f1"),
        (document(feature(srs="x")), METRES, None, "f1"),
        (
            document('<boundedBy><Envelope srsName="EPSG:x"/></boundedBy>'),
            METRES,
            None,
            "boundedBy",
        ),
    ],
)
def test_crs_that_is_none_names_the_feature(tmp_path, text, crs, code, where):
    error = failed(tmp_path, text, crs=crs)
    assert error.feature == where
    assert code is None or error.message.code == code


# --- Batches --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("setting", "value"), [("BATCH_ROWS", 2), ("_BATCH_NUMBERS", 20)])
def test_batch_ends_where_it_is_full(tmp_path, monkeypatch, setting, value):
    monkeypatch.setattr(gml_source, setting, value)
    seen = []
    batches = read(tmp_path, document(*(feature(number=n) for n in range(1, 6))), seen=seen)
    assert [len(batch.features) for batch in batches] == [2, 2, 1]
    assert seen == [("a.gml", 2), ("a.gml", 4), ("a.gml", 5)]


def test_arcs_and_heights_are_counted(tmp_path):
    arc = "<m><Arc><posList>0 0 5 5 10 0</posList></Arc></m><m><LineString><posList>10 0 0 0</posList></LineString></m>"
    round_one = f"<member><F><where><Polygon><exterior><Ring>{arc}</Ring></exterior></Polygon></where></F></member>"
    high = (
        feature()
        .replace("<Polygon>", '<Polygon srsDimension="3">')
        .replace(
            ring(20),
            "<exterior><LinearRing><posList>0 0 7 4 0 7 4 4 7 0 0 7</posList></LinearRing></exterior>",
        )
    )
    report = LoadReport()
    read(tmp_path, document(round_one, high, round_one), report=report)
    assert (report.counts["arcs linearised"], report.counts["position lists flattened"]) == (2, 1)


def test_impossible_geometry_names_its_feature(tmp_path):
    good = feature().replace('"f1"', '"f2"')
    [batch] = read(tmp_path, document(feature().replace("Polygon", "Point"), good))
    assert {row: fault.code for row, fault in batch.faults.items()} == {0: "surface_unsupported"}
    assert batch.features == ["F f1", "F f2"]
    assert [shape is None for shape in batch.geometry] == [True, False]


# --- Whole documents ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("attributes", "is_whole"),
    [
        ('numberReturned="2"', True),
        ('numberReturned="3"', False),
        ('numberReturned="1"', False),
        ('numberOfFeatures="3"', False),
        ('numberReturned="2" numberOfFeatures="3"', True),
        ('numberReturned="unknown"', True),
    ],
)
def test_answer_has_as_many_members_as_it_says(tmp_path, attributes, is_whole):
    text = document(feature(), feature("Other", 2), attributes=attributes)
    if is_whole:
        assert len(read(tmp_path, text)) == 1
    else:
        assert failed(tmp_path, text).message.code == "xml_incomplete"


@pytest.mark.parametrize(
    ("others", "said", "is_whole"),
    [([], 3, True), (["G"], 2, True), (["G"], 3, False), (["G"], 1, False)],
)
def test_features_without_wrappers_are_counted_where_all_are_known(
    tmp_path, others, said, is_whole
):
    inside = "<featureMembers><F id='a'/><G id='b'/></featureMembers>"
    text = document(inside, attributes=f'numberOfFeatures="{said}"')
    profile = replace(BASE, others=others)
    if is_whole:
        assert read(tmp_path, text, profile)[0].features == ["F a"]
    else:
        error = failed(tmp_path, text, profile=profile)
        assert error.message.params == {"name": "numberOfFeatures", "said": said, "came": 2}


def test_empty_answer_of_known_types_has_nought_features(tmp_path):
    text = document(attributes='numberReturned="1"')
    assert read(tmp_path, text) == []
    assert (
        failed(tmp_path, text, profile=replace(BASE, others=["G"])).message.code == "xml_incomplete"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (document(root="ExceptionReport"), "xml_service_error"),
        (document(root="ServiceExceptionReport"), "xml_service_error"),
        (document(namespace="urn:other"), "xml_root_unknown"),
        ("<a", "xml_broken"),
    ],
)
def test_document_that_nobody_reads_is_refused_by_both(tmp_path, text, code):
    assert failed(tmp_path, text).message.code == code
    with pytest.raises(LoadError) as caught:
        profile_read(tmp_path / "a.gml", [BASE])
    assert (caught.value.message.code, caught.value.file) == (code, "a.gml")


def test_profile_is_the_first_whose_namespace_begins_so(tmp_path):
    path = tmp_path / "a.gml"
    path.write_text(document())
    other = replace(BASE, name="q", namespace="urn:other")
    assert profile_read(path, [other, BASE]).name == "p"


def test_gzip_that_breaks_off_is_damaged(tmp_path):
    path = tmp_path / "a.gml.gz"
    path.write_bytes(gzip.compress(document(feature()).encode())[:-20])
    with pytest.raises(LoadError) as caught:
        profile_read(path, [BASE])
    assert (caught.value.message.code, caught.value.file) == ("gzip_damaged", "a.gml.gz")


# --- NAS ------------------------------------------------------------------------------------------
def plan_of(objects=None, updated: bool = True, partial: bool = True, **parts) -> DeliveryPlan:
    places = parts.get("places", Places([], []))
    return DeliveryPlan(
        BASE, [], objects or {}, partial, parts.get("locations", Locations()), places, {}, updated
    )


@pytest.mark.parametrize("kind", ["Replace", "Delete", "Update"])
def test_change_that_nobody_expects_is_refused(tmp_path, kind):
    text = document(f"<{kind}/>")
    for delivery in (None, (plan_of(updated=False), 0)):
        error = failed(tmp_path, text, delivery=delivery)
        assert (error.message.code, error.message.params) == ("nba_unprepared", {"kind": kind})
    assert read(tmp_path, text, delivery=(plan_of(), 0)) == []


def test_version_that_counts_is_read_alone(tmp_path):
    profile = replace(BASE, object_id="id")
    member = f'<member><F id="{FIRST}20260101T000000Z"><k>{{}}</k></F></member>'
    text = document(*(member.format(n) for n in "abc"))
    objects = {FIRST: _Object("F", "", (7, 2))}
    [batch] = read(tmp_path, text, profile, delivery=(plan_of(objects), 7))
    assert (batch.columns["key"], batch.features) == (["b"], [f"F {FIRST}"])
    assert read(tmp_path, text, profile, delivery=(plan_of(objects), 6)) == []


def test_version_of_the_past_is_left_out_and_counted(tmp_path):
    profile = replace(BASE, object_id="id")
    ended = "<lebenszeitintervall><i><beginnt>a</beginnt><endet>b</endet></i></lebenszeitintervall>"
    text = document(feature(inside=ended), feature(number=2), feature(number=3, inside=ended))
    report = LoadReport()
    [batch] = read(tmp_path, text, profile, report=report)
    assert (batch.features, report.counts["versions of the past left out"]) == (["F f2"], 2)


def portion(number: str, total: str) -> str:
    return (
        f"<AX_Portionskennung><laufendeNummerVonGesamtzahl>{number}</laufendeNummerVonGesamtzahl>"
        f"<gesamtzahl>{total}</gesamtzahl></AX_Portionskennung>"
    )


def test_parts_of_a_delivery_are_noted(tmp_path):
    report = LoadReport()
    for text in (portion("2", "3"), portion("1", "3"), portion("x", "3"), portion("1", "")):
        read(tmp_path, document(text), report=report)
    read(tmp_path, document(portion("1", "9")), report=report, delivery=(plan_of(), 0))
    read(tmp_path, document(portion("1", "2")), report=report, delivery=(plan_of(updated=False), 0))
    assert report.parts == {3: {1, 2}, 2: {1}}


def test_object_lies_where_something_that_refers_to_it_lies(tmp_path):
    places = Places([["L", "r"]], ["position"])
    places.add(
        etree.fromstring(
            '<L xmlns:x="u"><r x:href="f1"/><position><Point srsName="EPSG:25833"><pos>3 4</pos></Point>'
            "</position></L>"
        )
    )
    profile = replace(BASE, places=[["L", "r"]])
    report = LoadReport()
    text = document(feature(is_placed=False), feature(number=2, is_placed=False))
    [batch] = read(tmp_path, text, profile, report=report, delivery=(plan_of(places=places), 0))
    assert (batch.geometry.tolist(), batch.crs.srid) == ([shapely.Point(3, 4)], 25833)
    assert (batch.features, report.counts["without a place"]) == (["F f1"], 1)


def test_location_is_put_together_from_what_is_referred_to(tmp_path):
    locations = Locations()
    locations.places = {FIRST: Location("Feldweg", "", "1"), "f1": Location("Own", "", "")}
    profile = replace(BASE, columns={"text": ["at/@href", "at"], "key": ["k"]}, location="text")
    text = document(feature(inside=f"<at href='urn:adv:oid:{FIRST}'/><k>a</k>"))
    [batch] = read(tmp_path, text, profile, delivery=(plan_of(locations=locations), 0))
    assert batch.columns == {"text": ["Feldweg 1"], "key": ["a"]}
    unknown = document(feature(inside="<at href='other'/>"))
    for partial, stored in ((True, "\x00"), (False, "")):
        plan = plan_of(locations=locations, partial=partial)
        assert read(tmp_path, unknown, profile, delivery=(plan, 0))[0].columns["text"] == [stored]
    own = replace(profile, columns={"text": ["@id"]})
    assert read(tmp_path, document(feature()), own, delivery=(plan_of(locations=locations), 0))[
        0
    ].columns == {"text": ["Own"]}


# --- Files of a source ----------------------------------------------------------------------------
def test_error_of_an_unpacked_file_names_its_archive():
    path = Path("b.gml")
    with pytest.raises(LoadError) as caught, _labelled("a.zip/b.gml", path):
        raise LoadError("file_empty", file="b.gml", feature="x")
    assert (caught.value.file, caught.value.feature) == ("a.zip/b.gml", "x")
    for error, label in (
        (LoadError("file_empty", file="c"), "a.zip/b.gml"),
        (LoadError("file_empty", file="b.gml"), "b.gml"),
    ):
        with pytest.raises(LoadError) as caught, _labelled(label, path):
            raise error
        assert caught.value is error


def test_of_several_tables_the_one_that_a_profile_names_is_read(tmp_path):
    def file(name: str, kind: Format = Format.SHAPEFILE) -> _File:
        path = tmp_path / name
        path.write_text("<data/>", "utf-8")
        return _File(name, path, Source(path), kind, [replace(BASE, features=["Parcel"])])

    named, other = file("PARCEL.shp"), file("other.shp")
    assert _fitting([other, named]) == [named]
    assert _fitting([other]) == [other]
    assert _fitting([other, file("c.shp")]) == [other, file("c.shp")]
    (tmp_path / "a.xml").write_text("<a/>")
    with_xml = [other, named, file(str(tmp_path / "a.xml"), Format.XML)]
    assert _fitting(with_xml) == with_xml
