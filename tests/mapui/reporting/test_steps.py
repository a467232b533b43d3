"""A report step by step without JavaScript: four pages, one form, nothing lost."""

from __future__ import annotations

import re
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from issues.enums import AttributeType, Channel, LocationSource, PhotoStatus
from issues.models import CategoryAttribute, Issue, IssueEvent, Sighting, StagedPhoto
from mapui.reporting import views
from parcels.addresses import address_search_text
from parcels.enums import CadastreDataset
from parcels.models import Address, Parcel
from routing.enums import AreaKind, NetworkDataset
from routing.models import Area, Asset, RoadSection
from tests.mapui.factories import (
    SOUTH,
    SRID,
    WEST,
    category_create,
    edition_create,
    issue_create,
    jurisdiction_create,
    square,
)
from tests.mapui.reporting.forms import URL, Reporter, degrees

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


@pytest.fixture
def hole(town):
    return category_create(town, keywords="Loch,Asphalt,tiefes Loch")


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
def reporter(client, hole):
    return Reporter(client)


def picture(name: str = "loch.jpg", size: tuple[int, int] = (60, 40), kind: str = "JPEG"):
    file = BytesIO()
    Image.new("RGB", size, "red").save(file, kind)
    return SimpleUploadedFile(name, file.getvalue(), "image/jpeg")


# --- The whole way ------------------------------------------------------------------------------------


def test_report_goes_through_four_steps_and_gets_a_number_and_a_link(reporter):
    assert reporter.step == "where"
    reporter.place()
    assert reporter.step == "what"
    reporter.press("choose", "ROAD_SURFACE")
    assert reporter.step == "describe"
    reporter.press("to", "send", text="Tiefes Loch")
    assert reporter.step == "send"
    answer = reporter.press("to", "sent", email="maria@example.org", first_name="Maria")
    issue = Issue.objects.get()
    assert (issue.channel, issue.description, issue.accuracy_m) == (Channel.WEB, "Tiefes Loch", 12)
    assert (issue.reporter.email, issue.reporter.first_name) == ("maria@example.org", "Maria")
    assert issue.reporter.language == "de"
    page = reporter.client.get(answer["Location"]).content.decode()
    assert issue.number in page
    assert answer["Location"] in page
    # The private link names nobody and cannot be guessed.
    assert issue.number not in answer["Location"]
    assert "maria" not in answer["Location"]
    assert reporter.client.get(answer["Location"][:-2] + "x/").status_code == 404


def test_report_needs_no_contact_and_no_session(reporter):
    reporter.describe()
    reporter.press("to", "sent")
    assert not hasattr(Issue.objects.get(), "reporter")
    assert set(reporter.client.cookies) <= {"csrftoken"}


def test_step_back_keeps_what_was_typed(reporter):
    reporter.describe(text="Loch & <b>Kante</b>")
    reporter.press("to", "where")
    reporter.press("to", "what")
    reporter.press("choose", "ROAD_SURFACE")
    assert reporter.form.fields["text"] == "Loch & <b>Kante</b>"


def test_steps_cannot_be_skipped(reporter):
    reporter.post(to="sent", category="ROAD_SURFACE", text="Loch")
    assert (reporter.step, reporter.answer.status_code) == ("where", 422)
    assert "place" in reporter.errors
    latitude, longitude = degrees(50, 50)
    reporter.post(lat=latitude, long=longitude, to="sent", category="")
    assert reporter.step == "what"
    assert not Issue.objects.exists()


def test_navigation_and_start_page_lead_to_the_form(client, town):
    page = client.get("/").content.decode()
    assert page.count('href="/report/"') >= 2


# --- Where --------------------------------------------------------------------------------------------


@pytest.fixture
def network(town):
    edition = edition_create(town, NetworkDataset.ROAD_SECTIONS)
    for key, name, road_class, number, north in [
        ("S1", "Marktplatz", "G", "", 20),
        ("S2", "Lange Straße", "B", "235", 60),
    ]:
        line = f"MULTILINESTRING(({WEST} {SOUTH + north}, {WEST + 100} {SOUTH + north}))"
        RoadSection.objects.create(
            jurisdiction=town,
            edition_from=edition,
            key=key,
            content_hash=b"3" * 16,
            road_class=road_class,
            road_number=number,
            name=name,
            length=100,
            geometry=f"SRID={SRID};{line}",
        )


