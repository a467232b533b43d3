"""Entering a report: by telephone, at the counter, from a letter; looked at before it is stored, nothing typed lost."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.urls import reverse

from gis_core.coordinates import storage_to_wgs84
from issues.enums import AttributeType, Channel, IssueStatus, LocationSource
from issues.models import CategoryAttribute, Issue
from parcels.addresses import address_search_text
from parcels.enums import CadastreDataset
from parcels.models import Address, Parcel
from routing.enums import NetworkDataset
from routing.models import Asset
from tests.mapui.factories import SOUTH, SRID, WEST, category_create, edition_create, staff_create

URL = "/triage/intake/"
CLEAN = {"source": "phone", "language": "de", "join": ""}


@pytest.fixture
def hole(town):
    return category_create(town)


@pytest.fixture
def house(town):
    parcel = Parcel.objects.get(numerator=11)
    return Address.objects.create(
        jurisdiction=town,
        key="DENW1",
        street="Musterstraße",
        number="12a",
        search_text=address_search_text("Musterstraße", "12a"),
        geometry=parcel.geometry.point_on_surface,
        content_hash=b"1" * 16,
        edition_from=edition_create(town, CadastreDataset.ADDRESSES),
    )


@pytest.fixture
def worker(client, town):
    client.force_login(staff_create("arbeit", permissions=("work_issue", "see_issue")))
    return client


def typed(**values: object) -> dict[str, object]:
    told = {"place": "Musterstr. 12A", "category": "schlagloch", "text": "Tief."}
    return {"entry": uuid4().hex, **CLEAN, **told, **values}


def test_page_begins_with_the_place_and_the_cursor_in_it(worker, hole):
    page = worker.get(URL).content.decode()
    first = page.index('name="place"')
    assert "autofocus" in page[page.rindex("<input", 0, first) : page.index(">", first)]
    assert first < page.index('name="category"') < page.index('name="text"')
    assert '<option value="Schlagloch">' in page


def test_report_is_stored_with_source_and_contact_and_the_next_begins(worker, hole, house):
    contact = {"first_name": "Maria", "last_name": "Muster", "phone": "02305 1", "language": "en"}
    answer = worker.post(URL, typed(source="letter", **contact))
    issue = Issue.objects.get()
    assert (issue.channel, issue.category, issue.description) == (Channel.LETTER, hole, "Tief.")
    assert (issue.address_text, issue.point) == ("Musterstraße 12a", house.geometry)
    assert (issue.reporter.phone, issue.reporter.language) == ("02305 1", "en")
    assert issue.events.get().by.username == "arbeit"
    page = worker.get(answer.url).content.decode()
    assert issue.number in page
    assert 'value="letter" required id="intake_source_2" checked' in page.replace("  ", " ")
    assert "Tief." not in page


def test_report_without_contact_has_no_reporter(worker, hole, house):
    worker.post(URL, typed())
    assert not hasattr(Issue.objects.get(), "reporter")


def test_report_sent_twice_is_stored_once(worker, hole, house):
    same = typed()
    assert worker.post(URL, same).status_code == worker.post(URL, same).status_code == 302
    assert Issue.objects.count() == 1
    other = worker.post(URL, {**same, "text": "Etwas anderes."})
    assert (other.status_code, Issue.objects.count()) == (422, 1)
    assert "Etwas anderes." in other.content.decode()


@pytest.mark.parametrize("text", ["L-77", "l-77"])
def test_place_by_the_number_of_a_lamp(worker, hole, town, text):
    asset = Asset.objects.create(
        jurisdiction=town,
        key="A1",
        kind="LAMP",
        number="L-77",
        geometry=Parcel.objects.get(numerator=11).geometry.point_on_surface,
        content_hash=b"1" * 16,
        edition_from=edition_create(town, NetworkDataset.ASSETS),
    )
    worker.post(URL, typed(place=text))
    assert Issue.objects.get().point.equals_exact(asset.geometry, 0.01)


def test_place_by_parcel_and_by_coordinates(worker, hole, town):
    parcel = Parcel.objects.get(numerator=11)
    worker.post(URL, typed(place=parcel.key))
    assert Issue.objects.get().address_id == parcel.key
    Issue.objects.get().events.all().delete()
    Issue.objects.all().delete()
    point = parcel.geometry.point_on_surface
    longitude, latitude = storage_to_wgs84(point.x, point.y)
    worker.post(URL, typed(place=f"{latitude:.7f}, {longitude:.7f}"))
    assert Issue.objects.get().point.equals_exact(point, 0.1)


def test_unknown_place_is_told_before_the_report_is_left_to_be_placed(worker, hole):
    told = typed(place="Hinterm Mond 3")
    page = worker.post(URL, told).content.decode()
    assert not Issue.objects.exists()
    assert "Dieser Ort ist nicht bekannt" in page
    assert "Hinterm Mond 3" in page
    worker.post(URL, {**told, "seen": "unplaced"})
    issue = Issue.objects.get()
    assert (issue.location_source, issue.address_text) == (
        LocationSource.UNPLACED,
        "Hinterm Mond 3",
    )


def test_number_that_nobody_knows_offers_the_nearest(worker, hole, house):
    for n, number in enumerate(("3", "9", "14", "20", "30")):
        Address.objects.create(
            jurisdiction=house.jurisdiction,
            key=f"DENW-{number}",
            street="Musterstraße",
            number=number,
            search_text=address_search_text("Musterstraße", number),
            geometry=Point(WEST + n, SOUTH, srid=SRID),
            content_hash=b"1" * 16,
            edition_from=house.edition_from,
        )
    page = worker.post(URL, typed(place="Musterstr. 13")).content.decode()
    near = "Musterstraße 12a · Musterstraße 14 · Musterstraße 9 · Musterstraße 20"
    assert f"Vielleicht gemeint: {near}" in page
    assert not Issue.objects.exists()


def test_coordinates_elsewhere_are_an_error_beside_the_place_and_the_words_stay(worker, hole):
    answer = worker.post(URL, typed(place="48.1, 11.5", text="Viele Worte"))
    assert answer.status_code == 422
    assert "48.1" in answer.content.decode()
    assert "Viele Worte" in answer.content.decode()
    assert not Issue.objects.exists()


def test_danger_says_112_before_the_report_is_stored(worker, town, house):
    category_create(town, "GAS", names={"de": "Gasgeruch"}, is_emergency=True)
    told = typed(category="Gasgeruch")
    assert "112" in worker.post(URL, told).content.decode()
    assert not Issue.objects.exists()
    worker.post(URL, {**told, "seen": "danger:GAS"})
    assert Issue.objects.count() == 1


def test_category_by_a_word_is_asked_about(worker, town, hole, house):
    category_create(town, "LIGHTING", names={"de": "Beleuchtung"}, keywords="Laterne")
    told = typed(category="Strassenlaterne")
    page = worker.post(URL, told).content.decode()
    assert "Beleuchtung" in page
    assert not Issue.objects.exists()
    worker.post(URL, {**told, "seen": "guessed:LIGHTING"})
    assert Issue.objects.get().category.code == "LIGHTING"


def test_category_that_nobody_knows_is_an_error(worker, hole, house):
    answer = worker.post(URL, typed(category="Xyzzy"))
    assert "Keine Kategorie heißt so." in answer.content.decode()
    assert not Issue.objects.exists()


def test_questions_of_the_category_are_asked_and_kept(worker, hole, house):
    CategoryAttribute.objects.create(
        category=hole,
        code="SIZE",
        datatype=AttributeType.STRING,
        descriptions={"de": "Wie groß?"},
        is_required=True,
    )
    told = typed()
    assert "Wie groß?" in worker.post(URL, told).content.decode()
    told["seen"] = "questions:ROAD_SURFACE"
    answer = worker.post(URL, told)
    assert answer.status_code == 422
    assert "Bitte beantworten oder berichtigen." in answer.content.decode()
    assert not Issue.objects.exists()
    worker.post(URL, {**told, "answer-SIZE": "groß"})
    assert Issue.objects.get().answers == {"SIZE": "groß"}


def test_report_nearby_is_shown_and_can_be_chosen(worker, hole, house):
    worker.post(URL, typed())
    first = Issue.objects.get()
    told = typed(text="Auch tief.")
    looked = worker.post(f"{URL}look/", told).content.decode()
    assert first.number in looked
    assert Issue.objects.count() == 1
    assert worker.post(URL, told).status_code == 200
    assert Issue.objects.count() == 1
    worker.post(URL, {**told, "seen": f"near:{first.number}", "join": first.number})
    second = Issue.objects.exclude(pk=first.pk).get()
    assert (second.duplicate_of, second.status) == (first, IssueStatus.DUPLICATE)


def test_place_field_offers_what_the_map_finds(worker, house):
    offered = worker.get(f"{URL}places/", {"place": "Musterstr. 12a"}).content.decode()
    assert '<option value="Musterstraße 12a">' in offered
    assert "<option" not in worker.get(f"{URL}places/", {"place": "x"}).content.decode()


@pytest.mark.parametrize("name", ["intake", "intake_mails"])
def test_pages_are_for_who_works_on_reports(client, town, name):
    assert client.get(reverse(name)).status_code == 302
    client.force_login(staff_create("sieht", permissions=("see_issue",)))
    assert client.get(reverse(name)).status_code == 403
    assert client.post(f"{URL}look/", typed()).status_code == 403


def test_navigation_leads_to_the_page(worker):
    assert "Neue Meldung" in worker.get("/triage/").content.decode()


def test_click_on_the_map_leads_to_the_page_with_the_place(worker, town):
    point = Parcel.objects.get(numerator=11).geometry.point_on_surface
    longitude, latitude = storage_to_wgs84(point.x, point.y)
    card = worker.get("/triage/parcel/", {"lat": latitude, "lon": longitude}).content.decode()
    assert f"/triage/intake/?place={latitude:.6f}" in card
