"""A citizen reports in a real browser: by telephone, with a photo, in few taps; and by keyboard alone."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

import pytest
from django.core.cache import cache
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, expect

from issues.enums import PhotoStatus
from issues.models import Issue
from mapui.reporting.proof import is_proved
from parcels.addresses import address_search_text
from parcels.enums import CadastreDataset
from parcels.models import Address, Parcel
from tests.e2e.conftest import map_wait
from tests.e2e.test_maps import problems
from tests.mapui.factories import category_create, edition_create
from tests.mapui.reporting.forms import degrees

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

TAPS_MAX = 12
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


def photo(side: int) -> bytes:
    """A large photo of noise, as a camera makes it."""
    file = BytesIO()
    Image.effect_noise((side, side), 60).convert("RGB").save(file, "JPEG", quality=95)
    return file.getvalue()


def looked_at(page: Page, step: str) -> None:
    """The step is shown, fits the screen, and has no barrier."""
    expect(page.locator("#report")).to_have_attribute("data-step", step)
    assert problems(page) == []
    assert page.evaluate(OVERFLOW) == 0


def stored_as_told(page: Page, latitude: float, proof: str) -> None:
    issue = Issue.objects.get()
    expect(page.get_by_role("heading", level=1)).to_contain_text(issue.number)
    assert issue.latitude == pytest.approx(latitude, abs=1e-6)
    assert (issue.accuracy_m, issue.description) == (9, "Tiefes Loch")
    stored = issue.photos.get()
    # Made smaller before it was sent.
    assert (stored.status, stored.width) == (PhotoStatus.STORED, 2000)
    assert is_proved(UUID(hex=issue.sender_key), proof)


def left_and_found_again(page: Page) -> None:
    """A reload, and a look at another page, lose nothing that was described."""
    page.reload()
    looked_at(page, "describe")
    expect(page.get_by_label("Was haben Sie gesehen?")).to_have_value("Tiefes Loch")
    expect(page.get_by_alt_text("Ihr Foto 1")).to_be_visible()
    expect(page.get_by_text("Ihre angefangene Meldung ist wieder da.")).to_be_visible()
    page.get_by_role("link", name="Datenschutz").click()
    page.go_back()
    looked_at(page, "describe")


def nothing_is_begun(page: Page) -> None:
    """What was sent is no draft any more."""
    page.goto("/report/")
    map_wait(page)
    looked_at(page, "where")
    expect(page.locator(".spot")).to_have_text("Noch ist kein Ort gewählt.")


def test_report_by_telephone_from_the_start_page_with_photo_and_position(
    town, context: BrowserContext, page: Page
):
    category_create(town)
    latitude, longitude = (float(one) for one in degrees(150, 50))
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": latitude, "longitude": longitude, "accuracy": 9})
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    taps = 0

    def tap(what: Locator) -> None:
        nonlocal taps
        taps += 1
        what.click()

    tap(page.get_by_role("link", name="Etwas melden"))
    map_wait(page)
    looked_at(page, "where")
    # Head and steps leave the screen to the report.
    assert page.locator(".site-header").bounding_box()["height"] <= 844 / 6
    tap(page.get_by_role("button", name="Mein Standort"))
    expect(page.locator(".spot")).to_contain_text("auf etwa 9 m genau")
    tap(page.get_by_role("button", name="Weiter: Was?"))
    looked_at(page, "what")
    expect(page.get_by_role("heading", name="Worum geht es?")).to_be_focused()
    tap(page.get_by_label("Nach einem Wort suchen"))
    page.keyboard.type("schlag")
    tap(page.locator("#report_found").get_by_role("button", name="Schlagloch"))
    looked_at(page, "describe")
    sent = photo(3000)
    taps += 1  # the camera's button
    words = page.get_by_label("Was haben Sie gesehen?")
    tap(words)
    words.press_sequentially("Tiefes ")
    # Whoever types on while the photo is on its way loses nothing.
    with page.expect_request(lambda one: one.method == "POST"):
        page.locator("#id_photos").set_input_files(
            {"name": "loch.jpg", "mimeType": "image/jpeg", "buffer": sent}
        )
    words.press_sequentially("Loch")
    expect(page.get_by_alt_text("Ihr Foto 1")).to_be_visible()
    expect(words).to_have_value("Tiefes Loch")
    tap(page.get_by_role("button", name="Weiter: Absenden"))
    looked_at(page, "send")
    # The browser's back button goes a step back and loses nothing.
    page.go_back()
    looked_at(page, "describe")
    left_and_found_again(page)
    page.get_by_role("button", name="Weiter: Absenden").click()
    looked_at(page, "send")
    proof = page.locator("[name=proof]")
    expect(proof).not_to_have_value("")
    given = proof.input_value()
    tap(page.get_by_role("button", name="Meldung absenden"))
    page.wait_for_url("**/report/own/**")
    assert problems(page) == []
    stored_as_told(page, latitude, given)
    assert taps <= TAPS_MAX
    nothing_is_begun(page)


def test_report_by_keyboard_alone_and_the_contact_stays_on_the_device(town, page: Page):
    category_create(town)
    parcel = Parcel.objects.get(numerator=11)
    Address.objects.create(
        jurisdiction=town,
        key="DENW1",
        street="Musterstraße",
        number="12a",
        search_text=address_search_text("Musterstraße", "12a"),
        geometry=parcel.geometry.point_on_surface,
        content_hash=b"1" * 16,
        edition_from=edition_create(town, CadastreDataset.ADDRESSES),
    )
    keys = page.keyboard
    page.goto("/report/")
    map_wait(page)
    page.get_by_label("Adresse, Straße").focus()
    keys.type("Musterstr. 12A")
    offered = page.locator("#report_places button")
    expect(offered).to_have_text("Musterstraße 12a")
    keys.press("Tab")
    keys.press("Tab")
    expect(offered).to_be_focused()
    keys.press("Enter")
    spot = page.locator(".spot")
    expect(spot).to_contain_text("Musterstraße 12a")
    # The pin is moved by arrow keys; then the address is no longer what was said.
    pin = page.locator(".leaflet-marker-icon")
    before = page.locator("[name=lat]").input_value()
    pin.focus()
    keys.press("Shift+ArrowUp")
    expect(page.locator("[name=address]")).to_have_count(0)
    expect(spot).to_contain_text("bei Musterstraße 12a")
    assert float(page.locator("[name=lat]").input_value()) > float(before)
    # Or the place is where the cross is.
    page.get_by_role("button", name="Hier, am Kreuz").press("Enter")
    page.get_by_role("button", name="Weiter: Was?").press("Enter")
    looked_at(page, "what")
    page.get_by_label("Nach einem Wort suchen").focus()
    keys.type("Schlagloch")
    page.locator("#report_found").get_by_role("button", name="Schlagloch").press("Enter")
    looked_at(page, "describe")
    page.get_by_role("button", name="Weiter: Absenden").press("Enter")
    summary = page.locator("#report-errors")
    expect(summary).to_be_focused()
    page.get_by_role("link", name="Bitte beschreiben Sie es").press("Enter")
    expect(page.get_by_label("Was haben Sie gesehen?")).to_be_focused()
    keys.type("Tief")
    page.get_by_role("button", name="Weiter: Absenden").press("Enter")
    looked_at(page, "send")
    page.get_by_label("E-Mail").focus()
    keys.type("maria@example.org")
    keep = page.get_by_label("auf diesem Gerät merken")
    keep.focus()
    keys.press("Space")
    page.get_by_role("button", name="Meldung absenden").press("Enter")
    page.wait_for_url("**/report/own/**")
    assert Issue.objects.get().reporter.email == "maria@example.org"
    kept = "localStorage.getItem('flurpost.contact')"
    assert "maria@example.org" in page.evaluate(kept)
