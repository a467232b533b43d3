"""A reporter answers the one question, staff read why, and anybody asks who is responsible: in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from routing.deciding.question_links import clarification_token
from routing.enums import Outcome
from routing.models import Clarification, Decision
from tests.e2e.conftest import map_wait
from tests.e2e.test_maps import problems
from tests.golden.conftest import ModelCity, city_load
from tests.golden.test_cases import place_of
from tests.golden.test_model_city import decide_at

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(transactional_db, model_city_files) -> ModelCity:
    return city_load(model_city_files)


def question_make(city: ModelCity) -> Clarification:
    place = place_of({"place": "G-Gehweg", "category": "WASTE_DUMP", "answers": ""})
    decision = decide_at(city, place, accuracy_m=30.0)
    return Clarification.objects.get(issue=decision.issue)


def test_reporter_answers_and_staff_read_why(
    city: ModelCity, staff_page: Page, browser: Browser, live_server
) -> None:
    question = question_make(city)
    link = f"{live_server.url}/questions/{clarification_token(question.public_id)}/"
    staff_page.goto(f"/triage/issues/{question.issue.number}/explanation/")
    map_wait(staff_page)
    expect(staff_page.locator(".disc-part")).to_have_count(2)
    expect(staff_page.locator(".part-share")).to_have_count(2)
    expect(staff_page.locator(".road-section")).to_have_count(1)
    expect(staff_page.get_by_role("cell", name=question.texts["de"])).to_be_visible()
    expect(staff_page.get_by_role("row", name=re.compile("^A04"))).to_contain_text("trifft zu")
    assert problems(staff_page) == []

    # The same on the map of the triage, as long as the report is open.
    number = question.issue.number
    staff_page.goto(f"/triage/?issue={number}")
    map_wait(staff_page)
    expect(staff_page.locator(".folium-map .disc-part")).to_have_count(2)
    staff_page.get_by_role("button", name="Schließen").first.click()
    expect(staff_page.locator(".folium-map .disc-part")).to_have_count(0)
    # The district and the road where it lies are shaded, and lead to it.
    staff_page.goto("/lage/map/")
    map_wait(staff_page)
    shaded = staff_page.locator(".leaflet-figures-district-pane path")
    expect(shaded.first).to_be_visible()
    assert problems(staff_page) == []
    shaded.locator("xpath=self::*[@fill='#0b5351']").first.click(force=True)
    expect(staff_page.get_by_role("link", name=re.compile("Müll")).first).to_be_visible()

    # The reporter has neither a login nor, on an old telephone, a script.
    without_script = browser.new_context(java_script_enabled=False, locale="de-DE")
    phone = without_script.new_page()
    phone.set_viewport_size({"width": 390, "height": 800})
    phone.goto(link)
    expect(phone.get_by_role("group", name=question.texts["de"])).to_be_visible()
    phone.get_by_label(re.compile("^auf der Straße selbst")).check()
    phone.get_by_role("button", name="Antwort senden").click()
    expect(phone.get_by_role("status")).to_contain_text("Vielen Dank")
    expect(phone.locator("main")).to_contain_text("EUV Stadtbetrieb")
    without_script.close()

    staff_page.goto(f"/triage/issues/{number}/explanation/")
    map_wait(staff_page)
    expect(staff_page.get_by_role("heading", level=2).first).to_contain_text("EUV Stadtbetrieb")
    expect(staff_page.locator(".sentence").first).to_contain_text("Auf Rückfrage angegeben")
    staff_page.get_by_role("link", name="1", exact=True).click()
    expect(staff_page).to_have_url(re.compile(r"decision=1$"))
    map_wait(staff_page)


def test_question_page_is_accessible(city: ModelCity, page: Page) -> None:
    question = question_make(city)
    page.goto(f"/questions/{clarification_token(question.public_id)}/")
    assert problems(page) == []
    page.keyboard.press("Tab")
    page.get_by_label("weiß ich nicht").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("weiß ich nicht")


def test_asking_by_station_by_map_and_by_answer(city: ModelCity, page: Page) -> None:
    page.goto("/responsibility/")
    map_wait(page)
    page.get_by_label("Worum geht es?").select_option("ROAD_SURFACE")
    page.get_by_label("Wo ist es?").fill("B 235 km 1,2")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("4409063O4409064O")).click()
    answer = page.get_by_role("status", name="Antwort")
    expect(answer).to_contain_text("Straßen.NRW")
    expect(answer).to_contain_text("0221 4710 101")
    map_wait(page)
    expect(page.locator(".pin")).to_have_count(1)
    assert problems(page) == []
    # A click on the map writes the place into the field; the question is asked as before.
    page.locator(".folium-map").click(position={"x": 200, "y": 200})
    assert re.fullmatch(r"51\.\d{6}, 7\.\d{6}", page.get_by_label("Wo ist es?").input_value())
    page.get_by_role("button", name="Fragen").click()
    expect(page.get_by_role("status", name="Antwort")).to_be_visible()

    place = place_of({"place": "G-Gehweg", "category": "WASTE_DUMP", "answers": ""})
    page.goto(
        f"/responsibility/?category=WASTE_DUMP&lat={place['lat']}&long={place['long']}&accuracy=30"
    )
    page.get_by_label(re.compile("^auf der Straße selbst")).check()
    page.get_by_role("button", name="Mit dieser Antwort noch einmal fragen").click()
    expect(page.get_by_role("status", name="Antwort")).to_contain_text("EUV Stadtbetrieb")


def test_reporter_says_on_which_level_it_is(city: ModelCity, page: Page) -> None:
    """Where the K 14 leads over the railway, the map cannot tell where a dump lies; the reporter can."""
    place = place_of({"place": "Brücke-K-Bahn", "category": "WASTE_DUMP", "answers": ""})
    decision = decide_at(city, place)
    assert {one["body"] for one in decision.candidates} >= {"DB", "EUV"}
    question = Clarification.objects.get(issue=decision.issue)
    page.goto(f"/questions/{clarification_token(question.public_id)}/")
    expect(page.get_by_role("group", name="Auf der Brücke oder darunter?")).to_be_visible()
    expect(page.get_by_label("unter der Brücke (Bahn)")).to_be_visible()
    assert problems(page) == []
    page.get_by_label("auf der Brücke (K 14)").check()
    page.get_by_role("button", name="Antwort senden").click()
    expect(page.get_by_role("status")).to_contain_text("Vielen Dank")
    current = Decision.objects.get(issue=decision.issue, is_current=True)
    assert (current.outcome, current.authority and current.authority.code, current.road) == (
        Outcome.ASSIGNED,
        "EUV",
        "K 14",
    )
