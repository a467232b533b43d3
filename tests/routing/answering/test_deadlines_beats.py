"""Two beats at once: each reminder is put down once, by an index."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from routing.answering.watching import deadlines_watch
from routing.enums import DeliveryState
from routing.models import Delivery, ReporterNotice
from tests.routing.delivery_factories import contact_make, delivery_make

pytestmark = pytest.mark.django_db(transaction=True)
SILENT = 12


def watch() -> int:
    try:
        return deadlines_watch()
    finally:
        connections.close_all()


def test_two_beats_remind_each_once() -> None:
    contact_make("STRNRW")
    for _ in range(SILENT):
        delivery_make()
    long_ago = timezone.now() - timedelta(days=21)
    Delivery.objects.update(state=DeliveryState.SENT, sent_at=long_ago, watch_at=long_ago)
    with ThreadPoolExecutor(2) as beats:
        looked = [beats.submit(watch) for _ in range(2)]
        assert sum(one.result() for one in looked) == SILENT
    assert ReporterNotice.objects.count() == SILENT
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        plan = Delivery.objects.filter(watch_at__lte=timezone.now()).order_by("watch_at").explain()
        cursor.execute("RESET enable_seqscan")
    assert "delivery_watched" in plan
