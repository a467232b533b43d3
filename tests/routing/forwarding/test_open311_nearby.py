"""Is it known there already? Asked before a report goes, told to the receiver, never a reason to wait."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from issues.models import Category
from routing.enums import ChannelKind, DeliveryState
from routing.forwarding.channels import open311
from routing.forwarding.sending import deliveries_send_due
from routing.models import Delivery
from tests.routing.delivery_factories import LATITUDE, LONGITUDE, delivery_make
from tests.routing.forwarding.servers import Answer, Receiver, http_server

pytestmark = pytest.mark.django_db
# Metres in a degree of latitude.
DEGREE_M = 111_250
THERE = {
    "service_request_id": "S-1",
    "service_code": "FAHRBAHN",
    "status": "open",
    "description": "Loch",
    "lat": f"{LATITUDE + 12 / DEGREE_M:.7f}",
    "long": f"{LONGITUDE:.7f}",
}


@pytest.fixture
def receiver(settings) -> Iterator[tuple[Receiver, str]]:
    settings.PRIVATE_NETWORKS = {**settings.PRIVATE_NETWORKS, "receiver": ["127.0.0.0/8"]}
    with http_server() as (receiver, address):
        yield receiver, address


def listing(*records: dict[str, Any], wait: float = 0) -> Any:
    def answer(method: str, path: str, fields: dict[str, str], headers: object) -> Answer:
        if method == "GET":
            time.sleep(wait)
            return 200, "application/json", json.dumps(records)
        return 200, "application/json", '[{"service_request_id": "F-1"}]'

    return answer


def sent(address: str, **settings: Any) -> Delivery:
    delivery = delivery_make(
        channel=ChannelKind.OPEN311,
        address=address,
        settings={"service_codes": {"*": "FAHRBAHN"}, **settings},
    )
    deliveries_send_due()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.DELIVERED
    return delivery


@pytest.mark.parametrize(
    ("by", "asked"),
    [
        ("radius", {"lat": "51.550300", "long": "7.311700", "radius": "50"}),
        ("bbox", {"bbox": "7.310978,51.549851,7.312422,51.550749"}),
        ("list", {}),
    ],
)
def test_what_is_near_is_told_to_the_receiver_and_kept(receiver, by: str, asked) -> None:
    server, address = receiver
    far = {**THERE, "service_request_id": "S-2", "lat": str(LATITUDE + 80 / DEGREE_M)}
    closed = {**THERE, "service_request_id": "S-3", "status": "closed"}
    other = {**THERE, "service_request_id": "S-4", "service_code": "LAMPE"}
    placeless = {**THERE, "service_request_id": "S-5", "lat": "", "long": None}
    nowhere = {**THERE, "service_request_id": "S-6", "lat": "200"}
    server.answer = listing(far, closed, other, placeless, nowhere, THERE)
    delivery = sent(address, near_by=by)
    [question, report] = [one[2] for one in server.requests]
    assert question == {"status": "open", "service_code": "FAHRBAHN", **asked}
    assert "\n\nVielleicht schon bei Ihnen: S-1\n\n" in report["description"]
    assert delivery.receipt["perhaps"] == [["S-1", 12]]
    assert delivery.events.latest("pk").detail["perhaps"] == [["S-1", 12]]


def test_receiver_that_hangs_holds_a_report_up_no_longer_than_the_limit(
    receiver, monkeypatch
) -> None:
    monkeypatch.setattr(open311, "NEAR_SECONDS", 0.3)
    server, address = receiver
    server.answer = listing(THERE, wait=2)
    began = time.monotonic()
    delivery = sent(address, near_by="radius")
    assert time.monotonic() - began < 1.5
    assert "perhaps" not in delivery.receipt


def test_emergency_and_a_contact_without_the_setting_ask_nothing(receiver) -> None:
    server, address = receiver
    server.answer = listing(THERE)
    sent(address)
    Category.objects.update(is_emergency=True)
    sent(address, near_by="radius")
    assert [one[0] for one in server.requests] == ["POST", "POST"]
