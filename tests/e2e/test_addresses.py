"""What is opened beside a list has an address; a step leaves the list where it was."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from issues.models import Issue
from routing.enums import Outcome
from tests.e2e.conftest import map_wait
from tests.mapui.factories import authority_create, category_create, decision_create, issue_create

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def issues(town) -> list[Issue]:
    """Sixty issues, three pages of the list; what is to be confirmed has nobody who could be told."""
    city, category = authority_create(town), category_create(town)
    made = [
        issue_create(town, east=10 + n, north=50, category=category, released=n % 2 == 0)
        for n in range(60)
    ]
    for one in made:
        decision_create(one, city, outcome=Outcome.TRIAGE)
    return made


def row(page: Page, issue: Issue):
    return page.locator(f".issue[data-number={issue.number}]")


def test_a_step_keeps_page_row_and_scrolling_of_the_list(issues, staff_page: Page):
    staff_page.goto("/triage/")
    map_wait(staff_page)
    staff_page.get_by_role("link", name="Weiter", exact=True).click()
    expect(staff_page).to_have_url("/triage/?page=2")
    worked_on = issues[60 - 26 - 20]
    row(staff_page, worked_on).get_by_role("link").click()
    expect(staff_page).to_have_url(f"/triage/?page=2&issue={worked_on.number}")
    expect(row(staff_page, worked_on)).to_have_class("issue is-selected")
    scrolled = staff_page.locator(".queue-pane").evaluate("node => node.scrollTop")
    assert scrolled > 100
    with staff_page.expect_response(lambda one: "/triage/?" in one.url and "page=2" in one.url):
        staff_page.get_by_role("button", name="So zuweisen: EUV Stadtbetrieb").click()
    expect(staff_page.locator("#details .notice").first).to_be_visible()
    expect(row(staff_page, worked_on)).to_have_class("issue is-selected")
    expect(row(staff_page, worked_on)).to_be_in_viewport()
    assert staff_page.locator(".queue-pane").evaluate("node => node.scrollTop") == scrolled
    expect(staff_page).to_have_url(f"/triage/?page=2&issue={worked_on.number}")


def test_an_opened_report_can_be_shared_and_left_by_going_back(issues, staff_page: Page):
    staff_page.goto("/triage/")
    map_wait(staff_page)
    title = staff_page.locator("#details .details-title")
    first, second = issues[59], issues[57]
    row(staff_page, first).get_by_role("link").click()
    expect(staff_page.locator("#details")).to_contain_text(first.number)
    row(staff_page, second).get_by_role("link").click()
    expect(staff_page.locator("#details")).to_contain_text(second.number)
    # The address follows what is shown.
    expect(staff_page).to_have_url(re.compile(second.number))
    staff_page.go_back()
    expect(staff_page.locator("#details")).to_contain_text(first.number)
    map_wait(staff_page)
    expect(row(staff_page, first)).to_have_class(re.compile("is-selected"))
    # Its own mark, or a pin where it lies in a cluster.
    mark = staff_page.locator(f".marker-holder[data-number={first.number}]")
    expect(mark.or_(staff_page.locator(".marker-holder .pin"))).to_be_in_viewport()
    staff_page.keyboard.press("Escape")
    expect(title).to_have_count(0)
    expect(staff_page).to_have_url("/triage/")
    staff_page.go_back()
    expect(staff_page.locator("#details")).to_contain_text(first.number)


def test_public_report_opened_on_the_map_has_an_address(issues, page: Page):
    page.goto("/?status=open")
    map_wait(page)
    page.locator(".issue a").nth(3).click()
    number = page.locator(".issue.is-selected").get_attribute("data-number")
    expect(page).to_have_url(f"/?status=open&issue={number}")
    page.goto(f"/?issue={number}")
    expect(page.locator("#details")).to_contain_text(number)
    hidden = next(one for one in issues if one.released_at is None)
    page.goto(f"/?issue={hidden.number}")
    map_wait(page)
    told = "Diese Meldung gibt es nicht, oder sie ist nicht öffentlich."
    expect(page.locator("#details")).to_have_text(told)


def test_a_moved_pin_shows_its_new_parcel_and_keeps_its_accuracy(issues, staff_page: Page):
    Issue.objects.filter(pk=issues[0].pk).update(accuracy_m=40)
    there = issue_create(issues[0].jurisdiction, east=50, north=150)
    staff_page.goto(f"/triage/?issue={issues[0].number}")
    map_wait(staff_page)
    details = staff_page.locator("#details")
    expect(details.locator("article")).to_have_attribute("data-parcel", "059999001000100000__")
    details.get_by_text("Meldung berichtigen").click()
    expect(details.get_by_label("Genauigkeit in Metern")).to_have_value("40")
    details.get_by_label("Breite").fill(str(there.latitude))
    details.get_by_label("Länge").fill(str(there.longitude))
    details.get_by_role("button", name="Ort ändern").click()
    expect(details.locator("article")).to_have_attribute("data-parcel", "059999001000200000__")
    expect(details).to_contain_text("± 40 m")
