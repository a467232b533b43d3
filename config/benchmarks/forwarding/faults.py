"""What must not be lost, sent twice or stuck, whatever is killed, flushed and restarted meanwhile."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

import redis
from django.db import connection

from config import processes
from config.benchmarks.forwarding.world import (
    DATABASE,
    World,
    beat_start,
    nudge,
    redis_socket,
    redis_start,
    worker_start,
)
from routing.enums import DeliveryState
from routing.models import Delivery

WORKERS: Final = 2
BEATS: Final = 2
KILL_EVERY_S: Final = 3.0
PATIENCE_S: Final = 300.0
# Of so many answers one is lost after the receiver has stored the request.
LOSE: Final = 0.03


@dataclass
class Report:
    """What became of so many deliveries; `looks`: a person has to look whether it arrived, and no copy went out."""

    deliveries: int
    lost: int = 0
    twice: int = 0
    stuck: int = 0
    looks: int = 0
    kills: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


def faults_survived(world: World, number: int) -> Report:
    """Queues so many deliveries to all receivers while workers are killed and servers go away."""
    report = Report(number)
    for receiver in range(len(world.addresses)):
        world.behave(receiver, lose=LOSE)
    before = world.arrived()
    deliveries = world.queue(number, receivers=range(len(world.addresses)))
    began = time.monotonic()
    with _crew():
        nudge()
        _trouble(report, [one.pk for one in deliveries])
    report.seconds = time.monotonic() - began
    count_up(report, world.arrived() - before, [one.pk for one in deliveries])
    return report


@contextmanager
def _crew() -> Iterator[None]:
    names = [f"bench-sender-{n}" for n in range(WORKERS)] + [
        f"bench-beat-{n}" for n in range(BEATS)
    ]
    try:
        for one in range(WORKERS):
            worker_start(one)
        for one in range(BEATS):
            beat_start(one)
        yield
    finally:
        for name in names:
            processes.process_stop(name)


def _trouble(report: Report, keys: list[int]) -> None:
    """Kills a worker every few seconds until all is settled; each of the other faults comes once, on the way."""
    others: list[tuple[str, Callable[[], None]]] = [
        ("Redis flushed", _redis_flush),
        ("Redis restarted", _redis_restart),
        ("database connections cut for 3 s", _database_cut),
    ]
    ends, kill_at = time.monotonic() + PATIENCE_S, time.monotonic() + KILL_EVERY_S
    total = len(keys)
    while (left := waiting(keys)) and time.monotonic() < ends:
        if others and left < total * (1 - (4 - len(others)) / 4):
            name, fault = others.pop(0)
            fault()
            report.faults.append(name)
        if time.monotonic() > kill_at:
            _kill(random.randrange(WORKERS))
            report.kills += 1
            kill_at = time.monotonic() + KILL_EVERY_S
        time.sleep(0.2)


def waiting(keys: list[int]) -> int:
    """How many of them are not settled."""
    return Delivery.objects.filter(
        pk__in=keys, state__in=[DeliveryState.QUEUED, DeliveryState.SENDING]
    ).count()


def _kill(number: int) -> None:
    name = f"bench-sender-{number}"
    if (process := processes.process_alive(name)) is not None:
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
    processes.process_stop(name)
    worker_start(number)


def _redis_flush() -> None:
    with redis.Redis(unix_socket_path=str(redis_socket())) as broker:
        broker.flushall()


def _redis_restart() -> None:
    processes.process_stop("bench-redis")
    time.sleep(3)
    redis_start()


def _database_cut() -> None:
    """As a restart looks to the program: every connection ends, and none is accepted for a while."""
    name = connection.ops.quote_name(DATABASE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [own] = cursor.fetchone()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s",
            [DATABASE, own],
        )
        time.sleep(3)
        cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def count_up(report: Report, copies: Counter[str], keys: list[int]) -> None:
    """A delivery that nobody can tell of goes to a person; one that counts as sent has to be there, once."""
    found = Delivery.objects.filter(pk__in=keys).select_related("decision__issue")
    for one in found:
        reference = f"[{one.decision.issue.number}/{one.decision.number}]"
        there = copies[reference]
        report.twice += there > 1
        if one.state in {DeliveryState.QUEUED, DeliveryState.SENDING}:
            report.stuck += 1
        elif one.state == DeliveryState.FAILED and one.maybe_there:
            report.looks += 1
        elif not there:
            report.lost += 1
