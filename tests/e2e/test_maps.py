"""Both maps in a real browser. What every page asks and complains about is checked by the `page` fixture."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from issues.enums import IssueStatus
from issues.models import Issue
from routing.enums import Outcome
from tests.e2e.conftest import Watch, map_wait
from tests.mapui.factories import PASSWORD, authority_create, decision_create, issue_create

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

AXE = Path(settings.NPM_ROOT) / "axe-core" / "axe.min.js"
HOSTILE = "<script>alert(1)</script> `${alert(2)}` <img src=x onerror=alert(3)> </script>"


@pytest.fixture
def issues(town) -> list[Issue]:
    """Three issues, far enough from each other for marks of their own: decided, unclear, not released."""
    city = authority_create(town)
    decided = issue_create(
        town, east=150, north=50, status=IssueStatus.IN_PROGRESS, description=HOSTILE
    )
    decision_create(decided, city)
    unclear = issue_create(town, east=50, north=350)
    decision_create(unclear, city, outcome=Outcome.TRIAGE)
    hidden = issue_create(town, east=-250, north=50, released=False)
    decision_create(hidden, city)
    return [decided, unclear, hidden]


def problems(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA, and whether headings and landmarks can be told apart.

    `evaluate` is not held back by the page's policy.
    """
    page.evaluate(AXE.read_text())
    options = {
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
        "rules": {name: {"enabled": True} for name in ("heading-order", "landmark-unique")},
        # No rule of these needs the text of the style sheets, which axe-core would load and apply anew.
        "preload": False,
    }
    found = page.evaluate("options => axe.run(options)", options)
    return [
        f"{one['id']}: {nodes}"
        for one in found["violations"]
        if (nodes := [node["html"][:160] for node in one["nodes"] if not _is_pin(one, node)])
    ]


def _is_pin(violation: dict[str, Any], node: dict[str, Any]) -> bool:
    """A pin lies where it lies, near others too: where targets stand is essential on a map (WCAG 2.2, 2.5.8)."""
    return violation["id"] == "target-size" and "marker-holder" in node["html"]


def test_public_map_shows_released_issues_on_own_background(
    page: Page, issues, map_server, watch: Watch
):
    page.goto("/")
    map_wait(page)
    expect(page.locator(".leaflet-marker-icon")).to_have_count(2)
    expect(page.locator(".issue")).to_have_count(2)
    tiles = page.locator("img.leaflet-tile")
    assert tiles.count() > 0
    page.wait_for_function(
        "() => document.querySelector('img.leaflet-tile-loaded')?.naturalWidth === 512"
    )
    assert any("/map-services/background/wms" in asked for asked in watch.requests)
    assert not any("/map-services/parcels/" in asked for asked in watch.requests)


def test_public_map_click_on_issue_shows_details(page: Page, issues):
    page.goto("/")
    map_wait(page)
    page.get_by_role("button", name="Schlagloch, in Bearbeitung, Stadtbetrieb").click()
    details = page.locator("#details")
    expect(details).to_contain_text("in Bearbeitung")
    expect(details).to_contain_text("Stadtbetrieb")
    expect(details).not_to_contain_text("alert")
    page.keyboard.press("Escape")
    expect(details).to_be_empty()


def test_public_map_filter_changes_list_and_map(page: Page, issues):
    page.goto("/")
    map_wait(page)
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Stand", exact=True).select_option("in_progress")
    expect(page.locator(".issue")).to_have_count(1)
    expect(page.locator(".leaflet-marker-icon")).to_have_count(1)
    assert "status=in_progress" in page.url


def test_public_map_back_button_brings_the_former_choice_back(issues, page: Page):
    page.goto("/")
    map_wait(page)
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Stand", exact=True).select_option("in_progress")
    expect(page.locator(".issue")).to_have_count(1)
    page.go_back()
    expect(page.locator(".issue")).to_have_count(2)
    map_wait(page)
    expect(page.locator(".leaflet-marker-icon")).to_have_count(2)


def test_map_says_when_something_cannot_be_loaded(issues, page: Page, watch: Watch):
    page.goto("/")
    map_wait(page)
    Issue.objects.update(released_at=None)
    page.locator(".issue a").first.click()
    expect(page.locator(".map-note")).to_contain_text("konnten nicht geladen werden")
    # The browser itself reports the refused request; nothing else may complain.
    assert [one for one in watch.complaints if "404" not in one] == []
    watch.complaints.clear()


def test_public_map_by_keyboard(page: Page, issues):
    page.goto("/")
    map_wait(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Karte überspringen, zur Liste")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#issue-list")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#details .details-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".issue a").first).to_be_focused()
    marker = page.locator(".leaflet-marker-icon").first
    marker.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#details .details-title")).to_be_focused()


