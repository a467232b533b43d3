"""Queueing: who is told, once, and what happens without a contact."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from routing.enums import DeliveryKind, DeliveryState, Outcome
from routing.models import Delivery, DeliveryEvent
from routing.outbox.queue import deliveries_queue
from tests.routing.delivery_factories import (
    authority_make,
    contact_make,
    decision_make,
    delivery_make,
    issue_make,
)

pytestmark = pytest.mark.django_db


def test_deliveries_queue_assigned() -> None:
    contact_make("STRNRW")
    contact_make("EUV")
    contact_make("DB")
    decision = decision_make("STRNRW", notify=["EUV", "STRNRW"])

    assert deliveries_queue(decision) == []

    told = list(Delivery.objects.order_by("pk").values_list("authority__code", "kind", "state"))
    assert told == [
        ("STRNRW", DeliveryKind.RESPONSIBLE, DeliveryState.QUEUED),
        ("EUV", DeliveryKind.COPY, DeliveryState.QUEUED),
    ]
    identity = f"{decision.issue.number}|STRNRW|1|responsible"
    key = Delivery.objects.get(authority__code="STRNRW").idempotency_key
    assert key == hashlib.sha256(identity.encode()).hexdigest()
    assert DeliveryEvent.objects.filter(state=DeliveryState.QUEUED).count() == 2


def test_deliveries_queue_triage() -> None:
    contact_make("STRNRW")
    assert deliveries_queue(decision_make("STRNRW", outcome=Outcome.TRIAGE)) == []
    assert not Delivery.objects.exists()


def test_deliveries_queue_twice() -> None:
    decision = delivery_make().decision
    with pytest.raises(IntegrityError), transaction.atomic():
        deliveries_queue(decision)
    assert Delivery.objects.count() == 1


def test_deliveries_queue_acts_through() -> None:
    contact_make("ORD")
    contact_make("PRIV")
    authority_make("PRIV")
    private = decision_make("PRIV").authority
    assert private is not None
    private.acts_through = authority_make("ORD")
    private.save()

    deliveries_queue(decision_make("PRIV", issue=issue_make(), notify=["ORD"]))

    assert [delivery.authority.code for delivery in Delivery.objects.all()] == ["ORD"]


def test_deliveries_queue_area_first() -> None:
    contact_make("NEIGH")
    contact_make("NEIGH", area_code="05916000")
    contact_make("NEIGH", area_code="05911000")

    deliveries_queue(decision_make("NEIGH", area_code="05916000"))
    deliveries_queue(decision_make("NEIGH", area_code="05913000"))

    addresses = list(Delivery.objects.order_by("pk").values_list("contact__address", flat=True))
    assert addresses == ["neigh05916000@authority.example", "neigh@authority.example"]


def contact_chosen(**fields: Any) -> str:
    deliveries_queue(decision_make("STRNRW", issue=issue_make(), **fields))
    return Delivery.objects.latest("pk").contact.address


def test_deliveries_queue_narrowest_contact() -> None:
    """Area before category before days; what does not fit never counts."""
    today = timezone.localdate()
    contact_make("STRNRW", address="all@x.example")
    contact_make("STRNRW", address="gone@x.example", valid_to=today - timedelta(days=1))
    contact_make("STRNRW", address="later@x.example", valid_from=today + timedelta(days=1))
    contact_make("STRNRW", address="trees@x.example", categories=["TREE_DANGER"])
    contact_make(
        "STRNRW", address="switched@x.example", categories=["ROAD_SURFACE"], is_active=False
    )
    assert contact_chosen() == "all@x.example"
    contact_make("STRNRW", address="since@x.example", valid_from=today - timedelta(days=9))
    assert contact_chosen() == "since@x.example"
    contact_make("STRNRW", address="today@x.example", valid_from=today, valid_to=today)
    assert contact_chosen() == "today@x.example"
    contact_make("STRNRW", address="roads@x.example", categories=["BRIDGE", "ROAD_SURFACE"])
    assert contact_chosen() == "roads@x.example"
    contact_make("STRNRW", address="area@x.example", area_code="05916000")
    assert contact_chosen() == "roads@x.example"
    assert contact_chosen(area_code="05916000") == "area@x.example"


def test_deliveries_queue_without_contact() -> None:
    contact_make("EUV")
    assert deliveries_queue(decision_make("STRNRW", notify=["EUV"])) == ["STRNRW"]
    assert not Delivery.objects.exists()


def test_deliveries_queue_inactive_contact() -> None:
    contact_make("STRNRW", is_active=False)
    assert deliveries_queue(decision_make("STRNRW")) == ["STRNRW"]


def test_deliveries_queue_copy_without_contact(caplog) -> None:
    contact_make("STRNRW")
    assert deliveries_queue(decision_make("STRNRW", notify=["NOBODY"])) == []
    assert [delivery.authority.code for delivery in Delivery.objects.all()] == ["STRNRW"]
    assert "unknown authority NOBODY" in caplog.text


@pytest.mark.parametrize("copies", [1, 3])
def test_deliveries_queue_query_count(copies: int, django_assert_num_queries) -> None:
    codes = [f"COPY{index}" for index in range(copies)]
    for code in ["STRNRW", *codes]:
        contact_make(code)
    deliveries_queue(decision_make("STRNRW", notify=codes))  # prepares the statements
    decision = decision_make("STRNRW", notify=codes, issue=issue_make())
    with django_assert_num_queries(3):  # authorities, contacts, deliveries with their events
        deliveries_queue(decision)
