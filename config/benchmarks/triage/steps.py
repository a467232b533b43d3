"""Steps as the browser sends them, with the next report and the list in the answer; a step on 500."""

from __future__ import annotations

from collections.abc import Callable
from statistics import quantiles
from time import perf_counter
from typing import Any, Final

from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.urls import reverse

from config.benchmarks.maps.issues import city_given, client_of_staff
from config.benchmarks.measure import Figure, median, milliseconds
from issues.enums import IssueStatus
from issues.models import Issue
from issues.public_view import release_proposal
from mapui.triage.case.release_forms import ReleaseForm
from routing.deciding.decisions import decision_make
from routing.enums import Outcome
from routing.models import Decision
from routing.steps.taking import step_begin
from routing.steps.working import steps_work

TURNS: Final = 30
STEP_LIMIT_MS: Final = 150.0
# Two keys each, and the whole in a minute: what the server may take of it.
RELEASES_LIMIT_S: Final = 60.0
MANY: Final = 500
MANY_LIMIT_S: Final = 5.0


def steps() -> list[Figure]:
    """The yardstick of a step locks the same row and writes nothing."""
    city_given()
    client = client_of_staff()
    person = User.objects.get(username="benchmark")
    person.user_permissions.add(Permission.objects.get(codename="release_issue"))
    received = Issue.objects.filter(
        status=IssueStatus.RECEIVED, released_at__isnull=True, category__is_public=True
    )
    issues = list(
        received.exclude(location_source="unplaced").order_by("-received_at")[: 3 * TURNS]
    )
    for issue in issues:
        # As the rules decide it, with all its evidence.
        decision_make(issue_id=issue.pk)
    release, confirm, close = (issues[n * TURNS : (n + 1) * TURNS] for n in range(3))
    proposed = Decision.objects.filter(issue__in=confirm, is_current=True, authority__isnull=False)
    proposed.update(outcome=Outcome.PROPOSED)
    confirm = [one for one in confirm if one.decisions.filter(outcome=Outcome.PROPOSED).exists()]
    taken: dict[str, tuple[Callable[[Client, Issue, str], Any], list[Issue]]] = {
        "release": (_release, release),
        "confirm": (_confirm, confirm),
        "close": (_close, close),
    }
    figures = []
    for name, (step, some) in taken.items():
        pairs = list(zip(some, [*(one.number for one in some[1:]), ""], strict=True))
        began = perf_counter()
        times = [step(client, issue, following) for issue, following in pairs]
        whole = perf_counter() - began
        yardstick = median(milliseconds(_lock, some))
        figures.append(
            Figure(
                name=f"step: {name}, with the next report, p95",
                value=quantiles(times, n=20)[-1],
                unit="ms",
                yardstick=yardstick,
                limit=STEP_LIMIT_MS,
            )
        )
        if name == "release":
            figures.append(
                Figure(
                    name=f"{TURNS} releases, looked at and released",
                    value=whole,
                    unit="s",
                    yardstick=yardstick * TURNS / 1000,
                    limit=RELEASES_LIMIT_S,
                )
            )
    return [*figures, _many(person)]


def _step(
    client: Client, issue: Issue, following: str, address: str, data: dict[str, Any]
) -> float:
    """Milliseconds of a step beside the queue of what is open; the answer shows the report that follows."""
    host = client.defaults["SERVER_NAME"]
    shown = f"http://{host}/triage/?status=open&issue={issue.number}"
    headers = {"HX-Request": "true", "HX-Current-URL": shown, "Queue-Next": following}
    began = perf_counter()
    response = client.post(address, data, headers=headers)
    milliseconds_taken = (perf_counter() - began) * 1000
    assert "step-done" in response.get("HX-Trigger", ""), response.content  # noqa: S101 - as above
    return milliseconds_taken


def _release(client: Client, issue: Issue, following: str) -> float:
    """The first key shows what would become public, the second releases just that; the second is measured."""
    address = reverse("issue_release", args=[issue.number])
    client.get(address, headers={"HX-Request": "true"})
    form = ReleaseForm(None, proposal=release_proposal(issue))
    data = {name: form[name].value() or "" for name in ("text", "address", "seen", "shown")}
    return _step(client, issue, following, address, data)


def _confirm(client: Client, issue: Issue, following: str) -> float:
    data = {"seen": issue.decisions.get(is_current=True).number}
    return _step(client, issue, following, reverse("issue_confirm", args=[issue.number]), data)


def _close(client: Client, issue: Issue, following: str) -> float:
    data = {"status": "done", "reason": "repaired", "note": "", "tells": "on", "reply": ""}
    return _step(client, issue, following, reverse("issue_step", args=[issue.number, "move"]), data)


def _lock(issue: Issue) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM issues_issue WHERE id = %s FOR UPDATE", [issue.pk])


def _many(person: User) -> Figure:
    """A step on 500 by one worker, beside the bare update of as many rows."""
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
