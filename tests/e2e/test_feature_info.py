"""A click on the map in a real browser asks the services that are on it, and a slow one holds up no other."""

from __future__ import annotations

import json
import threading

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from tests.e2e.conftest import map_wait, sign_in
from tests.e2e.test_maps import label_place, zoom_to_issue
from tests.gis_core.maps.test_feature_info import HOSTILE, service_make
from tests.gis_core.maps.test_harvest import fake_host
from tests.mapui.factories import issue_create, staff_create
from tests.mapui.maps.test_map_services import png

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def services(town, settings):
    """A background that answers at once, an overlay that answers when it is let; the event lets it."""
    settings.PRIVATE_NETWORKS = {"map_service": ["127.0.0.0/8"]}
    cache.clear()
    let = threading.Event()
    issue_create(town, east=150, north=50)
    with fake_host() as host:

        def answer(path, query):
            if query["REQUEST"] == "GetMap":
                return 200, png((512, 512)), {"Content-Type": "image/png"}
            if path == "/slow":
                let.wait(20)
            values = {"Auskunft": HOSTILE if path == "/quick" else "kommt später"}
            content = json.dumps({"features": [{"properties": values}]})
            return 200, content, {"Content-Type": "application/json"}

        host.answer = answer
        service_make(f"{host.url}/quick", slug="quick", title="Schnell", is_background=True)
        service_make(f"{host.url}/slow", slug="slow", title="Langsam")
        service_make(f"{host.url}/off", slug="off", title="Aus")
        yield let
        let.set()
    cache.clear()


def test_click_asks_the_services_on_the_map(services, page: Page, live_server):
    sign_in(page.context, live_server, staff_create())
    page.goto("/triage/")
    map_wait(page)
    zoom_to_issue(page)
    page.get_by_role("button", name="Ebenen wählen").click()
    page.get_by_label("Schnell").check()
    page.get_by_label("Langsam").check()
    page.keyboard.press("Escape")
    east, south = label_place(page, "11/4")
    page.mouse.click(east - 45, south)
    details = page.locator("#details")
    expect(details.locator(".details-title")).to_have_text("Flurstück 11/4")
    expect(details.get_by_role("cell", name=HOSTILE)).to_be_visible()
    expect(details.get_by_role("heading", name="Aus", exact=True)).to_have_count(0)
    expect(details).to_contain_text("wird gefragt …")
    services.set()
    expect(details).to_contain_text("kommt später")
    expect(details).not_to_contain_text("wird gefragt …")
    expect(details.locator(".details-title")).to_be_focused()
