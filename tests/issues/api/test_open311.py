"""The Open311 server over HTTP: every method, both formats, every error in the format."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from issues import agency
from issues.enums import AttributeType, Channel, IssueStatus, PhotoStatus, ReporterCheck
from issues.models import Category, Issue, Photo
from issues.services import (
    api_key_create,
    issue_release,
    issue_set_status,
    issue_withdraw,
)
from issues.types import LocationInput, ReporterInput
from tests.issues.conftest import LAT, LONG, picture

BASE = "/open311/v2"
FORM = "application/x-www-form-urlencoded"
ENGLISH = {"headers": {"accept-language": "en"}}


def xml_of(response) -> Element:
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    assert response.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n')
    return fromstring(response.content)


def json_of(response):
    assert response["Content-Type"] == "application/json; charset=utf-8"
    return json.loads(response.content)


def codes_of(response) -> list[int]:
    """The codes of an error answer in XML; the HTTP status is the first."""
    root = xml_of(response)
    assert root.tag == "errors"
    codes = [int(error.findtext("code")) for error in root.findall("error")]
    assert all(error.findtext("description") for error in root.findall("error"))
    assert response.status_code == codes[0]
    return codes


# --- Discovery, services, definitions ---------------------------------------------------------------


def test_discovery_names_the_endpoint_in_both_formats(client):
    root = xml_of(client.get(f"{BASE}/discovery.xml"))
    assert [child.tag for child in root] == [
        "changeset",
        "contact",
        "key_service",
        "endpoints",
        "limits",
    ]
    assert root.findtext("limits/page_size") == "1000"
    endpoint = root.find("endpoints/endpoint")
    assert endpoint.findtext("url") == f"{settings.PUBLIC_URL}/open311/v2"
    assert endpoint.findtext("specification") == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint.findtext("type") == "production"
    assert [form.text for form in endpoint.findall("formats/format")] == [
        "text/xml",
        "application/json",
    ]
    content = json_of(client.get(f"{BASE}/discovery.json"))
    assert content["endpoints"][0]["formats"] == ["text/xml", "application/json"]


def test_services_are_listed_in_order(client, jurisdiction, make_category, make_question):
    make_category(jurisdiction, "RATS", order=2, keywords="Ratten,Tiere", groups={"de": "Ordnung"})
    make_question(make_category(jurisdiction, "BRIDGE", order=1), "KIND", "a b")
    make_category(jurisdiction, "GONE", is_active=False)
    first, second = json_of(client.get(f"{BASE}/services.json"))
    assert first["service_code"] == "BRIDGE"
    assert first["metadata"] is True
    assert second == {
        "service_code": "RATS",
        "service_name": "RATS auf Deutsch",
        "description": None,
        "metadata": False,
        "type": "realtime",
        "keywords": "Ratten,Tiere",
        "group": "Ordnung",
    }
    root = xml_of(client.get(f"{BASE}/services.xml", **ENGLISH))
    assert root.tag == "services"
    assert [service.findtext("service_name") for service in root.findall("service")] == [
        "BRIDGE in English",
        "RATS in English",
    ]
    assert [service.findtext("metadata") for service in root] == ["true", "false"]


def test_definition_shows_questions_and_information(client, category, make_question):
    make_question(category, "KIND", "own shared", is_required=True, order=2)
    make_question(category, "NOTE", datatype=AttributeType.TEXT, is_variable=False, order=1)
    content = json_of(client.get(f"{BASE}/services/ROAD_SURFACE.json", **ENGLISH))
    assert content == {
        "service_code": "ROAD_SURFACE",
        "attributes": [
            {
                "variable": False,
                "code": "NOTE",
                "datatype": "text",
                "required": False,
                "datatype_description": None,
                "order": 1,
                "description": "Question NOTE?",
            },
            {
                "variable": True,
                "code": "KIND",
                "datatype": "singlevaluelist",
                "required": True,
                "datatype_description": None,
                "order": 2,
                "description": "Question KIND?",
                "values": [
                    {"key": "own", "name": "own (en)"},
                    {"key": "shared", "name": "shared (en)"},
                ],
            },
        ],
    }
    root = xml_of(client.get(f"{BASE}/services/ROAD_SURFACE.xml"))
    assert root.tag == "service_definition"
    assert root.findtext("service_code") == "ROAD_SURFACE"
    assert [a.findtext("variable") for a in root.findall("attributes/attribute")] == [
        "false",
        "true",
    ]
    assert [v.findtext("key") for v in root.findall("attributes/attribute/values/value")] == [
        "own",
        "shared",
    ]


def test_definition_of_an_unknown_service_is_not_found(client, jurisdiction, make_category):
    make_category(jurisdiction, "GONE", is_active=False)
    assert codes_of(client.get(f"{BASE}/services/GONE.xml")) == [404]
    assert codes_of(client.get(f"{BASE}/services/%00.xml")) == [404]


# --- POST -------------------------------------------------------------------------------------------


def test_post_answers_with_the_number_in_xml(client, report):
    root = xml_of(client.post(f"{BASE}/requests.xml", report))
    issue = Issue.objects.get()
    assert root.tag == "service_requests"
    (request,) = root
    assert [(child.tag, child.text) for child in request] == [
        ("service_request_id", issue.number),
        ("service_notice", request.findtext("service_notice")),
        ("account_id", None),
    ]
    assert issue.channel == Channel.OPEN311


def test_post_answers_with_the_number_in_json(client, report):
    response = client.post(f"{BASE}/requests.json", {**report, "account_id": "a-7"}, **ENGLISH)
    assert response.status_code == 200
    assert json_of(response) == [
        {
            "service_request_id": Issue.objects.get().number,
            "service_notice": "The report is checked before it is shown to the public.",
            "account_id": "a-7",
        }
    ]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("urlencoded", FORM),
        ("json", "application/json"),
        ("nested json", "application/json; charset=utf-8"),
    ],
)
def test_post_takes_answers_in_every_writing(client, report, category, make_question, body, kind):
    make_question(category, "KIND", "own shared")
    make_question(category, "ALSO", "a b c", datatype=AttributeType.MULTIVALUELIST)
    if body == "urlencoded":
        sent = "&".join(f"{name}={value}" for name, value in report.items())
        sent += "&attribute[KIND]=own&attribute%5BALSO%5D[]=c&attribute[ALSO][]=a"
    elif body == "json":
        sent = json.dumps({**report, "attribute[KIND]": "own", "attribute[ALSO]": ["c", "a"]})
    else:
        sent = json.dumps(
            {**report, "lat": LAT, "long": LONG, "attribute": {"KIND": "own", "ALSO": ["c", "a"]}}
        )
    response = client.post(f"{BASE}/requests.json", sent, content_type=kind)
    assert response.status_code == 200, response.content
    issue = Issue.objects.get()
    assert issue.answers == {"KIND": "own", "ALSO": ["a", "c"]}
    assert (issue.latitude, issue.longitude) == (LAT, LONG)


def test_post_keeps_the_reporter_apart_and_silent(client, report, sender):
    person = {"first_name": "Jo", "last_name": "Doe", "email": "jo@example.org", "phone": "02305 1"}
    person |= {"device_id": "d-1", "account_id": "a-1"}
    number = json_of(client.post(f"{BASE}/requests.json", {**report, **person}))[0][
        "service_request_id"
    ]
    issue = Issue.objects.get()
    assert issue.reporter.email == "jo@example.org"
    issue_release(issue=issue)
    for query in ({}, {"api_key": sender[1]}):
        shown = client.get(f"{BASE}/requests/{number}.json", query).content.decode()
        assert not any(value in shown for value in person.values())


def test_post_stores_uploaded_photos(client, report):
    photos = [
        SimpleUploadedFile("one.jpg", picture()),
        SimpleUploadedFile("two.png", picture(form="PNG")),
    ]
    response = client.post(f"{BASE}/requests.xml", {**report, "media": photos})
    assert response.status_code == 200
    assert Photo.objects.filter(status=PhotoStatus.STORED).count() == 2


@pytest.mark.parametrize(
    "name", ["foto", "photo1", "media[0]", "image", "file", "attribute[PHOTO]"]
)
def test_post_takes_a_file_of_any_name_as_photo(client, report, name):
    sent = {**report, name: SimpleUploadedFile("one.jpg", picture())}
    assert client.post(f"{BASE}/requests.xml", sent).status_code == 200
    assert Photo.objects.get().status == PhotoStatus.STORED


def test_post_of_a_text_called_jpg_is_taken_without_it_and_says_so(client, report):
    for _turn in range(2):  # the second is a repeat, and says it again
        sent = {**report, "media": SimpleUploadedFile("hole.jpg", b"just text", "image/jpeg")}
        response = client.post(f"{BASE}/requests.xml", sent, **ENGLISH)
        assert response.status_code == 200
        notice = xml_of(response).findtext("request/service_notice")
        assert "A photo was not taken: This is no photo" in notice
    photo = Photo.objects.get()
    assert (photo.status, photo.issue) == (PhotoStatus.REFUSED, Issue.objects.get())


def test_post_of_a_photo_that_is_too_large_is_taken_without_it(client, report, settings):
    settings.PHOTO_MAX_BYTES = 2 * 1024 * 1024
    large = SimpleUploadedFile("one.jpg", b"\xff" * (2 * 1024 * 1024 + 1))
    whole = SimpleUploadedFile("two.jpg", picture())
    answer = json_of(client.post(f"{BASE}/requests.json", {**report, "media": [large, whole]}))
    assert "mehr als 2 MB" in answer[0]["service_notice"]
    assert sorted(Photo.objects.values_list("status", flat=True)) == ["refused", "stored"]


def test_post_is_answered_with_the_warning_of_its_category(client, report, make_question):
    category = Category.objects.get(code=report["service_code"])
    told = {"de": "Nicht anfassen, 112.", "en": "Do not touch, 112."}
    warning = {"datatype": "text", "is_variable": False, "descriptions": told, "values": []}
    make_question(category, "EMERGENCY", **warning)
    for _turn in range(2):  # the second is a repeat, and says it again
        answer = json_of(client.post(f"{BASE}/requests.json", report, **ENGLISH))
        assert answer[0]["service_notice"].startswith("Do not touch, 112. The report is checked")


def test_post_of_too_many_photos_keeps_the_first_and_says_so(client, report):
    photos = [SimpleUploadedFile(f"{turn}.jpg", picture()) for turn in range(8)]
    sent = {**report, "media": photos, "media_url": ["https://example.org/a.jpg"] * 3}
    notice = json_of(client.post(f"{BASE}/requests.json", sent, **ENGLISH))[0]["service_notice"]
    assert "At most 5 photos are taken with a report; sent besides: 3." in notice
    assert Photo.objects.filter(status=PhotoStatus.STORED).count() == 5
    assert not Photo.objects.filter(status=PhotoStatus.PENDING).exists()


def test_post_of_photos_that_are_all_taken_says_nothing_of_them(client, report):
    sent = {**report, "media": SimpleUploadedFile("one.jpg", picture())}
    notice = json_of(client.post(f"{BASE}/requests.json", sent, **ENGLISH))[0]["service_notice"]
    assert "photo" not in notice


def test_post_of_photos_needs_no_room_for_temporary_files(client, report, settings):
    settings.FILE_UPLOAD_TEMP_DIR = "/nowhere"
    noise = SimpleUploadedFile("one.png", picture((1500, 1500), "PNG") + b"x" * 2_000_000)
    assert client.post(f"{BASE}/requests.json", {**report, "media": noise}).status_code == 200
    assert Photo.objects.get().status == PhotoStatus.STORED


def test_post_with_several_faults_tells_all(client, report):
    sent = {**report, "lat": "north", "description": "x" * 4001, "email": "nobody"}
    assert codes_of(client.post(f"{BASE}/requests.xml", sent)) == [400, 400, 400]
    content = json_of(client.post(f"{BASE}/requests.json", sent, **ENGLISH))
    assert [sorted(error) for error in content] == [["code", "description"]] * 3
    assert content[0]["code"] == 400
    assert "lat" in content[0]["description"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"api_key": ""}, 403),
        ({"api_key": "wrong"}, 403),
        ({"api_key": "wröng\ud83d"}, 403),
        ({"service_code": ""}, 400),
        ({"service_code": "NO_SUCH"}, 404),
        ({"jurisdiction_id": "elsewhere.example"}, 404),
        ({"lat": "", "long": ""}, 400),
        ({"lat": "7.3117", "long": "51.5503"}, 400),
        ({"lat": "52.5", "long": "13.4"}, 400),
        ({"description": "a\x00b"}, 400),
        ({"accuracy": "5000.1"}, 400),
        ({"first_name": "x" * 101}, 400),
    ],
)
def test_post_with_a_fault_is_refused(client, report, change, code):
    sent = {
        name: value.encode("utf-8", "ignore").decode()
        for name, value in {**report, **change}.items()
    }
    assert codes_of(client.post(f"{BASE}/requests.xml", sent)) == [code]
    assert not Issue.objects.exists()


def test_post_with_a_key_of_another_jurisdiction_is_refused(client, report, make_jurisdiction):
    other = make_jurisdiction("herne.de")
    _stored, clear = api_key_create(jurisdiction=other, name="App")
    sent = {**report, "jurisdiction_id": "castrop-rauxel.de"}
    assert client.post(f"{BASE}/requests.xml", sent).status_code == 200
    assert codes_of(client.post(f"{BASE}/requests.xml", {**sent, "api_key": clear})) == [403]


def test_post_with_a_key_switched_off_is_refused(client, report, sender):
    sender[0].is_active = False
    sender[0].save()
    assert codes_of(client.post(f"{BASE}/requests.xml", report)) == [403]


@pytest.mark.parametrize("wanted", [ReporterCheck.MAIL, ReporterCheck.ACCOUNT])
def test_post_where_the_city_has_to_know_who_reports_needs_a_sender_that_does(
    client, report, sender, category, wanted
):
    category.reporter_check = wanted
    category.save()
    answer = client.post(f"{BASE}/requests.xml", report)
    assert codes_of(answer) == [403]
    assert f"{settings.PUBLIC_URL}/report/" in answer.content.decode()
    assert not Issue.objects.exists()
    sender[0].confirms_reporters = True
    sender[0].save()
    assert client.post(f"{BASE}/requests.xml", report).status_code == 200


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol">]><r>&a;</r>', "text/xml", 415),
        (b"<requests/>", "application/xml", 415),
        (b"lat=1", "text/plain", 415),
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b'{"lat": {"a": 1}}', "application/json", 400),
        (b'{"attribute": [1]}', "application/json", 403),
        (b"[" * 100_000, "application/json", 400),
        (b'{"lat": NaN}', "application/json", 403),
        (b"\xff\xfe", "application/json", 400),
        (b'{"api_key": "\\ud800"}', "application/json", 400),
        (b"lat=1", "multipart/form-data", 400),
        (b"lat=1", "multipart/form-data; boundary=x", 403),
        (
            b'--x\r\nContent-Disposition: form-data; name="lat"\r\n\r\n5',
            "multipart/form-data; boundary=x",
            403,
        ),
        (b"lat=%ff%00", FORM, 400),
        (b"lat=1", f"{FORM}; charset=latin-1", 400),
        (b"", FORM, 403),
        (b"&".join(b"a%d=1" % n for n in range(1001)), FORM, 400),
    ],
)
def test_post_with_a_strange_body_is_refused_in_the_format(client, category, body, kind, code):
    response = client.generic("POST", f"{BASE}/requests.xml", body, content_type=kind)
    assert codes_of(response) == [code]
    assert not Issue.objects.exists()


def test_post_of_an_oversized_form_is_refused(client, report):
    body = "description=" + "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert codes_of(client.generic("POST", f"{BASE}/requests.xml", body, content_type=FORM)) == [
        413
    ]
    response = client.generic(
        "POST", f"{BASE}/requests.json", '"' + body, content_type="application/json"
    )
    assert response.status_code == 413
    assert json_of(response)[0]["code"] == 413


def test_post_that_announces_too_much_is_refused_unread(client, report):
    response = client.generic(
        "POST",
        f"{BASE}/requests.xml",
        b"--x",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH="110000000",
    )
    assert codes_of(response) == [413]


def test_post_in_chunks_is_told_to_send_the_length(client, report):
    response = client.generic(
        "POST",
        f"{BASE}/requests.xml",
        b"",
        content_type=FORM,
        headers={"transfer-encoding": "chunked"},
    )
    assert codes_of(response) == [411]


def test_post_needs_no_csrf_token(report):
    assert Client(enforce_csrf_checks=True).post(f"{BASE}/requests.xml", report).status_code == 200


def test_post_repeated_with_the_header_answers_the_same(client, report):
    key = {"headers": {"idempotency-key": "0001-abc"}}
    first = client.post(f"{BASE}/requests.json", report, **key)
    again = client.post(f"{BASE}/requests.json", report, **key)
    assert json_of(first) == json_of(again)
    assert Issue.objects.count() == 1
    other = client.post(f"{BASE}/requests.xml", {**report, "description": "other"}, **key)
    assert codes_of(other) == [409]


def test_post_repeated_without_the_header_answers_the_same(client, report):
    answers = [json_of(client.post(f"{BASE}/requests.json", report)) for _turn in range(2)]
    assert answers[0] == answers[1]
    assert Issue.objects.count() == 1


def test_post_beyond_the_keys_rate_is_told_to_wait(client, report, sender):
    sender[0].reports_per_minute = 2
    sender[0].save()
    for turn in range(2):
        sent = {**report, "description": f"hole {turn}"}
        assert client.post(f"{BASE}/requests.xml", sent).status_code == 200
    response = client.post(f"{BASE}/requests.xml", report)
    assert codes_of(response) == [429]
    assert 1 <= int(response["Retry-After"]) <= 60


def test_post_with_many_wrong_keys_is_told_to_wait(client, report):
    sent = {**report, "api_key": "guess"}
    codes = [client.post(f"{BASE}/requests.xml", sent).status_code for _turn in range(31)]
    assert codes == [403] * 30 + [429]
    # A proxy on this machine names the sender; another sender is not held up.
    other = client.post(f"{BASE}/requests.xml", sent, headers={"x-forwarded-for": "192.0.2.7"})
    assert other.status_code == 403


def test_post_is_accepted_when_the_counter_is_down(client, report, sender, settings, caplog):
    sender[0].reports_per_minute = 1
    sender[0].save()
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nonexistent/redis.sock",
        }
    }
    for turn in range(2):
        sent = {**report, "description": f"hole {turn}"}
        assert client.post(f"{BASE}/requests.xml", sent).status_code == 200
    assert "requests are not limited" in caplog.text


# --- Jurisdictions ----------------------------------------------------------------------------------


def test_jurisdiction_is_needed_when_there_are_several(client, jurisdiction, make_jurisdiction):
    assert client.get(f"{BASE}/services.xml").status_code == 200
    make_jurisdiction("herne.de")
    assert codes_of(client.get(f"{BASE}/services.xml")) == [400]
    assert client.get(f"{BASE}/services.xml?jurisdiction_id=herne.de").status_code == 200
    assert codes_of(client.get(f"{BASE}/services.xml?jurisdiction_id=bochum.de")) == [404]


def test_jurisdiction_may_stand_in_the_query_of_a_post(client, report, make_jurisdiction):
    make_jurisdiction("herne.de")
    assert codes_of(client.post(f"{BASE}/requests.xml", report)) == [400]
    url = f"{BASE}/requests.xml?jurisdiction_id=castrop-rauxel.de"
    assert client.post(url, report).status_code == 200


def test_issues_of_another_jurisdiction_are_not_found(client, make_issue, make_jurisdiction):
    issue = issue_release(issue=make_issue())
    make_jurisdiction("herne.de")
    url = f"{BASE}/requests/{issue.number}.xml?jurisdiction_id="
    assert client.get(f"{url}castrop-rauxel.de").status_code == 200
    assert codes_of(client.get(f"{url}herne.de")) == [404]


# --- Reading issues ---------------------------------------------------------------------------------


def numbers_of(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [shown["service_request_id"] for shown in json_of(response)]


def test_request_is_public_only_while_released(client, make_issue):
    issue = make_issue()
    url = f"{BASE}/requests/{issue.number}.json"
    assert client.get(url).status_code == 404
    issue_release(issue=issue)
    assert numbers_of(client.get(url)) == [issue.number]
    issue_withdraw(issue=issue)
    assert client.get(url).status_code == 404


def test_request_shows_the_whole_whitelist_and_no_more(client, make_issue):
    issue = make_issue(
        "A <hole> & more",
        location=LocationInput(lat=LAT, long=LONG, address_string="Am Markt 1"),
        reporter=ReporterInput(last_name="Doe"),
        photos=[picture()],
    )
    photo = issue.photos.get()
    issue_release(issue=issue, photos=[photo])
    issue_set_status(issue=issue, status=IssueStatus.DONE, note="Filled.")
    (shown,) = json_of(client.get(f"{BASE}/requests/{issue.number}.json", **ENGLISH))
    for name in ("requested_datetime", "updated_datetime"):
        moment = datetime.fromisoformat(shown.pop(name))
        assert moment.tzinfo is not None
        assert (moment.minute, moment.second) == (0, 0)
    assert shown == {
        "service_request_id": issue.number,
        "status": "closed",
        "status_notes": "Filled.",
        "service_name": "ROAD_SURFACE in English",
        "service_code": "ROAD_SURFACE",
        "description": "A <hole> & more",
        "agency_responsible": None,
        "service_notice": None,
        "expected_datetime": None,
        "address": "Am Markt 1",
        "address_id": None,
        "zipcode": None,
        "lat": LAT,
        "long": LONG,
        "media_url": f"{settings.PUBLIC_URL}{BASE}/photos/{Photo.objects.get().copy_id}.jpg",
    }
    root = xml_of(client.get(f"{BASE}/requests/{issue.number}.xml"))
    assert root.findtext("request/description") == "A <hole> & more"
    assert root.find("request/zipcode").text is None
    assert float(root.findtext("request/lat")) == LAT


def test_request_stays_readable_with_control_characters_from_elsewhere(client, make_issue):
    issue = issue_release(issue=make_issue())
    Issue.objects.update(status_note="a\x0bb\x1b")
    root = xml_of(client.get(f"{BASE}/requests/{issue.number}.xml"))
    assert root.findtext("request/status_notes") == "ab"


def test_sender_follows_its_own_reports_before_the_release(client, report, sender, make_issue):
    own = json_of(client.post(f"{BASE}/requests.json", report))[0]["service_request_id"]
    foreign = make_issue("somebody else's").number
    key = {"api_key": sender[1]}
    (shown,) = json_of(client.get(f"{BASE}/requests/{own}.json", key))
    received_at = Issue.objects.get(number=own).received_at.replace(microsecond=0)
    assert datetime.fromisoformat(shown["requested_datetime"]) == received_at
    assert numbers_of(client.get(f"{BASE}/requests.json", key)) == [own]
    assert client.get(f"{BASE}/requests/{own}.json").status_code == 404
    assert client.get(f"{BASE}/requests/{foreign}.json", key).status_code == 404
    assert client.get(f"{BASE}/requests/{own}.json", {"api_key": "wrong"}).status_code == 403


def test_issues_of_a_category_that_is_never_public_stay_hidden(client, make_issue, category):
    issue = issue_release(issue=make_issue())
    category.is_public = False
    category.save()
    assert client.get(f"{BASE}/requests/{issue.number}.json").status_code == 404
    assert numbers_of(client.get(f"{BASE}/requests.json")) == []


def test_list_filters_by_status_and_service(client, make_issue, make_category, jurisdiction):
    opened = issue_release(issue=make_issue("open"))
    closed = issue_release(issue=make_issue("closed"))
    issue_set_status(issue=closed, status=IssueStatus.REJECTED)
    other = issue_release(
        issue=make_issue("other", category=make_category(jurisdiction, "RATS", is_active=True))
    )
    url = f"{BASE}/requests.json"
    assert numbers_of(client.get(url)) == [other.number, closed.number, opened.number]
    assert numbers_of(client.get(url, {"status": "open"})) == [other.number, opened.number]
    assert numbers_of(client.get(url, {"status": "closed"})) == [closed.number]
    assert len(numbers_of(client.get(url, {"status": "open,closed"}))) == 3
    assert numbers_of(client.get(url, {"service_code": "RATS"})) == [other.number]
    assert len(numbers_of(client.get(url, {"service_code": "RATS,ROAD_SURFACE"}))) == 3
    assert client.get(url, {"service_code": "RATS,NO_SUCH"}).status_code == 404
    assert client.get(url, {"status": "offen"}).status_code == 400


def test_list_of_numbers_overrides_everything_else(client, make_issue):
    first, _second, third = (issue_release(issue=make_issue(str(turn))) for turn in range(3))
    hidden = make_issue("hidden")
    Issue.objects.filter(pk=first.pk).update(received_at=timezone.now() - timedelta(days=500))
    query = {
        "service_request_id": f"{first.number}, {third.number},{hidden.number},CAS-0",
        "status": "nonsense",
        "start_date": "nonsense",
    }
    assert numbers_of(client.get(f"{BASE}/requests.json", query)) == [third.number, first.number]


def test_list_goes_back_ninety_days(client, make_issue):
    old = issue_release(issue=make_issue("old"))
    new = issue_release(issue=make_issue("new"))
    moment = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    Issue.objects.filter(pk=old.pk).update(received_at=moment)
    Issue.objects.filter(pk=new.pk).update(received_at=timezone.now() - timedelta(days=89))
    url = f"{BASE}/requests.json"
    assert numbers_of(client.get(url)) == [new.number]
    for query in (
        {"start_date": "2026-02-01T00:00:00Z"},
        {"end_date": "2026-04-01T00:00:00+02:00"},
        {"start_date": "2026-03-01", "end_date": "2026-03-02"},
        {"start_date": "2026-03-01T12:59:00Z", "end_date": "2026-03-01T12:59:30Z"},
        {"start_date": "2026-03-01T13:30:00 01:00", "end_date": "2026-03-01T12:31:00Z"},
    ):
        assert numbers_of(client.get(url, query)) == [old.number], query
    for query in (
        {"start_date": "2026-03-01T13:00:00Z", "end_date": "2026-05-01T00:00:00Z"},
        {"end_date": "2026-03-01T11:59:59Z"},
    ):
        assert numbers_of(client.get(url, query)) == [], query


@pytest.mark.parametrize(
    "query",
    [
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-01T00:00:01Z"},
        {"start_date": "2026-02-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"},
        {"start_date": "yesterday"},
        {"end_date": "2026-13-01"},
        {"end_date": "9999-12-31T23:59:59Z"},
        {"start_date": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_list_with_a_senseless_time_is_refused(client, jurisdiction, query):
    assert codes_of(client.get(f"{BASE}/requests.xml", query)) == [400]


def test_list_ends_at_a_thousand(client, make_issue, category):
    pattern = issue_release(issue=make_issue())
    copies = []
    for turn in range(1000):
        copy = Issue.objects.get(pk=pattern.pk) if turn == 0 else copies[0]
        values = {
            field.attname: getattr(copy, field.attname) for field in Issue._meta.concrete_fields
        }
        values |= {
            "id": None,
            "public_id": uuid4(),
            "number": f"X-{turn}",
            "sender_key": f"x{turn}",
        }
        copies.append(Issue(**values))
    Issue.objects.bulk_create(copies)
    assert len(numbers_of(client.get(f"{BASE}/requests.json"))) == 1000


def test_token_leads_to_the_number(client, make_issue):
    issue = make_issue()
    assert json_of(client.get(f"{BASE}/tokens/{issue.public_id}.json")) == [
        {"service_request_id": issue.number, "token": str(issue.public_id)}
    ]
    root = xml_of(client.get(f"{BASE}/tokens/{issue.public_id}.xml"))
    assert root.findtext("request/service_request_id") == issue.number
    for token in (uuid4(), "no-uuid", "%00"):
        assert client.get(f"{BASE}/tokens/{token}.xml").status_code in {400, 404}


def test_agency_comes_from_whoever_is_registered(client, make_issue):
    issue = issue_release(issue=make_issue())
    former = list(agency._registered)
    agency.register(lambda pks: dict.fromkeys(pks, "Straßen.NRW"))
    try:
        (shown,) = json_of(client.get(f"{BASE}/requests/{issue.number}.json"))
    finally:
        agency._registered[:] = former
    assert shown["agency_responsible"] == "Straßen.NRW"


# --- Queries ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_the_rows(  # noqa: PLR0917 - fixtures
    client, make_issue, make_category, make_question, jurisdiction, sender, rows,
    django_assert_num_queries, monkeypatch,
):  # fmt: skip
    monkeypatch.setattr(agency, "_registered", [])
    for turn in range(rows):
        other = make_category(jurisdiction, f"CODE{turn}")
        make_question(other, "KIND", "a b")
        issue = make_issue(str(turn), category=other, photos=[picture()])
        issue_release(issue=issue, photos=issue.photos.all())
    with django_assert_num_queries(3):  # jurisdictions, categories, questions
        assert len(json_of(client.get(f"{BASE}/services.json"))) == rows + 1
    with django_assert_num_queries(4):  # jurisdictions, version, issues, photos
        assert len(json_of(client.get(f"{BASE}/requests.json"))) == rows
    with django_assert_num_queries(5):  # and the key
        query = {"api_key": sender[1]}
        assert len(json_of(client.get(f"{BASE}/requests.json", query))) == rows


def test_queries_of_an_intake_are_few(client, report, django_assert_max_num_queries):
    # Jurisdictions, key, category, questions, place; savepoint, lock, repeat, number, issue, event; what is asked back.
    with django_assert_max_num_queries(13):
        assert client.post(f"{BASE}/requests.xml", report).status_code == 200


# --- Paths, formats and methods ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["", "nothing", "requests.yaml", "requests/1/2.xml", "services/", "photos/1.jpg"]
)
def test_unknown_path_is_not_found_in_xml(client, jurisdiction, path):
    assert codes_of(client.get(f"{BASE}/{path}")) == [404]


def test_unknown_path_is_not_found_in_json(client):
    assert json_of(client.get(f"{BASE}/nothing.json"))[0]["code"] == 404
    response = client.get(f"{BASE}/nothing", headers={"accept": "application/json"})
    assert json_of(response)[0]["code"] == 404


def test_format_without_suffix_follows_the_accept_header(client, jurisdiction):
    url = f"{BASE}/services"
    assert xml_of(client.get(url)).tag == "services"
    assert xml_of(client.get(url, headers={"accept": "*/*"})).tag == "services"
    assert json_of(client.get(url, headers={"accept": "application/json"})) == []
    assert client.get(f"{BASE}/services.JSON")["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("put", "requests.xml", "GET, HEAD, POST, OPTIONS"),
        ("post", "services.xml", "GET, HEAD, OPTIONS"),
        ("delete", "requests/CAS-1.xml", "GET, HEAD, OPTIONS"),
        ("patch", "tokens/1.xml", "GET, HEAD, OPTIONS"),
    ],
)
def test_other_methods_are_refused_in_the_format(client, jurisdiction, method, path, allowed):
    response = getattr(client, method)(f"{BASE}/{path}")
    assert codes_of(response) == [405]
    assert response["Allow"] == allowed


def test_errors_speak_the_language_asked_for(client, jurisdiction):
    german = client.get(f"{BASE}/nothing.xml", headers={"accept-language": "de"})
    assert german["Content-Language"] == "de"
    english = client.get(f"{BASE}/nothing.xml", **ENGLISH)
    assert xml_of(english).findtext("error/description") == "There is nothing at this address."


# --- Photos -----------------------------------------------------------------------------------------


def test_photo_is_served_only_when_released(client, make_issue, admin_client):
    issue = make_issue(photos=[picture(), picture(form="PNG")])
    first, second = issue.photos.order_by("pk")
    url = f"{BASE}/photos/{first.public_id}.jpg"
    assert client.get(url).status_code == 404
    issue_release(issue=issue)
    assert client.get(url).status_code == 404
    issue_release(issue=issue, photos=[first])
    assert client.get(url).status_code == 404
    copy_id = Photo.objects.get(pk=first.pk).copy_id
    url = f"{BASE}/photos/{copy_id}.jpg"
    response = client.get(url)
    assert b"".join(response.streaming_content).startswith(b"\xff\xd8")
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Disposition"] == f'inline; filename="{copy_id}.jpg"'
    # Kept by browsers and proxies, and asked for again each time.
    assert response["Cache-Control"] == "public, no-cache"
    again = {"If-None-Match": response["ETag"]}
    assert client.get(url, headers=again).status_code == 304
    assert client.get(f"{BASE}/photos/{second.public_id}.jpg").status_code == 404
    staff = admin_client.get(f"{BASE}/photos/{second.public_id}.jpg")
    assert staff.status_code == 200
    assert staff["Cache-Control"] == "private, no-store"
    assert b"".join(staff.streaming_content).startswith(b"\xff\xd8")
    issue_withdraw(issue=issue)
    assert client.get(url, headers=again).status_code == 404


def test_photo_not_fetched_yet_is_not_found(admin_client, make_issue):
    photo = make_issue(media_urls=["https://example.org/a.jpg"]).photos.get()
    assert admin_client.get(f"{BASE}/photos/{photo.public_id}.jpg").status_code == 404
    photo.file.save("never.jpg", ContentFile(b"x"), save=False)
    assert codes_of(admin_client.get(f"{BASE}/photos/{uuid4()}.jpg")) == [404]
