"""The page of an authority on a telephone: two taps for an answer, no barrier, nothing cut off, no foreign host."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from issues.enums import PhotoOrigin, PhotoStatus
from issues.models import Issue, Photo
from routing.enums import DeliveryState
from routing.forwarding.links import partner_token
from routing.models import AuthorityContact, Delivery
from routing.outbox.claim import delivery_claim
from routing.outbox.queue import deliveries_queue
from routing.outbox.receipts import Receipt
from routing.outbox.record import delivery_record_receipt
from tests.e2e.test_maps import problems
from tests.e2e.test_reporting import OVERFLOW
from tests.mapui.factories import authority_create, category_create, decision_create, issue_create
from tests.mapui.partner.test_partner_page import jpeg

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def delivery(town, settings, tmp_path) -> Delivery:
    settings.MEDIA_ROOT = tmp_path
    category_create(town)
    issue = issue_create(town, description="Tiefes Loch in der Fahrbahn, halber Meter breit.")
    authority = authority_create(town)
    AuthorityContact.objects.create(authority=authority, channel="mail", address="a@b.example")
    decision = decision_create(issue, authority)
    deliveries_queue(decision)
    found = delivery_claim()
    assert found is not None
    delivery_record_receipt(delivery=found, receipt=Receipt(state=DeliveryState.SENT))
    return found


def looked_at(page: Page) -> None:
    assert problems(page) == []
    assert page.evaluate(OVERFLOW) == 0


def test_authority_takes_over_with_two_taps_and_finishes_with_a_photo(
    delivery: Delivery, page: Page
):
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(f"/partner/{partner_token(delivery)}/")
    looked_at(page)
    page.get_by_text("Übernehmen", exact=True).click()
    page.get_by_role("button", name="Ja, wir übernehmen").click()
    expect(page.get_by_role("status")).to_contain_text("übernommen")
    looked_at(page)
    page.get_by_text("Erledigt", exact=True).click()
    page.get_by_label("Foto").set_input_files(
        {"name": "fertig.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    )
    looked_at(page)
    page.get_by_role("button", name="Senden: erledigt").click()
    expect(page.get_by_role("status")).to_contain_text("erledigt")
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.DONE
    assert Photo.objects.get(status=PhotoStatus.STORED).origin == PhotoOrigin.AUTHORITY
    assert Issue.objects.get().has_news
