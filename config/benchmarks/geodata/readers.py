"""Readers that look parcels up by place all the time while something else goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from time import perf_counter
from typing import Any, Final

from django.db import connection, connections

from gis_core.srids import storage_srid

READERS: Final = 2


@dataclass
class Seen:
    """How long each read took, in milliseconds."""

    before: list[float] = field(default_factory=list)
    during: list[float] = field(default_factory=list)


@contextmanager
def readers() -> Iterator[Seen]:
    """Within it they read; half a second of it before the block."""
    seen, calm, stop = Seen(), Event(), Event()
    threads = [Thread(target=_read, args=(seen, calm, stop)) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    stop.wait(0.5)
    calm.set()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _read(seen: Seen, calm: Event, stop: Event) -> None:
    statement = (
        "SELECT key FROM parcels_parcel WHERE edition_to_id IS NULL"
        " AND ST_Covers(geometry, ST_SetSRID(ST_Point(%s, %s), %s))"
    )
    place: list[Any] = [382_900.0, 5_712_300.0, storage_srid()]
    try:
        with connection.cursor() as cursor:
            while not stop.is_set():
                began = perf_counter()
                cursor.execute(statement, place)
                cursor.fetchall()
                taken = (perf_counter() - began) * 1000
                (seen.during if calm.is_set() else seen.before).append(taken)
                place[0] += 7.0 if place[0] < 386_000 else -3_100.0
    finally:
        connections.close_all()
