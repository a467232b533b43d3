"""The page *Weiterleitungen*: what stands where, who sees it, what a person does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from issues.enums import IssueStatus, Role
from issues.models import Category, Department
from issues.services.people import grant_give
from routing.enums import AnswerSource, DeliveryState
from routing.models import AuthorityContact, Breaker, Delivery, DeliveryEvent
from routing.outbox.answers import Said, delivery_accepted
from routing.outbox.claim import delivery_claim
from routing.outbox.receipts import DeliveryDelayed, DeliveryUnclear, Receipt
from routing.outbox.record import delivery_record_failure, delivery_record_receipt
from tests.routing.delivery_factories import contact_make, delivery_make, jurisdiction_make

pytestmark = pytest.mark.django_db
PAGE = "/triage/deliveries/"


def failed(code: str = "STRNRW", error: Any = None) -> Delivery:
    delivery = delivery_make(code)
    claimed = delivery_claim()
    assert claimed is not None
    delivery_record_failure(delivery=claimed, error=error or DeliveryUnclear("nobody can tell"))
    delivery.refresh_from_db()
    return delivery


def act(client: Client, delivery: Delivery, verb: str, **data: Any) -> Any:
    return client.post(f"{PAGE}{delivery.public_id}/{verb}/", {"here": "part=failed", **data})


@pytest.fixture
def clerk() -> Client:
    person = User.objects.create_user("entscheidung")
    grant_give(person=person, jurisdiction=jurisdiction_make(), role=Role.DECISION, by=None)
    client = Client()
    client.force_login(person)
    return client


def test_parts_count_and_show_what_stands_where(clerk: Client) -> None:
    lost = failed()
    waits = delivery_make("EUV")
    page = clerk.get(PAGE).text
    assert lost.decision.issue.number in page
    assert "vielleicht angekommen: bitte nachsehen" in page
    assert "nobody can tell" in page
    # The page asks again by itself, and its head does.
    assert 'hx-get="/triage/deliveries/part/?part=failed&amp;page=1" hx-trigger="every 20s"' in page
    assert "htmx.min.js" in page
    assert waits.decision.issue.number not in page
    assert waits.decision.issue.number in clerk.get(PAGE, {"part": "waiting"}).text
    part = clerk.get(f"{PAGE}part/", {"part": "waiting", "authority": "STRNRW"}).text
    assert waits.decision.issue.number not in part
    assert "<html" not in part
    # What does not exist is everything; nothing is an error.
    assert (
        clerk.get(PAGE, {"part": "x", "age": "x", "page": "x", "authority": "x"}).status_code == 200
    )


def test_unanswered_are_those_of_whoever_must_act_the_oldest_first(clerk: Client) -> None:
    numbers = []
    for _ in range(3):
        delivery = delivery_make()
        claimed = delivery_claim()
        assert claimed is not None
        delivery_record_receipt(delivery=claimed, receipt=Receipt(state=DeliveryState.SENT))
        numbers.append(delivery.decision.issue.number)
    delivery_accepted(delivery=delivery, said=Said(source=AnswerSource.PARTNER))
    Delivery.objects.filter(decision__issue__number=numbers[1]).update(
        created_at=timezone.now() - timedelta(days=6), due_at=timezone.now() - timedelta(days=6)
    )
    page = clerk.get(PAGE, {"part": "unanswered"}).text
    assert page.index(numbers[1]) < page.index(numbers[0])
    assert numbers[2] not in page
    old = clerk.get(PAGE, {"part": "unanswered", "age": "5"}).text
    assert (numbers[1] in old, numbers[0] in old) == (True, False)


def test_endpoint_out_of_order_is_shown_with_what_waits(clerk: Client) -> None:
    delivery = failed(error=DeliveryDelayed("HTTP 503 <b>down</b>"))
    now = timezone.now()
    Breaker.objects.update(opened_at=now - timedelta(hours=3), probe_at=now, failures=7)
    page = clerk.get(PAGE).text
    assert "Gestörte Empfänger" in page
    assert delivery.contact.address in page
    assert "7 Fehler in Folge" in page
    assert "HTTP 503 &lt;b&gt;" in page


def test_resend_there_stop_and_hand_over(clerk: Client) -> None:
    delivery = failed()
    other = contact_make("STRNRW", area_code="05916000", address="zweite@strassen.example")
    chosen = clerk.get(PAGE, {"choose": delivery.public_id}).text
    assert "zweite@strassen.example" in chosen
    assert act(clerk, delivery, "hand-over", contact=other.pk).url == f"{PAGE}?part=failed"
    delivery.refresh_from_db()
    assert (delivery.contact, delivery.state, delivery.maybe_there) == (other, "queued", False)
    act(clerk, delivery, "stop")
    delivery.refresh_from_db()
    assert (delivery.state, delivery_claim()) == (DeliveryState.HELD, None)
    act(clerk, delivery, "resend")
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.QUEUED
    event = DeliveryEvent.objects.latest("pk")
    assert event.by is not None
    assert (event.source, event.by.username) == (AnswerSource.STAFF, "entscheidung")


def test_person_who_has_looked_says_that_it_is_there(clerk: Client) -> None:
    delivery = failed()
    act(clerk, delivery, "there")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.maybe_there) == (DeliveryState.SENT, False)
    assert delivery.decision.issue.status == IssueStatus.FORWARDED
    assert (
        "inzwischen weiter"
        in clerk.post(f"{PAGE}{delivery.public_id}/there/", {"here": ""}, follow=True).text
    )


def test_contact_of_another_authority_is_refused(clerk: Client) -> None:
    delivery = failed()
    contact_make("EUV")
    foreign = AuthorityContact.objects.get(authority__code="EUV")
    assert act(clerk, delivery, "hand-over", contact=foreign.pk).status_code == 404
    assert act(clerk, delivery, "erase").status_code == 404
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.FAILED


def test_badge_and_counter_tell_what_did_not_get_through(clerk: Client) -> None:
    assert clerk.get(f"{PAGE}badge/").text.strip() == ""
    lost = failed()
    assert ">1</span>" in clerk.get(f"{PAGE}badge/").text
    queue = clerk.get("/triage/", {"work": "undelivered"}).text
    assert lost.decision.issue.number in queue
    assert "Nicht zugestellt" in queue


def test_department_sees_and_changes_its_own_only() -> None:
    delivery = failed()
    other = Category.objects.create(
        jurisdiction=jurisdiction_make(), code="TREE", names={"de": "Baum", "en": "Tree"}
    )
    department = Department.objects.create(
        jurisdiction=jurisdiction_make(), names={"de": "Grün", "en": "Green"}
    )
    department.categories.add(other)
    person = User.objects.create_user("gruen")
    grant_give(
        person=person,
        jurisdiction=jurisdiction_make(),
        role=Role.DECISION,
        department=department,
        by=None,
    )
    client = Client()
    client.force_login(person)
    assert delivery.decision.issue.number not in client.get(PAGE).text
    assert client.get(f"{PAGE}badge/").text.strip() == ""
    assert act(client, delivery, "resend").status_code == 404
    assert client.get(PAGE, {"choose": delivery.public_id}).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_with_many(
    clerk: Client, rows: int, django_assert_max_num_queries
) -> None:
    for _ in range(rows):
        failed()
    with django_assert_max_num_queries(17):
        clerk.get(PAGE)