@pytest.mark.parametrize(
    ("text", "north"),
    [
        ("Marktplatz", 20),
        ("marktplatz Musterstadt", 20),
        ("B 235", 60),
        ("b235", 60),
        ("Bundesstraße 235", 60),
        ("Lange Str.", 60),
    ],
)
def test_street_or_road_alone_is_found_and_known_to_be_inexact(reporter, network, text, north):
    reporter.press("to", "what", place=text)
    assert reporter.step == "what"
    reporter.post(to="send", category="ROAD_SURFACE", text="Loch")
    reporter.press("to", "sent")
    issue = Issue.objects.get()
    assert issue.point.y == pytest.approx(SOUTH + north, abs=0.1)
    assert issue.accuracy_m >= 50


@pytest.mark.parametrize(
    "text",
    ["Musterstr. 12A", "Musterstraße 12a Musterstadt", "Musterstraße 12a 44575 Musterstadt"],
)
def test_address_is_found_also_without_a_comma(reporter, house, text):
    reporter.press("to", "what", place=text)
    assert (reporter.step, reporter.form.fields["address"]) == ("what", "Musterstraße 12a")


def test_lamp_is_found_by_its_number_and_parcel_by_its_key(reporter, town):
    Asset.objects.create(
        jurisdiction=town,
        edition_from=edition_create(town, NetworkDataset.ASSETS),
        key="A1",
        content_hash=b"2" * 16,
        kind="street_light",
        number="L00123",
        geometry=Parcel.objects.get(numerator=21).geometry.point_on_surface,
    )
    reporter.press("to", "what", place="l00123")
    assert reporter.form.fields["address"] == "L00123"
    reporter.press("to", "where")
    reporter.press("find", "1", place=Parcel.objects.get(numerator=11).key)
    assert reporter.step == "where"
    assert reporter.form.get("data-latitude") == f"{float(degrees(150, 50)[0]):.7f}"


def test_a_long_road_asks_once_for_the_spot_and_refuses_nobody(reporter, network):
    longer = f"SRID={SRID};MULTILINESTRING(({WEST} {SOUTH + 60}, {WEST + 900} {SOUTH + 60}))"
    RoadSection.objects.filter(key="S2").update(geometry=longer)
    reporter.press("to", "what", place="B 235")
    assert reporter.step == "where"
    assert reporter.errors["place"].startswith("B 235 ist lang. Bitte zeigen Sie die Stelle")
    # The map shows it, so that a tap puts the pin; without one a house number helps.
    assert reporter.form.get("data-latitude")
    reporter.press("to", "what")
    assert reporter.step == "what"


def test_several_places_are_offered_and_one_is_picked(reporter, town, house):
    for key, east in (("DENW2", 30), ("DENW3", 130)):
        Address.objects.create(
            jurisdiction=town,
            key=key,
            street="Ring",
            number="1",
            search_text=address_search_text("Ring", "1"),
            geometry=f"SRID={SRID};POINT({WEST + east} {SOUTH + 30})",
            content_hash=b"1" * 16,
            edition_from=house.edition_from,
        )
    reporter.press("to", "what", place="Ring 1")
    assert (reporter.step, list(reporter.errors)) == ("where", ["place"])
    offered = reporter.form.xpath(".//*[@id='report_places']//button")
    assert len(offered) == 2
    reporter.press("pick", offered[1].get("value"))
    assert reporter.form.get("data-longitude") == degrees(130, 30)[1]
    reporter.press("to", "what")
    assert reporter.step == "what"


def test_places_are_offered_while_somebody_types(client, hole, network, house):
    found = client.post("/report/places/", {"place": "must"}).content.decode()
    assert "Musterstraße 12a" not in found
    assert "Marktplatz" in client.post("/report/places/", {"place": "mark"}).content.decode()
    assert client.get("/report/places/", {"place": "mark"}).status_code == 405


