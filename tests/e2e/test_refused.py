"""After a refusal: a clerk passes the report on with one key, and the next body reads on its telephone who had it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from issues.enums import IssueStatus
from issues.models import Issue
from routing.deciding.passing_on import refusals_follow_due
from routing.enums import AnswerSource, DeliveryState
from routing.forwarding.links import partner_token
from routing.models import Authority, AuthorityContact, Delivery
from routing.outbox.answers import Said, delivery_refused
from routing.outbox.claim import delivery_claim
from routing.outbox.queue import deliveries_queue
from routing.outbox.receipts import Receipt
from routing.outbox.record import delivery_record_receipt
from tests.e2e.test_maps import problems
from tests.e2e.test_reporting import OVERFLOW
from tests.mapui.factories import authority_create, decision_create, issue_create

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NAMES = {"STRNRW": "Straßen.NRW", "KREIS66": "Kreis Recklinghausen"}


def send() -> Delivery:
    delivery = delivery_claim()
    assert delivery is not None
    delivery_record_receipt(delivery=delivery, receipt=Receipt(state=DeliveryState.SENT))
    return delivery


@pytest.fixture
def issue(town, settings) -> Issue:
    """The first body has refused and named the second one."""
    settings.STEP_HOLD_SECONDS = 0
    first, second = (
        authority_create(town, code, names={"de": name}, public_names={"de": name})
        for code, name in NAMES.items()
    )
    AuthorityContact.objects.bulk_create(
        AuthorityContact(authority=one, channel="mail", address=f"{one.code}@b.example")
        for one in Authority.objects.filter(jurisdiction=town)
    )
    issue = issue_create(town, description="Tiefes Loch in der Fahrbahn")
    deliveries_queue(decision_create(issue, first))
    said = Said(source=AnswerSource.PARTNER)
    reason = "Das ist die K 14 und keine Landesstraße. Die Straßenmeisterei war am Montag dort."
    delivery_refused(delivery=send(), said=said, reason=reason, named=second)
    assert refusals_follow_due() == 1
    return issue


def looked_at(page: Page) -> None:
    assert problems(page) == []
    assert page.evaluate(OVERFLOW) == 0


def test_clerk_passes_on_with_one_key_and_the_next_body_sees_the_chain(
    issue: Issue, staff_page: Page
):
    page = staff_page
    page.goto(f"/triage/?issue={issue.number}")
    expect(page.get_by_text("Wer die Meldung hatte")).to_be_visible()
    looked_at(page)
    page.keyboard.press("c")
    expect(page.get_by_text("Das hat die Sichtung entschieden.")).to_be_visible()
    following = send()
    issue.refresh_from_db()
    assert issue.status == IssueStatus.FORWARDED
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(f"/partner/{partner_token(following)}/")
    expect(page.get_by_text("keine Landesstraße")).to_be_visible()
    looked_at(page)
