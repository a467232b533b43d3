"""Numbers and branches of asking a WFS: addresses, counts, answers and pages, without a server."""

from __future__ import annotations

import os
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from gis_core.errors import LoadError
from gis_core.loading.fetch.client import (
    Client,
    RetryLater,
    XmlUnreadable,
    exception_text,
    may_pass,
    number_read,
    refusal,
    xml_read,
)
from gis_core.loading.fetch.pages import (
    Page,
    changed,
    directory_for,
    missing,
    pages_resumed,
    state_write,
)
from gis_core.loading.gml.document import local_name
from gis_core.loading.wfs.features import _identifiers, _is_whole
from gis_core.loading.wfs.service import (
    Service,
    _address,
    _is_uncounted,
    _root,
    _srs_name,
    _type_choose,
    _version,
    box_text,
    feature_address,
    since_filter,
)
from gis_core.messages import Message

NEW = Service("http://a.example/wfs?map=x", "2.0.0", "p:Parcel", "urn:25832")
OLD = Service("http://a.example/wfs?map=x", "1.1.0", "p:Parcel", "")


def asked(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


# --- Requests -------------------------------------------------------------------------------------
def test_address_keeps_its_own_parameters_but_none_of_ours():
    url = "http://a.example/wfs?map=x&service=WMS&Count=5&token=t&filter=f#end"
    address = _address(url, {"SERVICE": "WFS", "TOKEN": "u"})
    assert address == "http://a.example/wfs?map=x&SERVICE=WFS&TOKEN=u"


def test_page_is_asked_for_as_each_version_has_it():
    common = {"map": "x", "SERVICE": "WFS", "REQUEST": "GetFeature"}
    assert asked(feature_address(NEW, 20, 10, RESULTTYPE="hits")) == {
        **common,
        "VERSION": "2.0.0",
        "TYPENAMES": "p:Parcel",
        "COUNT": "10",
        "STARTINDEX": "20",
        "SRSNAME": "urn:25832",
        "RESULTTYPE": "hits",
    }
    assert asked(feature_address(OLD, 20, 10)) == {
        **common,
        "VERSION": "1.1.0",
        "TYPENAME": "p:Parcel",
        "MAXFEATURES": "10",
        "STARTINDEX": "20",
    }
    assert not asked(feature_address(OLD)).keys() & {"STARTINDEX", "MAXFEATURES", "SRSNAME"}


@pytest.mark.parametrize(
    ("service", "namespace", "reference"),
    [
        (NEW, "http://www.opengis.net/fes/2.0", "ValueReference"),
        (OLD, "http://www.opengis.net/ogc", "PropertyName"),
    ],
)
def test_filter_is_written_as_each_version_has_it(service, namespace, reference):
    root = xml_read(since_filter(service, "a<b", "2026&").encode())
    assert root.tag == f"{{{namespace}}}Filter"
    [comparison] = root
    assert [(local_name(one.tag), one.text) for one in comparison] == [
        (reference, "a<b"),
        ("Literal", "2026&"),
    ]


def test_filter_holds_the_box_too_where_there_is_one():
    root = xml_read(since_filter(NEW, "d", "1", box=(1.4, 2, 3, 4), geometry="g").encode())
    [[comparison, within]] = root
    assert [local_name(one.tag) for one in (comparison, within)] == [
        "PropertyIsGreaterThanOrEqualTo",
        "BBOX",
    ]
    reference, envelope = within
    assert (reference.text, envelope.get("srsName")) == ("g", "urn:ogc:def:crs:EPSG::25832")
    assert [corner.text for corner in envelope] == ["1 2", "3 4"]
    assert box_text((1.4, 2, 3, 4)) == "1,2,3,4,urn:ogc:def:crs:EPSG::25832"


# --- Answers --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "passes"),
    [
        *((200, False), (404, False), (428, False), (429, True), (430, False), (499, False)),
        *((500, True), (501, False), (502, True), (503, True)),
    ],
)
def test_status_may_pass_where_the_service_is_in_trouble(status, passes):
    assert may_pass(status) == passes


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("12", 12), ("0", 0), ("", None), ("unknown", None), ("-1", None)),
        *(("9" * 18, 10**18 - 1), ("9" * 19, None)),
    ],
)
def test_count_is_read_up_to_eighteen_digits(text, number):
    assert number_read(text) == number


