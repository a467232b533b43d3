"""What an address asks for and nobody knows: an error for programs, a visible note for people, never everything."""

from __future__ import annotations

import pytest

from tests.mapui.factories import issue_create

pytestmark = pytest.mark.django_db
NOTE = "Dieser Filter gilt nicht:"
PANEL = {"HX-Request": "true"}


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/embed/", "/statistik/", "/report/", "/responsibility/", "/follow/"),
        *("/legal/imprint/", "/embedding/"),
    ],
)
def test_city_that_is_not_served_has_no_page(client, town, address):
    assert client.get(address, {"jurisdiction": town.identifier}).status_code == 200
    answer = client.get(address, {"jurisdiction": "atlantis.example"})
    assert answer.status_code == 404
    assert "nicht bedient" in answer.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        *(f"/feeds/issues.{kind}" for kind in ("atom", "geojson", "csv")),
        *("/api/issues/0/0/0.geojson", "/api/places.json", "/api/boundary.geojson"),
        "/api/ogc/atlantis.example",
    ],
)
def test_city_that_is_not_served_has_no_data(client, town, address):
    answer = client.get(address, {"jurisdiction": "atlantis.example"})
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"status": "lost"}, "lost"),
        ({"group": "Wolken"}, "Wolken"),
        ({"category": "NONE"}, "Kategorie"),
        ({"since": "gestern"}, "Gemeldet ab"),
        ({"until": "0000-01-01"}, "bis"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"near": "hier"}, "51.55,7.31,500"),
        ({"area": "1 2"}, "Ecken"),
    ],
)
def test_filter_that_does_not_hold_is_told_on_page_list_and_frame(client, town, asked, told):
    issue_create(town)
    for address, headers in (("/", {}), ("/", PANEL), ("/embed/", {}), ("/embed/", PANEL)):
        page = client.get(address, asked, headers=headers)
        text = page.content.decode()
        assert NOTE in text
        assert told in text[text.index(NOTE) :]
        assert "Keine Meldung" not in text
        # The map does not ask what the list has refused.
        assert page.context["feed_url"] == ""
    assert client.get("/api/issues/0/0/0.geojson", asked).status_code == 400
    assert client.get("/feeds/issues.csv", asked).status_code == 400


@pytest.mark.parametrize("asked", [{"period": "7"}, {"category": "NONE"}])
def test_statistics_tell_what_they_did_not_count_by(client, town, asked):
    assert NOTE not in client.get("/statistik/").content.decode()
    assert NOTE in client.get("/statistik/", asked).content.decode()


@pytest.mark.parametrize("asked", ["0", "-1", "2", "abc", "1e3", "９", "9" * 30])
def test_page_that_does_not_exist_is_told(client, town, asked):
    issue_create(town)
    page = client.get("/", {"page": asked}, headers=PANEL)
    assert page.context["shown"].page.number == 1
    assert "Diese Seite gibt es nicht" in page.content.decode()
    assert "Diese Seite gibt es nicht" not in client.get("/", {"page": "1"}).content.decode()
