"""Whose turn it is: lanes, emergencies, breakers; with the database that workers share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from gis_core.models import Jurisdiction
from issues.models import Category
from routing.enums import DeliveryState
from routing.forwarding.alarms import alarms_send_due
from routing.models import AuthorityContact, Breaker, Delivery
from routing.outbox.breakers import OPENS_AFTER
from routing.outbox.claim import CHOOSE, LANES, delivery_claim
from routing.outbox.queue import deliveries_queue
from routing.outbox.receipts import DeliveryDelayed, DeliveryRefused, DeliveryShut, Receipt
from routing.outbox.record import delivery_record_failure, delivery_record_receipt
from tests.routing.delivery_factories import contact_make, decision_make, issue_make

pytestmark = pytest.mark.django_db
SENT = Receipt(state=DeliveryState.SENT)


def queued(code: str, number: int = 1, **fields: Any) -> list[Delivery]:
    if not AuthorityContact.objects.filter(authority__code=code).exists():
        contact_make(code)
    made = []
    for _ in range(number):
        decision = decision_make(code, issue=issue_make(**fields))
        deliveries_queue(decision)
        made.append(decision.deliveries.get())
    return made


def claimed() -> Delivery:
    delivery = delivery_claim()
    assert delivery is not None
    return delivery


def fail(code: str, times: int, error: Exception | None = None) -> None:
    for _ in range(times):
        # The one that was tried least is due first.
        for attempts in range(times + 1):
            due_at = timezone.now() - timedelta(seconds=times - attempts)
            tried = Delivery.objects.filter(authority__code=code, attempts=attempts)
            tried.update(due_at=due_at)
        Breaker.objects.exclude(opened_at=None).update(probe_at=timezone.now())
        delivery_record_failure(delivery=claimed(), error=error or DeliveryDelayed("down"))


def test_endpoint_is_scheme_host_and_port_or_the_address() -> None:
    contact = contact_make("STRNRW", address="HTTPS://Amt.example:8443/v2/georeport?a=1")
    contact.refresh_from_db()
    assert contact.endpoint == "https://amt.example:8443"
    contact.address = "Lampen@Amt.example"
    contact.save()
    contact.refresh_from_db()
    assert contact.endpoint == "lampen@amt.example"


def test_endpoint_that_hangs_keeps_no_other_waiting() -> None:
    queued("HANGS", 20)
    others = queued("EUV", 2)
    assert {claimed().authority.code for _ in range(2)} == {"HANGS", "EUV"}
    turns = [claimed().authority.code for _ in range(LANES * 2 - 2)]
    assert sorted(turns) == ["EUV"] * (LANES - 1) + ["HANGS"] * (LANES - 1)
    # Both lanes of it are taken, whatever else is due there.
    assert delivery_claim() is None
    delivery_record_receipt(delivery=others[0], receipt=SENT)
    queued("DB")
    assert claimed().authority.code == "DB"


def test_two_contacts_of_one_host_share_its_lanes() -> None:
    contact_make("A", address="https://amt.example/one")
    contact_make("B", address="https://amt.example/two")
    queued("A", 3)
    queued("B", 3)
    assert [delivery_claim() is not None for _ in range(3)] == [True] * LANES + [False]


def test_emergency_goes_before_everything() -> None:
    queued("EUV", 5)
    Delivery.objects.update(due_at=timezone.now() - timedelta(hours=5))
    Category.objects.update(is_emergency=True)
    [urgent] = queued("DB")
    assert urgent.is_urgent
    assert claimed() == urgent


def test_breaker_opens_probes_and_closes() -> None:
    queued("DOWN", 4)
    queued("EUV")
    delivery_record_receipt(delivery=Delivery.objects.get(authority__code="EUV"), receipt=SENT)
    fail("DOWN", OPENS_AFTER)
    breaker = Breaker.objects.get()
    assert (breaker.failures, breaker.last_error) == (OPENS_AFTER, "down")
    assert breaker.opened_at is not None
    Delivery.objects.filter(state=DeliveryState.QUEUED).update(due_at=timezone.now())
    assert delivery_claim() is None
    # Half open: one delivery tries, and no second one beside it.
    Breaker.objects.update(probe_at=timezone.now())
    probe = claimed()
    assert delivery_claim() is None
    delivery_record_failure(delivery=probe, error=DeliveryShut("HTTP 404"))
    assert delivery_claim() is None
    Breaker.objects.update(probe_at=timezone.now())
    Delivery.objects.filter(state=DeliveryState.QUEUED).update(
        due_at=timezone.now() + timedelta(hours=2)
    )
    Delivery.objects.filter(pk=probe.pk).update(due_at=timezone.now())
    delivery_record_receipt(delivery=claimed(), receipt=SENT)
    # It is back: what was tried before goes out soon; what was never tried keeps its day.
    assert not Breaker.objects.exists()
    soon = timezone.now() + timedelta(minutes=3)
    tried = Delivery.objects.filter(state=DeliveryState.QUEUED, attempts__gt=0)
    assert tried.exists()
    assert all(one.due_at < soon for one in tried)


def test_refusal_of_what_is_in_it_is_no_failure_of_the_endpoint() -> None:
    queued("EUV")
    delivery_record_failure(delivery=claimed(), error=DeliveryRefused("HTTP 422"))
    assert not Breaker.objects.exists()


def test_emergency_tries_an_endpoint_out_of_order_once() -> None:
    queued("DOWN")
    fail("DOWN", OPENS_AFTER)
    Category.objects.update(is_emergency=True)
    [urgent] = queued("DOWN")
    assert claimed() == urgent
    delivery_record_failure(delivery=urgent, error=DeliveryDelayed("down"))
    Delivery.objects.update(due_at=timezone.now())
    assert delivery_claim() is None


def test_what_waited_behind_a_breaker_is_given_up_with_it() -> None:
    first, second, fresh = queued("DOWN", 3)
    Delivery.objects.exclude(pk=fresh.pk).update(waits_since=timezone.now() - timedelta(days=20))
    Delivery.objects.exclude(pk=first.pk).update(due_at=timezone.now() + timedelta(hours=1))
    delivery_record_failure(delivery=claimed(), error=DeliveryDelayed("down"))
    assert [Delivery.objects.get(pk=one.pk).state for one in (first, second, fresh)] == [
        DeliveryState.FAILED,
        DeliveryState.FAILED,
        DeliveryState.QUEUED,
    ]
    assert not Delivery.objects.filter(maybe_there=True).exists()


def test_emergency_that_does_not_get_through_is_told_once() -> None:
    Jurisdiction.objects.update(alarm_mail="")
    queued("EUV")
    Category.objects.update(is_emergency=True)
    [urgent] = queued("DB")
    Jurisdiction.objects.update(alarm_mail="leitstelle@stadt.example")
    delivery_record_failure(delivery=claimed(), error=DeliveryDelayed("HTTP 503"))
    assert (alarms_send_due(), alarms_send_due()) == (1, 0)
    [told] = mail.outbox
    assert told.to == ["leitstelle@stadt.example"]
    assert urgent.decision.issue.number in told.subject
    assert "HTTP 503" in told.body


def test_choosing_costs_the_same_with_many_that_wait() -> None:
    """Two looks into the index for each contact, never a scan of what waits."""
    queued("EUV", 3)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO routing_delivery (public_id, decision_id, kind, authority_id, contact_id, idempotency_key,"
            " state, is_urgent, attempts, due_at, foreign_id, receipt, last_error, created_at)"
            " SELECT gen_random_uuid(), decision_id, kind, authority_id, contact_id, md5(n::text), 'queued', false, 1,"
            " now() + interval '1 hour', '', '{}', '', now()"
            " FROM (SELECT * FROM routing_delivery LIMIT 1) d, generate_series(1, 5000) n"
        )
        cursor.execute("ANALYZE routing_delivery")
        cursor.execute(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {CHOOSE}", {"now": timezone.now(), "lanes": LANES}
        )
        [[plan]] = cursor.fetchall()
    rows = [
        node for node in nodes(plan[0]["Plan"]) if node.get("Relation Name") == "routing_delivery"
    ]
    assert rows
    assert max(node["Actual Rows"] + node.get("Rows Removed by Filter", 0) for node in rows) <= 3


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(found for one in plan.get("Plans", []) for found in nodes(one))]
