"""The triage pages: who may open them, what they show, releasing and withdrawing."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from issues.enums import PhotoStatus
from issues.models import Photo
from routing.enums import Outcome
from tests.mapui.factories import (
    authority_create,
    decision_create,
    issue_create,
    staff_create,
)
from tests.mapui.tiles import TRIAGE_WORLD, count_of, numbers_listed

FEED = TRIAGE_WORLD


def page_of(client, issue):
    return client.get(reverse("triage_issue", args=[issue.number])).content.decode()


def test_triage_anonymous_is_sent_to_login(client, town):
    assert client.get("/triage/")["Location"] == "/login/?next=/triage/"
    issue = issue_create(town)
    assert client.get(reverse("triage_issue", args=[issue.number])).status_code == 302
    assert client.post(reverse("issue_release", args=[issue.number])).status_code == 302


def test_triage_part_of_a_page_after_the_session_leaves_the_page_as_it_is(client, town):
    issue = issue_create(town)
    address = reverse("triage_issue", args=[issue.number])
    shown = {"HX-Request": "true", "HX-Current-URL": "http://testserver/triage/?status=received"}
    response = client.get(address, headers=shown)
    assert response.status_code == 401
    assert "HX-Redirect" not in response
    assert issue.description not in response.content.decode()


def test_triage_user_without_permission_is_refused(client, town):
    client.force_login(staff_create("fremd", permissions=()))
    assert client.get("/triage/").status_code == 403
    assert client.get(FEED).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        FEED,
        "/tiles/parcels/16/34099/21803.mvt",
        "/api/triage/suggestions.json?q=1",
        "/maps/styles/map.json",
        "/tiles/parcels/15/17049/10888.mvt",
        "/api/triage/parcels/1.geojson",
    ],
)
def test_triage_feeds_are_closed_to_the_public(client, town, address):
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_triage_map_queries_are_constant(staff_client, town, count, django_assert_num_queries):
    for _ in range(count):
        decision_create(issue_create(town, released=False), authority_create(town))
    # Session, user, two kinds of permissions, roles, jurisdiction, categories of the filter and of the search,
    # authorities, issues and their number, bounds, map services, counters, saved views, the latest event.
    with django_assert_num_queries(17):
        assert staff_client.get("/triage/").status_code == 200


def test_triage_filters_by_authority_and_unclear(staff_client, town):
    city, state = authority_create(town), authority_create(town, "STRNRW")
    clear, unclear, undecided = issue_create(town), issue_create(town), issue_create(town)
    decision_create(clear, city)
    decision_create(unclear, state, outcome=Outcome.TRIAGE)

    def numbers(authority):
        listed = numbers_listed(staff_client, "/triage/", authority=authority)
        on_map = staff_client.get(FEED, {"authority": authority}).json()["features"]
        assert count_of(on_map) == len(listed)
        return set(listed)

    assert numbers("EUV") == {clear.number}
    assert numbers("STRNRW") == set()
    assert numbers("unclear") == {unclear.number, undecided.number}
    assert numbers("") == {clear.number, unclear.number, undecided.number}


def test_triage_only_latest_decision_counts(staff_client, town):
    issue = issue_create(town)
    decision_create(issue, authority_create(town), number=1)
    decision_create(issue, authority_create(town, "STRNRW"), number=2)
    [feature] = staff_client.get(FEED).json()["features"]
    assert feature["properties"]["code"] == "STRNRW"


def test_triage_issue_shows_decision_and_reasons(staff_client, town):
    issue = issue_create(town)
    decision_create(issue, authority_create(town), parcel_key="059999001000100000__")
    page = page_of(staff_client, issue)
    for text in ("EUV Stadtbetrieb", "Zuständig: EUV Stadtbetrieb.", "R1", "StrWG NRW § 9", "95"):
        assert text in page


def test_triage_issue_without_decision_says_so(staff_client, town):
    issue = issue_create(town)
    assert staff_client.get(reverse("triage_issue", args=[issue.number])).context["card"] is None


def test_triage_issue_escapes_what_people_write(staff_client, town):
    hostile = "<script>alert(1)</script> `${alert(2)}` <img src=x onerror=alert(3)> </script>"
    issue = issue_create(town, description=hostile)
    page = page_of(staff_client, issue)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_triage_issue_shows_its_photo_to_staff(staff_client, client, town):
    issue = issue_create(town, released=False)
    picture = BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "JPEG")
    photo = Photo(issue=issue, status=PhotoStatus.STORED, width=40, height=30)
    photo.file.save("a.jpg", ContentFile(picture.getvalue()))
    address = reverse("photo", args=[photo.public_id])
    assert f'src="{address}" width="40" height="30"' in page_of(staff_client, issue)
    assert staff_client.get(address).status_code == 200


def test_triage_parcel_at_place_shows_number_use_and_owner_class(staff_client, town):
    issue = issue_create(town, east=150, north=50)
    page = staff_client.get("/triage/parcel/", {"lat": issue.latitude, "lon": issue.longitude})
    [card] = page.context["cards"]
    assert (card.parcel.number, card.parcel.gemarkung_name) == ("11/4", "Musterberg")
    assert [use.use_type for use in card.uses] == ["Wohnbaufläche"]
    text = page.content.decode()
    assert "10.000 m²" in text
    assert card.owner in text


def test_triage_parcel_is_found_by_number_and_address(staff_client, town):
    page = staff_client.get("/triage/parcel/", {"q": "Musterberg Flur 1 Flurstück 11/4"})
    assert [card.parcel.number for card in page.context["cards"]] == ["11/4"]
    assert "data-zoom-to-parcel" in page.content.decode()
    nothing = staff_client.get("/triage/parcel/", {"q": "<script>"})
    assert nothing.context["cards"] == []
    assert "<script>" not in nothing.content.decode()


def test_triage_parcel_nowhere_and_without_place(staff_client, town):
    nowhere = staff_client.get("/triage/parcel/", {"lat": 51.0, "lon": 7.0})
    assert nowhere.context["cards"] == []
    assert staff_client.get("/triage/parcel/").context["cards"] == []
    assert staff_client.get("/triage/parcel/", {"lat": "x", "lon": 7}).status_code == 200
