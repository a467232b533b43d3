"""The public side with 300,000 issues: list, report, statistics, feeds; a report sent; many readers at once."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from itertools import count
from pathlib import Path
from statistics import quantiles
from typing import Any, Final
from uuid import uuid4

import httpx
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from config.benchmarks.city import SEED
from config.benchmarks.maps.issues import DATABASE, city_given
from config.benchmarks.measure import Figure, median, milliseconds
from config.benchmarks.serving import web_server
from gis_core.models import Jurisdiction
from issues.models import Issue
from issues.services.reporting.receiving import CitizenReport, report_receive
from issues.types import LocationInput

TURNS: Final = 20
RATIO_LIMIT: Final = 2.0
REPORTS: Final = 40
PHOTO_LIMIT_MS: Final = 400.0
READERS: Final = 500
REPORTS_A_SECOND: Final = 20
LOAD_S: Final = 60.0
# A reader looks at a page for so long before the next one.
READ_EVERY_S: Final = 10.0
TIMEOUT_S: Final = 30.0
# What is asked and not answered yet; more than so many wait for their turn.
CLIENTS_MAX: Final = 100


def public() -> list[Figure]:
    city_given()
    return [*_pages(), *_reports(), *_load()]


# --- Pages beside their bare statements -------------------------------------------------------------
def _pages() -> Iterator[Figure]:
    client = _client()
    drawn = random.Random(SEED)
    numbers = list(Issue.objects.public().order_by("pk").values_list("number", flat=True)[:20_000])
    listed, reports = reverse("public_map"), drawn.sample(numbers, TURNS + 1)
    panel = {"HX-Request": "true"}
    pages: dict[str, tuple[list[str], dict[str, str]]] = {
        "list": ([listed] * (TURNS + 1), panel),
        "list, open": ([f"{listed}?status=open"] * (TURNS + 1), panel),
        "list, page 300": ([f"{listed}?page=300"] * (TURNS + 1), panel),
        "page of a report": ([reverse("public_issue", args=[one]) for one in reports], {}),
        "statistics": ([reverse("public_statistics")] * (TURNS + 1), {}),
        "feed, GeoJSON": (
            [f"{reverse('public_feed', args=['geojson'])}?limit=100"] * (TURNS + 1),
            {},
        ),
        "feed, Atom": ([f"{reverse('public_feed', args=['atom'])}?limit=100"] * (TURNS + 1), {}),
    }
    for name, (addresses, headers) in pages.items():
        answers, bare = [], []
        for place, address in enumerate(addresses):
            with CaptureQueriesContext(connection) as asked:
                began = time.perf_counter()
                response = client.get(address, headers=headers)
                taken = (time.perf_counter() - began) * 1000
            assert response.status_code == 200, (address, response.status_code)  # noqa: S101 - else it measures an error
            statements = [
                one["sql"] for one in asked.captured_queries if one["sql"].startswith("SELECT")
            ]
            if place:
                answers.append(taken)
                bare.append(sum(milliseconds(_run, statements)))
        value, yardstick = quantiles(answers, n=20)[-1], quantiles(bare, n=20)[-1]
        yield Figure(
            name=f"public {name}, p95 beside its statements",
            value=value,
            unit="ms",
            yardstick=yardstick,
            limit=RATIO_LIMIT,
            limit_is_of_ratio=True,
        )


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.fetchall()


# --- A report sent ----------------------------------------------------------------------------------
def _reports() -> Iterator[Figure]:
    """The last step of the form as a browser without a script sends it, in a transaction that is taken back."""
    jurisdiction, client = Jurisdiction.objects.get(), _client()
    category = jurisdiction.categories.get(code="ROAD_SURFACE")
    places = list(
        Issue.objects.exclude(location_source="unplaced")
        .order_by("pk")
        .values_list("latitude", "longitude")[:REPORTS]
    )

    def bare(place: tuple[float, float]) -> None:
        with _taken_back():
            report_receive(
                CitizenReport(
                    entry=uuid4(),
                    category=category,
                    location=LocationInput(lat=str(place[0]), long=str(place[1]), accuracy="8"),
                    text="Tiefes Loch",
                )
            )

    def sent(place: tuple[float, float], photo: bytes = b"") -> None:
        data: dict[str, Any] = _form(place)
        if photo:
            data["photos"] = SimpleUploadedFile("photo.jpg", photo, "image/jpeg")
        with _taken_back():
            response = client.post(reverse("report"), data, REMOTE_ADDR=_address())
            assert response.status_code == 302, response.content  # noqa: S101 - else it measures an error

    photo = _photo()
    taken: dict[str, list[float]] = {"bare": [], "sent": [], "photo": []}
    for place in places:
        taken["bare"] += milliseconds(bare, [place])
        taken["sent"] += milliseconds(sent, [place])
    for place in places[: REPORTS // 4]:
        taken["photo"] += milliseconds(lambda one: sent(one, photo), [place])
    yardstick = median(taken["bare"])
    yield Figure(
        name="report accepted, beside the bare intake, median",
        value=median(taken["sent"]),
        unit="ms",
        yardstick=yardstick,
        limit=RATIO_LIMIT,
        limit_is_of_ratio=True,
    )
    yield Figure(
        name=f"report with a photo of {len(photo) / 1e6:.1f} MB accepted, median",
        value=median(taken["photo"]),
        unit="ms",
        yardstick=yardstick,
        limit=PHOTO_LIMIT_MS,
    )


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _form(place: tuple[float, float]) -> dict[str, str]:
    return {
        "entry": uuid4().hex,
        "step": "send",
        "to": "sent",
        "lat": f"{place[0]:.7f}",
        "long": f"{place[1]:.7f}",
        "accuracy": "8",
        "category": "ROAD_SURFACE",
        "text": "Tiefes Loch",
    }


_hosts = count(1)


def _address() -> str:
    """Another client each time: nobody sends so many reports."""
    host = next(_hosts)
    return f"10.{host >> 16 & 255}.{host >> 8 & 255}.{host & 255}"


def _photo() -> bytes:
    """About 4 MB, 12 megapixels of noise, as a camera has them at night."""
    file = BytesIO()
    Image.effect_noise((4000, 3000), 12).convert("RGB").save(file, "JPEG", quality=85)
    return file.getvalue()


def _client() -> Client:
    return Client(headers={"Accept-Encoding": "gzip"}, SERVER_NAME=settings.ALLOWED_HOSTS[0])


# --- Many at once -----------------------------------------------------------------------------------
def _load() -> Iterator[Figure]:
    """Readers who open another page every ten seconds, and reports, against the real server for a minute.

    The readers run on the same cores; how many cores were busy, and with the readers alone, is told. The reports stay,
    so that the next benchmark of this database makes its issues anew.
    """
    numbers = Issue.objects.public().order_by("-pk").values_list("number", flat=True)[:200]
    places = list(Issue.objects.order_by("pk").values_list("latitude", "longitude")[:2000])
    addresses = [reverse("public_map"), f"{reverse('public_map')}?status=open"] * 50
    addresses += [reverse("public_issue", args=[one]) for one in numbers]
    random.Random(SEED).shuffle(addresses)
    with (
        web_server(DATABASE) as base,
        httpx.Client(base_url=base, timeout=TIMEOUT_S, trust_env=False) as http,
    ):
        form = http.get(reverse("report")).text
        token = form.split('name="csrfmiddlewaretoken" value="', 1)[1].split('"', 1)[0]
        failed: list[str] = []

        def asked(wanted: int, method: str, address: str, **given: Any) -> None:
            try:
                status = http.request(method, address, **given).status_code
            except httpx.TransportError as error:
                failed.append(type(error).__name__)
                return
            if status != wanted:
                failed.append(f"{status} of {address}")

        def read(turn: int) -> None:
            asked(200, "GET", addresses[turn % len(addresses)])

        def report(turn: int) -> None:
            data = _form(places[turn % len(places)]) | {"csrfmiddlewaretoken": token}
            headers = {"X-Forwarded-For": _address(), "Referer": base}
            asked(302, "POST", reverse("report"), data=data, headers=headers)

        busy, own, began = _busy_s(), time.process_time(), time.perf_counter()
        with ThreadPoolExecutor(2) as both:
            reads = both.submit(_paced, read, READERS / READ_EVERY_S)
            sent = both.submit(_paced, report, REPORTS_A_SECOND)
            taken = {"page read": reads.result(), "report sent": sent.result()}
        seconds = time.perf_counter() - began
        own, busy = (time.process_time() - own) / seconds, (_busy_s() - busy) / seconds
    for name, times in taken.items():
        yield Figure(
            name=f"under load: {name}, p95 beside the median of {len(times)}",
            value=quantiles(times, n=20)[-1],
            unit="ms",
            yardstick=median(times),
        )
    name = (
        f"under load: failures ({', '.join(sorted(set(failed))[:3])})"
        if failed
        else "under load: failures"
    )
    yield Figure(name=name, value=len(failed), unit="", yardstick=1.0, limit=0.0)
    yield Figure(
        name="under load: busy cores, beside those of the readers",
        value=busy,
        unit="",
        yardstick=own,
    )


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
