"""The one filter of everybody's page, tiles and feeds: each value chooses the same in all of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.utils.http import urlencode

from issues.enums import IssueStatus
from mapui.public import choice
from mapui.site.public_filter import Near
from parcels.addresses import address_search_text
from parcels.enums import CadastreDataset
from parcels.models import Address
from tests.mapui.factories import (
    SOUTH,
    SRID,
    WEST,
    authority_create,
    category_create,
    decision_create,
    edition_create,
    issue_create,
    staff_create,
)
from tests.mapui.tiles import WORLD, count_of, numbers_listed

pytestmark = pytest.mark.django_db


def in_feed(client, **chosen) -> set[str]:
    answer = client.get("/feeds/issues.geojson", chosen)
    assert answer.status_code == 200, answer.content
    return {one["id"] for one in answer.json()["features"]}


def near(issue, metres: int) -> str:
    return str(Near(issue.latitude, issue.longitude, metres))


@pytest.fixture
def several(town):
    """One that every choice below means, and one that each of them leaves out."""
    meant = issue_create(
        town,
        category=category_create(town, "LIGHT"),
        received_at=datetime(2026, 3, 5, 10, tzinfo=UTC),
        east=10,
        north=10,
        public_text="Die Laterne flackert.",
        public_address="Ickerner Straße 41",
        status=IssueStatus.IN_PROGRESS,
    )
    other = issue_create(
        town,
        received_at=datetime(2026, 3, 1, 10, tzinfo=UTC),
        east=190,
        north=190,
        public_text="Ein Loch.",
        public_address="Am Markt 1",
        status=IssueStatus.DONE,
    )
    return meant, other


def choices(meant) -> list[dict[str, str]]:
    longitude, latitude = meant.longitude, meant.latitude
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    area = ",".join(f"{longitude + 5e-4 * x} {latitude + 5e-4 * y}" for x, y in corners)
    return [
        {"status": "open"},
        {"category": "LIGHT"},
        {"since": "2026-03-04"},
        {"q": "flackert"},
        {"q": meant.number.lower()},
        {"street": "ickerner str."},
        {"area": area},
        {"near": near(meant, 100)},
        {"near": near(meant, 100), "category": "LIGHT", "until": "2026-03-05"},
    ]


def test_each_choice_is_the_same_in_list_tiles_and_feed(client, several):
    meant, other = several
    assert set(numbers_listed(client)) == {meant.number, other.number}
    for chosen in choices(meant):
        assert numbers_listed(client, **chosen) == [meant.number], chosen
        assert count_of(client.get(WORLD, chosen).json()["features"]) == 1, chosen
        assert in_feed(client, **chosen) == {meant.number}, chosen
        page = client.get("/", chosen)
        # The map loads what the list speaks of, and the data are the same.
        assert urlencode(chosen).split("&")[0] in page.context["feed_url"]
        assert client.get(page.context["feeds"]["geojson"]).json()["features"][0]["id"] == (
            meant.number
        )


def test_surroundings_are_metres_on_the_ground(client, town):
    place = issue_create(town, east=10, north=10)
    away = issue_create(town, east=110, north=10)
    assert numbers_listed(client, near=near(place, 99)) == [place.number]
    assert set(numbers_listed(client, near=near(place, 101))) == {place.number, away.number}


@pytest.mark.parametrize(
    "text", ["1", "a,b", "nan,7,500", "51,7,inf", "91,7,500", "51,7,5", "51,7,20001", "1,2,3,4"]
)
def test_surroundings_that_are_none_are_told(client, town, text):
    for address in (WORLD, "/feeds/issues.geojson"):
        answer = client.get(address, {"near": text})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["near"])
    assert "51.55,7.31,500" in client.get("/", {"near": text}).content.decode()


def test_unreleased_and_sheltered_issues_are_not_found_by_their_place(client, town):
    hidden = issue_create(town, released=False, east=10, north=10)
    sheltered = issue_create(town, is_sheltered=True, east=30, north=30)
    for issue in (hidden, sheltered):
        # A circle of 10 metres would tell where a coarse place really is.
        assert numbers_listed(client, near=near(issue, 10)) == []
        assert client.get(WORLD, {"near": near(issue, 10)}).json()["features"] == []


def test_search_offers_the_places_that_the_text_means(client, town):
    issue_create(town, east=10, north=10)
    page = client.get("/", {"q": "Musterberg, Flur 1, Flurstück 10", "status": "open"})
    [place] = page.context["places"]
    assert "status=open" in place["url"]
    assert "q=" not in place["url"]
    assert client.get(place["url"]).context["shown"].page.paginator.count == 1
    assert client.get("/", {"q": "\x00"}).status_code == 400
    assert not client.get("/", {"q": "gibt es nicht"}).context.get("places")


def test_what_narrows_the_list_is_told_and_can_be_taken_back(client, several):
    meant, _other = several
    for name in ("near", "area", "street"):
        [chosen] = [one for one in choices(meant) if set(one) == {name}]
        page = client.get("/", {**chosen, "status": "open"})
        told = page.context
        back = told["surroundings"]["without"] if name == "near" else told[f"without_{name}"]
        assert back == "/?status=open"
        assert back in page.content.decode().replace("&amp;", "&")


@pytest.mark.parametrize(
    ("chosen", "followed"),
    [
        ({"near": "51.5,7.3,250"}, {"kind": "area", "metres": "250"}),
        ({"street": "Am Markt"}, {"kind": "street", "place": "Am Markt"}),
        ({"category": "LIGHT"}, {"kind": "category", "category": "LIGHT"}),
    ],
)
def test_the_same_can_be_followed(client, town, chosen, followed):
    category_create(town, "LIGHT")
    page = client.get(client.get("/", chosen).context["follow_url"])
    assert page.context["kind"] == followed.pop("kind")
    form = page.context["form"]
    assert {name: form[name].value() for name in followed} == followed


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_depend_on_rows_or_choice(client, town, count, django_assert_num_queries):
    for _turn in range(count):
        issue = issue_create(town, category=category_create(town, "LIGHT"))
        decision_create(issue, authority_create(town))
    chosen = {"category": "LIGHT", "near": near(issue, 500), "since": "2026-01-01"}
    # Django asks for the unit of the storage CRS once in a process.
    client.get("/", chosen)
    # As without a choice.
    with django_assert_num_queries(8):
        assert client.get("/", chosen).status_code == 200
    with django_assert_num_queries(5 if count == 1 else 3):
        assert client.get(WORLD, chosen).status_code == 200


def test_staff_see_the_same_public_page(client, several):
    meant, _other = several
    client.force_login(staff_create())
    assert numbers_listed(client, category="LIGHT") == [meant.number]


def test_places_are_suggested_with_the_list_around_them(client, town, monkeypatch):
    cache.clear()
    address = Address.objects.create(
        jurisdiction=town,
        key="DENW1",
        street="Ickerner Straße",
        number="41",
        search_text=address_search_text("Ickerner Straße", "41"),
        geometry=f"SRID={SRID};POINT({WEST + 30} {SOUTH + 30})",
        content_hash=b"1" * 16,
        edition_from=edition_create(town, CadastreDataset.ADDRESSES),
    )
    near = issue_create(town, east=30, north=30)
    answer = client.get(
        "/api/places.json", {"q": "Ickerner Str. 4", "jurisdiction": town.identifier}
    )
    [found] = answer.json()["suggestions"]
    assert (found["kind"], found["label"]) == ("Ort", address.text)
    page = client.get(f"/{found['page']}")
    assert near.number in page.content.decode()
    assert "250 m" in page.content.decode()
    for text in ("", "x", "x" * 300):
        assert client.get("/api/places.json", {"q": text}).json() == {"suggestions": []}
    monkeypatch.setattr(choice, "TYPED_PER_MINUTE", 1)
    assert client.get("/api/places.json", {"q": "zz"}).status_code == 429
