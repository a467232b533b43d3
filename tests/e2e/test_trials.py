"""A trial run, and what clerks do with an issue, in a real browser. A real Celery worker does the work."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery.contrib.testing.worker import start_worker
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.cache import cache
from playwright.sync_api import Page, expect

from config.celery import app
from gis_core.models import Jurisdiction
from issues.enums import IssueStatus
from issues.models import Issue
from routing.deciding.decisions import decision_make
from routing.enums import TrialState
from routing.models import Decision, GoldenCase, Trial
from tests.e2e.conftest import map_wait, sign_in
from tests.e2e.test_maps import problems
from tests.gis_core.geodata_factories import EAST, NORTH
from tests.mapui.factories import staff_create
from tests.mapui.geodata.geodata_factories import city_make, report_make
from tests.routing.trying.trial_factories import draft_make, issues_make

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PERMISSIONS = ("edit_rules", "triage_issue", "release_issue", "manage_geodata")


@pytest.fixture
def worker() -> Iterator[None]:
    with start_worker(
        app, pool="solo", queues=["geodata"], perform_ping_check=False, shutdown_timeout=30
    ):
        yield


@pytest.fixture
def city(transactional_db, settings, tmp_path) -> Jurisdiction:
    settings.UPLOAD_ROOT = tmp_path / "uploads"
    cache.clear()
    made = city_make(tmp_path)
    box = Polygon.from_bbox((EAST - 300, NORTH - 300, EAST + 500, NORTH + 300))
    made.boundary = MultiPolygon(box, srid=25832)
    made.save()
    return made


@pytest.fixture
def clerk_page(page: Page, live_server, city) -> Page:
    sign_in(page.context, live_server, staff_create("regeln", permissions=PERMISSIONS))
    page.goto("/triage/")
    return page


def picture(page: Page, name: str) -> None:
    """For a person to look at, where a folder is named."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True, caret="initial")


def test_trial_run_from_the_order_to_both_reasons(clerk_page: Page, city, worker):
    page = clerk_page
    for issue in issues_make(city, 40):
        decision_make(issue_id=issue.pk)
    before = list(Decision.objects.order_by("pk").values_list())
    draft_make(city, A06="UNB", A22="TRIAGE")
    page.get_by_role("link", name="Auswertung").click()
    page.get_by_role("link", name="Probeläufe").click()
    page.get_by_label("An wie vielen Meldungen").fill("")
    picture(page, "trials")
    page.get_by_role("button", name="Beginnen").click()
    expect(page.locator("h1")).to_contain_text("erledigt", timeout=30_000)
    trial = Trial.objects.get()
    assert (trial.state, trial.issues_total) == (TrialState.DONE, 40)
    changed = trial.changes.count()
    expect(page.locator("main")).to_contain_text(f"{changed} Meldungen kämen anders heraus")
    row = page.locator("tr", has_text="Naturschutzbehörde").first
    row.get_by_role("link").click()
    expect(page.locator(".trial-changes > li")).to_have_count(
        trial.changes.filter(from_body="EUV", to_body="UNB").count()
    )
    page.get_by_role("link", name="Beide Begründungen").first.click()
    sides = page.locator(".sides").first
    expect(sides).to_contain_text("EUV Stadtbetrieb")
    expect(sides).to_contain_text("Naturschutzbehörde")
    assert problems(page) == []
    picture(page, "trial")
    page.get_by_role("link", name="Auf der Karte zeigen").click()
    map_wait(page)
    expect(page.locator(".impact-marker")).to_have_count(changed)
    assert problems(page) == []
    picture(page, "trial-map")
    page.locator(".leaflet-marker-icon[role=link]").first.press("Enter")
    expect(page.locator(".sides")).to_be_visible()
    assert list(Decision.objects.order_by("pk").values_list()) == before


def open_panel(page: Page, issue: Issue) -> None:
    page.goto("/triage/")
    map_wait(page)
    page.locator(".issue a", has_text="").first.wait_for()
    page.locator(f'.issue[data-number="{issue.number}"] a').click()
    expect(page.locator("#details .details-title")).to_be_visible()


def test_clerk_overrules_and_keeps_a_golden_case(clerk_page: Page, city):
    page, issue = clerk_page, report_make(city, 1)
    open_panel(page, issue)
    picture(page, "panel")
    page.get_by_text("Meldung berichtigen").click()
    expect(page.locator("#part-correct form").first).to_be_visible()
    picture(page, "correct")
    assert problems(page) == []
    page.get_by_text("Andere Stelle zuständig").click()
    page.get_by_label("Zuständig ist").select_option("UNB")
    page.get_by_label("Grund", exact=True).fill("Die Wiese ist ein geschütztes Biotop.")
    picture(page, "overrule")
    assert problems(page) == []
    page.get_by_role("button", name="So entscheiden").click()
    panel = page.locator("#details")
    expect(panel.locator(".decision h3")).to_contain_text("Naturschutzbehörde")
    expect(panel).to_contain_text("geschütztes Biotop")
    expect(panel).to_contain_text("Die Regeln sagten: EUV")
    expect(page.locator("#issue-list")).to_contain_text("UNB")
    marker = page.locator(".marker-holder[role=button]")
    expect(marker).to_have_attribute("aria-label", re.compile("Untere Naturschutzbehörde"))
    picture(page, "overruled")
    page.get_by_role("button", name="Als Prüffall merken").click()
    expect(panel).to_contain_text("Diese Meldung ist ein Prüffall.")
    assert GoldenCase.objects.get().authority.code == "UNB"
    page.goto("/golden/")
    expect(page.locator("main")).to_contain_text("stimmt heute schon nicht")
    assert problems(page) == []
    picture(page, "golden")


def test_clerk_moves_the_report_on_the_map(clerk_page: Page, city):
    page, issue = clerk_page, report_make(city, 1)
    open_panel(page, issue)
    page.get_by_text("Meldung berichtigen").click()
    button = page.get_by_role("button", name="Ort auf der Karte wählen")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".map-note").first).to_contain_text("Klicken Sie auf den neuen Ort.")
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#details .details-title")).to_be_visible()
    button.click()
    box = page.locator(".folium-map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2 + 120, box["y"] + box["height"] / 2)
    expect(page.locator(".new-place")).to_be_visible()
    assert page.get_by_label("Geografische Breite").input_value().startswith("51.5")
    picture(page, "move")
    assert problems(page) == []
    page.get_by_role("button", name="Ort ändern").click()
    expect(page.locator("#details")).to_contain_text("Der Ort wurde geändert.")
    moved = Issue.objects.get(pk=issue.pk)
    assert moved.point.x > issue.point.x + 5
    assert Decision.objects.filter(issue=issue).count() == 2
    expect(page.locator(".new-place")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_are_accessible_and_reflow(clerk_page: Page, city, width):
    page = clerk_page
    for issue in issues_make(city, 12):
        decision_make(issue_id=issue.pk)
    Issue.objects.update(status=IssueStatus.DONE)
    draft_make(city)
    page.set_viewport_size({"width": width, "height": 800})
    for address in ("/trials/", "/golden/", "/statistics/"):
        page.goto(address)
        assert (address, problems(page)) == (address, [])
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert (address, page.evaluate(overflow)) == (address, 0)
    picture(page, f"statistics-{width}")
