"""The table of changes: program, database and document hold the same."""

from __future__ import annotations

import re
from itertools import permutations
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from routing.enums import DeliveryState
from routing.errors import ChangeRefused
from routing.models import Delivery
from routing.outbox.changes import delivery_change
from routing.outbox.states import changes, is_change
from tests.routing.delivery_factories import delivery_make

pytestmark = pytest.mark.django_db
DOCUMENT = Path(__file__).parents[3] / "docs/forwarding.md"


def test_database_lets_through_the_table_and_nothing_else() -> None:
    delivery = delivery_make()
    Delivery.objects.update(sent_at=timezone.now())
    let_through = set()
    for one, to in permutations(DeliveryState, 2):
        # Triggers sleep while the state is set from which the change begins.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE routing_delivery DISABLE TRIGGER delivery_change_guard")
            cursor.execute("UPDATE routing_delivery SET state = %s", [one])
            cursor.execute("ALTER TABLE routing_delivery ENABLE TRIGGER delivery_change_guard")
        try:
            with transaction.atomic():
                Delivery.objects.filter(pk=delivery.pk).update(state=to)
        except IntegrityError:
            continue
        let_through.add((one, to))
    assert let_through == {(one, to) for one, after in changes().items() for to in after}


def test_every_state_is_reached_and_queued_leads_to_all() -> None:
    reached, found = {DeliveryState.QUEUED}, {DeliveryState.QUEUED}
    while found:
        found = {to for one in found for to in changes()[one]} - reached
        reached |= found
    assert reached == set(DeliveryState)


def test_change_that_the_table_does_not_have_stores_nothing() -> None:
    delivery = delivery_make()
    assert not is_change(DeliveryState.QUEUED, DeliveryState.EXPIRED)
    with pytest.raises(ChangeRefused):
        delivery_change(delivery, DeliveryState.EXPIRED)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.events.count()) == (DeliveryState.QUEUED, 1)


def test_document_shows_the_table() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| [^|]+ \| ([^|]*) \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE
    )
    told = {one: set(re.findall(r"`(\w+)`", after)) for one, after in rows}
    assert told == {one.value: {to.value for to in after} for one, after in changes().items()}
