"""The search of the staff's map: what a text may mean, and nothing of another city."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import LineString, MultiLineString

from gis_core.models import Jurisdiction
from mapui.triage.search import OF_A_KIND, suggestions
from parcels.addresses import address_search_text
from parcels.enums import CadastreDataset
from parcels.models import Address
from routing.enums import NetworkDataset
from routing.models import RoadSection
from tests.mapui.factories import SOUTH, SRID, WEST, edition_create, issue_create


@pytest.fixture
def streets(town):
    edition = edition_create(town, NetworkDataset.ROAD_SECTIONS)
    for number, (road_class, road_number, name) in enumerate(
        [("G", "", "Ickerner Straße"), ("G", "", "Alte Ickerner Straße"), ("B", "235", "")]
    ):
        line = LineString((WEST, SOUTH + number), (WEST + 100, SOUTH + number), srid=SRID)
        RoadSection.objects.create(
            jurisdiction=town,
            key=f"road/{number}",
            road_class=road_class,
            road_number=road_number,
            name=name,
            length=100,
            geometry=MultiLineString(line, srid=SRID),
            content_hash=b"1" * 16,
            edition_from=edition,
        )
    addresses = edition_create(town, CadastreDataset.ADDRESSES)
    Address.objects.create(
        jurisdiction=town,
        key="address/1",
        street="Ickerner Straße",
        number="41",
        search_text=address_search_text("Ickerner Straße", "41"),
        geometry=issue_create(town, east=150, north=50).point,
        content_hash=b"1" * 16,
        edition_from=addresses,
    )
    return town


def found(town, text):
    return [(one.kind, one.label) for one in suggestions(User(is_superuser=True), town, text)]


def test_streets_that_begin_so_come_first(streets):
    assert found(streets, "Ickerner Str") == [
        ("Straße", "Ickerner Straße"),
        ("Straße", "Alte Ickerner Straße"),
    ]


def test_street_has_its_bounds(streets):
    [first, *_others] = suggestions(User(is_superuser=True), streets, "Ickerner Straße")
    (south, west), (north, east) = first.bounds
    assert 7.30 < west < east < 7.33
    assert 51.5 < south <= north < 51.6


def test_address_is_opened_and_shown(streets):
    [address, *_others] = suggestions(User(is_superuser=True), streets, "Ickerner Straße 41")
    assert (address.kind, address.label) == ("Adresse", "Ickerner Straße 41")
    assert address.url.startswith("/triage/parcel/?q=Ickerner+Stra")
    assert address.place == pytest.approx((51.55, 7.31), abs=0.02)


@pytest.mark.parametrize("text", ["B 235", "b235", "B  235"])
def test_road_by_class_and_number(streets, text):
    assert found(streets, text) == [("Straße", "B 235")]


def test_issue_by_its_number_or_the_end_of_it(town):
    issue = issue_create(town)
    for text in (issue.number, str(int(issue.number.rsplit("-", 1)[1]))):
        assert ("Meldung", issue.number) in found(town, text)
    assert ("Meldung", issue.number) not in found(town, "999999")


def test_parcel_by_its_number(town):
    assert any("11/4" in label for kind, label in found(town, "11/4") if kind == "Flurstück")


def test_coordinates_are_a_place(town):
    [place] = [
        one
        for one in suggestions(User(is_superuser=True), town, "51.55, 7.31")
        if one.kind == "Ort"
    ]
    assert place.place == pytest.approx((51.55, 7.31), abs=1e-6)


def test_search_leads_to_the_reports_themselves(staff_client, town):
    def queues(text):
        answer = staff_client.get("/api/triage/suggestions.json", {"q": text}).json()
        return [(one["label"], one["page"]) for one in answer["suggestions"] if one["page"]]

    here = f"jurisdiction={town.identifier}"
    assert queues("b235") == [("Meldungen an B 235", f"/triage/?road=B+235&{here}")]
    assert queues("Loch") == [("Meldungen mit „Loch“", f"/triage/?q=Loch&{here}")]


def test_nothing_of_another_city(streets):
    other = Jurisdiction.objects.create(
        identifier="other.example", name="Andere", municipality_key="05999901", issue_prefix="AND"
    )
    for text in ("Ickerner Straße", "Ickerner Straße 41", "B 235", "11/4", "1"):
        assert found(other, text) == []


def test_of_a_kind_there_are_few(town):
    for _turn in range(3):
        issue_create(town)
    assert all(
        sum(kind == one for kind, _label in found(town, "1")) <= OF_A_KIND
        for one in ("Meldung", "Flurstück")
    )


@pytest.mark.parametrize("text", ["", " ", "%", "_", "'", "\\", "x" * 101, "(((", "1e999, 5"])
def test_odd_text_is_answered(staff_client, town, text):
    answer = staff_client.get("/api/triage/suggestions.json", {"q": text})
    assert answer.status_code == 200
    assert isinstance(answer.json()["suggestions"], list)


def test_search_is_for_staff(client, town):
    assert client.get("/api/triage/suggestions.json", {"q": "1"}).status_code == 403
