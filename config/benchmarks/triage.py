"""The clerk's day with 300,000 reports: the queue with any filter, a search, single steps, a step on 500."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from statistics import quantiles
from time import perf_counter
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse

from config.benchmarks.maps.issues import SEES_ALL, city_given, client_of_staff
from config.benchmarks.measure import Figure, median, milliseconds
from issues.enums import IssueStatus
from issues.models import Issue
from issues.public_view import release_proposal
from mapui.site.enums import Age, Sorting, Work
from mapui.site.triage_issues import issues_for_triage, issues_sorted
from mapui.site.types import TriageFilter
from mapui.triage.queue.rows import issues_of_rows
from routing.steps.taking import step_begin, step_take, steps_work

TURNS: Final = 20
QUEUE_LIMIT_MS: Final = 150.0
SEARCH_LIMIT_MS: Final = 200.0
STEP_LIMIT_MS: Final = 150.0
RATIO_LIMIT: Final = 2.0
MANY: Final = 500
MANY_LIMIT_S: Final = 5.0
QUEUES: Final[dict[str, TriageFilter]] = {
    "everything": TriageFilter(),
    "open": TriageFilter(status="open"),
    "unclear": TriageFilter(status="open", authority="unclear"),
    "one authority": TriageFilter(authority="EUV"),
    "oldest first": TriageFilter(status="open", sort=Sorting.OLDEST.value),
    "due first": TriageFilter(status="open", sort=Sorting.DUE.value),
    "overdue": TriageFilter(work=Work.OVERDUE.value),
    "of the week": TriageFilter(age=Age.WEEK.value),
}
SEARCHES: Final = {"a word": "Schlagloch", "a number": "000123", "a misspelt word": "Schlaglohc"}


def triage() -> list[Figure]:
    """Answers beside the bare statements of their lists; steps beside an empty transaction of the same rows."""
    jurisdiction = city_given()
    client = client_of_staff()
    figures: list[Figure] = []
    for name, chosen in QUEUES.items():
        figures += _queue(client, jurisdiction, name, chosen, QUEUE_LIMIT_MS)
    for name, text in SEARCHES.items():
        found = TriageFilter(text=text)
        figures += _queue(client, jurisdiction, f"search for {name}", found, SEARCH_LIMIT_MS)
    return [*figures, *_steps(), _many()]


def _queue(
    client: Any, jurisdiction: Any, name: str, chosen: TriageFilter, limit_ms: float
) -> list[Figure]:
    given = {key: value for key, value in asdict(chosen).items() if value}
    if "text" in given:
        given["q"] = given.pop("text")

    def answer(_turn: int) -> None:
        response = client.get(reverse("triage"), given, headers={"HX-Request": "true"})
        assert response.status_code == 200, response.content  # noqa: S101 - else it measures an error

    def bare(_turn: int) -> None:
        found = issues_for_triage(SEES_ALL, jurisdiction=jurisdiction, chosen=chosen)
        rows = issues_sorted(issues_of_rows(found), chosen.sort)[:26]
        statement, parameters = rows.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            cursor.fetchall()

    turns = []
    answer(0)
    for turn in range(TURNS):
        turns += [milliseconds(call, [turn])[0] for call in (answer, bare)]
    answers, statements = (quantiles(taken, n=20)[-1] for taken in (turns[0::2], turns[1::2]))
    common: dict[str, Any] = {"value": answers, "unit": "ms", "yardstick": statements}
    shown = f"queue, {name}, p95"
    return [
        Figure(name=shown, limit=limit_ms, **common),
        Figure(
            name=f"{shown}, beside its statement",
            limit=RATIO_LIMIT,
            limit_is_of_ratio=True,
            **common,
        ),
    ]


def _steps() -> list[Figure]:
    """Single steps of the service; the yardstick locks the same row and writes nothing."""
    person = User.objects.get(username="benchmark")
    received = Issue.objects.filter(status=IssueStatus.RECEIVED, released_at__isnull=True)
    found = list(received.select_related("category", "jurisdiction").order_by("-pk")[: 2 * TURNS])

    def release(issue: Issue) -> None:
        looked_at = {issue.number: release_proposal(issue).seen}
        step_take(verb="release", issue=issue, data={"looked_at": looked_at}, by=person)

    def close(issue: Issue) -> None:
        data = {"status": "done", "reason": "repaired", "note": "", "reply": None}
        step_take(verb="move", issue=issue, data=data, by=person)

    def lock(issue: Issue) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM issues_issue WHERE id = %s FOR UPDATE", [issue.pk])

    yardstick = median(milliseconds(lock, found))
    verbs: dict[str, Callable[[Issue], None]] = {"release": release, "close": close}
    return [
        Figure(
            name=f"step: {name}, p95",
            value=quantiles(milliseconds(call, found[:TURNS]), n=20)[-1],
            unit="ms",
            yardstick=yardstick,
            limit=STEP_LIMIT_MS,
        )
        for name, call in verbs.items()
    ]


def _many() -> Figure:
    """A step on 500 by one worker, beside the bare update of as many rows."""
    person = User.objects.get(username="benchmark")
    opened = Issue.objects.filter(status=IssueStatus.RECEIVED).order_by("pk")
    keys = list(opened.values_list("pk", flat=True)[:MANY])
    began = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE issues_issue SET priority = priority WHERE id = ANY(%s)", [keys])
    bare = perf_counter() - began
    step_begin(
        verb="move",
        issues=keys,
        data={"status": "in_progress", "reason": "", "note": "", "reply": None},
        by=person,
        jurisdiction_id=Issue.objects.get(pk=keys[0]).jurisdiction_id,
    )
    began = perf_counter()
    while steps_work():
        pass
    return Figure(
        name=f"step on {MANY} reports",
        value=perf_counter() - began,
        unit="s",
        yardstick=bare,
        limit=MANY_LIMIT_S,
    )
