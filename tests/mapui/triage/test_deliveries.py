"""The page *Weiterleitungen*: what stands where, who sees it, what a person does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from issues.enums import IssueStatus, Role
from issues.models import Category, Department
from issues.services.people import grant_give
from routing.enums import AnswerSource, DeadlineKind, DeliveryState, PauseKind
from routing.forwarding.links import partner_token
from routing.forwarding.notices import notice_mail
from routing.models import (
    Authority,
    AuthorityContact,
    Breaker,
    Decision,
    Delivery,
    DeliveryEvent,
    ReporterNotice,
)
from routing.outbox.answers import Said, delivery_accepted
from routing.outbox.claim import delivery_claim
from routing.outbox.receipts import DeliveryByHand, DeliveryDelayed, DeliveryUnclear, Receipt
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
    assert ">1 Tag</option>" in page
    assert ">5 Tage</option>" in page
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


def test_overdue_there_stands_on_page_queue_and_map(clerk: Client) -> None:
    delivery_make()
    claimed = delivery_claim()
    assert claimed is not None
    delivery_record_receipt(delivery=claimed, receipt=Receipt(state=DeliveryState.SENT))
    number = claimed.decision.issue.number
    overdue = {"work": "overdue_there"}
    assert number not in clerk.get(PAGE, {"part": "overdue"}).text
    assert number not in clerk.get("/triage/", overdue).text
    since = timezone.now() - timedelta(days=1)
    Delivery.objects.update(deadline_kind=DeadlineKind.ANSWER, deadline_at=since)
    Authority.objects.update(phone="02305 106-1")
    page = clerk.get(PAGE, {"part": "overdue"}).text
    assert number in page
    assert 'href="tel:02305106-1"' in page
    assert "Übernahme bis" in page
    assert "bei der Stelle überfällig" in clerk.get("/triage/", overdue).context["rows"][0].marks
    Decision.objects.update(evidence={})
    assert "überfällig" in clerk.get(f"/triage/issues/{number}/").text
    Delivery.objects.update(deadline_at=None, pause=PauseKind.QUESTION)
    waiting = clerk.get(PAGE, {"part": "unanswered"}).text
    assert "Die Frist der Stelle ruht: die Stelle hat eine Rückfrage gestellt" in waiting


@pytest.mark.parametrize(
    ("error", "told", "words"),
    [
        (DeliveryUnclear("nobody can tell"), "Vielleicht ist sie angekommen", "nobody can tell"),
        (DeliveryByHand("a person"), "Wartet darauf, dass jemand sie von Hand weitergibt.", ""),
    ],
)
def test_failure_is_told_in_german_beside_the_receivers_words(clerk, error, told, words) -> None:
    failed(error=error)
    page = clerk.get(PAGE).text
    assert told in page
    assert (f'Wortlaut: <span lang="">{words}' in page) == bool(words)
    assert "a person" not in page


def test_links_of_a_delivery_are_taken_back_and_sent_anew(clerk: Client) -> None:
    delivery_make()
    claimed = delivery_claim()
    assert claimed is not None
    old = partner_token(claimed)
    # What was never sent has no link to renew.
    act(clerk, claimed, "renew")
    assert not ReporterNotice.objects.exists()
    delivery_record_receipt(delivery=claimed, receipt=Receipt(state=DeliveryState.SENT))
    page = clerk.get(PAGE, {"part": "unanswered", "choose": str(claimed.public_id)}).text
    assert f"{PAGE}{claimed.public_id}/renew/" in page
    assert clerk.get(f"/partner/{old}/").status_code == 200
    act(clerk, claimed, "renew")
    assert clerk.get(f"/partner/{old}/").status_code == 404
    notice = ReporterNotice.objects.get()
    mail = notice_mail(notice)
    assert mail is not None
    [path] = re.findall(r"/partner/\S+/", mail.body)
    assert clerk.get(path).status_code == 200
    act(clerk, claimed, "revoke")
    assert clerk.get(path).status_code == 404
    by = DeliveryEvent.objects.filter(detail__has_key="links").values_list("by__username")
    assert [one for [one] in by] == ["entscheidung"] * 2
    # The page of the authority says nothing of it.
    delivery = Delivery.objects.get()
    assert "Ihre Antwort" in clerk.get(f"/partner/{partner_token(delivery)}/").text
    assert "Frage oder Hinweis" not in clerk.get(f"/partner/{partner_token(delivery)}/").text
