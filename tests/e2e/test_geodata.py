"""The way of an edition in a real browser: upload, report, map of the difference, activation, impact, roll-back.

A real Celery worker does the work, in a thread beside the live server.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from celery.contrib.testing.worker import start_worker
from django.core.cache import cache
from playwright.sync_api import Page, expect

from config.celery import app
from gis_core.enums import EditionStatus
from gis_core.models import Edition, Jurisdiction
from issues.models import Issue
from parcels.models import Parcel
from tests.e2e.conftest import map_wait, sign_in
from tests.e2e.test_maps import problems
from tests.mapui.geodata.geodata_factories import (
    after,
    city_make,
    manager_create,
    parcel_key,
    parcels_write,
    report_make,
)

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def worker() -> Iterator[None]:
    """One for all tests: it takes some seconds to end."""
    with start_worker(
        app, pool="solo", queues=["geodata"], perform_ping_check=False, shutdown_timeout=30
    ):
        yield


@pytest.fixture
def city(transactional_db, settings, tmp_path) -> Jurisdiction:
    settings.UPLOAD_ROOT = tmp_path / "uploads"
    cache.clear()
    return city_make(tmp_path)


@pytest.fixture
def issue(city) -> Issue:
    return report_make(city)


@pytest.fixture
def manager_page(page: Page, live_server, city) -> Page:
    sign_in(page.context, live_server, manager_create())
    page.goto("/geodata/")
    return page


def upload(page: Page, *paths: Path) -> None:
    page.goto("/geodata/")
    page.get_by_role("link", name="Geodaten laden").click()
    page.get_by_label("Datenart").select_option("parcels")
    page.get_by_label("Dateien").set_input_files(list(paths))
    page.get_by_label("Stand der Daten").fill("2026-03-01")
    page.get_by_label("Lizenz").fill("dl-de/zero-2-0")
    page.get_by_role("button", name="Laden und prüfen").click()


def confirm(page: Page, action: str) -> None:
    page.get_by_role("link", name=action, exact=True).click()
    reason = page.get_by_label("Warum der Datenstand trotz der Fehler aktiviert wird")
    if reason.count():
        reason.fill("Probelauf mit wenigen Flurstücken")
    page.get_by_role("button", name=action, exact=True).click()


def active_keys() -> list[str]:
    return list(Parcel.objects.active().order_by("key").values_list("key", flat=True))


def test_edition_upload_report_map_activate_impact_roll_back(
    manager_page: Page, issue, worker, tmp_path
):
    page = manager_page
    before = active_keys()
    upload(page, parcels_write(tmp_path / "lieferung.gpkg", after()))
    expect(page.locator("h1")).to_contain_text("vorbereitet", timeout=30_000)
    expect(page.locator(".kind-split")).to_contain_text("1 zerlegt")
    expect(page.locator(".kind-new")).to_contain_text("3 neu")
    expect(page.locator("main")).to_contain_text("Für 1 offene Meldung wäre eine andere Stelle")
    assert active_keys() == before

    page.get_by_role("link", name="Auf der Karte zeigen").click()
    map_wait(page)
    expect(page.locator("path.change-new")).to_have_count(3)
    expect(page.locator("path.change-split")).to_have_count(1)
    expect(page.locator("path.change-changed")).to_have_count(2)
    fill = page.locator("path.change-new").first.evaluate("path => getComputedStyle(path).fill")
    assert fill == 'url("#change-new")'
    expect(page.locator(".impact-marker")).to_have_count(1)
    expect(page.locator(".legend")).to_contain_text("Zerlegt")
    assert problems(page) == []
    page.locator("path.change-new").first.hover(position={"x": 8, "y": 8})
    expect(page.locator(".leaflet-tooltip")).to_contain_text(f"Vorgänger: {parcel_key(1)}")

    page.get_by_role("link", name="Zurück zum Datenstand").click()
    confirm(page, "Aktivieren")
    expect(page.locator("h1")).to_contain_text("aktiv", timeout=30_000)
    assert active_keys() == [parcel_key(number) for number in (2, 3, 4, 5, 6, 7)]

    page.get_by_role("link", name=issue.number).click()
    expect(page.locator(".proposal")).to_contain_text("Neue Geodaten")
    page.go_back()
    confirm(page, "Zurücknehmen")
    expect(page.locator("h1")).to_contain_text("zurückgenommen", timeout=30_000)
    assert active_keys() == before


def test_broken_upload_says_what_is_wrong(manager_page: Page, worker, tmp_path):
    page = manager_page
    path = tmp_path / "urlaub.gpkg"
    path.write_text("<html>keine Karte</html>", "utf-8")
    upload(page, path)
    expect(page.locator("h1")).to_contain_text("fehlgeschlagen", timeout=30_000)
    expect(page.locator(".notice.error")).to_contain_text("urlaub.gpkg")
    confirm(page, "Verwerfen")
    expect(page.locator(".notice.success")).to_contain_text("verworfen")
    assert Edition.objects.filter(status=EditionStatus.DISCARDED).count() == 1


@pytest.mark.parametrize("width", [320, 1280])
def test_geodata_pages_are_accessible_and_reflow(
    manager_page: Page, issue, worker, tmp_path, width
):
    page = manager_page
    page.set_viewport_size({"width": width, "height": 800})
    upload(page, parcels_write(tmp_path / "lieferung.gpkg", after()))
    expect(page.locator("h1")).to_contain_text("vorbereitet", timeout=30_000)
    edition = Edition.objects.latest("pk").pk
    for address in (
        "/geodata/",
        "/geodata/new/",
        f"/geodata/{edition}/",
        f"/geodata/{edition}/changes/",
        f"/geodata/{edition}/activate/",
        f"/geodata/{edition}/map/",
    ):
        page.goto(address)
        if address.endswith("/map/"):
            map_wait(page)
        assert (address, problems(page)) == (address, [])
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert (address, page.evaluate(overflow)) == (address, 0)