def test_exception_is_told_by_code_and_text():
    report = "<ExceptionReport><Exception exceptionCode='A'><Text> why </Text></Exception></ExceptionReport>"
    assert exception_text(xml_read(report.encode())) == "A why"
    assert exception_text(xml_read(b"<S><E code='B'>old</E><E/></S>")) == "B old"
    assert len(exception_text(xml_read(b"<S>%b</S>" % (b"x" * 501)))) == 500


@pytest.mark.parametrize("content", [b"", b"no xml", b"<!DOCTYPE a><a/>", b"<a"])
def test_answer_that_is_no_xml_is_unreadable(content):
    with pytest.raises(XmlUnreadable, match=r"."):
        xml_read(content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"no xml", "wfs_no_xml"),
        (b"<ows:ExceptionReport xmlns:ows='o'>no</ows:ExceptionReport>", "wfs_exception"),
        (b"<ServiceExceptionReport/>", "wfs_exception"),
        (b"<WMS_Capabilities/>", "wfs_no_wfs"),
    ],
)
def test_answer_that_is_no_wfs_is_refused_by_name(content, code):
    with pytest.raises(LoadError) as caught:
        _version(content, "a.example")
    assert (caught.value.message.code, caught.value.file) == (code, "a.example")


def test_version_is_what_the_root_says():
    assert _version(b"<w:WFS_Capabilities xmlns:w='u' version='2.0.0'/>", "a") == "2.0.0"
    assert _version(b"<WFS_Capabilities/>", "a") == ""
    assert _root(b"<a/>", "a").tag == "a"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"sorry", Message("wfs_http", {"status": 400})),
        (b"<E code='A'>no</E>", Message("wfs_http_told", {"status": 400, "cause": "A no"})),
    ],
)
def test_refusal_tells_the_exception_where_there_is_one(content, message):
    assert refusal(httpx.Response(400, content=content)) == message


@pytest.mark.parametrize(
    ("cause", "is_uncounted"),
    [
        (Message("wfs_exception", {"cause": "OptionNotSupported resulttype"}), True),
        (Message("wfs_exception", {"cause": "NoApplicableCode"}), False),
        (Message("wfs_http", {"status": 400}), True),
        (Message("wfs_http", {"status": 501}), True),
        (Message("wfs_http", {"status": 404}), False),
    ],
)
def test_service_that_cannot_count_is_told_from_one_in_trouble(cause, is_uncounted):
    assert _is_uncounted(cause) == is_uncounted


@pytest.mark.parametrize(
    ("readable", "wanted", "chosen"),
    [
        (["Parcel"], "", "p:Parcel"),
        (["other", "P:PARCEL"], "", "p:Parcel"),
        (["Parcel"], "q:Owner", "q:Owner"),
        (["Owner", "Parcel"], "", "q:Owner"),
    ],
)
def test_feature_type_is_the_one_asked_for_or_the_first_that_is_read(readable, wanted, chosen):
    assert _type_choose(["p:Parcel", "q:Owner"], readable, wanted, "a") == chosen


def test_feature_type_that_is_not_offered_is_told_with_twenty_that_are():
    offered = [f"t{number:02}" for number in range(30, 0, -1)]
    with pytest.raises(LoadError) as caught:
        _type_choose(offered, ["Parcel"], "x", "a")
    params = caught.value.message.params
    assert (params["wanted"], params["there"]) == (
        "x",
        [f"t{number:02}" for number in range(1, 21)],
    )
    with pytest.raises(LoadError) as caught:
        _type_choose(offered, ["Parcel", "P"], "", "a")
    assert caught.value.message.params["wanted"] == "Parcel / P"


@pytest.mark.parametrize(
    ("codes", "name"),
    [([25832, 4326], ""), ([4326, 25832], "urn:25832"), ([4326, 25833], ""), ([], ""), (None, "")],
)
def test_crs_is_asked_for_where_it_is_not_the_default(codes, name):
    options = codes and [SimpleNamespace(code=code, id=f"urn:{code}") for code in codes]
    assert _srs_name(SimpleNamespace(crsOptions=options)) == name


