"""The queue, the search and the map's tiles with any filter, each beside its bare statements."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from statistics import quantiles
from typing import Any, Final

from django.contrib.auth.models import User
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.test import Client
from django.urls import reverse

from config.benchmarks.maps.issues import city_given, client_of_staff, tiles_drawn, tiles_measure
from config.benchmarks.measure import Figure, milliseconds
from gis_core.models import Jurisdiction
from issues.enums import Channel
from mapui.site.enums import Age, Confidence, Missing, Sorting, Work
from mapui.site.lists import COUNTED_MAX, PAGE_SIZE
from mapui.site.triage_filter import area_parse
from mapui.site.triage_issues import issues_for_triage, issues_sorted
from mapui.site.types import TriageFilter
from mapui.triage.queue.rows import issues_of_rows

TURNS: Final = 20
QUEUE_LIMIT_MS: Final = 150.0
TILE_LIMIT_MS: Final = 100.0
SEARCH_LIMIT_MS: Final = 200.0
RATIO_LIMIT: Final = 2.0
# A quarter of the city's middle, as somebody draws it.
AREA: Final = "7.29 51.54, 7.33 51.54, 7.34 51.56, 7.31 51.57, 7.29 51.56"
FILTERS: Final[dict[str, dict[str, str]]] = {
    "everything": {},
    "open": {"status": "open"},
    "done": {"status": "done"},
    "unclear": {"status": "open", "authority": "unclear"},
    "with a proposal": {"authority": "proposed"},
    "one authority": {"authority": "EUV"},
    "one topic": {"group": "Straßen und Wege"},
    "one category": {"category": "ROAD_SURFACE"},
    "one category, open, of the week": {
        "category": "ROAD_SURFACE",
        "status": "open",
        "age": Age.WEEK,
    },
    "by mail": {"channel": Channel.MAIL},
    "not public": {"released": "no"},
    "of the day": {"age": Age.DAY},
    "open and old": {"status": "open", "age": Age.OLDER},
    "hardly certain": {"confidence": Confidence.LOW},
    "a road": {"road": "B 235"},
    "a class of roads": {"road_class": "L"},
    "streets without a number": {"road_class": "G"},
    "one class of owners": {"owner": "PRIV"},
    "not placed": {"missing": Missing.PLACE},
    "without a decision": {"status": "open", "missing": Missing.DECISION},
    **{f"to be done: {one.value}": {"work": one} for one in Work},
    "a drawn area": {"area": AREA},
}
ORDERS: Final[dict[str, dict[str, str]]] = {
    f"open, {one.value} first": {"status": "open", "sort": one}
    for one in Sorting
    if one != Sorting.NEWEST
} | {"page 300": {"page": "300"}}
SEARCHES: Final = {
    "a word": "Schlagloch",
    "two words": "tiefes Schlagloch",
    "a rare word": "Riesenbärenklau",
    "a number": "000123",
    "a road": "B 235",
    "a misspelt word": "Schlaglohc",
    "what is not there": "Quietscheente",
}


def queue() -> list[Figure]:
    """The 95th percentiles of whole answers beside those of the bare statements."""
    jurisdiction, client = city_given(), client_of_staff()
    figures: list[Figure] = []
    for name, given in {**FILTERS, **ORDERS}.items():
        figures += _list(client, jurisdiction, f"queue, {name}", given, QUEUE_LIMIT_MS)
    for name, text in SEARCHES.items():
        figures += _list(client, jurisdiction, f"search, {name}", {"q": text}, SEARCH_LIMIT_MS)
    tiles = list(tiles_drawn())
    for name, given in FILTERS.items():
        measured = tiles_measure(
            client, jurisdiction, tiles, is_public=False, chosen=_chosen(given)
        )
        figures += _figures(f"tile of issues, {name}", *measured, TILE_LIMIT_MS)
    return figures


def _chosen(given: dict[str, str]) -> TriageFilter:
    """What the filter's form makes of it."""
    fields: dict[str, Any] = {name: value for name, value in given.items() if name != "page"}
    if "q" in fields:
        fields["text"] = fields.pop("q")
    if "area" in fields:
        fields["area"] = area_parse(fields["area"])
    return TriageFilter(**fields)


def _list(
    client: Client, jurisdiction: Jurisdiction, name: str, given: dict[str, str], limit_ms: float
) -> list[Figure]:
    """Answers of the list, and their statements: the rows of the page, and how many there are."""
    person = User.objects.get(username="benchmark")
    start = (int(given.get("page", 1)) - 1) * PAGE_SIZE
    find = partial(issues_for_triage, person, jurisdiction=jurisdiction, chosen=_chosen(given))

    def answer(_turn: int) -> None:
        response = client.get(reverse("triage"), given, headers={"HX-Request": "true"})
        assert response.status_code == 200, response.content  # noqa: S101 - else it measures an error

    def bare(_turn: int) -> None:
        found = find()
        rows = issues_sorted(issues_of_rows(found), given.get("sort", ""))
        for asked in (rows[start : start + PAGE_SIZE + 1], found.order_by()[: COUNTED_MAX + 1]):
            query = asked.query if asked.query.annotations else asked.values("pk").query
            # Of what cannot be anything nothing is asked.
            with suppress(EmptyResultSet), connection.cursor() as cursor:
                cursor.execute(*query.sql_with_params())
                cursor.fetchall()

    turns = []
    answer(0)
    for turn in range(TURNS):
        turns += [milliseconds(call, [turn])[0] for call in (answer, bare)]
    return _figures(name, turns[0::2], turns[1::2], limit_ms)


def _figures(
    name: str, answers: list[float], statements: list[float], limit_ms: float
) -> list[Figure]:
    value, yardstick = (quantiles(taken, n=20)[-1] for taken in (answers, statements))
    common: dict[str, Any] = {"value": value, "unit": "ms", "yardstick": yardstick}
    return [
        Figure(name=f"{name}, p95", limit=limit_ms, **common),
        Figure(
            name=f"{name}, p95 beside its statements",
            limit=RATIO_LIMIT,
            limit_is_of_ratio=True,
            **common,
        ),
    ]
