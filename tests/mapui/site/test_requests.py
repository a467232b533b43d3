"""Requests as nobody should send them: refused in a form that the sender reads, never a stumble."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections
from django.test import Client

from config.wsgi import application
from issues.models import Issue
from tests.mapui.factories import PASSWORD, issue_create, staff_create

PROBLEM = "application/problem+json"


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def clerk(db) -> Client:
    client = Client(raise_request_exception=False)
    permissions = (
        "triage_issue",
        "release_issue",
        "manage_geodata",
        "edit_rules",
        "activate_rules",
    )
    client.force_login(staff_create("alles", permissions=permissions))
    return client


@pytest.mark.parametrize(
    "address",
    [
        "/issues/%00/",
        "/triage/issues/%00/",
        "/triage/issues/a%00b/explanation/",
        "/api/triage/parcels/%00.geojson",
        "/api/questions/%00/",
        "/questions/%00/",
        "/login/new/%00/x/",
        "/admin/issues/issue/%00/change/",
        "/%00",
    ],
)
def test_nul_in_a_path_is_not_found(town, clerk, visitor, address):
    assert visitor.get(address).status_code == 404
    assert clerk.get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/", "/triage/", "/responsibility/", "/api/parcels/", "/admin/issues/issue/", "/statistics/"],
)
def test_nul_in_a_filter_is_a_bad_request(town, clerk, address):
    assert clerk.get(address, QUERY_STRING="q=%00&status=a%00b").status_code == 400


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/login/", {"username": "a\0b", "password": "x"}),
        ("/login/forgotten/", {"email": "a\0@example.org"}),
        ("/triage/issues/{}/overrule/", {"reason": "\0", "authority": "x", "seen": "1"}),
        ("/triage/issues/{}/answers/", {"a\0": "x"}),
        ("/i18n/setlang/", {"language": "de\0"}),
    ],
)
def test_nul_in_a_form_is_a_bad_request(town, clerk, address, fields):
    issue = issue_create(town)
    assert clerk.post(address.format(issue.number), fields).status_code == 400


@pytest.mark.parametrize("value", ["http://[::1", "http://a:b:c", "http://℀/", "http:// /"])
@pytest.mark.parametrize("address", ["/", "/triage/", "/geodata/", "/rules/"])
def test_malformed_current_address_is_ignored(town, visitor, clerk, value, address):
    headers = {"hx-current-url": value, "hx-request": "true"}
    closed = 200 if address == "/" else 401
    for client, status in ((visitor, closed), (clerk, 200)):
        assert client.get(address, headers=headers).status_code == status
    encoded = {
        **headers,
        "hx-current-url": "http://%5B::1",
        "hx-current-url-uri-autoencoded": "true",
    }
    assert visitor.get(address, headers=encoded).status_code == closed


def test_cookie_with_a_nul_is_no_cookie(town, visitor):
    answer = visitor.get("/triage/", HTTP_COOKIE='sessionid="abcdefghijklmnop\\000q"')
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("length", "status"), [("x", 400), ("-1", 400), ("٣", 400), ("9" * 5000, 413), ("9" * 15, 413)]
)
def test_length_that_is_none_is_refused(town, visitor, length, status):
    assert visitor.post("/login/", {"username": "a"}, CONTENT_LENGTH=length).status_code == status


@pytest.fixture
def _connections_kept(db):
    """A server gives connections back after each request; the test's transaction needs its own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def called(path: str, **environ: str) -> str:
    """The status of the program as a web server calls it."""
    statuses: list[str] = []
    base = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }
    answer = application({**base, **environ}, lambda status, *_more: statuses.append(status))
    b"".join(answer)
    return statuses[0].partition(" ")[0]


@pytest.mark.parametrize("charset", ["hex", "rot13", "undefined", "idna", "utf-7", "nonsense"])
@pytest.mark.usefixtures("_connections_kept")
def test_charset_that_is_no_text_is_no_stumble(settings, charset):
    settings.ALLOWED_HOSTS = ["localhost"]
    kind = f"text/plain; charset={charset}"
    assert called("/favicon.ico", QUERY_STRING="a=1", CONTENT_TYPE=kind) == "302"
    assert (
        called("/favicon.ico", QUERY_STRING="a=1", CONTENT_TYPE=kind, CONTENT_LENGTH="1") == "400"
    )


# --- Errors for programs --------------------------------------------------------------------------------


def problem_of(response) -> dict[str, object]:
    assert response["Content-Type"] == PROBLEM
    content = json.loads(response.content)
    assert {"type", "title", "status"} <= set(content)
    assert content["status"] == response.status_code
    return content


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/api/nothing/", 404),
        ("GET", "/api/triage/issues/0/0/0.geojson", 403),
        ("POST", "/api/issues/0/0/0.geojson", 405),
        ("GET", "/api/issues/0/0/0.geojson?bbox=1", 400),
        ("GET", "/api/issues/0/0/0.geojson?status=x", 400),
        ("GET", "/api/responsibility/?category=NO", 404),
        ("GET", "/api/questions/x/", 404),
        ("GET", "/api/issues/0/0/0.geojson?%00", 400),
        ("GET", "/tiles/parcels/1/1/1.mvt", 403),
        ("GET", "/statistics/statistics.csv", 401),
        ("GET", "/statistics/statistics.json", 401),
        ("GET", "/rules/1/rules.csv", 401),
        ("GET", "/rules/1/coverage.json", 401),
        ("GET", "/golden/cases.csv", 401),
    ],
)
def test_program_gets_problem_details(town, visitor, method, address, status):
    response = visitor.generic(
        method, address.partition("?")[0], QUERY_STRING=address.partition("?")[2]
    )
    assert response.status_code == status
    problem_of(response)
    assert ("WWW-Authenticate" in response) == (status == 401)
    assert ("Allow" in response) == (status == 405)


def test_who_prefers_json_gets_401_of_a_page(town, visitor):
    answer = visitor.get("/triage/", headers={"accept": "application/json"})
    assert answer.status_code == 401
    assert problem_of(answer)["detail"] == "Bitte melden Sie sich zuerst an."
    assert visitor.get("/triage/", headers={"accept": "text/html,*/*"}).status_code == 302


def test_person_gets_a_page(town, visitor):
    answer = visitor.get("/nothing/")
    assert answer.status_code == 404
    assert "Das hat nicht geklappt" in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status"), [(OperationalError("secret"), 503), (KeyError("secret"), 500)]
)
@pytest.mark.parametrize("address", ["/", "/api/issues/0/0/0.geojson"])
def test_failure_tells_nothing(town, visitor, monkeypatch, error, status, address):
    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr("mapui.public.views.city_shown", fail)
    monkeypatch.setattr("mapui.maps.feeds.city_shown", fail)
    answer = visitor.get(address)
    assert answer.status_code == status
    assert b"secret" not in answer.content
    assert ("Retry-After" in answer) == (status == 503)
    if address != "/":
        problem_of(answer)


def test_wrong_csrf_token_is_told_in_the_right_form(town):
    strict = Client(enforce_csrf_checks=True)
    assert strict.login(username=staff_create("wer").username, password=PASSWORD)
    page = strict.post("/triage/issues/X/release/")
    assert (page.status_code, "neu" in page.content.decode()) == (403, True)
    problem_of(strict.post("/triage/issues/X/release/", headers={"accept": "application/json"}))
    assert not Issue.objects.exists()
