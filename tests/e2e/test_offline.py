"""Reporting without a connection in a real browser: kept on the device, sent once when the connection is back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import BrowserContext, Page, expect

from issues.enums import PhotoStatus
from issues.models import Issue
from tests.e2e.conftest import Watch
from tests.e2e.test_maps import problems
from tests.e2e.test_reporting import OVERFLOW, photo
from tests.mapui.factories import category_create
from tests.mapui.reporting.forms import degrees

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

# What the browser says of a connection that is gone, and of a report that lacks something.
EXPECTED = re.compile(r"net::ERR_|422")


@pytest.fixture
def device(town, context: BrowserContext, page: Page, watch: Watch, settings, tmp_path):
    """A telephone on which the page of reporting was open before, and which has no connection now."""
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    category_create(town)
    latitude, longitude = (float(one) for one in degrees(150, 50))
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": latitude, "longitude": longitude, "accuracy": 9})
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto("/report/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(True)
    page.goto("/report/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Melden ohne Verbindung")
    yield page
    watch.complaints[:] = [one for one in watch.complaints if not EXPECTED.search(one)]


def test_report_is_kept_and_sent_once_when_the_connection_is_back(
    device: Page, context: BrowserContext, tmp_path: Path
):
    page, picture = device, tmp_path / "loch.jpg"
    picture.write_bytes(photo(400))
    assert problems(page) == []
    assert page.evaluate(OVERFLOW) == 0
    keep = page.get_by_role("button", name="Aufbewahren und später senden")
    keep.click()
    expect(page.locator('[data-missing="place"]')).to_be_focused()
    page.get_by_role("button", name="Mein Standort").click()
    expect(page.locator("[data-located]")).to_contain_text("9 m")
    page.get_by_label("Thema").select_option("ROAD_SURFACE")
    page.get_by_label("Beschreibung").fill("Tiefes Loch")
    page.get_by_label("Fotos").set_input_files(picture)
    keep.click()
    row = page.locator("[data-waiting] li")
    expect(row).to_contain_text("Tiefes Loch")
    expect(row.locator('[data-state="waits"]')).to_be_visible()
    page.reload()
    expect(row).to_contain_text("Tiefes Loch")
    assert not Issue.objects.exists()
    context.set_offline(False)
    page.evaluate("() => globalThis.dispatchEvent(new Event('online'))")
    expect(row.locator('[data-state="sent"]')).to_be_visible()
    expect(page.get_by_text("Sie sind offline.")).to_be_hidden()
    page.get_by_role("link", name="Mit Karte und Suche melden").click()
    expect(page.locator("#report")).to_have_attribute("data-step", "where")
    expect(row).to_have_count(1)
    issue = Issue.objects.get()
    assert (issue.description, issue.accuracy_m) == ("Tiefes Loch", 9)
    assert issue.photos.get().status == PhotoStatus.STORED
    row.get_by_role("link", name="Zu Ihrer Meldung").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(issue.number)


def test_what_the_city_cannot_place_is_completed_in_the_form(device: Page, context: BrowserContext):
    page = device
    page.get_by_label("Adresse").fill("hinter dem Haus")
    page.get_by_label("Thema").select_option("ROAD_SURFACE")
    page.get_by_label("Beschreibung").fill("Wackelige Platte")
    page.get_by_role("button", name="Aufbewahren und später senden").click()
    context.set_offline(False)
    page.goto("/report/")
    row = page.locator("[data-waiting] li")
    expect(row.locator('[data-state="lacking"]')).to_be_visible()
    assert not Issue.objects.exists()
    row.get_by_role("button", name="Ergänzen").click()
    expect(page.locator("#report-errors")).to_be_visible()
    expect(page.locator("#id_place")).to_have_value("hinter dem Haus")
    page.locator("#id_place").fill(", ".join(degrees(150, 50)))
    page.get_by_role("button", name="Weiter: Was?").click()
    page.locator('.offers button[aria-pressed="true"]').click()
    expect(page.locator("#id_text")).to_have_value("Wackelige Platte")
    page.get_by_role("button", name="Weiter: Absenden").click()
    page.get_by_role("button", name="Meldung absenden").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("MST-")
    assert Issue.objects.count() == 1
    page.goto("/report/")
    expect(row.locator('[data-state="sent"]')).to_be_visible()
