"""The queue: what its filters, search, orders and counters find, and what its rows tell."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from issues.enums import Channel, IssueStatus, LocationSource
from issues.models import SavedView
from mapui.site.triage_filter import TriageFilterForm
from mapui.triage.queue.rows import age_text
from routing.enums import Outcome
from routing.models import Decision
from tests.mapui.factories import (
    NOON,
    authority_create,
    category_create,
    decision_create,
    issue_create,
    staff_create,
)
from tests.mapui.tiles import TRIAGE_WORLD, count_of, numbers_listed


@pytest.fixture
def listed(staff_client):
    """The numbers of a filter, as the list gives them; the tiles of the map count the same placed reports."""

    def numbers(**query: str) -> list[str]:
        found = numbers_listed(staff_client, "/triage/", **query)
        tile = staff_client.get(TRIAGE_WORLD, query).json()["features"]
        rows = staff_client.get("/triage/", query).context["rows"]
        placed = [row for row in rows if row.issue.is_placed]
        assert count_of(tile) == len(placed)
        return found

    return numbers


def test_queue_filters_by_what_the_report_is(town, listed):
    now = timezone.now()
    light = category_create(town, "STREET_LIGHT", names={"de": "Laterne aus", "en": "Lamp"})
    fresh = issue_create(town, received_at=now - timedelta(hours=2), channel=Channel.WEB)
    lamp = issue_create(town, category=light, received_at=now - timedelta(days=3), released=False)
    lost = issue_create(
        town, released=False, location_source=LocationSource.UNPLACED, received_at=NOON
    )
    assert listed(category="STREET_LIGHT") == [lamp.number]
    assert listed(channel="web") == [fresh.number]
    assert listed(age="day") == [fresh.number]
    assert listed(age="week") == [fresh.number, lamp.number]
    assert listed(age="older") == [lost.number]
    assert listed(released="yes") == [fresh.number]
    assert listed(missing="place") == [lost.number]
    assert listed(sort="oldest") == [lost.number, lamp.number, fresh.number]


def test_queue_filters_by_what_was_decided(town, listed):
    city = authority_create(town)
    federal, street, none = (issue_create(town) for _ in range(3))
    decision_create(federal, city, road="B 235", probability=0.5, outcome=Outcome.TRIAGE)
    key = "05999900100010" + "0000__"
    decision_create(street, city, road="Musterstraße", parcel_key=key, probability=0.99)
    assert listed(road_class="B") == [federal.number]
    assert listed(road_class="G") == [street.number]
    assert listed(road="b235") == [federal.number]
    assert listed(road="muster") == [street.number]
    assert listed(confidence="low") == [federal.number]
    assert listed(owner="PRIV") == [street.number]
    assert listed(owner="CITY") == []
    assert listed(missing="decision") == [none.number]
    assert listed(sort="confidence") == [none.number, federal.number, street.number]


def test_search_finds_numbers_roads_parcels_stems_umlauts_and_misspellings(town, listed):
    lamp = category_create(town, "STREET_LIGHT", names={"de": "Straßenlaterne", "en": "Lamp"})
    mill = issue_create(town, address_text="Mühlenstraße 4", description="Tiefe Löcher")
    dark = issue_create(town, category=lamp, address_text="Am Markt 1", description="dunkel")
    road = issue_create(town, description="Glas")
    decision_create(
        road, authority_create(town), road="B 235", parcel_key="05999900100011" + "0004__"
    )
    assert listed(q=mill.number) == [mill.number]
    assert listed(q=str(int(dark.number[-6:]))) == [dark.number]
    assert listed(q="B 235") == listed(q="b235") == [road.number]
    assert listed(q="Musterberg Flur 1 Flurstück 11/4") == [road.number]
    assert (
        listed(q="tiefes") == listed(q="Muehlenstr") == listed(q="muhlenstrasse") == [mill.number]
    )
    assert listed(q="straßenlaterne markt") == [dark.number]
    assert listed(q="Mühlnestraße") == [mill.number]
    assert listed(q="' & ! | :* \\ %") == []


def test_area_holds_what_lies_in_it(town, listed):
    near, far = issue_create(town, east=10, north=10), issue_create(town, east=300, north=300)
    d = 1e-3
    corners = [
        (near.longitude + x * d, near.latitude + y * d) for x, y in ((-1, -1), (1, -1), (0, 1))
    ]
    area = ",".join(f"{longitude:.6f} {latitude:.6f}" for longitude, latitude in corners)
    assert listed(area=area) == [near.number]
    assert listed() == [far.number, near.number]


@pytest.mark.parametrize(
    "text", ["1 2", "7 51,8 51", "x y,1 2,3 4", "7 51,8 52,7 52,8 51", "7 nan"]
)
def test_area_that_is_none_is_refused(town, text):
    form = TriageFilterForm({"area": text}, jurisdiction=town)
    assert list(form.errors) == ["area"]


@pytest.mark.parametrize(
    "query",
    ["status=nix", "area=1+2", "sort=x", "category=x", "q=" + "x" * 101, "bbox=1,2"],
)
def test_wrong_filter_is_told_and_loads_no_tiles(staff_client, town, query):
    issue_create(town)
    page = staff_client.get(f"/triage/?{query}")
    assert page.status_code == 200
    assert page.context["rows"] == []
    text = page.content.decode()
    assert "Dieser Filter ist nicht möglich" in text
    assert 'data-feed=""' in text


def test_rows_tell_what_where_whose_how_old(staff_client, town):
    issue = issue_create(
        town,
        address_text="<b>Musterweg</b> 1",
        received_at=timezone.now() - timedelta(hours=5),
        location_source=LocationSource.UNPLACED,
        released=False,
    )
    decision_create(issue, authority_create(town), probability=0.876)
    page = staff_client.get("/triage/")
    [row] = page.context["rows"]
    assert (row.where, row.authority.code, row.age) == ("<b>Musterweg</b> 1", "EUV", "5 Std.")
    assert row.marks == ("ohne Ort",)
    assert row.percent == 88
    assert "<b>Musterweg" not in page.content.decode()
    # What waits for a clerk's word, as after a refusal, names who it would be.
    Decision.objects.update(outcome=Outcome.PROPOSED)
    page = staff_client.get("/triage/")
    [row] = page.context["rows"]
    assert (row.authority.code, row.is_proposed, row.percent) == ("EUV", True, None)
    assert "vorgeschlagen</span>" in page.text


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=1), "1 Std."),
        (timedelta(hours=47, minutes=59), "47 Std."),
        (timedelta(hours=48), "2 T."),
    ],
)
def test_age_is_told_in_the_largest_full_unit(age, text):
    assert age_text(age) == text


def test_counters_are_links_to_what_they_count(staff_client, town):
    city = authority_create(town)
    decision_create(issue_create(town), city)
    decision_create(issue_create(town), city, outcome=Outcome.TRIAGE)
    issue_create(town, status=IssueStatus.DONE)
    issue_create(town, released=False, location_source=LocationSource.UNPLACED)
    counters = staff_client.get("/triage/").context["counters"]
    assert [(one.name, one.text) for one in counters] == [
        ("Neu", "3"),
        ("Unklar", "2"),
        ("Meine", "0"),
        ("Beantwortet", "0"),
        ("Fällig", "0"),
        ("Überfällig", "0"),
        ("Nicht zugestellt", "0"),
        ("Vorschläge", "0"),
        ("Ohne Ort", "1"),
        ("Ohne Entscheidung", "1"),
    ]
    for one in counters:
        page = staff_client.get(one.url)
        assert len(page.context["rows"]) == int(one.text)
        assert [other.name for other in page.context["counters"] if other.is_chosen] == [one.name]


def test_views_are_kept_shared_and_removed_by_their_owner_alone(staff_client, town):
    kept = {"name": "Dunkel", "query": "status=open&sort=oldest&foo=bar", "is_shared": "on"}
    response = staff_client.post("/triage/views/", kept)
    assert response["Location"] == "/triage/?sort=oldest&status=open"
    view = SavedView.objects.get()
    staff_client.post("/triage/views/", {"name": "Nur ich", "query": ""})
    client = Client()
    client.force_login(staff_create("kollegin"))
    shown = client.get(response["Location"]).context["saved_views"]
    assert shown == [(view, True)]
    assert client.post(f"/triage/views/{view.pk}/delete/").status_code == 404
    assert staff_client.post(f"/triage/views/{view.pk}/delete/").status_code == 302
    assert SavedView.objects.get().name == "Nur ich"
    assert staff_client.get("/triage/views/").status_code == 405


def test_view_without_a_name_or_with_a_wrong_filter_is_not_kept(staff_client, town):
    staff_client.post("/triage/views/", {"name": " ", "query": "status=open"})
    staff_client.post("/triage/views/", {"name": "x", "query": "status=nix"})
    assert not SavedView.objects.exists()
