"""A clerk's day in a real browser: a shift by keyboard alone, a storm, two clerks on one report, on narrow screens too.

The figures of `./run test tests/e2e/test_shift.py -rP` (keys and seconds for each report) are printed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from issues.enums import IssueStatus
from issues.models import Inquiry, Issue, Reporter
from routing.enums import ChannelKind, Outcome
from routing.models import AuthorityContact, Decision
from routing.steps.working import steps_work
from tests.e2e.conftest import TIMEOUT_MS, map_wait, sign_in
from tests.e2e.test_maps import problems
from tests.mapui.factories import (
    PASSWORD,
    authority_create,
    category_create,
    decision_create,
    issue_create,
    staff_create,
)

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

REPORTS = 30
# So many seconds 30 releases may take, two keys each.
RELEASES_S = 60
FOCUSED = "() => document.activeElement !== document.body && document.activeElement.tagName"
# Where the list stands, and whether the row of the open report is in sight.
LIST = """() => {
  const pane = document.querySelector("#pane-queue"), box = pane.getBoundingClientRect();
  const row = document.querySelector(".issue.is-selected")?.getBoundingClientRect();
  return { top: pane.scrollTop, seen: Boolean(row && row.top >= box.top - 1 && row.bottom <= box.bottom + 1) };
}"""


class Keys:
    """A keyboard that counts; after each step the next report is open, the focus somewhere, the list where it was."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.pressed += len(text)

    def number(self) -> str:
        return self.page.locator("#details .details").get_attribute("data-number") or ""

    @contextmanager
    def step(self, what: str, *, goes_on: bool = True) -> Iterator[str]:
        """What is pressed inside is one step on the open report, whose number it gives."""
        number, before, began = self.number(), self.pressed, time.monotonic()
        top = self.page.evaluate(LIST)["top"]
        yield number
        details = self.page.locator("#details .details")
        if goes_on:
            expect(details).not_to_have_attribute("data-number", number)
        expect(self.page.locator("#details .details-title")).to_be_focused()
        took = time.monotonic() - began
        print(f"{what} {number}: {self.pressed - before} keys, {took:.2f} s")
        assert self.page.evaluate(FOCUSED)
        if goes_on:
            self.page.wait_for_function(f"() => ({LIST})().seen")
        # The row of the report may leave the list; nothing else moves it.
        assert abs(self.page.evaluate(LIST)["top"] - top) < 120


def signed_in(browser: Browser, live_server, person: User, **size: int) -> BrowserContext:
    """A browser of its own in which the person is logged in."""
    context = browser.new_context(
        base_url=live_server.url,
        timezone_id="Europe/Berlin",
        viewport={"width": 1280, "height": 800, **size},
    )
    context.set_default_timeout(TIMEOUT_MS)
    sign_in(context, live_server, person)
    return context


