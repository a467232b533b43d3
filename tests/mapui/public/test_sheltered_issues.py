"""A sheltered issue as the public sees it: a coarse place, no address, and not whether it was passed on."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.gis.geos import Point
from django.test import Client
from django.urls import reverse

from gis_core.coordinates import storage_to_wgs84
from gis_core.models import Jurisdiction
from issues.enums import IssueStatus
from issues.models import Issue
from issues.models.querysets import COARSE_M
from issues.public_view import public_view
from tests.mapui.factories import NOON, SOUTH, SRID, WEST, issue_create
from tests.mapui.tiles import numbers_listed

REQUESTS = reverse("open311_requests", args=["json"])


def box(x: float, y: float, half: float = 5) -> str:
    """A `bbox` around a point in the storage CRS."""
    west, south = storage_to_wgs84(x - half, y - half)
    east, north = storage_to_wgs84(x + half, y + half)
    return f"{west},{south},{east},{north}"


def test_coarse_place_is_the_nearest_of_a_grid_of_a_hundred_metres(town: Jurisdiction) -> None:
    shown = []
    for east, north in ((20, 30), (49, -40), (-49, 49)):
        issue = issue_create(town, east=east, north=north, is_sheltered=True)
        view = public_view(issue)
        shown.append((view.latitude, view.longitude, view.is_coarse))
    longitude, latitude = storage_to_wgs84(WEST, SOUTH)
    assert set(shown) == {(round(latitude, 5), round(longitude, 5), True)}
    assert COARSE_M == 100


def test_area_finds_a_sheltered_issue_by_its_coarse_place_alone(
    town: Jurisdiction, client: Client
) -> None:
    sheltered = issue_create(town, east=30, north=30, is_sheltered=True)
    exact = issue_create(town, east=30, north=30)
    assert numbers_listed(client, bbox=box(WEST + 30, SOUTH + 30)) == [exact.number]
    assert numbers_listed(client, bbox=box(WEST, SOUTH)) == [sheltered.number]
    assert set(numbers_listed(client, bbox=box(WEST, SOUTH, 50))) == {
        sheltered.number,
        exact.number,
    }


def test_address_of_a_sheltered_issue_is_not_shown(town: Jurisdiction) -> None:
    fields = {"public_address": "Musterweg 7", "public_text": "Loch"}
    assert public_view(issue_create(town, **fields)).address == "Musterweg 7"
    view = public_view(issue_create(town, is_sheltered=True, **fields))
    assert (view.address, view.text) == ("", "Loch")


def test_sheltered_issue_that_was_passed_on_looks_received(
    town: Jurisdiction, client: Client
) -> None:
    later = NOON + timedelta(days=3)
    passed_on = {"status": IssueStatus.FORWARDED, "status_changed_at": later}
    sheltered = issue_create(town, is_sheltered=True, **passed_on)
    other = issue_create(town, **passed_on)
    assert numbers_listed(client, status="received") == [sheltered.number]
    assert numbers_listed(client, status="forwarded") == [other.number]
    view = public_view(sheltered)
    assert (view.status, view.changed_at) == (IssueStatus.RECEIVED, NOON)
    since = {"updated_after": (later - timedelta(hours=2)).isoformat()}
    asked = client.get(REQUESTS, since).json()
    assert [one["service_request_id"] for one in asked] == [other.number]
    done = {"status": IssueStatus.DONE, "status_changed_at": later}
    Issue.objects.filter(pk=sheltered.pk).update(**done)
    assert public_view(Issue.objects.get(pk=sheltered.pk)).changed_at == later
    assert len(client.get(REQUESTS, since).json()) == 2


def test_grid_is_the_same_in_the_filter_and_in_the_view(town: Jurisdiction, client: Client) -> None:
    """Also halfway between two of its points."""
    for metres in (50.0, 150.0, 250.0, -50.0):
        issue = issue_create(town, east=metres, north=metres, is_sheltered=True)
        view = public_view(issue)
        at = Point(view.longitude, view.latitude, srid=4326).transform(SRID, clone=True)
        assert issue.number in numbers_listed(client, bbox=box(at.x, at.y)), metres


def test_it_is_said_everywhere_how_exactly_the_place_is_told(
    town: Jurisdiction, client: Client
) -> None:
    sheltered = issue_create(town, east=30, north=30, is_sheltered=True)
    exact = issue_create(town, east=160, north=30)
    shown = public_view(sheltered)
    page = client.get(f"/issues/{sheltered.number}/").content.decode()
    assert 'data-accuracy="100"' in page
    assert "im Umkreis von 100 m" in page
    assert f"{shown.latitude:.5f}, {shown.longitude:.5f}" not in page
    plain = client.get(f"/issues/{exact.number}/").content.decode()
    assert "data-accuracy" not in plain
    assert f"{exact.latitude:.5f}, {exact.longitude:.5f}" in plain
    listed = client.get("/").content.decode()
    assert listed.count("Ort ungefähr") == 1
    features = client.get("/feeds/issues.geojson").json()["features"]
    told = {one["id"]: one["properties"]["accuracy_m"] for one in features}
    assert told == {sheltered.number: 100, exact.number: None}
    atom = client.get("/feeds/issues.atom").content.decode()
    assert atom.count("<georss:radius>100</georss:radius>") == 1
    requests = {
        number: client.get(f"/open311/v2/requests/{number}.json").json()[0] for number in told
    }
    assert requests[sheltered.number]["extended_attributes"] == {"accuracy": 100}
    assert "extended_attributes" not in requests[exact.number]
    xml = client.get(f"/open311/v2/requests/{sheltered.number}.xml").content.decode()
    assert "<accuracy>100" in xml
