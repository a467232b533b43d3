"""The map in a frame, in a real browser: from a page that may show it, and from one that may not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, expect

from gis_core.models import Jurisdiction
from tests.e2e.conftest import TIMEOUT_MS, map_wait
from tests.e2e.test_maps import problems
from tests.mapui.factories import issue_create, town_create

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@contextmanager
def site(address: str) -> Iterator[str]:
    """A page of somebody else with the map in it; its origin."""
    body = f'<!doctype html><title>x</title><iframe src="{address}" width="320" height="600">'

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_arguments: object) -> None:
            """Nothing is told."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_map_is_framed_by_the_city_and_by_nobody_else(browser: Browser, live_server):
    cache.clear()
    issue = issue_create(town_create())
    context = browser.new_context()
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    with site(f"{live_server.url}/embed/") as allowed, site(f"{live_server.url}/embed/") as other:
        Jurisdiction.objects.update(embedders=[allowed])
        page.goto(allowed)
        frame = page.frames[1]
        frame.wait_for_selector("[data-map-ready=true]", state="attached")
        assert frame.evaluate(OVERFLOW) == 0
        assert context.cookies() == []
        link = page.frame_locator("iframe").get_by_role("link", name="Schlagloch")
        expect(link).to_be_visible()
        with context.expect_page() as opened:
            link.click()
        opened.value.wait_for_url(f"{live_server.url}/issues/{issue.number}/")
        opened.value.close()

        page.goto(other)
        page.wait_for_load_state("networkidle")
        assert page.frames[1].url == "chrome-error://chromewebdata/"
    context.close()


def test_map_on_a_phone_is_seen_at_once_and_shows_what_is_near(browser: Browser, live_server):
    cache.clear()
    town = town_create()
    near, far = issue_create(town, east=10, north=10), issue_create(town, east=650, north=650)
    place = {"latitude": near.latitude, "longitude": near.longitude}
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 390, "height": 844},
        geolocation=place,
        permissions=["geolocation"],
    )
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    page.goto("/")
    map_wait(page)
    # Header, closed filters and footer take a sixth of the screen at most, and the map begins below the header.
    heights = [
        page.locator(one).bounding_box()["height"]
        for one in (".site-header", "form.filters", ".site-footer")
    ]
    assert sum(heights) <= 844 / 6
    assert page.locator(".map-column").bounding_box()["y"] == heights[0]
    expect(page.locator(".issue")).to_have_count(2)
    page.get_by_role("button", name="In meiner Nähe").click()
    page.wait_for_url("**near=*")
    map_wait(page)
    expect(page.locator(".issue")).to_have_count(1)
    expect(page.locator(".issue")).to_have_attribute("data-number", near.number)
    assert problems(page) == []
    page.get_by_role("link", name="2000 m").click()
    map_wait(page)
    expect(page.locator(f'.issue[data-number="{far.number}"]')).to_be_visible()
    # By keyboard alone: the search offers the parcel, and the parcel shows its surroundings.
    page.get_by_label("Straße, Flurstück, Nummer oder Text").focus()
    page.keyboard.type("Musterberg, Flur 1, Flurstück 10")
    page.keyboard.press("Enter")
    page.get_by_role("navigation", name="Zeigen, was um diesen Ort liegt").get_by_role(
        "link"
    ).first.press("Enter")
    page.wait_for_url("**near=*")
    map_wait(page)
    expect(page.locator(f'.issue[data-number="{near.number}"]')).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(OVERFLOW) == 0
    context.close()
