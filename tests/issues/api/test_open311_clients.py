"""Open311 as clients really are: what they send besides, what they ask for again, and errors that they can read."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from defusedxml.ElementTree import fromstring
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gis_core.models import Jurisdiction
from issues.api.bodies import TEXTS_MAX, body_read
from issues.api.paging import Page
from issues.api.photo_texts import is_photo_text, photo_text_read
from issues.enums import AttributeType, IssueStatus, LocationSource, PhotoStatus
from issues.errors import ReleaseRefused, TextNotClean
from issues.models import Category, Issue
from issues.services import (
    issue_move,
    issue_release,
    issue_set_status,
    issue_withdraw,
)
from issues.services.answers import answers_sorted
from issues.services.texts import XML_FORBIDDEN, Problems
from issues.types import LocationInput
from tests.issues.conftest import LAT, LONG, picture

BASE = "/open311/v2"
LIST = f"{BASE}/requests.json"


def numbers_of(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [shown["service_request_id"] for shown in json.loads(response.content)]


def links_of(response) -> dict[str, str]:
    parts = [part.split("; ") for part in response["Link"].split(", ")]
    return {relation[5:-1]: address[1:-1] for address, relation in parts}


# --- What is sent besides -----------------------------------------------------------------------------


def test_attributes_that_fit_no_question_are_set_aside_and_named(
    client, report, category, make_question
):
    make_question(category, "KIND", "own shared")
    make_question(category, "DEPTH", datatype=AttributeType.NUMBER)
    sent = {
        **report,
        "attribute[KIND]": "own",
        "attribute[DEPTH]": "deep",
        "attribute[ASSET_ID]": "4711",
        "attribute[TAGS][]": ["a", "b"],
        "source": "app",
    }
    (shown,) = json.loads(client.post(LIST, sent).content)
    issue = Issue.objects.get()
    assert issue.answers == {"KIND": "own"}
    assert issue.set_aside == {"DEPTH": "deep", "ASSET_ID": "4711", "TAGS": ["a", "b"]}
    for name in ("DEPTH", "ASSET_ID", "TAGS", "source"):
        assert name in shown["service_notice"]
    assert "KIND" not in shown["service_notice"]


def test_repeat_gets_the_same_notice(client, report):
    sent = {**report, "attribute[X]": "1"}
    first, second = (client.post(LIST, sent, headers={"idempotency-key": "k"}) for _turn in "ab")
    assert first.content == second.content
    assert Issue.objects.count() == 1


@pytest.mark.parametrize("value", [None, "", "none of them"])
def test_required_attribute_that_is_missing_or_does_not_fit_is_refused(
    client, report, category, make_question, value
):
    make_question(category, "KIND", "own shared", is_required=True)
    sent = report if value is None else {**report, "attribute[KIND]": value}
    response = client.post(LIST, sent)
    assert response.status_code == 400
    assert "attribute[KIND]" in json.loads(response.content)[0]["description"]
    assert not Issue.objects.exists()


CODES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), max_size=9)
VALUES = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=9)


@given(st.dictionaries(CODES, st.one_of(VALUES, st.lists(VALUES)), max_size=4))
def test_any_attribute_is_kept_aside_where_nothing_is_asked(answers):
    category, problems = Category(pk=1, code="C"), Problems()
    category._prefetched_objects_cache = {"attributes": []}
    assert answers_sorted(category, answers, problems) == ({}, answers)
    assert problems == []


def test_unknown_query_of_a_post_loses_nothing(client, report):
    response = client.post(f"{LIST}?client=app&api_key=x", report)
    notice = json.loads(response.content)[0]["service_notice"]
    assert response.status_code == 200
    assert "client" in notice
    assert "api_key" in notice


def test_codes_are_named_and_kept_to_sixty_characters(client, report):
    sent = {**report, "attribute[]": "0"}
    sent |= {f"attribute[{'x' * 60}]": "1", f"attribute[{'x' * 61}]": "2"}
    (shown,) = json.loads(client.post(LIST, sent, headers={"accept-language": "en"}).content)
    assert Issue.objects.get().set_aside == {"": "0", "x" * 60: ["1", "2"]}
    assert "x" * 60 in shown["service_notice"]
    assert "x" * 61 not in shown["service_notice"]
    assert "one without a name" in shown["service_notice"]


@pytest.mark.parametrize(
    "more",
    [
        {"client": {"name": "app"}},
        {"extended_attributes": {"a": [1]}},
        {"tags": [{"a": 1}, "b"]},
        {"media": {"data": "x"}},
        {"media_url": [{"url": "x"}]},
        {"attribute": {"FOO": {"a": 1}}},
        {"attribute": [7]},
        {"attribute": "text"},
        {"no\x00te": "a\x00b"},
    ],
)
def test_objects_of_other_dialects_are_ignored_and_named(client, report, more):
    response = client.post(LIST, {**report, **more}, content_type="application/json")
    notice = json.loads(response.content)[0]["service_notice"]
    assert response.status_code == 200
    (name,) = more
    assert name.replace("\0", "") in notice
    assert ("attribute[FOO]" in notice) == (more == {"attribute": {"FOO": {"a": 1}}})


@pytest.mark.parametrize("name", ["lat", "description", "api_key", "service_code"])
def test_object_for_a_text_of_the_report_is_an_error(client, report, name):
    response = client.post(LIST, {**report, name: {"a": 1}}, content_type="application/json")
    assert response.status_code == 400
    assert name in json.loads(response.content)[0]["description"]


def test_attributes_as_a_list_are_the_mapping(client, report, category, make_question):
    make_question(category, "KIND", "own shared")
    listed = [
        {"code": "KIND", "value": "own"},
        {"code": "X", "value": [1, 2]},
        {"code": ["odd"], "value": "x"},
    ]
    sent = {**report, "attribute": listed}
    assert client.post(LIST, sent, content_type="application/json").status_code == 200
    issue = Issue.objects.get()
    assert (issue.answers, issue.set_aside) == ({"KIND": "own"}, {"X": ["1", "2"]})


@pytest.mark.parametrize("text", ["Großes Loch – 5 €", "Größe"])
@pytest.mark.parametrize("letters", ["utf-8", "cp1252"])
def test_forms_are_read_in_the_letters_of_windows(client, report, text, letters):
    body = urlencode({**report, "description": text}, encoding=letters)
    client.generic("POST", LIST, body, content_type="application/x-www-form-urlencoded")
    assert Issue.objects.get().description == text


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_any_text_of_a_form_arrives(text):
    request = RequestFactory().post(LIST, {"description": text})
    if XML_FORBIDDEN.search(text):
        with pytest.raises(TextNotClean):
            body_read(request)
    else:
        assert body_read(request).texts["description"] == [text]


# --- Photos as clients send them ------------------------------------------------------------------------


def multipart(report: dict[str, str], *parts: tuple[str, bytes]) -> dict[str, object]:
    """The arguments of a request whose parts come with headers of their own, the disposition's rest first."""
    plain = [(f'name="{name}"', value.encode()) for name, value in report.items()]
    body = b"".join(
        b"--x\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + content + b"\r\n"
        for head, content in [*plain, *parts]
    )
    return {
        "method": "POST",
        "path": LIST,
        "data": body + b"--x--\r\n",
        "content_type": "multipart/form-data; boundary=x",
    }


