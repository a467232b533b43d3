"""Public answers are made once for everybody, and hold nothing of anybody; what was taken back is gone at once."""

from __future__ import annotations

import pickle
import re
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.contrib.gis.geos import Point
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config import env
from gis_core.models import Jurisdiction
from issues.enums import IssueStatus
from issues.models import Issue, Photo, PublicChange
from issues.selectors import public_version
from issues.services import issue_set_status, issue_withdraw
from issues.services.opinions import opinion_give
from issues.services.reporting.own import sighting_add
from tests.mapui.factories import (
    NOON,
    category_create,
    issue_create,
    jurisdiction_create,
    staff_create,
)

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([A-Za-z0-9]+)"')
STREET = "Geheimgasse 7"
REDIS = "django.core.cache.backends.redis.RedisCache"


@pytest.fixture(autouse=True)
def _shared(settings):
    settings.SHARED_ANSWER_SECONDS = 30
    cache.clear()


@pytest.fixture
def issue(town) -> Issue:
    return issue_create(town, public_address=STREET)


def pages(issue: Issue) -> list[str]:
    number = issue.number
    feeds = [f"/feeds/issues.{kind}" for kind in ("atom", "geojson", "csv")]
    lists = ["/", "/?status=open", "/?q=Geheimgasse", f"/?issue={number}", "/embed/"]
    return [f"/issues/{number}/", *lists, *feeds]


def is_kept(monkeypatch, client: Client, address: str, **asked) -> bool:
    """Whether the answer comes without being made."""

    def made(*_given, **_more):
        raise AssertionError(address)

    with monkeypatch.context() as patch:
        for name in ("mapui.public.views._map", "mapui.public.views._issue"):
            patch.setattr(name, made)
        try:
            return client.get(address, **asked).status_code == 200
        except AssertionError:
            return False


def test_what_was_taken_back_is_gone_with_the_next_request(client, issue):
    for address in pages(issue):
        assert all(STREET in client.get(address).content.decode() for _turn in range(2)), address
    issue_withdraw(issue=issue)
    for address in pages(issue):
        assert STREET not in client.get(address).content.decode(), address
    assert client.get(f"/issues/{issue.number}/").status_code == 404


def test_a_new_state_is_seen_with_the_next_request(client, issue):
    assert "in Bearbeitung" not in client.get("/").content.decode().split('id="issue-list"')[1]
    issue_set_status(issue=issue, status=IssueStatus.IN_PROGRESS)
    assert "in Bearbeitung" in client.get("/").content.decode().split('id="issue-list"')[1]


def test_a_category_that_is_no_longer_public_takes_its_reports_along(client, town, issue):
    address = f"/issues/{issue.number}/"
    assert client.get(address).status_code == 200
    category_create(town)
    town.categories.update(is_public=False)
    assert client.get(address).status_code == 404
    assert STREET not in client.get("/").content.decode()


@pytest.mark.parametrize("kind", ["page", "list", "statistics"])
def test_a_kept_answer_costs_one_statement(client, issue, kind):
    address = {
        "page": f"/issues/{issue.number}/",
        "list": "/",
        "statistics": reverse("public_statistics"),
    }[kind]
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    assert len(asked) == 1, [one["sql"] for one in asked]


