"""Faults really done: workers killed, clocks that jump, receivers that hang, mail servers that stall.

`./run bench forwarding` does the same with Celery, Redis and a thousand deliveries.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from config.benchmarks.fuzz_mails import odd_mail_server
from routing.enums import ChannelKind, DeliveryState
from routing.forwarding.sending import deliveries_send_due
from routing.models import Delivery
from routing.outbox.claim import delivery_claim, delivery_let_go
from routing.outbox.queue import deliveries_queue
from tests.routing.delivery_factories import contact_make, decision_make, delivery_make, issue_make
from tests.routing.forwarding.servers import Answer, Receiver, http_server

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[3]
WORKER = """
import time, django
django.setup()
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"] = {database!r}
settings.PRIVATE_NETWORKS["receiver"] = ["127.0.0.0/8"]
settings.DELIVERY_LEASE_SECONDS, settings.DELIVERY_BACKOFF_SECONDS = 1, 0.1
from routing.forwarding.sending import deliveries_send_due
print("ready", flush=True)
while True:
    deliveries_send_due()
    time.sleep(0.05)
"""


@pytest.fixture
def receiver(settings) -> Iterator[tuple[Receiver, str]]:
    settings.PRIVATE_NETWORKS = {**settings.PRIVATE_NETWORKS, "receiver": ["127.0.0.0/8"]}
    with http_server() as (receiver, address):
        yield receiver, address


@contextmanager
def working(turn: Callable[[], object], number: int) -> Iterator[None]:
    """So many threads do this, each with a connection of its own, and are waited for at the end."""

    def work() -> None:
        try:
            turn()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(number)]
    for one in threads:
        one.start()
    yield
    for one in threads:
        one.join()


def deliveries_make(code: str, number: int) -> list[Delivery]:
    made = []
    for _ in range(number):
        decision = decision_make(code, issue=issue_make())
        deliveries_queue(decision)
        made.append(decision.deliveries.get())
    return made


class Counting:
    """Stores what comes, answers late now and then, and shows its whole list."""

    def __init__(self) -> None:
        self.stored: list[str] = []

    def __call__(self, method: str, path: str, fields: dict[str, str], headers: object) -> Answer:
        if method == "GET":
            rows = [] if fields.get("page", "1") != "1" else list(enumerate(self.stored, start=1))
            listed = ",".join(
                f'{{"service_request_id": "{n}", "description": "{text}"}}' for n, text in rows
            )
            return 200, "application/json", f"[{listed}]"
        self.stored.append(fields["description"].partition("]")[0] + "]")
        number = len(self.stored)
        time.sleep(0.05)
        return 200, "application/json", f'[{{"service_request_id": "{number}"}}]'


def test_workers_killed_again_and_again_lose_nothing_and_send_nothing_twice(receiver) -> None:
    server, address = receiver
    server.answer = counting = Counting()
    contact_make("STRNRW", channel=ChannelKind.OPEN311, address=address)
    number = 60
    deliveries_make("STRNRW", number)

    workers = [worker_start() for _ in range(2)]
    try:
        for turn in range(3):
            await_true(lambda least=turn * 15 + 8: len(counting.stored) >= least)
            os.kill(workers[turn % 2].pid, signal.SIGKILL)
            workers[turn % 2].communicate()
            workers[turn % 2] = worker_start()
        await_true(lambda: Delivery.objects.filter(state=DeliveryState.DELIVERED).count() == number)
    finally:
        for one in workers:
            one.kill()
            one.communicate()
    assert set(Counter(counting.stored).values()) == {1}
    assert len(counting.stored) == number


def worker_start() -> subprocess.Popen[str]:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER.format(database=connection.settings_dict["NAME"])],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    return worker


def await_true(told: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not told():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_receiver_that_hangs_keeps_no_other_waiting(receiver) -> None:
    hanging, address = receiver
    ended = threading.Event()

    def hang(*_asked: object) -> Answer:
        ended.wait(20)
        return 200, "application/json", '[{"service_request_id": "1"}]'

    hanging.answer = hang
    with http_server() as (other, other_address):
        other.answer = Counting()
        contact_make("HANGS", channel=ChannelKind.OPEN311, address=address)
        contact_make("QUICK", channel=ChannelKind.OPEN311, address=other_address)
        deliveries_make("HANGS", 12)
        quick = deliveries_make("QUICK", 12)
        with working(deliveries_send_due, 4):
            with suppress(AssertionError):
                await_true(lambda: set(states(quick)) == {DeliveryState.DELIVERED})
            found = set(states(quick))
            waiting = len(hanging.requests)
            ended.set()
    assert found == {DeliveryState.DELIVERED}
    assert waiting == 2


def states(deliveries: list[Delivery]) -> list[str]:
    keys = [one.pk for one in deliveries]
    return list(Delivery.objects.filter(pk__in=keys).values_list("state", flat=True))


def test_clock_that_jumps_takes_nothing_from_a_worker_that_lives() -> None:
    delivery_make()
    claimed, done = threading.Event(), threading.Event()

    def hold() -> None:
        assert delivery_claim() is not None
        claimed.set()
        done.wait(30)

    with working(hold, 1):
        claimed.wait(30)
        # The clock of this machine is an hour ahead: the lease looks long over.
        past = timezone.now() - timedelta(hours=1)
        Delivery.objects.update(due_at=past, lease_until=past)
        assert delivery_claim() is None
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.attempts) == (DeliveryState.SENDING, 1)
        assert delivery.lease_until > timezone.now()
        done.set()
    # Its connection has ended: now it may be taken.
    Delivery.objects.update(due_at=past, lease_until=past)
    again = delivery_claim()
    assert again is not None
    assert again.attempts == 2
    delivery_let_go(again)


def test_clock_that_is_set_back_keeps_nothing_waiting() -> None:
    """What was queued and claimed an hour "later" than now is due as if the clock had always been right."""
    queued, claimed = delivery_make(), delivery_make()
    later = timezone.now() + timedelta(hours=1)
    Delivery.objects.filter(pk=queued.pk).update(due_at=later, waits_since=later)
    Delivery.objects.filter(pk=claimed.pk).update(
        state=DeliveryState.SENDING, due_at=later, lease_until=later, attempts=1
    )
    assert deliveries_send_due() == 1
    queued.refresh_from_db()
    claimed.refresh_from_db()
    assert queued.attempts == 1
    assert claimed.lease_until < timezone.now() + timedelta(minutes=4)


@pytest.mark.parametrize(("phase", "maybe_there"), [("RCPT", False), ("message", True)])
def test_mail_server_that_stalls(settings, phase: str, *, maybe_there: bool) -> None:
    """Before the message was handed over it has surely not arrived; after that nobody can tell."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 5
    delivery = delivery_make()
    with odd_mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        server.told(phase, b"")
        deliveries_send_due()
        Delivery.objects.update(due_at=timezone.now())
        server.told(phase, b"250 ok\r\n")
        deliveries_send_due()
    delivery.refresh_from_db()
    state = DeliveryState.FAILED if maybe_there else DeliveryState.SENT
    assert (delivery.state, delivery.maybe_there) == (state, maybe_there)


def test_postgresql_that_ends_the_connection_costs_one_lease(receiver) -> None:
    """A worker whose connection ends in the middle of sending: the receiver is asked, and no copy goes out."""
    server, address = receiver
    counting = Counting()

    def cut(method: str, path: str, fields: dict[str, str], headers: object) -> Answer:
        answer = counting(method, path, fields, headers)
        if method == "POST":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " AND application_name = 'worker'"
                )
            connection.close()
        return answer

    server.answer = cut
    contact_make("STRNRW", channel=ChannelKind.OPEN311, address=address)
    deliveries_make("STRNRW", 1)
    failures: list[str] = []

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET application_name TO 'worker'")
        try:
            deliveries_send_due()
        except Exception as error:  # noqa: BLE001 - whatever the driver raises
            failures.append(type(error).__name__)

    with working(work, 1):
        pass
    assert failures != []
    assert states(list(Delivery.objects.all())) == [DeliveryState.SENDING]
    Delivery.objects.update(due_at=timezone.now(), lease_until=timezone.now())
    server.answer = counting
    deliveries_send_due()
    assert states(list(Delivery.objects.all())) == [DeliveryState.DELIVERED]
    assert len(counting.stored) == 1