def test_work_is_tried_again_after_each_pause_and_given_up_then():
    tries = []

    def work():
        tries.append(1)
        raise RetryLater("wfs_http", status=500)

    with pytest.raises(LoadError) as caught:
        Client("a.example", 1.0, (0.0, 0.0)).tried(work)
    assert (len(tries), caught.value.file) == (3, "a.example")
    assert Client("a", 1.0, ()).tried(lambda: 7) == 7


# --- Pages ----------------------------------------------------------------------------------------
def page(start: int, returned: int, matched: int | None = None) -> Page:
    return Page(f"{start}.gml", start, returned, matched)


@pytest.mark.parametrize(
    ("before", "now", "is_changed"),
    [
        *(([], 5, False), ([None], 5, False), ([5], None, False), ([5], 5, False)),
        *(([5], 6, True), ([None, 5], 4, True), ([5, 6], 5, False)),
    ],
)
def test_count_that_changes_between_pages_is_noticed(before, now, is_changed):
    found = changed([page(0, 1, matched) for matched in before], page(9, 1, now))
    assert (found is not None) == is_changed


@pytest.mark.parametrize(
    ("matched", "total", "names", "code"),
    [
        (None, None, "ab", None),
        (3, 9, "abc", None),
        (3, None, "abcd", None),
        (None, 4, "abc", "wfs_incomplete"),
        (4, 3, "abc", "wfs_incomplete"),
        (4, None, "ab", "wfs_incomplete_twice"),
    ],
)
def test_fewer_features_than_the_service_counts_are_missing(matched, total, names, code):
    found = missing([page(0, 2, None), page(2, 1, matched)], {*names}, total)
    assert (found and found.code) == code
    if found and "again" in found.params:
        assert found.params == {"matched": 4, "came": 2, "again": 1}


@pytest.mark.parametrize(
    ("returned", "matched", "total", "is_whole"),
    [
        (10, None, None, False),
        (11, None, None, True),
        (3, 3, None, True),
        (3, 4, None, False),
        (3, None, 3, True),
        (3, None, 4, False),
    ],
)
def test_answer_without_pages_is_whole_where_all_came(returned, matched, total, is_whole):
    names = {str(number) for number in range(returned)}
    assert _is_whole([page(0, returned, matched)], names, total, 10) == is_whole


GML = "<FeatureCollection><member><Parcel id='{0}'/></member><member><Parcel id='{0}b'/></member></FeatureCollection>"


def test_fetch_goes_on_where_the_request_is_the_same(tmp_path):
    pages = [page(0, 2), page(2, 2), page(4, 2)]
    for one in pages:
        (tmp_path / one.file).write_text(GML.format(one.start))
    service = Service("u", "2.0.0", "Parcel", "")
    asked = {"service": vars(service), "count": 2, "more": {"FILTER": "x"}}

    def resumed(**changed):
        return pages_resumed(
            tmp_path, asked | changed, lambda one: _identifiers(tmp_path, one, service)
        )

    assert resumed() == ([], set())
    state_write(tmp_path, asked, pages)
    assert resumed() == (pages, {"0", "0b", "2", "2b", "4", "4b"})
    for changed_request in ({"count": 3}, {"more": {}}, {"service": vars(NEW)}):
        assert resumed(**changed_request) == ([], set())
    (tmp_path / pages[1].file).unlink()
    assert resumed() == (pages[:1], {"0", "0b"})


def test_directories_of_a_week_ago_are_removed(tmp_path):
    moment = 2_000_000_000.0
    week = 7 * 24 * 3600
    for name, age in (("old", week + 1), ("young", week)):
        (tmp_path / name).mkdir()
        (tmp_path / f"{name}.part").touch()
        for path in (tmp_path / name, tmp_path / f"{name}.part"):
            os.utime(path, (moment - age, moment - age))
    found = directory_for(tmp_path, "u", "t", moment)
    assert found.name.endswith("-2000000000")
    assert len(found.name) == 27
    assert {path.name for path in tmp_path.iterdir()} == {"young", "young.part"}
    assert directory_for(tmp_path, "u", "other", moment).name[:16] != found.name[:16]