def test_each_has_a_token_of_their_own_and_none_is_kept(client, issue):
    address, other = f"/issues/{issue.number}/", Client()
    kept: list[bytes] = []
    store = cache.set
    cache.set = lambda key, value, **given: (
        kept.append(pickle.dumps(value)),
        store(key, value, **given),
    )
    try:
        pages_seen = [one.get(address) for one in (client, other)]
    finally:
        cache.set = store
    tokens = [set(TOKEN.findall(one.content.decode())) for one in pages_seen]
    assert [len(one) for one in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
    secrets = [one.cookies["csrftoken"].value for one in (client, other)]
    assert secrets[0] != secrets[1]
    [shared_bytes] = kept
    for one in (*secrets, *tokens[0], *tokens[1]):
        assert one.encode() not in shared_bytes
    # And it is a token that holds.
    strict = Client(enforce_csrf_checks=True)
    page = strict.get(address).content.decode()
    given = {"said": "seen", "csrfmiddlewaretoken": TOKEN.findall(page)[0]}
    assert strict.post(f"{address}said/", given).status_code == 302


def test_the_frame_sets_no_cookie(issue):
    for _turn in range(2):
        framed = Client()
        answer = framed.get("/embed/")
        assert not framed.cookies
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_who_has_a_session_gets_an_answer_of_their_own(client, issue, monkeypatch):
    client.get("/")
    assert is_kept(monkeypatch, Client(), "/")
    staff = Client()
    staff.force_login(staff_create())
    assert "Abmelden" in staff.get("/").content.decode()
    assert not is_kept(monkeypatch, staff, "/")
    assert "Abmelden" not in Client().get("/").content.decode()


def test_own_word_is_seen_at_once(client, issue):
    address = f"/issues/{issue.number}/"
    client.get(address)
    answer = client.post(f"{address}said/", {"said": "seen"})
    assert "von 1 Person" in client.get(answer["Location"]).content.decode()


def test_languages_filters_and_parts_are_kept_apart(client, issue, monkeypatch):
    client.get("/")
    panel = {"headers": {"HX-Request": "true"}}
    for address, asked in (
        ("/?status=open", {}),
        ("/", panel),
        ("/?jurisdiction=musterstadt.de", {}),
    ):
        assert not is_kept(monkeypatch, Client(), address, **asked)
    english = Client()
    english.cookies[configured.LANGUAGE_COOKIE_NAME] = "en"
    assert not is_kept(monkeypatch, english, "/")
    assert 'lang="en"' in english.get("/").content.decode()
    assert 'lang="de"' in Client().get("/").content.decode()
    answer = client.get(f"/issues/{issue.number}/", **panel)
    assert answer.content.decode().lstrip().startswith("<article")
    assert 'lang="de"' in client.get(f"/issues/{issue.number}/").content.decode()


def test_the_panel_names_the_list_that_it_was_opened_from(client, issue):
    pushed = [
        client.get(
            f"/issues/{issue.number}/",
            headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver/?status={status}"},
        )["HX-Push-Url"]
        for status in ("open", "done")
    ]
    assert pushed == [f"/?status={one}&issue={issue.number}" for one in ("open", "done")]


def test_cities_are_kept_apart_and_taken_back_from_every_address(settings, town, issue):
    settings.ALLOWED_HOSTS = ["testserver", ".example"]
    other = jurisdiction_create("nachbarstadt.example", "Nachbarstadt")
    Jurisdiction.objects.filter(pk=town.pk).update(hosts=["muster.example"], path="muster")
    Jurisdiction.objects.filter(pk=other.pk).update(path="nachbar")
    own = [("muster.example", "/"), ("testserver", "/stadt/muster/")]
    for host, address in own * 2:
        page = Client().get(address, headers={"Host": host}).content.decode()
        assert STREET in page
        assert f'action="{address}i18n/setlang/"' in page
    for path in ("/", f"/issues/{issue.number}/"):
        answer = Client().get(f"/stadt/nachbar{path}")
        assert STREET not in answer.content.decode()
    issue_withdraw(issue=issue)
    for host, address in own:
        assert STREET not in Client().get(address, headers={"Host": host}).content.decode()


def test_errors_are_not_kept(client, town, monkeypatch):
    address = f"/issues/{issue_create(town, released=False).number}/"
    for _turn in range(2):
        assert client.get(address).status_code == 404
    assert not is_kept(monkeypatch, client, address)


CHANGES = {
    "text": lambda _one: Issue.objects.update(public_text="Neu"),
    "sheltered": lambda _one: Issue.objects.update(is_sheltered=True),
    "place": lambda one: Issue.objects.update(
        point=Point(one.point.x + 5, one.point.y, srid=one.point.srid)
    ),
    "withdrawn": lambda _one: Issue.objects.update(released_at=None),
    "gone": lambda one: one.delete(),
    "photo": lambda _one: Photo.objects.update(
        is_released=False, copy="", copy_id=None, released_at=None
    ),
    "photo gone": lambda _one: Photo.objects.all().delete(),
    "category": lambda one: one.category.save(),
    "seen": lambda one: sighting_add(issue=one, entry=uuid4()),
    "said": lambda one: opinion_give(issue=one, voter=uuid4(), is_done=True),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_public_change_moves_the_version_whoever_makes_it(issue, name):
    if name.startswith("photo"):
        Photo.objects.create(
            issue=issue,
            status="stored",
            is_released=True,
            copy="a.jpg",
            copy_id=uuid4(),
            file="b.jpg",
            released_at=NOON,
        )
    before = public_version()
    CHANGES[name](issue)
    assert public_version() != before


def test_what_is_not_public_moves_no_version(town, issue):
    other = issue_create(town, released=False)
    before = public_version()
    issue_set_status(issue=other, status=IssueStatus.IN_PROGRESS)
    Issue.objects.update(priority=3)
    Issue.objects.filter(pk=other.pk).update(description="Anders")
    issue_create(town, released=False)
    assert public_version() == before


def test_few_changes_stay_written_down(issue):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO issues_publicchange SELECT FROM generate_series(1, 2000)")
    before = PublicChange.objects.count()
    issue.category.save()
    assert PublicChange.objects.count() == before


def test_a_feed_that_is_kept_has_its_validator_and_its_links(client, issue):
    first, second = (client.get("/feeds/issues.geojson") for _turn in range(2))
    assert second.content == first.content
    for name in ("ETag", "Link", "Last-Modified", "Content-Type", "Vary", "Cache-Control"):
        assert second[name] == first[name]
    again = client.get("/feeds/issues.geojson", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_without_redis_every_answer_is_made(settings, client, issue, caplog):
    settings.CACHES = {"default": {"BACKEND": REDIS, "LOCATION": "unix:///nonexistent/redis.sock"}}
    for address in pages(issue):
        assert STREET in client.get(address).content.decode()
    assert "public answers are not kept" in caplog.text


def test_redis_keeps_them(settings, client, issue, monkeypatch):
    settings.CACHES = {
        "default": {"BACKEND": REDIS, "LOCATION": env.text("REDIS_URL"), "KEY_PREFIX": "test"}
    }
    client.get("/")
    assert is_kept(monkeypatch, Client(), "/")
    issue_withdraw(issue=issue)
    assert STREET not in client.get("/").content.decode()
