"""Setting up and using a second factor in a real browser; the security key is Chromium's virtual one."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from tests.mapui.factories import PASSWORD

pytestmark = pytest.mark.e2e
KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": False,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_security_key_is_added_and_asked_for(staff_page):
    cache.clear()
    tools = staff_page.context.new_cdp_session(staff_page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})

    staff_page.goto("/account/second-factor/keys/new/")
    expect(staff_page.get_by_role("heading", name="Sind Sie es?")).to_be_visible()
    staff_page.get_by_label("Kennwort").fill(PASSWORD)
    staff_page.get_by_role("button", name="Bestätigen").click()
    staff_page.get_by_label("Name des Schlüssels").fill("Schlüsselbund")
    staff_page.get_by_role("button", name="Schlüssel hinzufügen").click()
    expect(staff_page.get_by_role("heading", name="Notfallcodes")).to_be_visible()

    staff_page.get_by_role("button", name="Abmelden").click()
    staff_page.goto("/login/?next=/account/")
    staff_page.get_by_label("Benutzername").fill("sichtung")
    staff_page.get_by_label("Kennwort").fill(PASSWORD)
    staff_page.get_by_role("button", name="Anmelden").click()
    expect(staff_page.get_by_role("heading", name="Zweiter Faktor")).to_be_visible()
    staff_page.get_by_role("button", name="Sicherheitsschlüssel benutzen").click()
    expect(staff_page.get_by_role("heading", name="Konto: sichtung")).to_be_visible()
