"""The editor of rules in a real browser: from the version in effect over a draft to the one that counts next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from routing.models import RuleSet
from routing.rulebook.listed import rule_set_in_effect
from tests.e2e.conftest import sign_in
from tests.e2e.test_maps import problems
from tests.mapui.factories import staff_create
from tests.routing.delivery_factories import contact_make, jurisdiction_make
from tests.routing.rule_factories import city_rules_load

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rules_page(page: Page, live_server, transactional_db) -> Page:
    city_rules_load()
    contact_make("EUV")
    sign_in(
        page.context,
        live_server,
        staff_create("recht", permissions=("edit_rules", "activate_rules")),
    )
    page.goto("/rules/")
    return page


def test_draft_is_edited_checked_and_activated(rules_page: Page) -> None:
    page = rules_page
    page.get_by_role("button", name="Neuen Entwurf anlegen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Fassung 2 Entwurf")

    # One row is changed, by its German words; an expression is checked while it is typed.
    page.get_by_label("Suche").fill("R12")
    row = page.locator(".rule").filter(has_text="R12")
    expect(page.locator(".rule")).to_have_count(1)
    row.get_by_role("link", name="Bearbeiten").click()
    page.get_by_label("oder ein eigener Ausdruck").fill("is_raining")
    expect(page.locator("#verdict")).to_contain_text("nennt ein unbekanntes Prädikat: is_raining")
    page.get_by_label("oder ein eigener Ausdruck").fill('not use_description("feldweg")')
    expect(page.locator("#verdict")).to_contain_text("Verständlich.")
    page.get_by_role("group", name="Eigentum").get_by_label("Stadt").check()
    page.get_by_label("Notiz").fill("Feldwege gehören nicht dazu.")
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Regel R12 ist gespeichert.")).to_be_visible()

    # A row is added that contradicts another: the check says so and nothing can be activated.
    page.get_by_role("link", name="Zeile hinzufügen").click()
    page.get_by_label("Regel", exact=True).fill("T99")
    page.get_by_label("Rang").fill("30")
    page.get_by_text("Kategorien (alle)").click()
    page.get_by_label("Beschädigtes Verkehrszeichen").check()
    page.get_by_role("group", name="Straßenklasse").get_by_label("Gemeindestraße").check()
    page.get_by_role("group", name="Straßenteil").get_by_label("Ausstattung").check()
    page.get_by_label("Zuständige Stelle").select_option("STVB")
    page.get_by_label("Rechtsgrundlage").fill("StVO 45 V")
    page.get_by_role("button", name="Speichern").click()
    expect(
        page.get_by_text("E04, T99 treffen mit gleichem Rang an denselben Orten zu")
    ).to_be_visible()
    page.get_by_role("link", name="Aktivieren …").click()
    expect(page.get_by_text("Mit Fehlern lässt sie sich nicht aktivieren.")).to_be_visible()
    page.get_by_role("link", name="Zurück zur Fassung 2").click()
    page.get_by_label("Suche").fill("T99")
    expect(page.locator(".rule")).to_have_count(1)
    page.locator(".rule").get_by_role("link", name="Entfernen").click()
    page.get_by_role("button", name="Entfernen").click()
    expect(page.get_by_text("0 Fehler")).to_be_visible()

    # What differs, and then it counts from a day.
    page.get_by_role("link", name="Unterschiede").click()
    expect(page.locator(".difference")).to_have_count(1)
    expect(page.locator(".difference")).to_contain_text("R12")
    page.get_by_role("link", name="Zurück zur Fassung 2").click()
    page.get_by_role("link", name="Aktivieren …").click()
    day = timezone.localdate() + timedelta(days=3)
    page.get_by_label("Gilt ab").fill(day.isoformat())
    page.get_by_role("button", name="Aktivieren").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("vorgemerkt")
    draft = RuleSet.objects.get(version=2)
    jurisdiction = jurisdiction_make()
    assert rule_set_in_effect(jurisdiction, on=day) == draft
    assert rule_set_in_effect(jurisdiction, on=timezone.localdate()).version == 1


def test_coverage_leads_to_the_holes_of_a_category(rules_page: Page) -> None:
    page = rules_page
    page.get_by_role("link", name="Fassung 1").click()
    page.get_by_role("link", name="Abdeckung", exact=True).click()
    page.get_by_role("link", name="Straßenlaterne defekt").click()
    page.get_by_role("link", name="Nur die Lücken zeigen").click()
    holes = page.locator(".cover-row")
    expect(holes.first).to_contain_text("keine Regel")
    expect(page.locator(".cover-row.is-body")).to_have_count(0)


def test_pages_fit_the_window_and_everybody(rules_page: Page) -> None:
    """Nothing reaches over the edge but tables, which scroll by themselves; axe-core finds nothing."""
    page = rules_page
    page.get_by_role("button", name="Neuen Entwurf anlegen").click()
    draft = RuleSet.objects.get(version=2)
    rule, prior = draft.rules.get(rule_id="O01"), draft.priors.first()
    for address in (
        "/rules/",
        "/rules/import/",
        "/rules/authorities/",
        "/rules/authorities/new/",
        # Of all rules and of all categories it is the same page, only longer.
        f"/rules/{draft.pk}/?category=TREE_DANGER",
        f"/rules/{draft.pk}/rows/{rule.pk}/",
        "/rules/priors/",
        f"/rules/{draft.pk}/priors/{prior.pk}/",
        f"/rules/{draft.pk}/coverage/?category=TREE_DANGER",
        f"/rules/{draft.pk}/difference/",
        f"/rules/{draft.pk}/activate/",
    ):
        page.goto(address)
        assert problems(page) == [], address
        fits(page)
    page.goto(f"/rules/{draft.pk}/")
    fits(page)


def fits(page: Page) -> None:
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