def states() -> list[str]:
    return [photo.status for photo in Issue.objects.get().photos.order_by("pk")]


@pytest.mark.parametrize(
    "head",
    [
        'name="media"\r\nContent-Type: image/jpeg',
        'name="media"; filename=""\r\nContent-Type: image/jpeg',
        'name="media"; filename=""',
        'name="media"',
        'name="anything"\r\nContent-Type: application/octet-stream',
        'name="media"; filename="."',
        'name="media"; filename=".."',
        'name="media"; filename="C:\\\\foto\\\\"',
        'filename="a.jpg"',
    ],
)
def test_photo_with_an_odd_file_name_is_taken(client, report, head):
    response = client.generic(**multipart(report, (head, picture(form="JPEG"))))
    assert response.status_code == 200
    assert states() == [PhotoStatus.STORED]


def test_photo_whose_file_name_is_in_old_letters_is_told_to_be_lost(client, report):
    head = 'name="media"; filename="Größe.jpg"\r\nContent-Type: image/jpeg'
    sent = multipart(report, (head, picture(form="JPEG")))
    sent["data"] = sent["data"].replace("Größe".encode(), "Größe".encode("cp1252"))
    assert client.generic(**sent).status_code == 200
    assert states() == [PhotoStatus.REFUSED]


def test_binary_part_that_is_no_photo_is_left_out_and_told(client, report):
    sent = multipart(report, ('name="media"', b"a\x00b\x01"), ('name="file"; filename=""', b""))
    response = client.generic(**sent)
    assert response.status_code == 200
    assert states() == [PhotoStatus.REFUSED]


