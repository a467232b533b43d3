"""What the public sees, and what it must never see."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from issues.enums import AttributeType, IssueStatus
from issues.models import Category, CategoryAttribute, ClosingReason, Issue
from issues.services import issue_withdraw
from routing.enums import Outcome
from tests.mapui.factories import (
    authority_create,
    category_create,
    decision_create,
    issue_create,
)
from tests.mapui.tiles import WORLD, count_of, features_at, numbers_listed, place_of

FEED = WORLD


def test_public_feed_names_only_whitelisted_fields(client, town):
    issue = issue_create(town, status_note="Wird geprüft.", address_text="Geheimstr. 1")
    decision_create(issue, authority_create(town))
    place = place_of(issue)
    [feature] = features_at(client, place)
    assert feature == {
        "id": "MST-2026-000001",
        "type": "Feature",
        "geometry": {
            "type": "Point",
            "coordinates": [round(issue.longitude, 5), round(issue.latitude, 5)],
        },
        "properties": {
            "category": "Schlagloch",
            "title": "Schlagloch",
            "state": "received",
            "state_text": IssueStatus.RECEIVED.label,
            "day": "03.03.2026",
            "pictogram": "",
            "grid": list(place),
            "url": "/issues/MST-2026-000001/",
            "authority": "Stadtbetrieb",
            "note": "Wird geprüft.",
            "accuracy_m": None,
        },
    }


def test_public_feed_leaves_out_unreleased_and_never_public(client, town):
    hidden = category_create(town, "HOMELESS", is_public=False)
    issue_create(town, released=False)
    issue_create(town, category=hidden)
    shown = issue_create(town)
    assert count_of(client.get(FEED).json()["features"]) == 1
    assert [one["id"] for one in features_at(client, place_of(shown))] == [shown.number]


def test_public_feed_forgets_withdrawn_issue_at_once(client, town):
    kept, withdrawn = issue_create(town), issue_create(town)
    first = client.get(FEED)
    issue_withdraw(issue=withdrawn)
    second = client.get(FEED, headers={"If-None-Match": first["ETag"]})
    assert second.status_code == 200
    assert [one["id"] for one in second.json()["features"]] == [kept.number]


def test_public_feed_unchanged_is_304(client, town):
    issue_create(town)
    first = client.get(FEED)
    # To the second it would tell when somebody reported.
    assert "Last-Modified" not in first
    assert first["Cache-Control"] == "public, no-cache"
    again = client.get(FEED, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_public_feed_proposal_of_unclear_decision_is_not_told(client, town):
    issue = issue_create(town)
    decision_create(issue, authority_create(town), outcome=Outcome.TRIAGE)
    [feature] = client.get(FEED).json()["features"]
    assert feature["properties"]["authority"] == ""


def test_public_feed_bbox_cuts(client, town):
    near, far = issue_create(town, east=10, north=10), issue_create(town, east=190, north=190)
    box = f"{near.longitude - 1e-4},{near.latitude - 1e-4},{near.longitude + 1e-4},{near.latitude + 1e-4}"
    assert numbers_listed(client, bbox=box) == [near.number]
    assert far.number in numbers_listed(client)


@pytest.mark.parametrize(
    "bbox", ["1,2,3", "a,b,c,d", "7.4,51.5,7.3,51.6", "nan,1,2,3", "0,0,inf,1"]
)
def test_public_feed_wrong_bbox_is_400(client, town, bbox):
    response = client.get(FEED, {"bbox": bbox})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["bbox"]


def test_public_feed_unknown_state_is_400(client, town):
    response = client.get(FEED, {"status": "nonsense"})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["status"]


def test_public_feed_and_list_filter_alike(client, town):
    issue_create(town, status=IssueStatus.DONE)
    open_issue = issue_create(town, status=IssueStatus.IN_PROGRESS)
    [feature] = client.get(FEED, {"status": "open"}).json()["features"]
    assert feature["id"] == open_issue.number
    page = client.get("/", {"status": "open"}, headers={"HX-Request": "true"})
    assert [feature["id"] for feature in page.context["shown"].features] == [open_issue.number]
    assert 'data-feed="/api/issues/{z}/{x}/{y}.geojson?status=open"' in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_public_map_queries_are_constant(client, town, count, django_assert_num_queries):
    for _ in range(count):
        decision_create(issue_create(town), authority_create(town))
    # Jurisdiction, groups of the filter and of the legend, issues and their number, authorities, bounds, map services.
    with django_assert_num_queries(8):
        assert client.get("/").status_code == 200


def test_public_map_without_any_data_opens(client, db):
    response = client.get("/")
    assert response.status_code == 200
    assert response.context["shown"].features == []


def test_public_issue_released_tells_state_and_authority(client, town):
    issue = issue_create(town, status=IssueStatus.IN_PROGRESS, status_note="Die Kolonne kommt.")
    decision_create(issue, authority_create(town))
    page = client.get(reverse("public_issue", args=[issue.number])).content.decode()
    for text in ("Schlagloch", "Stadtbetrieb", "Die Kolonne kommt.", "03.03.2026"):
        assert text in page
    assert "Tiefes Loch" not in page


def test_public_issue_tells_whom_to_call_in_the_words_of_its_category(client, town):
    issue = issue_create(town)
    address = reverse("public_issue", args=[issue.number])
    general = "Gefahr für Leib oder Leben? Rufen Sie 112 oder 110."
    assert general not in client.get(address).content.decode()
    Category.objects.filter(pk=issue.category_id).update(is_emergency=True)
    assert general in client.get(address).content.decode()
    CategoryAttribute.objects.create(
        category=issue.category,
        code="EMERGENCY",
        datatype=AttributeType.TEXT,
        is_variable=False,
        descriptions={"de": "Fassen Sie nichts an, 112.", "en": "Touch nothing, 112."},
    )
    page = client.get(address).content.decode()
    assert "Fassen Sie nichts an, 112." in page
    assert general not in page


def test_public_issue_unreleased_is_not_found(client, town):
    issue = issue_create(town, released=False)
    response = client.get(reverse("public_issue", args=[issue.number]))
    assert response.status_code == 404
    assert issue.description not in response.content.decode()


def test_page_language_is_german_until_chosen(client, town):
    english_browser = {"Accept-Language": "en-GB,en"}
    assert client.get("/", headers=english_browser).headers["Content-Language"] == "de"
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    response = client.get("/", headers={"Accept-Language": "de"})
    assert response.headers["Content-Language"] == "en"
    assert '<html lang="en">' in response.content.decode()


def test_page_dates_in_english_name_the_month(client, town):
    issue_create(town)
    client.cookies["django_language"] = "en"
    [feature] = client.get(FEED).json()["features"]
    assert feature["properties"]["day"] == "3 Mar 2026"


def test_pages_carry_a_policy_without_unsafe(client, town):
    for address in ("/", "/login/", "/maps/public.js", FEED):
        policy = client.get(address)["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy


def test_title_says_what_and_where_and_messengers_are_told(client, town):
    issue = issue_create(town, public_address="Lange Straße 12, 44575 Musterstadt")
    page = client.get(f"/issues/{issue.number}/").content.decode()
    title = f"{issue.category}, Lange Straße 12"
    assert f">{title}</h1>" in page
    assert f'<meta property="og:title" content="{title}">' in page
    assert 'aria-current="step"' in page
    assert "data:image/svg+xml" in page
    assert title in client.get("/", headers={"HX-Request": "true"}).content.decode()


def test_reasons_of_closed_reports_cost_no_statement_each(client, town, settings):
    settings.SHARED_ANSWER_SECONDS = 0
    names = {"de": "Gemacht", "en": "Done"}
    reason = ClosingReason.objects.create(
        jurisdiction=town, status=IssueStatus.DONE, code="MADE", names=names
    )
    asked = []
    for count in (1, 2):
        for _turn in range(count):
            issue = issue_create(town)
            Issue.objects.filter(pk=issue.pk).update(status=IssueStatus.DONE, closing_reason=reason)
        with CaptureQueriesContext(connection) as captured:
            client.get("/", headers={"HX-Request": "true"})
        asked.append(len(captured))
    assert asked[0] == asked[1]
