"""What whoever reported does later on the private page, on a telephone and by keyboard: no barrier, nothing cut off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from issues.enums import IssueStatus
from issues.models import Issue, Reporter
from issues.services.reporting.links import report_path
from issues.services.workflow import issue_set_status
from tests.e2e.test_maps import problems
from tests.e2e.test_reporting import OVERFLOW
from tests.mapui.factories import authority_create, category_create, decision_create, issue_create

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def issue(town, settings, tmp_path) -> Issue:
    settings.MEDIA_ROOT = tmp_path
    category_create(town)
    issue = issue_create(town, description="Tiefes Loch")
    # A name as long as they come fits a narrow screen, too.
    name = {"de": "Straßenverkehrsbehörde", "en": "Road traffic authority"}
    decision_create(issue, authority_create(town, public_names=name))
    Reporter.objects.create(issue=issue, email="maria@example.org", first_name="Maria")
    return issue


def looked_at(page: Page) -> None:
    assert problems(page) == []
    assert page.evaluate(OVERFLOW) == 0


def press(page: Page, name: str) -> None:
    """By keyboard alone."""
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def test_report_is_withdrawn_reopened_rated_and_its_data_erased(issue: Issue, page: Page):
    page.set_viewport_size({"width": 320, "height": 700})
    issue_set_status(issue=issue, status=IssueStatus.FORWARDED)
    page.goto(report_path(issue))
    expect(page.locator(".way")).to_contain_text("weitergeleitet: Straßenverkehrsbehörde")
    looked_at(page)
    page.get_by_role("link", name="Meldung zurückziehen …").press("Enter")
    looked_at(page)
    press(page, "Zurückziehen")
    expect(page.get_by_role("button", name="Sie soll wieder gelten")).to_be_visible()
    issue.refresh_from_db()
    assert issue.public_status.is_closed
    looked_at(page)
    press(page, "Sie soll wieder gelten")
    expect(page.get_by_role("link", name="Meldung zurückziehen …")).to_be_visible()
    issue.refresh_from_db()
    assert not issue.public_status.is_closed

    issue_set_status(issue=issue, status=IssueStatus.DONE)
    page.goto(report_path(issue))
    looked_at(page)
    page.get_by_role("radio", name="4").focus()
    page.keyboard.press("Space")
    press(page, "Bewerten")
    expect(page.get_by_role("status")).to_contain_text("Bewertung")
    page.locator("#id_reopen").fill("Das Loch ist noch da.")
    press(page, "Bitte noch einmal ansehen")
    expect(page.get_by_role("status")).to_contain_text("wir sehen")
    issue.refresh_from_db()
    assert (issue.public_status.is_closed, issue.has_news, issue.rating.stars) == (False, True, 4)

    page.get_by_role("link", name="Meine Daten löschen …").press("Enter")
    looked_at(page)
    press(page, "Löschen")
    expect(page.get_by_role("status")).to_be_visible()
    assert not Reporter.objects.exists()
    looked_at(page)


def test_my_reports_are_ordered_by_mail(issue: Issue, page: Page):
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto("/report/mine/")
    looked_at(page)
    page.locator("input[type=email]").fill("maria@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    looked_at(page)