def test_control_characters_in_a_text_of_the_report_stay_an_error(client, report):
    response = client.generic(**multipart(report, ('name="description"', b"a\x00b")))
    assert response.status_code == 400
    assert "description" in json.loads(response.content)[0]["description"]


def test_many_files_cost_nothing_but_themselves(client, report):
    part = ('name="media"; filename="a.jpg"', picture(form="JPEG"))
    assert client.generic(**multipart(report, *[part] * 120)).status_code == 200
    assert states() == [PhotoStatus.STORED] * 5 + [PhotoStatus.REFUSED]


@pytest.mark.parametrize(("count", "code"), [(1000, 200), (1001, 400)])
def test_parts_of_a_form_are_counted(client, report, count, code):
    parts = [('name="x"', b"1")] * (count - len(report))
    assert client.generic(**multipart(report, *parts)).status_code == code


@pytest.mark.parametrize("name", ["media", "media[]", "photo1", "image_base64", "whatever"])
@pytest.mark.parametrize("head", ["", "data:image/png;base64,"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json", None])
def test_photo_as_text_is_taken(client, report, name, head, kind):
    sent = {**report, name: head + b64encode(picture(form="PNG")).decode()}
    if kind is None:
        response = client.post(LIST, sent)
    else:
        body = json.dumps(sent) if kind.endswith("json") else urlencode(sent)
        response = client.generic("POST", LIST, body, content_type=kind)
    assert response.status_code == 200
    assert states() == [PhotoStatus.STORED]
    assert name not in json.loads(response.content)[0]["service_notice"].split()


@pytest.mark.parametrize("text", ["no photo!", "aGVsbG8=", "data:image/png;base64,%%%", "data:,x"])
def test_text_that_is_no_photo_is_a_refused_one(client, report, text):
    (shown,) = json.loads(client.post(LIST, {**report, "media": text}).content)
    assert states() == [PhotoStatus.REFUSED]
    assert "photos" not in shown


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_photo_is_known_by_its_beginning(form):
    assert is_photo_text(b64encode(picture(form=form)).decode())


@given(st.binary(max_size=60), st.booleans(), st.booleans())
def test_any_file_as_text_is_the_file(content, is_for_addresses, is_in_lines):
    text = (urlsafe_b64encode if is_for_addresses else b64encode)(content).decode()
    if is_in_lines:
        text = "\r\n".join(text[at : at + 8] for at in range(0, len(text), 8))
    for sent in (
        text,
        text.rstrip("="),
        text.replace("+", " ").lstrip(),
        f"data:x/y;base64,{text}",
    ):
        if not sent.startswith(" ") and not text.startswith("+"):
            assert photo_text_read(sent) == content


@pytest.mark.parametrize("url", ["http://a\0b", "nonsense", "http://[", "http://x/" + "y" * 9000])
def test_malformed_address_of_a_photo_is_a_refused_photo(client, report, url):
    assert client.post(LIST, {**report, "media_url": url}).status_code == 200
    assert states() == [PhotoStatus.REFUSED]


def test_address_in_the_field_of_a_photo_is_fetched(client, report):
    client.post(LIST, {**report, "media": "https://photos.example/1.jpg"})
    assert states() == [PhotoStatus.PENDING]


def test_texts_of_a_report_have_a_limit(client, report):
    sent = {**report, "attribute[X]": "x" * TEXTS_MAX}
    assert client.post(LIST, sent, content_type="application/json").status_code == 413


# --- Places that say nothing ----------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["0", "0.0", "null", "undefined", "NaN", "None"])
def test_coordinates_that_say_nothing_leave_the_address(client, report, value):
    nowhere = {**report, "lat": value, "long": value}
    assert client.post(LIST, nowhere).status_code == 400
    assert client.post(LIST, {**nowhere, "address_string": "null"}).status_code == 400
    assert client.post(LIST, {**nowhere, "address_string": "Nirgendsweg 1"}).status_code == 200
    assert Issue.objects.get().location_source == LocationSource.UNPLACED


def test_one_degree_that_is_none_stays_an_error(client, report):
    sent = {**report, "long": "0", "address_string": "Nirgendsweg 1"}
    assert client.post(LIST, sent).status_code == 400


@pytest.mark.parametrize("value", ["far", "-1", "-0.1", "NaN", "inf", "null"])
def test_accuracy_that_is_none_counts_as_unknown(client, report, value):
    sent = {**report, "accuracy": value}
    (shown,) = json.loads(client.post(LIST, sent).content)
    assert Issue.objects.get().accuracy_m is None
    assert "accuracy" in shown["service_notice"]


@pytest.mark.parametrize(("value", "code"), [("0", 200), ("5000", 200), ("5000.1", 400)])
def test_accuracy_that_is_a_number_is_not_touched(client, report, value, code):
    response = client.post(LIST, {**report, "accuracy": value})
    assert response.status_code == code
    assert code == 400 or "accuracy" not in json.loads(response.content)[0]["service_notice"]


# --- An address that nobody knows -----------------------------------------------------------------------


@pytest.fixture
def unplaced(client, report) -> Issue:
    sent = {**report, "lat": "", "long": "", "address_string": "Nirgendsweg 1, 44575 Castrop"}
    assert client.post(LIST, sent).status_code == 200
    return Issue.objects.get()


def test_unknown_address_waits_for_a_person(unplaced):
    assert unplaced.location_source == LocationSource.UNPLACED
    assert unplaced.address_text == "Nirgendsweg 1, 44575 Castrop"
    assert unplaced.accuracy_m is None
    assert unplaced.jurisdiction.boundary.contains(unplaced.point)


def test_unknown_parcel_key_waits_for_a_person(client, report):
    sent = {**report, "lat": "", "long": "", "address_id": "no key", "accuracy": "5"}
    (shown,) = json.loads(client.post(LIST, sent, headers={"accept-language": "en"}).content)
    assert "a person places the report" in shown["service_notice"]
    assert Issue.objects.get().address_id == "no key"


def test_unplaced_issue_cannot_be_released_before_it_is_put_on_the_map(unplaced):
    with pytest.raises(ReleaseRefused):
        issue_release(issue=unplaced)
    middle = LocationInput(lat=unplaced.latitude, long=unplaced.longitude)
    issue_move(issue=unplaced, location=middle)
    assert issue_release(issue=unplaced).released_at is not None


def test_sender_sees_an_unplaced_report_without_coordinates(client, unplaced, sender):
    (shown,) = json.loads(client.get(LIST, headers={"x-api-key": sender[1]}).content)
    assert (shown["lat"], shown["long"]) == (None, None)
    assert shown["address"] == unplaced.address_text


def test_address_outside_any_boundary_says_that_geodata_are_missing(client, report, jurisdiction):
    Jurisdiction.objects.update(boundary=None)
    sent = {**report, "lat": "", "long": "", "address_string": "Nirgendsweg 1"}
    assert client.post(LIST, sent).status_code == 400


# --- The sender's own reports ---------------------------------------------------------------------------


def test_sender_sees_the_state_by_the_header(client, report, sender):
    number = json.loads(client.post(LIST, report).content)[0]["service_request_id"]
    own = {"headers": {"x-api-key": sender[1]}}
    assert numbers_of(client.get(f"{BASE}/requests/{number}.json", **own)) == [number]
    assert numbers_of(client.get(LIST, **own)) == [number]
    assert client.get(f"{BASE}/requests/{number}.json").status_code == 404
    wrong = {"headers": {"x-api-key": "wrong"}}
    assert client.get(f"{BASE}/requests/{number}.json", **wrong).status_code == 403


def test_key_may_stand_in_the_header_of_a_post(client, report):
    key = report.pop("api_key")
    assert client.post(LIST, report, headers={"x-api-key": key}).status_code == 200


# --- Lists ----------------------------------------------------------------------------------------------


def test_changes_alone_are_found_however_old_the_issue(client, make_issue):
    issues = [issue_release(issue=make_issue(str(turn))) for turn in range(3)]
    now = timezone.now()
    Issue.objects.update(received_at=now - timedelta(days=300))
    Issue.objects.filter(pk=issues[0].pk).update(
        status_changed_at=now - timedelta(days=20), released_at=now - timedelta(days=20)
    )
    yesterday = (now - timedelta(days=1)).isoformat()
    changed = numbers_of(client.get(LIST, {"updated_after": yesterday}))
    assert sorted(changed) == sorted(one.number for one in issues[1:])
    assert numbers_of(client.get(LIST, {"updated_before": yesterday})) == [issues[0].number]
    both = {"updated_after": yesterday, "start_date": (now - timedelta(days=2)).isoformat()}
    assert numbers_of(client.get(LIST, both)) == []


def test_issue_released_late_is_a_change(client, make_issue):
    issue = make_issue()
    Issue.objects.update(status_changed_at=timezone.now() - timedelta(days=9))
    issue_release(issue=issue)
    since = (timezone.now() - timedelta(hours=2)).isoformat()
    assert numbers_of(client.get(LIST, {"updated_after": since})) == [issue.number]
    (shown,) = json.loads(client.get(LIST, {"updated_after": since}).content)
    assert datetime.fromisoformat(shown["updated_datetime"]) > timezone.now() - timedelta(hours=2)


def test_pages_cover_the_list_once(client, make_issue):
    numbers = [issue_release(issue=make_issue(str(turn))).number for turn in range(5)]
    address, found = f"{LIST}?page_size=2&status=open", []
    while address:
        response = client.get(address)
        found += numbers_of(response)
        assert response["X-Total-Count"] == "5"
        links = links_of(response)
        assert "status=open" in links["last"]
        address = links.get("next", "").partition("8000")[2]
    assert found == numbers[::-1]
    assert numbers_of(client.get(LIST, {"page": 9, "page_size": 2})) == []


def test_links_hold_no_key(client, make_issue, sender):
    issue_release(issue=make_issue())
    response = client.get(LIST, {"api_key": sender[1], "page_size": 1})
    assert sender[1] not in response["Link"]


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "-1"},
        {"page": "1.5"},
        {"page": "9" * 30},
        {"page": "١"},
        {"page_size": "1001"},
        {"page_size": "x"},
        {"updated_after": "yesterday"},
        {"updated_after": "2026-03-01T00:00:00Z", "updated_before": "2026-02-01T00:00:00Z"},
        {"updated_after": "2026-01-01T00:00:00Z", "updated_before": "2026-05-01T00:00:00Z"},
    ],
)
def test_senseless_page_or_change_is_refused_by_its_name(client, jurisdiction, query):
    response = client.get(LIST, query)
    assert response.status_code == 400
    assert any(name in json.loads(response.content)[0]["description"] for name in query)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("requests.json", "bbox"),
        ("requests.json", "limit"),
        ("requests.json", "updated_since"),
        ("requests/X.json", "status"),
        ("services.json", "page"),
        ("services/X.json", "q"),
        ("tokens/X.json", "q"),
        ("discovery.json", "q"),
    ],
)
def test_unknown_parameter_is_named(client, jurisdiction, path, name):
    response = client.get(f"{BASE}/{path}", {name: "1"})
    assert response.status_code == 400
    assert name in json.loads(response.content)[0]["description"]


