"""Time by the clock and of the processors: the second one also tells something beside other work on the machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from typing import Final

from django.db import connection

_SETTLED_S: Final = 0.1


@dataclass(frozen=True)
class Took:
    """Seconds by the clock, and of the processors: this process, its children and all that PostgreSQL does."""

    elapsed: float
    processor: float

    def __add__(self, other: Took) -> Took:
        return Took(self.elapsed + other.elapsed, self.processor + other.processor)

    def __sub__(self, other: Took) -> Took:
        return Took(self.elapsed - other.elapsed, self.processor - other.processor)


def now() -> Took:
    """Since some moment; differences tell."""
    return Took(perf_counter(), sum(os.times()[:4]) + _server_seconds())


def took(call: Callable[[], object]) -> Took:
    """What a call takes."""
    before, began = now(), perf_counter()
    call()
    elapsed = perf_counter() - began
    # The server counts a connection that just ended once its process is gone.
    sleep(_SETTLED_S)
    return Took(elapsed, now().processor - before.processor)


def least(several: list[Took]) -> Took:
    """The best of several runs by the clock, and the best by the processors."""
    return Took(min(one.elapsed for one in several), min(one.processor for one in several))


def _server_seconds() -> float:
    """Of the server's first process, of those that it started and of those that ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = int(cursor.fetchone()[0])
    first = _stat(str(backend))[1]
    ticks = sum(map(int, _stat(first)[11:15]))
    for child in Path(f"/proc/{first}/task/{first}/children").read_text("ascii").split():
        with suppress(OSError):
            ticks += sum(map(int, _stat(child)[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(process: str) -> list[str]:
    """The fields behind the name: the state comes first, then the parent."""
    text = Path(f"/proc/{process}/stat").read_text("ascii", errors="replace")
    return text.rpartition(")")[2].split()