@pytest.mark.parametrize("text", ["B 235", "b23", "Bundesstraße 2"])
def test_the_number_of_a_road_offers_no_streets(client, hole, network, text):
    RoadSection.objects.filter(key="S1").update(name="Bachring")
    found = client.post("/report/places/", {"place": text}).content.decode()
    assert re.findall(r">([^<]+)</button>", found) == ["B 235"]


def test_place_elsewhere_says_so_and_keeps_what_was_typed(reporter):
    reporter.post(lat="54.5", long="7.0", accuracy="", to="what", text="Boje weg")
    assert reporter.step == "where"
    assert "außerhalb von Musterstadt" in reporter.errors["place"]
    assert reporter.form.fields["text"] == "Boje weg"


def test_place_in_a_neighbouring_municipality_names_it(reporter, town):
    edition = edition_create(town, NetworkDataset.AREAS)
    Area.objects.create(
        jurisdiction=town,
        edition_from=edition,
        key="N1",
        content_hash=b"4" * 16,
        kind=AreaKind.NEIGHBOUR,
        name="Nachbarstadt",
        geometry=square(50, 0),
    )
    latitude, longitude = degrees(5050, 50)
    reporter.post(lat=latitude, long=longitude, to="what")
    assert (reporter.step, list(reporter.errors)) == ("where", ["place"])
    assert "Dieser Ort liegt in Nachbarstadt" in reporter.text


def test_unknown_place_is_an_error_beside_the_field(reporter):
    reporter.press("to", "what", place="Nirgendwo 7")
    assert "Nirgendwo 7" in reporter.errors["place"]
    field = reporter.page.get_element_by_id("id_place")
    assert field.get("aria-invalid") == "true"
    assert "id_place_error" in field.get("aria-describedby")
    assert reporter.form.fields["place"] == "Nirgendwo 7"


# --- What ---------------------------------------------------------------------------------------------


def test_category_is_found_by_an_everyday_word(reporter, town):
    wreck = {"de": "Schrottfahrzeug", "en": "Wreck"}
    category_create(
        town, "ABANDONED_VEHICLE", names=wreck, keywords="ohne Kennzeichen,ohne Nummernschild"
    )
    reporter.place()
    reporter.press("find", "1", search="Auto ohne Nummernschild")
    assert reporter.step == "what"
    first = reporter.form.xpath(".//*[@id='report_found']//button")[0]
    assert first.get("value") == "ABANDONED_VEHICLE"
    typed = reporter.client.post("/report/categories/", {"search": "Schlagl"}).content.decode()
    assert 'value="ROAD_SURFACE"' in typed


def test_categories_stand_in_their_groups_and_what_is_likely_here_first(reporter, town):
    lamp = {"names": {"de": "Laterne", "en": "Lamp"}, "groups": {"de": "Licht", "en": "Light"}}
    category_create(town, "STREET_LIGHT", asset_kinds=["street_light"], **lamp)
    Asset.objects.create(
        jurisdiction=town,
        edition_from=edition_create(town, NetworkDataset.ASSETS),
        key="A1",
        content_hash=b"2" * 16,
        kind="street_light",
        number="L1",
        geometry=f"SRID={SRID};POINT({WEST + 55} {SOUTH + 50})",
    )
    reporter.place()
    groups = [one.text_content() for one in reporter.form.xpath(".//details/summary")]
    assert groups == ["Straße", "Licht"]
    first = reporter.form.xpath(".//section[@class='offers-titled']//button")[0]
    assert first.get("value") == "STREET_LIGHT"


def test_what_is_likely_here_tells_nothing_of_reports_that_are_not_public(reporter, town):
    for code, fields in (
        ("SHOWN", {}),
        ("HIDDEN", {"released": False}),
        ("SHELTERED", {"is_sheltered": True}),
    ):
        issue_create(town, category=category_create(town, code), **fields)
    reporter.place()
    likely = reporter.form.xpath(".//section[@class='offers-titled'][1]//button")
    assert [one.get("value") for one in likely] == ["SHOWN"]