@pytest.mark.parametrize("name", ["extensions", "locale", "lang", "format", "_"])
def test_what_other_dialects_send_with_everything_is_tolerated(client, jurisdiction, name):
    for path in ("requests.json", "services.json", "discovery.json"):
        assert client.get(f"{BASE}/{path}", {name: "true"}).status_code == 200


@given(st.integers(1, 100_000), st.integers(1, 1000))
def test_page_begins_where_the_former_ended(number, size):
    assert Page(number, size).offset + size == Page(number + 1, size).offset


# --- Answers that a client has already --------------------------------------------------------------------


def test_unchanged_list_costs_no_reading(client, make_issue, django_assert_num_queries):
    issue_release(issue=make_issue())
    first = client.get(LIST)
    with django_assert_num_queries(2):  # jurisdictions, version
        again = client.get(LIST, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert (
        datetime.strptime(first["Last-Modified"], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
        <= timezone.now()
    )


@pytest.mark.parametrize("change", ["state", "withdrawn", "category", "another", "moved"])
def test_every_change_makes_the_list_new(client, make_issue, category, change):
    issue = issue_release(issue=make_issue())
    for path in ("requests.json", f"requests/{issue.number}.json"):
        first = client.get(f"{BASE}/{path}")["ETag"]
        match change:
            case "state":
                former = Issue.objects.get(pk=issue.pk).status
                other = IssueStatus.DONE if former != "done" else IssueStatus.IN_PROGRESS
                issue_set_status(issue=issue, status=other)
            case "withdrawn":
                issue_withdraw(issue=issue)
            case "category":
                category.names["de"] += "!"
                category.save()
            case "another":
                issue_release(issue=make_issue(f"other {path}"))
            case _:
                issue_move(
                    issue=issue, location=LocationInput(lat=LAT + 0.0001 * len(path), long=LONG)
                )
        again = client.get(f"{BASE}/{path}", headers={"if-none-match": first})
        assert again.status_code in {200, 404}
        issue_release(issue=issue)


def test_validators_differ_by_format_language_and_sender(client, make_issue, sender):
    issue_release(issue=make_issue())
    asked = [
        client.get(LIST),
        client.get(f"{BASE}/requests.xml"),
        client.get(LIST, headers={"accept-language": "en"}),
        client.get(LIST, headers={"x-api-key": sender[1]}),
        client.get(f"{BASE}/requests", headers={"accept": "application/json"}),
    ]
    assert len({answer["ETag"] for answer in asked}) == len(asked)
    assert "private" in asked[3]["Cache-Control"]
    assert all("X-Api-Key" in answer["Vary"] for answer in asked)


@pytest.mark.parametrize("path", ["discovery.xml", "services.json"])
def test_small_documents_have_validators(client, category, path):
    first = client.get(f"{BASE}/{path}")
    again = client.get(f"{BASE}/{path}", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304


# --- Other origins, other methods ---------------------------------------------------------------------------


def test_public_reads_are_open_to_other_origins_without_credentials(client, jurisdiction):
    other = {"headers": {"origin": "https://app.example"}}
    for address in (LIST, "/api/issues/0/0/0.geojson", f"{BASE}/services.xml"):
        answer = client.get(address, **other)
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer
        assert "X-Total-Count" in answer["Access-Control-Expose-Headers"]
    for address in ("/", "/triage/", "/api/triage/issues/0/0/0.geojson", "/login/", "/admin/"):
        assert "Access-Control-Allow-Origin" not in client.get(address, **other)


def test_preflight_allows_reading_only(client, jurisdiction):
    headers = {"origin": "https://app.example", "access-control-request-method": "GET"}
    answer = client.options(LIST, headers=headers)
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    allowed = set(answer["Access-Control-Allow-Headers"].split(", "))
    assert {"if-none-match", "if-modified-since", "cache-control", "accept-language"} <= allowed
    assert not allowed & {"authorization", "x-csrftoken", "x-api-key"}


@pytest.mark.parametrize("address", [LIST, "/api/responsibility/", "/api/issues/0/0/0.geojson"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_writing_is_closed_to_other_origins(client, report, address, method):
    origin = {"origin": "https://app.example"}
    preflight = client.options(address, headers={**origin, "access-control-request-method": method})
    answer = client.generic(method, address, headers=origin)
    for one in (preflight, answer, client.post(LIST, report, headers=origin)):
        assert not [name for name in one.headers if name.startswith("access-control")]
        assert "Access-Control-Allow-Origin" not in one


def test_options_and_head(client, jurisdiction):
    answer = client.options(LIST)
    assert (answer.status_code, answer["Allow"]) == (204, "GET, HEAD, POST, OPTIONS")
    head, got = client.head(LIST), client.get(LIST)
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == got["ETag"]
    assert head["X-Total-Count"] == "0"


# --- Errors in the format ---------------------------------------------------------------------------------


def errors_read(response, form: str) -> list[int]:
    if form == "json":
        assert response["Content-Type"] == "application/json; charset=utf-8"
        return [one["code"] for one in json.loads(response.content)]
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    return [int(one.findtext("code")) for one in fromstring(response.content).findall("error")]


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize(
    ("method", "path", "extra", "code"),
    [
        ("POST", "nothing.{}", {}, 404),
        ("DELETE", "nothing.{}", {}, 404),
        ("POST", "services.{}", {}, 405),
        ("GET", "requests/%00.{}", {}, 404),
        ("GET", "%FF%00/x.{}", {}, 404),
        ("GET", "requests.{}?status=%00", {}, 400),
        ("GET", "requests.{}?status=" + "x" * 7000, {}, 414),
        ("GET", "services.{}", {"HTTP_HOST": "a b"}, 400),
        ("GET", "services.{}", {"HTTP_HOST": "evil.example"}, 400),
        ("POST", "requests.{}", {"CONTENT_TYPE": "text/xml"}, 415),
        ("POST", "requests.{}", {"CONTENT_LENGTH": "900000000"}, 413),
        ("GET", "requests.{}?" + "&".join(f"n{n}=" for n in range(1100)), {}, 414),
    ],
)
def test_errors_come_in_the_format(jurisdiction, form, method, path, extra, code):
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    address, _mark, query = path.format(form).partition("?")
    response = strict.generic(method, f"{BASE}/{address}", QUERY_STRING=query, **extra)
    assert response.status_code == code
    assert errors_read(response, form) == [code]


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize(
    ("error", "code"),
    [(OperationalError("no such host: secret"), 503), (RuntimeError("secret"), 500)],
)
def test_failures_come_in_the_format_and_tell_nothing(monkeypatch, form, error, code):
    def fail(*_arguments: object, **_named: object) -> None:
        raise error

    monkeypatch.setattr("issues.api.views.jurisdiction_find", fail)
    client = Client(raise_request_exception=False)
    response = client.get(f"{BASE}/requests.{form}")
    assert response.status_code == code
    assert errors_read(response, form) == [code]
    assert b"secret" not in response.content
    assert ("Retry-After" in response) == (code == 503)
