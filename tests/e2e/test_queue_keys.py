"""The queue by keyboard alone, in a real browser."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import map_wait
from tests.mapui.factories import issue_create

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def public(town) -> list[str]:
    """The numbers of four public reports, as the queue shows them."""
    return [issue_create(town, east=60 * n).number for n in range(4)][::-1]


def test_reports_are_worked_off_by_keyboard_with_the_focus_never_lost(public, staff_page: Page):
    staff_page.goto("/triage/?released=yes")
    map_wait(staff_page)
    title, opened = staff_page.locator("#details .details-title"), staff_page.locator("#details")
    staff_page.keyboard.press("g")
    staff_page.keyboard.press("q")
    expect(staff_page.locator(".issue-link").first).to_be_focused()
    staff_page.keyboard.press("j")
    staff_page.keyboard.press("Enter")
    expect(title).to_be_focused()
    expect(opened).to_contain_text(public[1])
    began = time.monotonic()
    staff_page.get_by_role("button", name="Freischaltung zurücknehmen").focus()
    staff_page.keyboard.press("Enter")
    expect(opened).to_contain_text(public[2])
    print(f"next report after {time.monotonic() - began:.2f} s")
    expect(title).to_be_focused()
    expect(staff_page.locator("#step-note")).to_contain_text(public[1])
    expect(staff_page.locator(".issue")).to_have_count(3)
    expect(staff_page).to_have_url(re.compile(f"released=yes&issue={public[2]}$"))
    staff_page.keyboard.press("k")
    expect(opened).to_contain_text(public[0])
    expect(staff_page.locator(".issue.is-selected")).to_have_attribute("data-number", public[0])
    staff_page.keyboard.press("x")
    expect(staff_page.locator(".issue.is-chosen")).to_have_attribute("data-number", public[0])
    # A form that is loaded when its key opens it gets the focus, and letters that come before it do nothing.
    staff_page.keyboard.press("a")
    staff_page.keyboard.press("k")
    assignee = staff_page.locator("#assign_to")
    expect(assignee).to_be_focused()
    expect(opened).to_contain_text(public[0])
    assignee.blur()
    staff_page.keyboard.press("?")
    dialog = staff_page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Einzelne Tasten sind an").uncheck()
    dialog.get_by_role("button", name="Schließen").press("Enter")
    staff_page.keyboard.press("j")
    expect(opened).to_contain_text(public[0])


def test_panes_are_moved_closed_and_kept(public, staff_page: Page):
    staff_page.goto("/triage/")
    map_wait(staff_page)
    edge = staff_page.get_by_role("separator", name="Breite der Liste")
    before = int(edge.get_attribute("aria-valuenow"))
    edge.press("ArrowRight")
    expect(edge).to_have_attribute("aria-valuenow", str(before + 24))
    staff_page.locator("#tab-map").press("Enter")
    expect(staff_page.locator(".folium-map")).to_be_hidden()
    staff_page.reload()
    map_wait(staff_page)
    expect(staff_page.locator(".folium-map")).to_be_hidden()
    staff_page.locator("#tab-map").press("Enter")
    expect(edge).to_have_attribute("aria-valuenow", str(before + 24))
    staff_page.set_viewport_size({"width": 390, "height": 780})
    expect(staff_page.get_by_role("tab", name="Liste")).to_have_attribute("aria-selected", "true")
    staff_page.get_by_role("tab", name="Liste").press("ArrowRight")
    expect(staff_page.get_by_role("tab", name="Karte")).to_be_focused()
    expect(staff_page.locator(".folium-map")).to_be_visible()
