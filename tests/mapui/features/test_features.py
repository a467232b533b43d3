"""OGC API Features by Django's client: collections by who asks, pages, boxes, times, systems, single objects."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from gis_core.models import Edition
from issues.enums import Role
from issues.services.people import grant_give
from mapui.features.asked import CRS84, epsg_uri
from mapui.features.keys import key_make
from tests.mapui.factories import (
    NOON,
    SOUTH,
    WEST,
    authority_create,
    category_create,
    decision_create,
    issue_create,
    jurisdiction_create,
    staff_create,
    town_create,
)

pytestmark = pytest.mark.django_db
ROOT = "/api/ogc/musterstadt.example/"
SECRET = "Frau Müller, Tel. 02305 123456"


@pytest.fixture
def town(db: None) -> Any:
    cache.clear()
    return town_create()


def get(client: Any, path: str = "", status: int = 200, **query: Any) -> Any:
    answer = client.get(
        f"{ROOT}{path}", {name.replace("_", "-"): one for name, one in query.items()}
    )
    assert answer.status_code == status, answer.content
    return answer


def items(client: Any, collection: str = "issues", **query: Any) -> Any:
    return get(client, f"collections/{collection}/items", **query).json()


def ids(client: Any, collection: str = "issues", **query: Any) -> list[str]:
    return [one["id"] for one in items(client, collection, **query)["features"]]


def path_of(href: str) -> str:
    return "/" + href.split("/", 3)[3]


def staff(client: Any, town: Any, name: str = "sichtung") -> Any:
    client.force_login(staff_create(name))
    return client


def test_landing_leads_to_everything(client, town):
    whole = get(client).json()
    links = {one["rel"]: one["href"] for one in whole["links"]}
    assert set(links) == {"self", "service-desc", "conformance", "data"}
    for href in links.values():
        assert client.get(path_of(href)).status_code == 200
    kinds = {one.rpartition("/")[2] for one in get(client, "conformance").json()["conformsTo"]}
    assert kinds == {"core", "oas30", "geojson", "crs"}


def test_public_sees_released_issues_alone(client, town):
    hidden = category_create(town, code="HIDDEN", is_public=False)
    issue_create(town, description=SECRET, public_text="Loch", released=True)
    issue_create(town, released=False)
    issue_create(town, category=hidden)
    assert [one["id"] for one in get(client, "collections").json()["collections"]] == ["issues"]
    whole = items(client)
    assert (whole["numberMatched"], whole["numberReturned"]) == (1, 1)
    [one] = whole["features"]
    assert (one["id"], one["properties"]["text"]) == ("MST-2026-000001", "Loch")
    assert SECRET not in get(client, "collections/issues/items").content.decode()
    assert get(client, "collections/issues/items/MST-2026-000001").json()["id"] == one["id"]
    for number in ("MST-2026-000002", "MST-2026-000003"):
        get(client, f"collections/issues/items/{number}", 404)
    for name in ("staff-issues", "parcels", "ownership", "nothing"):
        get(client, f"collections/{name}", 404)
        get(client, f"collections/{name}/items", 404)


def test_sheltered_issue_is_as_coarse_as_on_the_map(client, town):
    issue_create(town, east=37, north=61, is_sheltered=True)
    [one] = items(client, crs=epsg_uri(25832))["features"]
    east, north = one["geometry"]["coordinates"]
    assert (round(east) % 100, round(north) % 100) in {(0, 0), (1, 0), (0, 1), (99, 0), (0, 99)}
    finer = f"{WEST + 30},{SOUTH + 55},{WEST + 45},{SOUTH + 70}"
    assert ids(client, bbox=finer, bbox_crs=epsg_uri(25832)) == []


def test_pages_follow_each_other(client, town):
    for number in range(5):
        issue_create(town, status_changed_at=NOON + timedelta(hours=number))
    seen: list[str] = []
    address = f"{ROOT}collections/issues/items?limit=2"
    while address:
        whole = client.get(address).json()
        assert whole["numberMatched"] == 5
        seen += [one["id"] for one in whole["features"]]
        following = [one["href"] for one in whole["links"] if one["rel"] == "next"]
        address = path_of(following[0]) if following else ""
    assert seen == [f"MST-2026-00000{number}" for number in (5, 4, 3, 2, 1)]


def test_box_counts_in_each_system_and_its_axes(client, town):
    near, far = issue_create(town), issue_create(town, east=450)
    boxes = {
        "": "7.310,51.549,7.3135,51.551",
        CRS84: "7.310,51.549,0,7.3135,51.551,100",
        epsg_uri(4326): "51.549,7.310,51.551,7.3135",
        epsg_uri(25832): f"{WEST},{SOUTH},{WEST + 100},{SOUTH + 100}",
    }
    for crs, box in boxes.items():
        more = {"bbox_crs": crs} if crs else {}
        assert ids(client, bbox=box, **more) == [near.number], crs
    assert set(ids(client, bbox="-180,-90,180,90")) == {near.number, far.number}
    assert set(ids(client, bbox="7,50,-170,53")) == {near.number, far.number}
    world = "-20037508,-20037508,20037508,20037508"
    assert set(ids(client, bbox=world, bbox_crs=epsg_uri(3857))) == {near.number, far.number}
    assert ids(client, bbox="100,-40,110,-30") == []


def test_place_comes_in_the_system_asked_for(client, town):
    issue_create(town)
    [west, south] = items(client)["features"][0]["geometry"]["coordinates"]
    answer = get(client, "collections/issues/items", crs=epsg_uri(4326))
    assert answer["Content-Crs"] == f"<{epsg_uri(4326)}>"
    assert answer.json()["features"][0]["geometry"]["coordinates"] == [south, west]
    [one] = items(client, crs=epsg_uri(25832))["features"]
    assert one["geometry"]["coordinates"] == pytest.approx([WEST + 50, SOUTH + 50], abs=1)
    offered = get(client, "collections/issues").json()
    assert {CRS84, epsg_uri(4326), epsg_uri(25832), epsg_uri(3857)} == set(offered["crs"])
    assert offered["storageCrs"] == epsg_uri(25832)


def test_times_are_instants_days_and_spans(client, town):
    one = issue_create(town)
    for asked in ("2026-03-03", "2026-03-03T12:00:00Z", "../2026-03-03", "2026-03-03T12:59:00Z/.."):
        assert ids(client, datetime=asked) == [one.number], asked
    for asked in ("2026-03-02", "2026-03-03T13:00:00Z/..", "../2026-03-03T11:59:59Z"):
        assert ids(client, datetime=asked) == [], asked


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "many"},
        {"bbox": "1,2,3"},
        {"bbox": "nan,1,2,3"},
        {"bbox": "1,50,2,inf"},
        {"bbox": "7,52,8,51"},
        {"bbox": "700,52,800,53"},
        {"crs": "EPSG:25832"},
        {"bbox": "7,51,8,52", "bbox-crs": epsg_uri(31466)},
        {"datetime": "yesterday"},
        {"datetime": "2026-03-03/2026-03-01"},
        {"datetime": "0001-01-01T00:00:00+23:59"},
        {"after": "'; DROP TABLE"},
        {"filter": "number = 1"},
    ],
)
def test_what_cannot_be_understood_is_an_error(client, town, query):
    answer = client.get(f"{ROOT}collections/issues/items", query)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_too_large_a_limit_is_the_largest(client, town):
    assert items(client, limit="100000")["features"] == []


def test_staff_see_what_is_theirs(client, town):
    issue = issue_create(town, released=False, description=SECRET)
    decision_create(issue, authority_create(town))
    Edition.objects.filter(dataset="parcels").update(licence="dl-de/zero-2-0", attribution="Stadt")
    staff(client, town)
    offered = {one["id"]: one for one in get(client, "collections").json()["collections"]}
    assert set(offered) == {
        "issues",
        "staff-issues",
        "parcels",
        "land_use",
        "ownership",
        "through_roads",
    }
    assert offered["parcels"]["description"] == "dl-de/zero-2-0; Stadt"
    answer = get(client, "collections/staff-issues/items")
    assert "private" in answer["Cache-Control"]
    [one] = answer.json()["features"]
    assert (one["id"], one["properties"]["authority"]) == (issue.number, "EUV Stadtbetrieb")
    assert SECRET not in answer.content.decode()
    assert (
        get(client, f"collections/staff-issues/items/{issue.number}").json()["id"] == issue.number
    )
    box = f"{WEST + 200},{SOUTH},{WEST + 300},{SOUTH + 100}"
    assert ids(client, "staff-issues", bbox=box, bbox_crs=epsg_uri(25832)) == []


def test_geodata_come_with_pages_boxes_and_keys(client, town):
    staff(client, town)
    first = items(client, "parcels", limit=3, crs=epsg_uri(25832))
    assert (first["numberMatched"], first["numberReturned"]) == (4, 3)
    assert first["features"][0]["geometry"]["coordinates"][0][0][0] == [WEST, SOUTH]
    [following] = [one["href"] for one in first["links"] if one["rel"] == "next"]
    rest = client.get(path_of(following)).json()
    assert len({one["id"] for one in (*first["features"], *rest["features"])}) == 4
    key = first["features"][0]["id"]
    assert get(client, f"collections/parcels/items/{key}").json()["properties"]["key"] == key
    assert "content_hash" not in first["features"][0]["properties"]
    box = f"{WEST + 10},{SOUTH + 10},{WEST + 20},{SOUTH + 20}"
    assert ids(client, "parcels", bbox=box, bbox_crs=epsg_uri(25832)) == [key]
    [owner, *_others] = items(client, "ownership")["features"]
    assert (owner["geometry"], owner["properties"]["owner_class"]) == (None, "PRIV")


def test_rights_end_at_the_city_and_at_the_department(client, town):
    other = jurisdiction_create("andere.example", "Andere")
    person = staff_create("fremd", permissions=())
    grant_give(by=None, person=person, role=Role.TRIAGE, jurisdiction=other)
    issue_create(town, released=False)
    client.force_login(person)
    assert [one["id"] for one in get(client, "collections").json()["collections"]] == ["issues"]
    get(client, "collections/staff-issues/items", 404)
    get(client, "collections/parcels/items", 404)
    assert client.get("/api/ogc/nowhere.example/").status_code == 404


def test_key_reads_as_its_person_until_the_password_changes(client, town):
    person = staff_create()
    client.force_login(person)
    page = client.post(reverse("features_key")).content.decode()
    key = page.partition("Authorization: Bearer ")[2].partition("<")[0]
    client.logout()
    path, named = f"{ROOT}collections/parcels/items", {"authorization": f"Bearer {key}"}
    assert client.get(path, headers=named).status_code == 200
    assert client.get(path).status_code == 404
    assert client.get(reverse("triage"), headers=named).status_code == 302
    for wrong in (f"Bearer {key}x", "Bearer ", f"Bearer {key_make(staff_create('b'))[:-3]}"):
        assert client.get(path, headers={"authorization": wrong}).status_code == 401
    person.set_password("ein anderes Kennwort 8")
    person.save()
    assert client.get(path, headers=named).status_code == 401


def test_key_of_who_left_is_refused(client, town):
    person = staff_create()
    named = {"authorization": f"Bearer {key_make(person)}"}
    assert client.get(ROOT, headers=named).status_code == 200
    person.is_active = False
    person.save()
    assert client.get(ROOT, headers=named).status_code == 401


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_the_page(client, town, count, django_assert_num_queries):
    for _number in range(count):
        issue_create(town)
    with django_assert_num_queries(5):
        assert len(ids(client)) == count
