"""What a device keeps to report without a connection: a page of nobody in particular, its worker and the manifest."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

from tests.mapui.factories import category_create, staff_create, town_create

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db):
    town = town_create()
    category_create(town)
    category_create(town, code="GAS", is_emergency=True)
    return town


def worker_of(client, **query) -> dict[str, str]:
    script = client.get(reverse("report_worker"), query).content.decode()
    [given] = re.findall(r"^globalThis.offline = (.+);$", script, re.MULTILINE)
    return json.loads(given)


def test_page_holds_nothing_of_whoever_asks_for_it(client, town):
    anonymous = client.get(reverse("report_offline"))
    client.force_login(staff_create())
    page = client.get(reverse("report_offline"))
    assert TOKEN.sub("", page.content.decode()) == TOKEN.sub("", anonymous.content.decode())
    assert "sichtung" not in page.content.decode()
    assert "csrfmiddlewaretoken" not in page.content.decode().split("<main")[1]
    assert not page.cookies.get("sessionid")


def test_page_offers_the_citys_topics_and_marks_those_of_danger(client, town):
    page = client.get(reverse("report_offline")).content.decode()
    assert re.search(r'<option value="GAS" data-danger>', page)
    assert re.search(r'<option value="ROAD_SURFACE">', page)


def test_page_speaks_the_language_that_the_worker_asks_for(client, town):
    address = worker_of(client)["page"]
    assert "Melden ohne Verbindung" in client.get(address).content.decode()
    client.cookies["django_language"] = "en"
    address = worker_of(client)["page"]
    del client.cookies["django_language"]
    assert "Report without a connection" in client.get(address).content.decode()
    odd = client.get(reverse("report_offline"), {"language": "<x>"}).content.decode()
    assert "Melden ohne Verbindung" in odd


def test_another_page_makes_another_worker(client, town):
    first = worker_of(client)
    assert worker_of(client) == first
    category_create(town, code="NEW", names={"de": "Neues", "en": "New"})
    second = worker_of(client)
    assert (second["page"], second["version"] != first["version"]) == (first["page"], True)


def test_manifest_installs_the_page(client, town):
    response = client.get(reverse("report_manifest"), {"jurisdiction": town.identifier})
    assert response["Content-Type"] == "application/manifest+json"
    manifest = response.json()
    assert manifest["short_name"] == town.name
    assert client.get(manifest["start_url"]).status_code == 200
    assert {one["sizes"] for one in manifest["icons"]} == {"192x192", "512x512"}
    assert 'rel="manifest"' in client.get(reverse("report")).content.decode()
