"""Forwarding: how fast, how fair, what faults cost; with real workers, receivers, Redis and PostgreSQL."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

from django.db import connection
from django.utils import timezone

from config.benchmarks.city import database_use
from config.benchmarks.forwarding.faults import Report, faults_survived
from config.benchmarks.forwarding.machines import machines_possible, machines_survived
from config.benchmarks.forwarding.world import (
    DATABASE,
    World,
    await_settled,
    nudge,
    percentile,
    workers_run,
    world_stands,
)
from config.benchmarks.measure import Figure, median, milliseconds
from routing.enums import DeliveryState
from routing.forwarding.channels.open311_endpoint import Endpoint
from routing.forwarding.channels.speaking import client_open
from routing.forwarding.envelope import envelope_build
from routing.models import AuthorityContact, Breaker, Delivery
from routing.outbox.claim import CHOOSE, LANES

DELIVERIES: Final = 1000
MACHINE_DELIVERIES: Final = 400
ROUNDS: Final = 5
WORKERS: Final = 2
SPEED_SHARE: Final = 0.4
FINISHED: Final = 300_000
CLAIMS: Final = 200
WAITING: Final = 200
# Reports a second in the stream whose delays are measured, and for how long.
STREAM_PER_S: Final = 8
STREAM_S: Final = 20
HANG_S: Final = 30
HANGING: Final = 9


def forwarding() -> list[Figure]:
    """Speed, lanes, faults, claiming; takes some minutes."""
    database_use(DATABASE)
    with world_stands() as world:
        with workers_run(WORKERS):
            figures = [_speed(world), _hanging(world)]
        figures += [*_faults(world), _claiming(world)]
    return [*figures, *_machines()]


def _speed(world: World) -> Figure:
    """The same posts by a bare loop and by two workers, in turns."""
    contact = AuthorityContact.objects.get(authority=world.authorities[0])
    bare, sent = 0.0, 0.0
    share = DELIVERIES // ROUNDS
    for _round in range(ROUNDS):
        envelopes = [envelope_build(one) for one in world.queue(share, receivers=[0])]
        Delivery.objects.filter(state=DeliveryState.QUEUED).update(state=DeliveryState.HELD)
        began = time.perf_counter()
        for envelope in envelopes:
            with client_open() as client:
                Endpoint(client, contact).post(envelope)
        bare += time.perf_counter() - began
        deliveries = world.queue(share, receivers=[0])
        began = time.perf_counter()
        nudge()
        await_settled(deliveries, 120)
        sent += time.perf_counter() - began
    return Figure(
        name=f"{DELIVERIES} deliveries to one receiver by {WORKERS} workers",
        value=DELIVERIES / sent,
        unit="a second",
        yardstick=DELIVERIES / bare,
        limit=SPEED_SHARE,
        limit_is_of_ratio=True,
        at_least=True,
    )


def _hanging(world: World) -> Figure:
    """How long a report to one of nine receivers takes, idle and while the tenth hangs on every call."""
    idle = _stream(world)
    world.behave(HANGING, hang=HANG_S)
    world.queue(STREAM_PER_S * STREAM_S // 4, receivers=[HANGING])
    nudge()
    time.sleep(1)
    beside = _stream(world)
    world.behave(HANGING, hang=0)
    Delivery.objects.filter(state=DeliveryState.QUEUED).update(state=DeliveryState.HELD)
    return Figure(
        name=f"report to its receiver while another hangs {HANG_S} s, p95",
        value=beside,
        unit="ms",
        yardstick=idle,
        limit=2,
        limit_is_of_ratio=True,
    )


def _stream(world: World) -> float:
    """Milliseconds from the report to its arrival, 95th percentile of a steady stream."""
    others = [n for n in range(len(world.addresses)) if n != HANGING]
    queued: list[tuple[Delivery, float]] = []
    for turn in range(STREAM_PER_S * STREAM_S):
        began = time.monotonic()
        at = time.time()
        [delivery] = world.queue(1, receivers=[others[turn % len(others)]])
        nudge()
        queued.append((delivery, at))
        time.sleep(max(0.0, 1 / STREAM_PER_S - (time.monotonic() - began)))
    await_settled([one for one, _at in queued], 30)
    arrived = dict(world.arrivals())
    return percentile([(arrived[_reference(one)] - at) * 1000 for one, at in queued], 0.95)


def _reference(delivery: Delivery) -> str:
    return f"[{delivery.decision.issue.number}/{delivery.decision.number}]"


def _faults(world: World) -> list[Figure]:
    return _reported("faults", faults_survived(world, DELIVERIES))


def _machines() -> list[Figure]:
    """Two worker machines, where this machine can make them."""
    if not machines_possible():
        print("two machines: left out, only root may make network namespaces", flush=True)
        return []
    return _reported("two machines", machines_survived(MACHINE_DELIVERIES))


def _reported(what: str, report: Report) -> list[Figure]:
    print(
        f"{datetime.now(tz=UTC):%Y-%m-%d} {report.deliveries} deliveries in {report.seconds:.0f} s, workers killed"
        f" {report.kills} times, {', '.join(report.faults)}:"
        f" {report.lost} lost, {report.twice} twice, {report.stuck} stuck, {report.looks} for a person to look",
        flush=True,
    )
    counted = {"lost": report.lost, "sent twice": report.twice, "stuck": report.stuck}
    return [
        Figure(
            name=f"{what}: {name}",
            value=number,
            unit="deliveries",
            yardstick=report.deliveries,
            limit=0,
        )
        for name, number in counted.items()
    ]


def _claiming(world: World) -> Figure:
    """Choosing the next delivery, with and without many finished ones."""
    bare = _claims(world)
    [one] = world.queue(1, receivers=[0])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO routing_delivery (public_id, decision_id, kind, authority_id, contact_id, idempotency_key,"
            " state, attempts, due_at, sent_at, foreign_id, receipt, last_error, created_at)"
            " SELECT gen_random_uuid(), decision_id, kind, authority_id, contact_id, md5(n::text) || md5(n::text),"
            " 'delivered', 1, now(), now(), n, '{}', '', now()"
            " FROM routing_delivery, generate_series(1, %s) n WHERE id = %s",
            [FINISHED, one.pk],
        )
    with_finished = _claims(world)
    return Figure(
        name=f"choosing of {WAITING} the next delivery with {FINISHED} finished ones, median",
        value=with_finished,
        unit="ms",
        yardstick=bare,
        limit=1.5,
        limit_is_of_ratio=True,
    )


def _claims(world: World) -> float:
    """Milliseconds in which the statement chooses among many that wait; what a commit takes is the disk's matter."""
    Breaker.objects.all().delete()
    Delivery.objects.filter(state=DeliveryState.QUEUED).update(state=DeliveryState.HELD)
    world.queue(WAITING, receivers=range(len(world.addresses)))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE routing_delivery")

        def choose(_turn: int) -> None:
            cursor.execute(CHOOSE, {"now": timezone.now(), "lanes": LANES})
            cursor.fetchone()

        return median(milliseconds(choose, range(CLAIMS)))
