"""Public pages beside their bare statements: made for the first who asks, and kept for the next."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from statistics import quantiles
from typing import Final

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from config.benchmarks.city import SEED
from config.benchmarks.maps.issues import city_given
from config.benchmarks.measure import Figure, milliseconds
from config.benchmarks.public.reports import address_of_client, client_of_public
from issues.models import Issue

TURNS: Final = 20
RATIO_LIMIT: Final = 2.0
# However it is written: behind blanks or a comment, prepared before, or with a setting that goes before it.
READS: Final = re.compile(r"(?:\s|--[^\n]*\n)*(?:SELECT|WITH|EXECUTE|SET LOCAL)\b")


def pages() -> list[Figure]:
    city_given()
    client = client_of_public()
    drawn = random.Random(SEED)
    numbers = list(Issue.objects.public().order_by("pk").values_list("number", flat=True)[:20_000])
    listed, reports = reverse("public_map"), drawn.sample(numbers, TURNS + 1)
    panel = {"HX-Request": "true"}
    asked: dict[str, tuple[list[str], dict[str, str]]] = {
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
    return [one for name, given in asked.items() for one in _page(client, name, *given)]


def _page(
    client: Client, name: str, addresses: list[str], headers: dict[str, str]
) -> Iterator[Figure]:
    """The yardstick of both is what the statements of the page take alone when it is made."""
    made, kept, bare = [], [], []
    for place, address in enumerate(addresses):
        with (
            override_settings(SHARED_ANSWER_SECONDS=0),
            CaptureQueriesContext(connection) as asked,
        ):
            first = _answered(client, address, headers)
        statements = [one["sql"] for one in asked.captured_queries if READS.match(one["sql"])]
        _answered(client, address, headers)
        again = _answered(client, address, headers)
        # The first answer of all loads templates and plans.
        if place:
            made.append(first)
            kept.append(again)
            bare.append(sum(milliseconds(_run, statements)))
    for told, taken in (("made", made), ("kept", kept)):
        yield Figure(
            name=f"public {name}, {told}, p95 beside its statements",
            value=quantiles(taken, n=20)[-1],
            unit="ms",
            yardstick=quantiles(bare, n=20)[-1],
            limit=RATIO_LIMIT,
            limit_is_of_ratio=True,
        )


def _answered(client: Client, address: str, headers: dict[str, str]) -> float:
    """Milliseconds of an answer."""
    began = time.perf_counter()
    response = client.get(address, headers=headers, REMOTE_ADDR=address_of_client())
    taken = (time.perf_counter() - began) * 1000
    assert response.status_code == 200, (address, response.status_code)  # noqa: S101 - else it measures an error
    return taken


def _run(statement: str) -> None:
    # In a transaction: what is set for a statement ends with it.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.fetchall()