def test_danger_shows_112_and_goes_no_further_without_a_tick(reporter, town):
    category_create(town, "GAS", names={"de": "Gasgeruch", "en": "Gas"}, is_emergency=True)
    reporter.place()
    reporter.press("choose", "GAS")
    assert (reporter.step, reporter.errors) == ("what", {})
    assert reporter.form.xpath(".//a[@href='tel:112']")
    reporter.press("to", "describe")
    assert (reporter.step, list(reporter.errors)) == ("what", ["danger"])
    reporter.press("to", "describe", danger="GAS")
    assert reporter.step == "describe"
    # The tick is for this category alone.
    reporter.press("to", "what")
    reporter.post(choose="ROAD_SURFACE")
    reporter.press("to", "what")
    reporter.press("choose", "GAS")
    assert reporter.step == "what"


# --- Describe -----------------------------------------------------------------------------------------


def test_report_needs_words_or_a_photo(reporter):
    reporter.place()
    reporter.press("choose", "ROAD_SURFACE")
    reporter.press("to", "send")
    assert (reporter.step, list(reporter.errors)) == ("describe", ["text"])
    reporter.press("to", "send", photos=picture())
    assert reporter.step == "send"
    reporter.press("to", "sent")
    assert Issue.objects.get().photos.get().status == PhotoStatus.STORED


def test_questions_are_asked_kept_and_required_ones_have_to_be_answered(reporter, hole):
    named = {"de": "ja", "en": "yes"}
    for code, is_required in (("DEEP", True), ("WIDE", False)):
        CategoryAttribute.objects.create(
            category=hole,
            code=code,
            datatype=AttributeType.SINGLEVALUELIST,
            is_required=is_required,
            descriptions={"de": f"{code}?", "en": f"{code}?"},
            values=[{"key": "yes", "names": named}],
        )
    reporter.place()
    reporter.press("choose", "ROAD_SURFACE")
    reporter.press("to", "send", text="Loch")
    assert (reporter.step, list(reporter.errors)) == ("describe", ["answer_DEEP"])
    reporter.press("to", "send", **{"answer-DEEP": "yes"})
    reporter.press("to", "sent")
    assert Issue.objects.get().answers == {"DEEP": "yes"}


def test_photos_stay_in_the_draft_and_go_with_the_report_without_their_place(reporter):
    reporter.place()
    reporter.press("choose", "ROAD_SURFACE")
    reporter.press("upload", "1", photos=[picture("a.jpg"), picture("b.png", kind="PNG")])
    assert reporter.step == "describe"
    assert len(reporter.form.xpath(".//ul[@class='thumbnails']//img")) == 2
    shown = reporter.client.get(
        reporter.form.xpath(".//ul[@class='thumbnails']//img")[0].get("src")
    )
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8\xff")
    gone = reporter.form.xpath(".//ul[@class='thumbnails']//button[@name='drop']")[0].get("value")
    reporter.press("drop", gone)
    assert len(reporter.form.xpath(".//ul[@class='thumbnails']//img")) == 1
    reporter.press("to", "send", text="Loch")
    reporter.press("to", "sent")
    assert Issue.objects.get().photos.count() == 1
    assert not StagedPhoto.objects.exists()


def test_photo_of_the_draft_is_turned_and_stays_in_its_place(reporter):
    reporter.place()
    reporter.press("choose", "ROAD_SURFACE")
    reporter.press("upload", "1", photos=[picture("a.jpg"), picture("b.png", kind="PNG")])
    before = list(StagedPhoto.objects.values_list("public_id", "width", "height"))
    first = before[0]
    reporter.press("turn", str(first[0]))
    after = list(StagedPhoto.objects.values_list("public_id", "width", "height"))
    assert after[0][0] != first[0]
    assert after[0][1:] == (first[2], first[1])
    assert after[1] == before[1]
    address = reporter.form.xpath(".//ul[@class='thumbnails']//img")[0].get("src")
    shown = b"".join(reporter.client.get(address).streaming_content)
    with Image.open(BytesIO(shown)) as turned:
        assert turned.size == (first[2], first[1])
    # Of another draft nobody turns anything.
    StagedPhoto.objects.filter(pk__gt=0).update(entry=uuid4())
    reporter.post(turn=str(after[0][0]))
    assert list(StagedPhoto.objects.values_list("public_id", "width", "height")) == after


