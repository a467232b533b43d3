"""The outbox under adversity: workers that die, workers side by side, a broker that is down."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from routing.enums import DeliveryState
from routing.forwarding.sending import deliveries_send_due
from routing.models import Delivery
from routing.outbox.claim import delivery_claim
from routing.outbox.queue import SEND_TASK, deliveries_nudge
from routing.outbox.receipts import DeliveryDelayed, Receipt
from routing.outbox.record import delivery_record_failure, delivery_record_receipt
from tests.routing.delivery_factories import delivery_make
from tests.routing.forwarding.servers import Mailbox, smtp_server

pytestmark = pytest.mark.django_db(transaction=True)

# A worker that says which delivery it has claimed and then hangs, as if in the middle of sending.
HANGING_WORKER = """
import time, django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = {database!r}
from routing.outbox.claim import delivery_claim
print(delivery_claim().pk, flush=True)
time.sleep(60)
"""

NUDGE = """
import time, django
django.setup()
from routing.outbox.queue import deliveries_nudge
began = time.monotonic()
deliveries_nudge()
print(time.monotonic() - began)
"""


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with smtp_server() as (mailbox, port):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield mailbox


def test_killed_worker_s_mail_goes_to_a_person_after_the_lease(mailbox: Mailbox) -> None:
    delivery = delivery_make()
    worker = subprocess.Popen(
        [sys.executable, "-c", HANGING_WORKER.format(database=connection.settings_dict["NAME"])],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == f"{delivery.pk}\n"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()

    assert deliveries_send_due() == 0
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENDING
    lease = (delivery.lease_until - timezone.now()).total_seconds()
    assert 0 < lease <= django_settings.DELIVERY_LEASE_SECONDS

    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.update(due_at=past, lease_until=past)
    assert deliveries_send_due() == 1
    delivery.refresh_from_db()
    # Nobody can tell what the worker had done: no second copy goes out.
    assert (delivery.state, delivery.attempts) == (DeliveryState.FAILED, 2)
    assert (delivery.maybe_there, mailbox.messages) == (True, [])


def test_worker_that_always_dies_is_given_up(caplog) -> None:
    delivery = delivery_make()
    for _ in range(django_settings.DELIVERY_WORKERS_LOST_MAX):
        claimed = delivery_claim()
        assert claimed is not None
        Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert delivery_claim() is None
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.FAILED
    assert "given up" in caplog.text


def test_two_workers_send_each_delivery_once(mailbox: Mailbox) -> None:
    deliveries = [delivery_make() for _ in range(12)]
    tried: list[int] = []

    def work() -> None:
        try:
            tried.append(deliveries_send_due())
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(tried) == 12
    identities = [message["Message-ID"] for message in mailbox.messages]
    assert sorted(identities) == sorted(f"<{one.public_id}@localhost>" for one in deliveries)
    assert set(Delivery.objects.values_list("state", "attempts")) == {(DeliveryState.SENT, 1)}


def test_late_failure_of_a_lost_lease_changes_nothing() -> None:
    delivery_make()
    first = delivery_claim()
    Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    second = delivery_claim()
    assert first is not None
    assert second is not None

    assert delivery_record_failure(delivery=first, error=DeliveryDelayed("slow")) is None
    delivery_record_receipt(delivery=first, receipt=Receipt(state=DeliveryState.SENT))
    assert delivery_record_failure(delivery=second, error=DeliveryDelayed("slow")) is None

    second.refresh_from_db()
    assert second.state == DeliveryState.SENT


@pytest.mark.parametrize(
    "broker",
    ["unix:///nonexistent/redis.sock", "redis://127.0.0.1:1/0", "redis://192.0.2.1:6379/0"],
)
def test_broker_down_neither_breaks_nor_slows_the_nudge(broker: str) -> None:
    """In a process of its own: Celery keeps its connections for the life of one."""
    run = subprocess.run(
        [sys.executable, "-c", NUDGE],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.base", "REDIS_URL": broker},
        check=True,
    )
    assert "broker out of reach, the sweep will send" in run.stderr
    assert float(run.stdout) < 1


def test_nudge_reaches_the_broker() -> None:
    with current_app.connection_for_read() as broker:
        queue = broker.SimpleQueue("deliveries")
        # Tests of other tasks may have left theirs in the broker that all share.
        queue.clear()
        deliveries_nudge()
        message = queue.get(timeout=2)
        message.ack()
    assert message.headers["task"] == "routing.tasks.deliveries_send_due"


def test_every_scheduled_task_is_known() -> None:
    current_app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in django_settings.CELERY_BEAT_SCHEDULE.values()}
    assert {SEND_TASK, *scheduled} - set(current_app.tasks) == set()
