"""Entering a report in a real browser, by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from issues.models import Issue
from parcels.keys import parcel_label
from parcels.models import Parcel
from tests.e2e.test_maps import problems
from tests.mapui.factories import category_create

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_report_is_entered_by_keyboard_and_the_next_begins(town, staff_page: Page):
    category_create(town)
    page, keys = staff_page, staff_page.keyboard
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto("/triage/intake/")
    place = page.get_by_label("Wo?")
    expect(place).to_be_focused()
    parcel = Parcel.objects.get(numerator=11)
    keys.type(parcel.key)
    offered = page.locator("#intake_places option")
    expect(offered).to_have_attribute("value", parcel_label(parcel.key, parcel.gemarkung_name))
    keys.press("Tab")
    keys.type("Schlagl")
    keys.press("Tab")
    keys.type("Tief.")
    keys.press("Tab")
    looked = page.locator("#intake_looked")
    expect(looked).to_contain_text("Flurstück 11")
    expect(looked).to_contain_text("nach dem Wort gefunden")
    expect(page.get_by_label("Vorname")).to_be_focused()
    assert problems(page) == []
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    keys.type("Maria")
    # What was seen need not be confirmed: Enter stores it.
    keys.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Aufgenommen")
    expect(place).to_be_focused()
    assert Issue.objects.get().reporter.first_name == "Maria"
