"""Deciding: one issue at a time, and trials over very many, each beside the bare look-ups in SQL in the same run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from statistics import median, quantiles
from time import perf_counter
from typing import Final

from django.db import connection
from django.db.models import F

from config.benchmarks.city import City, city_load, database_use
from config.benchmarks.measure import Figure, milliseconds
from issues.models import Issue
from routing.deciding.results import results_of
from routing.enums import RuleSetStatus
from routing.models import RuleSet, Trial
from routing.rulebook.drafts import draft_create
from routing.trying.trials import trial_start

DATABASE: Final = "flurpost_bench_decision"
# How many issues a trial is measured over; a million takes some twenty times as long as the default.
ISSUES: Final = int(os.environ.get("BENCH_ISSUES", "50000"))
SINGLES: Final = 400
WARM_UP: Final = 20
MEDIAN_RATIO: Final = 6.2
P95_RATIO: Final = 10.0
TRIAL_RATIO: Final = 3.0

# Where reports come from: four in five near a road, the others anywhere; a third says nothing of its accuracy, the
# others five to thirty metres. The same in every run.
ISSUES_MAKE: Final = """
INSERT INTO issues_issue (
    public_id, number, description, answers, set_aside, point, latitude, longitude, accuracy_m, location_source,
    address_text, address_id, public_text, public_address, channel, sender_key, content_hash, received_at, status,
    status_note, status_changed_at, is_sheltered,
    category_id, jurisdiction_id
)
SELECT gen_random_uuid(), 'B-' || n, '', '{}', '{}', ST_Translate(at, dice[1] * 8 - 4, dice[2] * 8 - 4), 51.5, 7.3,
       CASE WHEN dice[3] < 0.33 THEN NULL WHEN dice[3] < 0.5 THEN 5 WHEN dice[3] < 0.7 THEN 10 WHEN dice[3] < 0.9
            THEN 20 ELSE 30 END,
       'coordinates', '', '', '', '', 'web', 'b' || n, decode(md5(n::text), 'hex'), now(), 'received', '', now(), false,
       kinds.ids[1 + floor(dice[4] * cardinality(kinds.ids))::int], %(jurisdiction)s
FROM (
    SELECT n, at, ARRAY(
        SELECT ('x' || substr(md5(n || '/' || k), 1, 8))::bit(32)::bigint / 4294967296.0 FROM generate_series(1, 4) k
    )::float8[] AS dice
    FROM (
        SELECT row_number() OVER (ORDER BY md5(key || copy)) AS n, at
        FROM (
            SELECT key, copy, ST_LineInterpolatePoint(
                ST_GeometryN(geometry, 1), (('x' || substr(md5(copy || key), 1, 8))::bit(32)::bigint / 4294967296.0)
            ) AS at
            FROM routing_roadsection, generate_series(1, %(copies)s) copy
            WHERE edition_to_id IS NULL AND jurisdiction_id = %(jurisdiction)s
            UNION ALL
            SELECT key, copy, ST_PointOnSurface(geometry)
            FROM parcels_parcel, generate_series(1, GREATEST(1, %(copies)s / 12)) copy
            WHERE edition_to_id IS NULL AND jurisdiction_id = %(jurisdiction)s AND md5(key) < '8'
        ) drawn
    ) numbered
    LIMIT %(count)s
) given, (
    SELECT array_agg(id ORDER BY id) AS ids FROM issues_category
    WHERE jurisdiction_id = %(jurisdiction)s AND is_active
) kinds
"""
# The bare look-ups, as quick as they get: the parcel that covers the point, and the nearest road section in reach.
LOOK_UP: Final = """
SELECT i.id, p.key, r.key
FROM issues_issue i
LEFT JOIN parcels_parcel p
    ON p.edition_to_id IS NULL AND p.jurisdiction_id = i.jurisdiction_id AND ST_Covers(p.geometry, i.point)
