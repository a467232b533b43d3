"""Following and saying something in a real browser: an area drawn on the map, the panel, no barrier, 320 pixels."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from issues.models import Opinion, Subscription
from tests.e2e.conftest import map_wait
from tests.e2e.test_maps import problems
from tests.mapui.factories import issue_create, town_create

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_area_is_drawn_and_a_word_said_without_a_barrier(page: Page, live_server):
    cache.clear()
    issue = issue_create(town_create())
    page.goto(f"{live_server.url}/follow/?kind=area")
    map_wait(page)
    tool = page.get_by_role("button", name="Gebiet wählen")
    tool.click()
    box = page.locator(".leaflet-container").bounding_box()
    for x, y in ((0.4, 0.4), (0.6, 0.4), (0.5, 0.6)):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    tool.click()
    assert problems(page) == []
    page.get_by_label("Ihre E-Mail-Adresse").fill("maria@example.org")
    page.get_by_role("button", name="Verfolgen", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sehen Sie in Ihr Postfach")
    assert len(Subscription.objects.get().area.coords[0]) == 4

    page.goto(f"{live_server.url}/?issue={issue.number}")
    panel = page.locator("#details")
    panel.get_by_role("button", name="Ist erledigt").click()
    expect(panel.get_by_role("status")).to_contain_text("Es zählt, dass es erledigt ist")
    assert Opinion.objects.count() == 1
    assert {one["name"] for one in page.context.cookies()} == {"csrftoken", "sessionid"}
    page.set_viewport_size({"width": 320, "height": 640})
    for address in (f"/issues/{issue.number}/", "/follow/", "/follow/link/", "/statistik/"):
        page.goto(f"{live_server.url}{address}")
        assert problems(page) == []
        assert page.evaluate(OVERFLOW) == 0
