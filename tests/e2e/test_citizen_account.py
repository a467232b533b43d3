"""A citizen signs in within the form of a report, makes a passkey, and comes in with it; no barrier, nothing lost."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from issues.enums import ReporterCheck
from issues.models import Category, Issue, SignInCode
from issues.services.citizens.codes import code_of
from tests.e2e.conftest import map_wait
from tests.e2e.test_maps import problems
from tests.e2e.test_reporting import OVERFLOW
from tests.mapui.factories import category_create
from tests.mapui.reporting.forms import degrees

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
# A device that keeps its keys itself, and whose owner shows a finger.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def looked_at(page: Page) -> None:
    assert problems(page) == []
    for width in (1280, 320, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate(OVERFLOW) == 0, width


def to_the_end(page: Page, words: str) -> None:
    """Reports as far as signing in."""
    page.goto("/report/")
    map_wait(page)
    page.get_by_label("Adresse, Straße").fill(", ".join(degrees(150, 50)))
    page.get_by_role("button", name="Weiter: Was?").click()
    page.get_by_label("Nach einem Wort suchen").click()
    page.keyboard.type("schlag")
    page.locator("#report_found").get_by_role("button", name="Schlagloch").click()
    page.get_by_label("Was haben Sie gesehen?").fill(words)
    page.get_by_role("button", name="Weiter: Absenden").click()
    expect(page.get_by_role("heading", name="Prüfen und absenden")).to_be_visible()


def test_signing_in_within_the_form_by_code_then_by_passkey(town, page: Page, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    category_create(town)
    Category.objects.update(reporter_check=ReporterCheck.ACCOUNT)
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

    to_the_end(page, "Tiefes Loch")
    looked_at(page)
    page.get_by_label("Ihre E-Mail-Adresse").fill("maria@example.org")
    page.keyboard.press("Enter")
    field = page.get_by_label("Code aus der E-Mail")
    expect(field).to_be_visible()
    looked_at(page)
    field.fill(code_of(SignInCode.objects.get()))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Sie melden als maria@example.org.")).to_be_visible()
    looked_at(page)
    page.get_by_role("button", name="Meldung absenden").last.click()
    page.wait_for_url("**/report/own/**")
    assert Issue.objects.get().description == "Tiefes Loch"

    page.goto("/report/account/")
    looked_at(page)
    page.get_by_label("Name des Passkeys").fill("Telefon")
    page.get_by_role("button", name="Passkey hinzufügen").click()
    expect(page.get_by_text("Ab jetzt melden Sie sich mit dem Passkey an.")).to_be_visible()
    looked_at(page)
    page.get_by_role("button", name="Abmelden", exact=True).click()
    expect(page.get_by_role("heading", name="Als Bürgerin oder Bürger anmelden")).to_be_visible()
    looked_at(page)

    to_the_end(page, "Noch ein Loch")
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    expect(page.get_by_text("Sie melden als maria@example.org.")).to_be_visible()
    page.get_by_role("button", name="Meldung absenden").last.click()
    page.wait_for_url("**/report/own/**")
    assert set(Issue.objects.values_list("description", flat=True)) == {
        "Tiefes Loch",
        "Noch ein Loch",
    }
    page.goto("/report/account/erase/")
    looked_at(page)