LEFT JOIN LATERAL (
    SELECT s.key FROM routing_roadsection s
    WHERE s.edition_to_id IS NULL AND s.jurisdiction_id = i.jurisdiction_id AND ST_DWithin(s.geometry, i.point, 30)
    ORDER BY ST_Distance(s.geometry, i.point) LIMIT 1
) r ON true
WHERE i.id = ANY(%s)
"""
ON_ONE_CORE: Final = "SET max_parallel_workers_per_gather TO 0; SET enable_bitmapscan TO off; "
WORKER: Final = """
import sys, django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from routing.trying.trials import trial_work
trial_work(trial_id=int(sys.argv[2]))
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024)
"""


def decision() -> list[Figure]:
    """One issue at a time, then a trial by one worker and by two; the yardstick is the bare look-up each time."""
    database_use(DATABASE)
    city = city_load("roads")
    issues = _issues(city)
    single = issues[:: max(1, len(issues) // (SINGLES + WARM_UP))][: SINGLES + WARM_UP]
    in_turns = [milliseconds(call, [one]) for one in single for call in (_look_up, _decide)]
    look_ups, singles = ([taken for [taken] in in_turns[n::2]][WARM_UP:] for n in range(2))
    raw = bare_seconds(issues)
    figures = [
        Figure(
            name="evidence and decision of one issue, median",
            value=median(singles),
            unit="ms",
            yardstick=median(look_ups),
            limit=MEDIAN_RATIO,
            limit_is_of_ratio=True,
        ),
        Figure(
            name="evidence and decision of one issue, p95",
            value=quantiles(singles, n=20)[-1],
            unit="ms",
            yardstick=quantiles(look_ups, n=20)[-1],
            limit=P95_RATIO,
            limit_is_of_ratio=True,
        ),
    ]
    for workers in (1, 2):
        seconds, megabytes = _trial_seconds(city, workers)
        figures.append(
            Figure(
                name=f"trial over {len(issues):,} issues, {workers} worker(s), {megabytes} MB each",
                value=seconds,
                unit="s",
                yardstick=raw,
                limit=TRIAL_RATIO if workers == 2 else None,
                limit_is_of_ratio=True,
            )
        )
    return figures


def _issues(city: City) -> list[int]:
    """Ids of the issues; they are made where another number of them is there."""
    own = Issue.objects.filter(jurisdiction=city.jurisdiction)
    if own.count() != ISSUES:
        issues_make(city, ISSUES)
    return list(own.order_by("pk").values_list("pk", flat=True))


def issues_make(city: City, count: int) -> None:
    """So many issues instead of those that are there."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE issues_issue CASCADE")
        cursor.execute(
            ISSUES_MAKE,
            {"jurisdiction": city.jurisdiction.pk, "copies": count // 12_000 + 1, "count": count},
        )
        cursor.execute("ANALYZE issues_issue")


def _look_up(issue_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_bitmapscan TO off; " + LOOK_UP, [[issue_id]])
        cursor.fetchall()


def _decide(issue_id: int) -> None:
    [_found] = results_of([issue_id])


def bare_seconds(issues: Sequence[int]) -> float:
    """The look-ups of all issues in one statement on one core; the best of two runs."""
    taken = []
    for _run in range(2):
        began = perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(ON_ONE_CORE + LOOK_UP, [list(issues)])
            cursor.fetchall()
            cursor.execute("RESET max_parallel_workers_per_gather; RESET enable_bitmapscan")
        taken.append(perf_counter() - began)
    return min(taken)


def _trial_seconds(city: City, workers: int) -> tuple[float, int]:
    """(seconds of a trial by so many processes, megabytes of the largest), from their start to their end."""
    Trial.objects.all().delete()
    trial = trial_start(jurisdiction=city.jurisdiction, rule_set=_draft(city))
    began = perf_counter()
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, DATABASE, str(trial.pk)], stdout=subprocess.PIPE
        )
        for _worker in range(workers)
    ]
    megabytes = max(int(one.communicate()[0]) for one in running)
    return perf_counter() - began, megabytes


def _draft(city: City) -> RuleSet:
    """A draft with the rules in effect and other thresholds, so that every issue is decided by both."""
    RuleSet.objects.filter(jurisdiction=city.jurisdiction, status=RuleSetStatus.DRAFT).delete()
    draft = draft_create(jurisdiction=city.jurisdiction)
    draft.thresholds.update(assign_from=F("assign_from") + Decimal("0.01"))
    return draft