def test_language_german_first_english_switchable(page: Page, issues):
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("heading", level=1)).to_have_text("Meldungen in Musterstadt")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Issues in Musterstadt")
    map_wait(page)
    expect(page.locator(".legend")).to_contain_text("in progress")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_triage_map_shows_parcels_and_their_numbers(
    issues, map_server, staff_page: Page, watch: Watch
):
    staff_page.goto("/triage/")
    map_wait(staff_page)
    expect(staff_page.locator(".leaflet-marker-icon.marker-holder")).to_have_count(3)
    zoom_to_issue(staff_page)
    staff_page.wait_for_function(DRAWN, arg=["parcel_numbers", "11/4"])
    assert any("/tiles/parcels/" in asked for asked in watch.requests)
    assert not any("/map-services/background/" in asked for asked in watch.requests)


def test_triage_map_shows_variants_and_groups(issues, staff_page: Page, watch: Watch):
    staff_page.goto("/triage/")
    map_wait(staff_page)
    zoom_to_issue(staff_page)
    staff_page.get_by_role("button", name="Ebenen wählen").click()
    staff_page.get_by_label("Grau").check()
    staff_page.wait_for_function(f"() => {VECTOR}.getStyle().name === 'grey'")
    assert any("/maps/styles/grey.json" in asked for asked in watch.requests)
    staff_page.get_by_label("Eigentum", exact=True).check()
    shown = f"() => {VECTOR}.getLayoutProperty('owners', 'visibility') === 'visible'"
    staff_page.wait_for_function(shown)
    staff_page.get_by_label("Flurstücke").uncheck()
    hidden = f"() => {VECTOR}.getLayoutProperty('parcels', 'visibility') === 'none'"
    staff_page.wait_for_function(hidden)


def test_triage_map_without_webgl_shows_pictures(
    issues, map_server, staff_page: Page, watch: Watch
):
    staff_page.add_init_script(
        """const real = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
            return kind.startsWith("webgl") ? null : real.call(this, kind, ...rest);
        };"""
    )
    # What the former page still asks for does not count.
    staff_page.goto("about:blank")
    watch.requests.clear()
    staff_page.goto("/triage/")
    map_wait(staff_page)
    assert any("/map-services/background/wms" in asked for asked in watch.requests)
    assert not any("/tiles/" in asked for asked in watch.requests)


def test_triage_map_measures_on_the_ellipsoid(issues, staff_page: Page):
    staff_page.goto("/triage/")
    map_wait(staff_page)
    zoom_to_issue(staff_page)
    staff_page.get_by_role("button", name="Messen").click()
    expect(staff_page.locator(".map-note")).to_contain_text("Esc beendet")
    box = staff_page.locator(".folium-map").bounding_box()
    for east in (160, 360):
        staff_page.mouse.click(box["x"] + east, box["y"] + 400)
    expect(staff_page.locator(".map-note")).to_have_text(re.compile(r"^Länge [\d.,]+ k?m$"))
    staff_page.keyboard.press("Escape")
    expect(staff_page.locator(".map-note")).to_be_hidden()


def test_triage_search_suggests_and_opens(issues, staff_page: Page):
    staff_page.goto("/triage/")
    map_wait(staff_page)
    field = staff_page.get_by_role("combobox", name="Suche")
    field.fill(issues[0].number)
    expect(staff_page.locator(".suggestion").first).to_contain_text(issues[0].number)
    field.press("ArrowDown")
    field.press("Enter")
    expect(staff_page.locator("#details .details-title")).to_contain_text("Schlagloch")
    assert problems(staff_page) == []


def zoom_to_issue(page: Page) -> None:
    """Opens an issue, which zooms to it, and closes it again."""
    page.locator(".issue a").first.click()
    expect(page.locator("#details .details-title")).to_be_focused()
    page.keyboard.press("Escape")


# The vector map of the page's Leaflet map.
VECTOR = "globalThis[Object.keys(globalThis).find((name) => globalThis[name] instanceof L.Map)].vectorMap"
# Whether a label of the layer with the number is drawn.
DRAWN = f"""([layer, number]) => {VECTOR}?.queryRenderedFeatures({{ layers: [layer] }})
    .some((feature) => feature.properties.number === number)"""


def label_place(page: Page, number: str) -> tuple[float, float]:
    """Where a parcel's number stands on the page, in pixels."""
    page.wait_for_function(DRAWN, arg=["parcel_numbers", number])
    return page.evaluate(
        """(number) => {
            const map = globalThis[Object.keys(globalThis).find((name) => globalThis[name] instanceof L.Map)];
            const [found] = map.vectorMap.queryRenderedFeatures({ layers: ["parcel_numbers"] })
                .filter((feature) => feature.properties.number === number);
            const [lng, lat] = found.geometry.coordinates;
            const at = map.latLngToContainerPoint([lat, lng]);
            const box = map.getContainer().getBoundingClientRect();
            return [box.x + at.x, box.y + at.y];
        }""",
        number,
    )


def test_triage_map_click_on_issue_shows_decision(issues, staff_page: Page):
    staff_page.goto("/triage/")
    map_wait(staff_page)
    staff_page.get_by_role("button", name="Schlagloch, in Bearbeitung, EUV Stadtbetrieb").click()
    details = staff_page.locator("#details")
    for text in ("Zuständig: EUV Stadtbetrieb.", "StrWG NRW § 9", "95 %", "R1"):
        expect(details).to_contain_text(text)
    # What a person wrote stands there as text and does nothing: an alert would end the test.
    expect(details).to_contain_text(HOSTILE)
    assert details.locator("script, img[src=x]").count() == 0


