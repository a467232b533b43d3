"""A city with ten receivers, its deliveries, and the processes that send them: all of it real, on one machine."""

from __future__ import annotations

import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

import httpx
from celery import current_app
from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone

from config import processes, programs
from config.benchmarks.forwarding import receivers
from gis_core.models import Jurisdiction
from gis_core.srids import storage_srid
from issues.enums import Channel
from issues.models import Category, Issue
from routing.enums import ChannelKind, DeliveryState, Outcome
from routing.models import Authority, AuthorityContact, Decision, Delivery, DeliveryEvent
from routing.outbox.queue import SEND_TASK, deliveries_planned

DATABASE: Final = "flurpost_bench_forwarding"
RECEIVERS: Final = 10
LOOPBACK: Final = "127.0.0.1"
_numbers: Final = count(1)


class World:
    """The city, its receivers in order, and their addresses."""

    def __init__(self, ports: Sequence[int], *, host: str = LOOPBACK) -> None:
        self.addresses = [f"http://{host}:{port}" for port in ports]
        # Receivers are on this machine here; the installation's own settings stay as they are.
        settings.PRIVATE_NETWORKS["receiver"] = ["127.0.0.0/8"]
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE issues_issue, routing_authority, routing_breaker CASCADE")
        self.city, _new = Jurisdiction.objects.get_or_create(
            identifier="bench", defaults={"name": "Bench", "municipality_key": "05562004"}
        )
        self.category, _new = Category.objects.get_or_create(
            jurisdiction=self.city, code="ROAD_SURFACE", defaults={"names": {"de": "Schlagloch"}}
        )
        self.authorities = [
            Authority.objects.create(
                jurisdiction=self.city, code=f"R{n}", names={"de": f"R{n}"}, public_names={"de": ""}
            )
            for n in range(len(ports))
        ]
        for authority, address in zip(self.authorities, self.addresses, strict=True):
            AuthorityContact.objects.create(
                authority=authority, channel=ChannelKind.OPEN311, address=address
            )

    def queue(self, number: int, *, receivers: Sequence[int]) -> list[Delivery]:
        """So many reports, decided for these receivers in turn, their deliveries due now; no worker is woken."""
        issues = Issue.objects.bulk_create(self._issue() for _ in range(number))
        decisions = Decision.objects.bulk_create(
            Decision(
                issue=issue,
                authority=self.authorities[receivers[n % len(receivers)]],
                outcome=Outcome.ASSIGNED,
                rule_id="R01",
                probability=0.95,
                sentences={"de": "Die Fahrbahn gehört dem Bund."},
                evidence={},
                decided_at=timezone.now(),
            )
            for n, issue in enumerate(issues)
        )
        deliveries = [one for decision in decisions for one in deliveries_planned(decision)[0]]
        Delivery.objects.bulk_create(deliveries)
        DeliveryEvent.objects.bulk_create(
            DeliveryEvent(delivery=one, state=DeliveryState.QUEUED) for one in deliveries
        )
        return deliveries

    def _issue(self) -> Issue:
        number, now = next(_numbers), timezone.now()
        return Issue(
            number=f"BEN-{time.time_ns()}-{number}"[-20:],
            jurisdiction=self.city,
            category=self.category,
            description="Tiefes Loch in der Fahrbahn",
            point=Point(382943.343, 5712374.038, srid=storage_srid()),
            latitude=51.5503,
            longitude=7.3117,
            channel=Channel.WEB,
            sender_key=f"bench-{time.time_ns()}-{number}",
            content_hash=b"",
            received_at=now,
            status_changed_at=now,
        )

    def arrived(self) -> Counter[str]:
        """Reference → how many copies of it the receivers have."""
        return Counter(reference for reference, _at in self.arrivals())

    def arrivals(self) -> list[tuple[str, float]]:
        """Reference and moment (seconds since the epoch) of every copy."""
        return [
            (reference, at)
            for address in self.addresses
            for reference, at in httpx.get(f"{address}/arrived", trust_env=False).json()
        ]

    def behave(self, receiver: int, **mode: float) -> None:
        httpx.put(f"{self.addresses[receiver]}/mode", json=mode, trust_env=False)


def await_settled(deliveries: Sequence[Delivery], seconds: float) -> bool:
    """Waits until none is queued or being sent any more; False: some are."""
    ends = time.monotonic() + seconds
    keys = [one.pk for one in deliveries]
    waiting = Delivery.objects.filter(
        pk__in=keys, state__in=[DeliveryState.QUEUED, DeliveryState.SENDING]
    )
    while waiting.exists():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True


@contextmanager
def world_stands() -> Iterator[World]:
    """Receivers, a Redis of its own and the city; `workers_run` adds workers."""
    try:
        ports = receivers_start(LOOPBACK)
        redis_start()
        yield World(ports)
    finally:
        processes.process_stop("bench-redis")
        processes.process_stop("bench-receivers")


def receivers_start(host: str) -> list[int]:
    """Starts them at an address of this machine; returns their ports."""
    ports = [port_free(host) for _ in range(RECEIVERS)]
    processes.process_start(
        name="bench-receivers",
        command=[sys.executable, receivers.__file__, host, *map(str, ports)],
        ready=processes.address_answers(f"http://{host}:{ports[-1]}/arrived"),
    )
    return ports


def port_free(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def redis_socket() -> Path:
    return processes.VAR / "run" / "bench-redis.sock"


def redis_start() -> None:
    """Keeps nothing on disk: after each start it is empty."""
    path = redis_socket()
    path.unlink(missing_ok=True)
    processes.process_start(
        name="bench-redis",
        command=[
            *("redis-server", "--port", "0", "--unixsocket", str(path)),
            *("--save", "", "--appendonly", "no"),
        ],
        ready=path.exists,
    )


def environment() -> dict[str, str]:
    """A worker's: this database and Redis, receivers on this machine, short waits."""
    base, _slash, _name = processes.env.text("DATABASE_URL").rpartition("/")
    return {
        "DATABASE_URL": f"{base}/{DATABASE}",
        "REDIS_URL": f"unix://{redis_socket()}",
        "PRIVATE_NETWORKS_RECEIVERS": "127.0.0.0/8",
        "DELIVERY_LEASE_SECONDS": "10",
        "DELIVERY_BACKOFF_SECONDS": "1",
    }


def nudge() -> None:
    """Wakes a worker by this benchmark's Redis, as `deliveries_nudge` does by the installation's."""
    with current_app.connection_for_write(f"redis+socket://{redis_socket()}") as broker:
        current_app.send_task(SEND_TASK, connection=broker, ignore_result=True)


def worker_start(number: int) -> int:
    name = f"bench-sender-{number}"
    command = [one.replace("sender@", f"sender{number}@") for one in programs.worker("sender")]
    return processes.process_start(
        name=name,
        command=command,
        ready=processes.log_says(name, "ready."),
        extra_environment=environment(),
    )


def beat_start(number: int) -> int:
    name = f"bench-beat-{number}"
    command = [one.replace("beat-schedule", f"{name}-schedule") for one in programs.beat()]
    return processes.process_start(
        name=name,
        command=command,
        ready=processes.log_says(name, "beat: Starting"),
        extra_environment=environment(),
    )


@contextmanager
def workers_run(number: int) -> Iterator[None]:
    try:
        for one in range(number):
            worker_start(one)
        yield
    finally:
        for one in range(number):
            processes.process_stop(f"bench-sender-{one}")


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
