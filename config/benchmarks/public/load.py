"""Many readers and reports at once against the real server."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import httpx
from django.urls import reverse

from config import processes
from config.benchmarks.city import SEED
from config.benchmarks.maps.issues import DATABASE, city_given
from config.benchmarks.measure import Figure, median, milliseconds
from config.benchmarks.public.reports import address_of_client, form_of
from config.benchmarks.serving import SERVER, web_server
from issues.models import Issue

READERS: Final = 500
REPORTS_A_SECOND: Final = 20
LOAD_S: Final = 60.0
# A reader looks at a page for so long before the next one.
READ_EVERY_S: Final = 10.0
TIMEOUT_S: Final = 30.0
# The server closes a connection that nobody uses for two seconds; a browser would then just open another.
LIMITS: Final = httpx.Limits(keepalive_expiry=1.0)
# What is asked and not answered yet; more than so many wait for their turn.
CLIENTS_MAX: Final = 100


def load() -> list[Figure]:
    """Readers who open another page every ten seconds, and reports, against the real server for a minute.

    The readers run on the same cores; how many cores were busy, and with whom, is told. The reports stay, so that the
    next benchmark of this database makes its issues anew.
    """
    city_given()
    numbers = Issue.objects.public().order_by("-pk").values_list("number", flat=True)[:200]
    places = list(Issue.objects.order_by("pk").values_list("latitude", "longitude")[:2000])
    addresses = [reverse("public_map"), f"{reverse('public_map')}?status=open"] * 50
    addresses += [reverse("public_issue", args=[one]) for one in numbers]
    random.Random(SEED).shuffle(addresses)
    with (
        web_server(DATABASE) as base,
        httpx.Client(base_url=base, timeout=TIMEOUT_S, limits=LIMITS, trust_env=False) as http,
    ):
        form = http.get(reverse("report")).text
        token = form.split('name="csrfmiddlewaretoken" value="', 1)[1].split('"', 1)[0]
        failed: Counter[str] = Counter()

        def asked(wanted: int, method: str, address: str, **given: Any) -> None:
            try:
                status = http.request(method, address, **given).status_code
            except httpx.TransportError as error:
                failed[type(error).__name__] += 1
                return
            if status != wanted:
                failed[f"{status} of {'report' if method == 'POST' else 'page'}"] += 1

        def read(turn: int) -> None:
            asked(200, "GET", addresses[turn % len(addresses)])

        def report(turn: int) -> None:
            data = form_of(places[turn % len(places)]) | {"csrfmiddlewaretoken": token}
            headers = {"X-Forwarded-For": address_of_client(), "Referer": base}
            asked(302, "POST", reverse("report"), data=data, headers=headers)

        before, began = _used(), time.perf_counter()
        with ThreadPoolExecutor(2) as both:
            reads = both.submit(_paced, read, READERS / READ_EVERY_S)
            sent = both.submit(_paced, report, REPORTS_A_SECOND)
            taken = {"page read": reads.result(), "report sent": sent.result()}
        after, seconds = _used(), time.perf_counter() - began
    shown = [
        Figure(
            name=f"under load: {name}, p95 beside the median of {len(times)}",
            value=quantiles(times, n=20)[-1],
            unit="ms",
            yardstick=median(times),
        )
        for name, times in taken.items()
    ]
    kinds = ", ".join(f"{number} × {kind}" for kind, number in failed.most_common())
    shown.append(
        Figure(
            name=f"under load: failures{f' ({kinds})' if kinds else ''}",
            value=failed.total(),
            unit="",
            yardstick=1.0,
            limit=0.0,
        )
    )
    shares = zip(("machine", "web server", "readers"), after, before, strict=True)
    shown += [
        Figure(
            name=f"under load: busy cores, {name}",
            value=(late - early) / seconds,
            unit="",
            yardstick=float(os.cpu_count() or 1),
        )
        for name, late, early in shares
    ]
    return shown


def _used() -> tuple[float, float, float]:
    """Seconds of processor time so far: of the machine, of the web server, of this process."""
    return _busy_s(), _session_s(processes.process_alive(SERVER) or 0), time.process_time()


def _session_s(leader: int) -> float:
    """Of all processes in the session of this one."""
    used = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == leader:
                used += int(fields[11]) + int(fields[12])
    return used / os.sysconf("SC_CLK_TCK")


def _paced(call: Callable[[int], None], per_second: float) -> list[float]:
    """Milliseconds of each call; each begins at its time, however long the others take."""
    began, asked = time.perf_counter(), []
    with ThreadPoolExecutor(CLIENTS_MAX) as pool:
        for turn in range(round(LOAD_S * per_second)):
            time.sleep(max(0.0, began + turn / per_second - time.perf_counter()))
            asked.append(pool.submit(milliseconds, call, [turn]))
        return [one.result()[0] for one in asked]


def _busy_s() -> float:
    """Seconds in which the machine's cores were not idle (`/proc/stat`)."""
    _name, *ticks = Path("/proc/stat").read_text("ascii").splitlines()[0].split()
    user, nice, system, _idle, _waiting, *rest = map(int, ticks)
    return (user + nice + system + sum(rest[:3])) / os.sysconf("SC_CLK_TCK")
