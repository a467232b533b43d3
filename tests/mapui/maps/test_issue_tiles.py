"""Tiles of issues: every issue counted once at every zoom, the filter's and nothing else's, bounded in size."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gis_core.grid import LEVEL, SIZE, box_of_degrees, degrees_at, grid_at
from issues.enums import IssueStatus, LocationSource, Pictogram
from issues.models import Category, Issue
from mapui.maps.issue_tiles import CELL_LEVELS, MAX_ZOOM
from routing.enums import AuthorityKind
from tests.mapui.factories import (
    authority_create,
    category_create,
    decision_create,
    issue_create,
)
from tests.mapui.tiles import (
    TRIAGE_WORLD,
    WORLD,
    count_of,
    features_at,
    features_in_all,
    numbers_listed,
    numbers_of,
    place_of,
    tile_address,
)

STYLES = Path(settings.ROOT) / "mapui/static/mapui/css/marks.css"
SPRITE = Path(settings.ROOT) / "mapui/static/mapui/symbols.svg"
TRIAGE = "triage_issues"


def places(*, public: bool) -> list[tuple[int, int]]:
    columns = ("public_x", "public_y") if public else ("grid_x", "grid_y")
    placed = Issue.objects.exclude(location_source=LocationSource.UNPLACED)
    return list(placed.values_list(*columns))


@pytest.fixture
def scattered(town):
    """Forty issues over 600 m, some at one place, in all states; every third public, one in four sheltered."""
    drawn = random.Random(7)
    for index in range(40):
        east, north = (drawn.choice([0, 37, drawn.uniform(0, 600)]) for _axis in range(2))
        issue_create(
            town,
            east=east,
            north=north,
            status=drawn.choice(list(IssueStatus)),
            released=index % 3 != 0,
            is_sheltered=index % 4 == 0,
        )
    return town


@pytest.mark.parametrize("zoom", [8, 12, 14, 16, 17, 18, MAX_ZOOM])
@pytest.mark.parametrize("status", ["", "open", "received", "forwarded", "done"])
def test_every_issue_of_the_filter_is_counted_once(client, staff_client, scattered, zoom, status):
    """Over all tiles of a zoom, as many as the list has; for the public at their coarse places and states."""
    public = features_in_all(client, places(public=True), zoom=zoom, status=status)
    assert count_of(public) == len(numbers_listed(client, status=status)) > 0
    staff = features_in_all(
        staff_client, places(public=False), zoom=zoom, name=TRIAGE, status=status
    )
    assert count_of(staff) == len(numbers_listed(staff_client, "/triage/", status=status)) > 0
    ids = [one["id"] for one in staff if "id" in one]
    assert len(ids) == len(set(ids))


def test_states_of_a_cluster_add_up_to_its_count(client, scattered):
    [cluster] = client.get(WORLD).json()["features"]
    shown = cluster["properties"]
    assert sum(shown["states"].values()) == shown["count"]
    assert list(shown["states"]) == [one for one in IssueStatus if one in shown["states"]]
    received = shown["states"]["received"]
    assert shown["text"].startswith(f"{shown['count']} Meldungen: {received} eingegangen, ")


@pytest.mark.parametrize("zoom", [9, 13, 16, MAX_ZOOM])
def test_a_tile_has_at_most_one_feature_a_cell(staff_client, scattered, zoom):
    for place in places(public=False):
        features = features_at(staff_client, place, zoom=zoom, name=TRIAGE)
        bits = LEVEL - zoom - CELL_LEVELS
        cells = [tuple(one >> bits for one in each["properties"]["grid"]) for each in features]
        assert len(cells) == len(set(cells)) <= 64


def test_bounds_of_a_cluster_hold_its_members_and_no_more(staff_client, town):
    first, second = issue_create(town, east=0, north=0), issue_create(town, east=30, north=20)
    [cluster] = staff_client.get(TRIAGE_WORLD).json()["features"]
    west, south, east, north = cluster["properties"]["bounds"]
    assert not cluster["properties"]["one_place"]
    assert (west, east) == pytest.approx((first.longitude, second.longitude), abs=1e-6)
    assert (south, north) == pytest.approx((first.latitude, second.latitude), abs=1e-6)
    longitude, _latitude = cluster["geometry"]["coordinates"]
    # At zoom 0 a cell is an eighth of the world; the cluster stays clear of its edges.
    assert -180 + 45 * 4.25 <= longitude <= -180 + 45 * 4.75
    box = cluster["properties"]["bounds"]
    listed = numbers_listed(staff_client, "/triage/", bbox=",".join(map(str, box)))
    assert sorted(listed) == [first.number, second.number]


def test_issues_at_one_place_stay_a_cluster_that_says_so(client, town):
    issues = [issue_create(town, east=30, north=30) for _ in range(3)]
    issue_create(town, east=31.6, north=30)
    shown = features_at(client, place_of(issues[0]))
    [cluster] = [one["properties"] for one in shown if "count" in one["properties"]]
    assert (cluster["count"], cluster["one_place"]) in {(3, True), (4, False)}
    Issue.objects.exclude(pk__in=[one.pk for one in issues]).update(released_at=None)
    [cluster] = [one["properties"] for one in features_at(client, place_of(issues[0]))]
    assert (cluster["count"], cluster["one_place"]) == (3, True)
    numbers = numbers_listed(client, bbox=",".join(map(str, cluster["bounds"])))
    assert sorted(numbers) == [one.number for one in issues]


def test_a_mark_says_what_where_whose(staff_client, town):
    category = category_create(town, "STREET_LIGHT", pictogram=Pictogram.LIGHT)
    issue = issue_create(town, category=category, released=False)
    decision_create(issue, authority_create(town, kind=AuthorityKind.CITY))
    place = place_of(issue, public=False)
    [mark] = features_at(staff_client, place, name=TRIAGE)
    assert mark["properties"] == {
        "category": "Schlagloch",
        "state": "received",
        "state_text": "eingegangen",
        "day": "03.03.2026",
        "pictogram": "light",
        "grid": list(place),
        "url": f"/triage/issues/{issue.number}/",
        "authority": "EUV Stadtbetrieb",
        "code": "EUV",
        "kind": "city",
        "released": False,
    }
    latitude, longitude = degrees_at(*place)
    assert mark["geometry"]["coordinates"] == pytest.approx([longitude, latitude], abs=1e-6)


def test_public_tile_tells_a_sheltered_issue_at_its_coarse_place_and_state(client, town):
    issue = issue_create(town, east=30, north=30, is_sheltered=True, status=IssueStatus.FORWARDED)
    corner = issue_create(town, east=0, north=0, is_sheltered=False)
    assert place_of(issue) == place_of(corner) != place_of(issue, public=False)
    shown = features_at(client, place_of(corner))
    assert [one["properties"]["states"] for one in shown] == [{"received": 2}]
    for zoom in range(MAX_ZOOM + 1):
        features = features_at(client, place_of(corner), zoom=zoom, status="forwarded")
        assert features == []


def test_public_places_are_no_finer_than_a_metre(client, town):
    one = issue_create(town, east=30.2, north=30.3)
    other = issue_create(town, east=29.8, north=29.7)
    assert place_of(one) == place_of(other)
    assert place_of(one, public=False) != place_of(other, public=False)


def test_an_unplaced_issue_is_in_the_list_and_on_no_tile(staff_client, town):
    placed = issue_create(town)
    lost = issue_create(town, released=False, location_source=LocationSource.UNPLACED)
    assert count_of(staff_client.get(TRIAGE_WORLD).json()["features"]) == 1
    assert set(numbers_listed(staff_client, "/triage/")) == {placed.number, lost.number}
    everywhere = numbers_listed(staff_client, "/triage/", bbox="-180,-85,180,85")
    assert everywhere == [placed.number]


@pytest.mark.parametrize("count", [1, 3])
def test_public_queries_are_constant(client, town, count, django_assert_num_queries):
    for index in range(count):
        decision_create(issue_create(town, east=60 * index), authority_create(town))
    place = place_of(Issue.objects.latest("pk"))
    # Jurisdiction, groups of the filter, cells, issues, authorities.
    with django_assert_num_queries(5):
        assert features_at(client, place, zoom=15)


@pytest.mark.parametrize("count", [1, 3])
def test_triage_queries_are_constant(staff_client, town, count, django_assert_num_queries):
    for index in range(count):
        decision_create(issue_create(town, east=60 * index), authority_create(town))
    place = place_of(Issue.objects.latest("pk"))
    # As for the public, and: session, user, two kinds of permissions, authorities of the filter.
    with django_assert_num_queries(9):
        assert features_at(staff_client, place, zoom=15, name=TRIAGE)


@pytest.mark.parametrize("address", ["0/1/0", "0/0/1", "20/0/0", "99/0/0", "3/8/0"])
def test_no_such_tile_is_404(client, town, address):
    assert client.get(f"/api/issues/{address}.geojson").status_code == 404


@pytest.mark.parametrize("query", ["status=x", "group=x", "bbox=1,2", "bbox=7.4,51,7.3,52"])
def test_a_wrong_filter_is_400(client, town, query):
    response = client.get(f"{WORLD}?{query}")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [query.partition("=")[0]]


def test_an_unchanged_tile_is_304(client, town):
    issue_create(town)
    first = client.get(WORLD)
    assert first["Cache-Control"] == "public, no-cache"
    again = client.get(WORLD, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    issue_create(town)
    assert client.get(WORLD, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("address", ["/", "/triage/"])
def test_list_follows_the_extent_and_leads_back_to_the_whole(staff_client, town, address):
    near, far = issue_create(town, east=10, north=10), issue_create(town, east=300, north=300)
    around = 1e-3
    box = ",".join(
        str(round(one, 6))
        for one in (
            near.longitude - around,
            near.latitude - around,
            near.longitude + around,
            near.latitude + around,
        )
    )
    page = staff_client.get(address, {"bbox": box, "status": "open"})
    assert numbers_of(page) == [near.number]
    text = page.content.decode()
    assert f'href="{address}?status=open" data-whole' in text
    assert f'name="bbox" value="{box}"' in text
    # Tiles know the filter and not the extent.
    assert re.search(r'data-feed="[^"]*/{z}/{x}/{y}.geojson\?status=open"', text)
    whole = staff_client.get(address)
    assert set(numbers_of(whole)) == {near.number, far.number}
    assert "data-whole" not in whole.content.decode()


@hypothesis_settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(x=st.integers(0, SIZE - 1), y=st.integers(0, SIZE - 1))
def test_degrees_of_a_place_lead_back_to_it(x, y):
    latitude, longitude = degrees_at(x + 0.5, y + 0.5)
    box = box_of_degrees(west=longitude, south=latitude, east=longitude, north=latitude)
    # Nearer to the poles eight decimals are coarser than the grid; nobody lives there.
    if abs(latitude) < 84:
        assert (box.west, box.north, box.east, box.south) == (x, y, x + 1, y + 1)


@pytest.mark.parametrize(("place", "row"), [((0, 90), 0), ((0, -90), SIZE - 1)])
def test_poles_lie_on_the_edge(place, row):
    assert grid_at(*place) == (SIZE // 2, row)


def test_the_database_and_the_program_have_the_same_grid(town):
    for east, north in ((0, 0), (123.4, 567.8), (-4000, 9000)):
        issue = issue_create(town, east=east, north=north)
        x, y = grid_at(issue.longitude, issue.latitude)
        stored = place_of(issue, public=False)
        # The latitude's way through WGS 84 costs less than a unit of four centimetres.
        assert stored == (pytest.approx(x, abs=1), pytest.approx(y, abs=1))


def test_every_pictogram_and_kind_can_be_drawn():
    sprite, styles = SPRITE.read_text(), STYLES.read_text()
    for one in (*Pictogram, "none"):
        assert f'id="pictogram-{one}"' in sprite
    for status in IssueStatus:
        assert f'id="shape-{status}"' in sprite
    hues = dict(re.findall(r"\.kind-(\w+) {\s*--hue: (#[0-9a-f]{6});", styles))
    assert sorted(hues) == sorted(AuthorityKind.values)
    assert len(hues) <= 8
    assert len(set(hues.values())) == len(hues)
    assert [name for name, colour in hues.items() if contrast_to_white(colour) < 4.5] == []


def contrast_to_white(colour: str) -> float:
    """After WCAG 2.1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_an_unknown_pictogram_is_refused_by_the_database(town):
    category = category_create(town)
    with pytest.raises(Exception, match="category_pictogram_is_known"):
        Category.objects.filter(pk=category.pk).update(pictogram="unicorn")
    assert tile_address((0, 0)).endswith("/19/0/0.geojson")