def test_triage_map_click_on_parcel_shows_it(issues, staff_page: Page):
    staff_page.goto("/triage/")
    map_wait(staff_page)
    zoom_to_issue(staff_page)
    east, south = label_place(staff_page, "11/4")
    # Beside the mark of the issue that lies on it.
    staff_page.mouse.click(east - 45, south)
    expect(staff_page.locator("#details .details-title")).to_have_text("Flurstück 11/4")
    expect(staff_page.locator("#details")).to_contain_text("10.000 m²")
    expect(staff_page.locator("#details")).to_contain_text("Musterberg, Flur 1")


def test_triage_search_finds_parcel_without_the_map(town, staff_page: Page):
    staff_page.goto("/triage/")
    map_wait(staff_page)
    staff_page.get_by_label("Suche", exact=True).fill("Musterberg Flur 1 Flurstück 11/4")
    staff_page.keyboard.press("Enter")
    staff_page.get_by_role("link", name="Stattdessen Flurstück oder Ort suchen").click()
    expect(staff_page.locator(".details-title")).to_have_text("Flurstück 11/4")


def test_triage_map_loads_issues_anew_when_they_changed(issues, staff_page: Page, watch: Watch):
    feed = "/api/triage/issues/"
    staff_page.goto("/triage/")
    map_wait(staff_page)
    staff_page.locator(f".issue[data-number={issues[0].number}] a").click()
    expect(staff_page.locator("#details .details-title")).to_be_focused()
    staff_page.get_by_text("Meldung berichtigen").click()
    with (
        staff_page.expect_response(f"**{feed}**"),
        staff_page.expect_response("**/triage/?page=1"),
    ):
        staff_page.get_by_role("button", name="Kategorie ändern").click()
    with staff_page.expect_response(f"**{feed}**?status=in_progress"):
        staff_page.get_by_label("Stand", exact=True).select_option("in_progress")
    expect(staff_page.locator(".mark")).to_have_count(1)
    watch.requests.clear()
    staff_page.locator(".issue a").first.click()
    expect(staff_page.locator("#details .details-title")).to_be_focused()
    assert [one for one in watch.requests if feed in one] == []


def test_triage_release_makes_issue_public(issues, staff_page: Page):
    staff_page.goto("/triage/")
    map_wait(staff_page)
    staff_page.locator(f".issue[data-number={issues[2].number}] a").click()
    staff_page.get_by_role("link", name="Ansehen und freischalten").click()
    expect(staff_page.locator("#release > .details-title")).to_contain_text("freischalten")
    assert problems(staff_page) == []
    staff_page.get_by_label("Text für die Öffentlichkeit").fill("Schlagloch am Rand")
    expect(staff_page.locator("#release-preview")).to_contain_text("Schlagloch am Rand")
    staff_page.get_by_role("button", name="Freischalten", exact=True).click()
    expect(staff_page.locator("main")).to_contain_text("Die Meldung ist jetzt öffentlich zu sehen.")
    staff_page.goto(f"/issues/{issues[2].number}/")
    expect(staff_page.locator("main")).to_contain_text("Schlagloch am Rand")
    staff_page.goto("/")
    expect(staff_page.locator(".issue")).to_have_count(3)


def test_anonymous_is_sent_to_login(page: Page, issues):
    page.goto("/triage/")
    expect(page).to_have_url("/login/?next=/triage/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Anmeldung für Beschäftigte")


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_are_accessible_and_reflow(issues, staff_page: Page, width):
    """axe-core finds nothing, and nothing has to be scrolled sideways, at 320 pixels either (WCAG 1.4.10)."""
    staff_page.set_viewport_size({"width": width, "height": 800})
    decided = issues[0].number
    for address in ("/", "/triage/", f"/issues/{decided}/", f"/triage/issues/{decided}/"):
        staff_page.goto(address)
        if address in {"/", "/triage/"}:
            map_wait(staff_page)
            staff_page.locator(".issue a").first.click()
            expect(staff_page.locator("#details .details")).to_be_visible()
        assert (address, problems(staff_page)) == (address, [])
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert (address, staff_page.evaluate(overflow)) == (address, 0)


def test_administration_asks_no_other_host(issues, page: Page):
    """Django's own pages too: its map widget, for one, would load a library from a foreign host."""
    User.objects.create_superuser("verwaltung", password=PASSWORD)
    page.goto("/admin/")
    page.get_by_label("Benutzername").fill("verwaltung")
    page.get_by_label("Kennwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.locator("#content h1")).to_be_visible()
    found = page.locator("#content-main th a").evaluate_all(
        "links => links.map(link => link.pathname)"
    )
    assert found
    for address in found:
        page.goto(address)
        first = page.locator("#result_list tbody th a").first
        if first.count():
            first.click()
            expect(page.locator("#content h1")).to_be_visible()


def test_login_is_accessible(page: Page, db):
    page.goto("/login/")
    assert problems(page) == []