@pytest.fixture
def reports(town) -> list[Issue]:
    """30 reports, 60 m from each other, each proposed to an authority, with a reporter to ask; the latest first."""
    city = authority_create(town)
    others = authority_create(
        town, "UNB", names={"de": "Untere Naturschutzbehörde", "en": "Nature"}
    )
    for one in (city, others):
        AuthorityContact.objects.create(
            authority=one, channel=ChannelKind.MAIL, address="amt@example.org"
        )
    found = []
    for n in range(REPORTS):
        issue = issue_create(town, east=-120 + n % 6 * 60, north=-60 + n // 6 * 60, released=False)
        decision_create(issue, city, outcome=Outcome.PROPOSED)
        Reporter.objects.create(issue=issue, email="maria@example.org")
        found.append(issue)
    return found[::-1]


def opened(page: Page, address: str) -> Keys:
    """The screen with the first report of its queue open, by keys."""
    page.goto(address)
    map_wait(page)
    keys = Keys(page)
    keys.press("g", "q", "Enter")
    expect(page.locator("#details .details-title")).to_be_focused()
    return keys


def test_thirty_reports_are_released_by_two_keys_each(reports, staff_page: Page):
    page, note = staff_page, staff_page.locator("#step-note")
    keys = opened(page, "/triage/?released=no")
    began = time.monotonic()
    for left in range(REPORTS - 1, -1, -1):
        before = keys.pressed
        with keys.step("released", goes_on=left > 0) as number:
            keys.press("f")
            expect(page.locator("#release [data-focus]")).to_be_focused()
            keys.press("f")
            expect(note).to_contain_text(number)
        assert keys.pressed - before == 2
    took = time.monotonic() - began
    print(f"{REPORTS} released in {took:.1f} s")
    assert took < RELEASES_S
    assert not Issue.objects.filter(released_at=None).exists()


def test_a_report_of_each_kind_by_keyboard_alone(reports, staff_page: Page):
    page, note = staff_page, staff_page.locator("#step-note")
    keys = opened(page, "/triage/")
    with keys.step("confirmed") as confirmed:
        keys.press("c")
    with keys.step("overruled") as overruled:
        keys.press("w")
        expect(page.locator("#decide_authority")).to_be_focused()
        keys.type("Untere")
        keys.press("Tab")
        keys.type("Biotop")
        keys.press("Tab", "Enter")
    with keys.step("merged") as merged:
        keys.press("d")
        expect(page.locator("#merge_into")).to_be_focused()
        keys.type(confirmed)
        keys.press("Enter")
    expect(note).to_contain_text(merged)
    keys.press("k")
    expect(page.locator("#details .merged")).to_be_visible()
    with keys.step("unmerged", goes_on=False):
        page.get_by_role("button", name="Wieder herauslösen").focus()
        keys.press("Enter")
        expect(page.locator("#details .merged")).to_have_count(0)
    keys.press("j")
    expect(page.locator("#details .details")).not_to_have_attribute("data-number", merged)
    with keys.step("asked back") as asked:
        keys.press("q")
        expect(page.locator("#ask_text")).to_be_focused()
        keys.type("Welche Seite?")
        keys.press("Tab", "Enter")
    with keys.step("closed") as closed:
        keys.press("e")
        expect(page.locator("#state_status")).to_be_focused()
        keys.type("erl")
        keys.press("Tab")
        keys.type("Der Sch")
        # What the reporter reads comes with a button that takes it over.
        expect(page.locator("#details [data-fill]")).to_be_visible()
        keys.press("Tab", "Tab", "Tab", "Tab", "Tab", "Enter")
    with keys.step("taken back"):
        keys.press("u")
    assert keys.number() == closed
    assert (
        Decision.objects.get(issue__number=confirmed, is_current=True).outcome == Outcome.ASSIGNED
    )
    assert Decision.objects.get(issue__number=overruled, is_current=True).authority.code == "UNB"
    assert Issue.objects.get(number=merged).duplicate_of is None
    assert Inquiry.objects.get(issue__number=asked).text == "Welche Seite?"
    assert Issue.objects.get(number=closed).status == IssueStatus.RECEIVED


def test_a_storm_of_three_hundred_is_answered_at_once_and_taken_back(town, staff_page: Page):
    tree, now = category_create(town, "TREE", names={"de": "Baum", "en": "Tree"}), timezone.now()
    for n in range(300):
        issue_create(town, category=tree, east=n % 20, north=30 + n // 20, received_at=now)
    page, began = staff_page, time.monotonic()
    page.goto("/triage/")
    page.get_by_role("link", name="Häufungen (Sturm)").click()
    row = page.get_by_role("row", name="Baum")
    expect(row).to_contain_text("300")
    # The form that answers is open.
    row.get_by_role("link", name="Alle beantworten").click()
    page.get_by_label("Neuer Stand").select_option("done")
    page.get_by_label("Abschlussgrund").select_option("repaired")
    page.locator("form:visible").get_by_role("button", name="Ansehen").click()
    expect(page.get_by_role("status")).to_contain_text("300")
    print(f"looked at after {time.monotonic() - began:.1f} s")
    page.get_by_role("button", name="Schritt").click()
    expect(page.locator("#progress")).to_contain_text("0 von 300 …")
    began = time.monotonic()
    steps_work(seconds=0)
    expect(page.locator("#progress")).to_contain_text("25 von 300 …")
    while steps_work():
        pass
    expect(page.locator("#progress")).to_contain_text("Fertig: an 300 von 300")
    print(f"300 answered in {time.monotonic() - began:.1f} s")
    assert Issue.objects.filter(status=IssueStatus.DONE).count() == 300
    assert problems(page) == []
    began = time.monotonic()
    page.get_by_role("button", name="Alles zurücknehmen").click(timeout=60_000)
    expect(page.locator("#progress")).to_contain_text("Zurückgenommen: 0 von 300")
    while steps_work():
        pass
    expect(page.locator("#progress")).to_contain_text("Zurückgenommen: 300 von 300")
    print(f"300 taken back in {time.monotonic() - began:.1f} s")
    assert Issue.objects.filter(status=IssueStatus.RECEIVED).count() == 300


def test_two_clerks_on_one_report(reports, browser: Browser, live_server, settings):
    """Each sees the other, the second save is refused with both versions, and no word is lost when a session ends."""
    settings.STEP_HOLD_SECONDS = 300
    anna, berta = staff_create("anna"), staff_create("berta")
    User.objects.filter(pk=berta.pk).update(first_name="Berta", last_name="Beispiel")
    address = f"/triage/?issue={reports[0].number}"
    first, second = (signed_in(browser, live_server, one) for one in (anna, berta))
    mine, theirs = first.new_page(), second.new_page()
    for page in (theirs, mine):
        page.goto(address)
        map_wait(page)
    expect(mine.locator(".presence")).to_contain_text("Berta Beispiel hat diese Meldung offen.")

    for page, day in ((theirs, "2027-01-07"), (mine, "2027-02-08")):
        page.get_by_text("Priorität und Wiedervorlage").click()
        page.get_by_label("Wiedervorlage am").fill(day)
        page.get_by_role("button", name="Wiedervorlage setzen").click()
        expect(
            page.locator("#details [role=alert], #details .notice.success").first
        ).to_be_visible()
    conflict = mine.locator(".conflict")
    expect(conflict.get_by_role("heading", level=3)).to_be_focused()
    expect(conflict).to_contain_text("Berta Beispiel hat das geändert")
    expect(conflict).to_contain_text("07.01.2027")
    expect(conflict.get_by_label("Wiedervorlage am")).to_have_value("2027-02-08")
    assert problems(mine) == []
    conflict.get_by_role("button", name="Trotzdem so speichern").click()
    expect(conflict).to_have_count(0)
    assert str(Issue.objects.get(pk=reports[0].pk).follow_up_on) == "2027-02-08"

    # Somebody else acts: what was done before is not taken back under their hands.
    theirs.get_by_text("Notizen (").click()
    theirs.get_by_label("Notiz im Haus").fill("War vor Ort")
    theirs.get_by_role("button", name="Notiz speichern").click()
    expect(theirs.locator(".notes")).to_contain_text("War vor Ort")
    mine.keyboard.press("u")
    expect(mine.locator("#details")).to_contain_text("Seitdem hat jemand etwas daran getan.")

    # The session ends while somebody types.
    mine.get_by_label("Notiz im Haus").fill("Loch ist 20 cm tief")
    Session.objects.all().delete()
    mine.get_by_role("button", name="Notiz speichern").click()
    told = mine.get_by_text("Ihre Sitzung ist abgelaufen.")
    expect(told).to_be_visible()
    expect(mine.get_by_text("Ihr Text ist hier aufbewahrt.")).to_be_visible()
    assert problems(mine) == []
    mine.get_by_role("link", name="Neu anmelden").click()
    mine.get_by_label("Benutzername").fill("anna")
    mine.get_by_label("Kennwort").fill(PASSWORD)
    mine.get_by_role("button", name="Anmelden").click()
    mine.wait_for_url(f"**{address}")
    expect(mine.get_by_label("Notiz im Haus")).to_have_value("Loch ist 20 cm tief")
    mine.get_by_role("button", name="Notiz speichern").click()
    expect(mine.locator(".notes")).to_contain_text("Loch ist 20 cm tief")
    mine.reload()
    expect(mine.get_by_label("Notiz im Haus")).to_have_value("")
    first.close()
    second.close()


@pytest.mark.parametrize("width", [390, 820])
def test_the_same_on_a_narrow_screen(reports, staff_page: Page, width):
    """Queue, report, release, next: by touch, each screen as wide as the window and without a finding of axe."""
    page = staff_page
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/triage/?released=no")
    map_wait(page)
    _looked_at(page, "queue")
    page.locator(".issue-link").first.click()
    expect(page.locator("#details .details-title")).to_be_in_viewport()
    _looked_at(page, "report")
    page.get_by_role("link", name="Ansehen und freischalten").click()
    expect(page.locator("#release [data-focus]")).to_be_in_viewport()
    _looked_at(page, "release")
    page.get_by_role("button", name="Freischalten").click()
    expect(page.locator("#step-note")).to_contain_text(reports[0].number)
    expect(page.locator("#details .details")).to_have_attribute("data-number", reports[1].number)
    expect(page.locator("#details .details-title")).to_be_in_viewport()
    _looked_at(page, "next")


def _looked_at(page: Page, name: str) -> None:
    assert (name, problems(page)) == (name, [])
    too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert (name, page.evaluate(too_wide)) == (name, 0)