def test_public_report_nearby_is_shown_and_seen_too_without_a_report(reporter, town, hole):
    now = {"received_at": timezone.now()}
    shown = issue_create(town, east=52, public_text="Loch an der Ecke", **now)
    hidden = issue_create(town, east=53, released=False, **now)
    sheltered = issue_create(town, east=54, is_sheltered=True, **now)
    reporter.place()
    reporter.press("choose", "ROAD_SURFACE")
    assert "Loch an der Ecke" in reporter.text
    assert hidden.number not in reporter.answer.content.decode()
    assert sheltered.number not in reporter.answer.content.decode()
    values = reporter.values()
    reporter.press("join", shown.number)
    assert "1 Person" in reporter.text
    reporter.client.post(URL, {**values, "join": shown.number})
    assert Sighting.objects.count() == 1
    assert Issue.objects.count() == 3
    assert "Auch gesehen" in reporter.client.get(f"/issues/{shown.number}/").content.decode()


def test_report_that_is_not_public_cannot_be_joined(reporter, town):
    hidden = issue_create(town, released=False)
    reporter.post(join=hidden.number)
    assert reporter.answer.status_code == 404
    assert not Sighting.objects.exists()


# --- Afterwards ---------------------------------------------------------------------------------------


def test_photo_is_added_later_by_the_private_link_and_is_news(reporter):
    reporter.describe()
    link = reporter.press("to", "sent")["Location"]
    answer = reporter.client.post(f"{link}photos/", {"photos": [picture()]}, follow=True)
    assert "Danke" in answer.content.decode()
    issue = Issue.objects.get()
    assert (issue.photos.count(), issue.has_news) == (1, True)
    assert IssueEvent.objects.filter(issue=issue, kind="photo_added").count() == 1
    wrong = {"photos": [SimpleUploadedFile("a.jpg", b"no photo")]}
    refused = reporter.client.post(f"{link}photos/", wrong)
    assert refused.status_code == 422
    assert "kein Foto" in refused.content.decode()


def test_private_page_shows_what_the_public_sees_of_the_state_and_no_hidden_number(reporter, town):
    reporter.describe()
    link = reporter.press("to", "sent")["Location"]
    Issue.objects.update(is_sheltered=True, status="forwarded")
    page = reporter.client.get(link).content.decode()
    assert "eingegangen" in page
    assert "weitergeleitet" not in page.lower()


# --- Several cities -----------------------------------------------------------------------------------


def test_city_named_in_the_address_takes_the_report_and_no_foreign_category(client, town, hole):
    other = jurisdiction_create("other.example", "Anderstadt")
    other.issue_prefix = "AND"
    other.save()
    category_create(other, "POOL", names={"de": "Freibad", "en": "Pool"})
    reporter = Reporter(client, "?jurisdiction=other.example")
    reporter.place()
    assert "Freibad" in reporter.text
    assert "Schlagloch" not in reporter.text
    reporter.post(choose="ROAD_SURFACE")
    assert (reporter.step, list(reporter.errors)) == ("what", ["search"])
    reporter.press("choose", "POOL")
    reporter.press("to", "send", text="Leck")
    reporter.press("to", "sent")
    assert Issue.objects.get().number.startswith("AND-")


def test_page_before_the_installation_is_set_up(client, db):
    assert client.get(URL).status_code == 200


def test_location_comes_from_coordinates_and_words_from_the_reporter_alone(reporter, house):
    latitude, longitude = degrees(150, 150)
    reporter.post(lat=latitude, long=longitude, to="where", look="1")
    # The nearest address is told and not stored.
    assert re.search(r"Musterstraße 12a|Gewählt", reporter.text)
    reporter.press("to", "what")
    reporter.press("choose", "ROAD_SURFACE")
    reporter.press("to", "send", text="Loch")
    reporter.press("to", "sent")
    issue = Issue.objects.get()
    assert (issue.address_text, issue.location_source) == ("", LocationSource.COORDINATES)
    assert views.REPORTS_UNPROVED < views.REPORTS_PROVED
