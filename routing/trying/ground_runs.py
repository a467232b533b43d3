"""Coverage on the ground as a stored result: begun, measured, read.

A worker holds a measurement by a lock of its connection and stores nothing before the end. Where it dies, the next one
begins anew, with the same result: it takes half a minute for any city.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Final

from celery import current_app
from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.query import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from gis_core.models import Jurisdiction
from gis_core.selectors import editions_by_dataset
from issues.models import Category
from routing.enums import GroundVerdict, TrialState
from routing.errors import RoutingError, TrialRefused
from routing.models import GroundCoverage, GroundRow, RuleSet
from routing.rulebook.compiled import rule_set_compile
from routing.rulebook.listed import authority_codes
from routing.trying.chunks import LIVE
from routing.trying.ground import (
    PLACES_PER_KIND,
    SEED,
    GroundPlace,
    ground_places,
    ground_rows,
    ground_told,
)
from routing.types import Result

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

RUN_TASK: Final = "routing.tasks.ground_run"
HOLES: Final = (GroundVerdict.DOUBT, GroundVerdict.NOBODY)
# The first of the two numbers of an advisory lock; the second is the measurement.
LOCK: Final = 20_732


# --- Beginning and ending ---------------------------------------------------------------------------


def coverage_start(
    *,
    rule_set: RuleSet,
    places_per_kind: int = PLACES_PER_KIND,
    seed: int = SEED,
    by: User | None = None,
) -> GroundCoverage:
    """Lays out a measurement of a rule set (a draft, or any), `places_per_kind` of each land use and owner class.

    Raises RuleSetError for rules that cannot be used, TrialRefused while another measurement of them goes on.
    """
    rule_set_compile(rule_set, authority_codes(rule_set.jurisdiction))
    with transaction.atomic():
        locked = RuleSet.objects.select_for_update().get(pk=rule_set.pk)
        if locked.ground_coverages.filter(state__in=LIVE).exists():
            raise TrialRefused(_("The coverage of this version is being measured already."))
        return GroundCoverage.objects.create(
            rule_set=locked,
            revision=locked.revision,
            editions=editions_by_dataset(rule_set.jurisdiction),
            places_per_kind=places_per_kind,
            seed=seed,
            created_by=by,
        )


def coverage_nudge(coverage_id: int) -> None:
    """Wakes a worker. With the broker down the sweep finds the measurement a little later."""
    try:
        current_app.send_task(RUN_TASK, args=[coverage_id], ignore_result=True)
    except OperationalError as error:
        logger.warning("broker out of reach, the sweep will go on with the coverage: %s", error)


def _failed(coverage: GroundCoverage, error: str) -> None:
    GroundCoverage.objects.filter(pk=coverage.pk, state__in=LIVE).update(
        state=TrialState.FAILED, error=error, finished_at=timezone.now()
    )


# --- Working ----------------------------------------------------------------------------------------


def coverage_work(*, coverage_id: int) -> None:
    """Measures to the end; does nothing while another worker does so.

    What goes wrong ends the measurement as FAILED and says why.
    """
    with _alone(coverage_id) as alone:
        live = GroundCoverage.objects.filter(pk=coverage_id, state__in=LIVE)
        coverage = live.select_related("rule_set__jurisdiction").first() if alone else None
        if coverage is None:
            return
        live.update(state=TrialState.RUNNING)
        try:
            _measure(coverage)
        except RoutingError as error:
            _failed(coverage, str(error))
        except Exception as error:
            # The outermost loop: a person has to see that this measurement does not go on.
            logger.exception("coverage %s broke off", coverage_id)
            _failed(coverage, f"{type(error).__name__}: {error}")


@contextmanager
def _alone(coverage_id: int) -> Iterator[bool]:
    """A lock of the connection: a worker that dies gives it back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, coverage_id])
        (alone,) = cursor.fetchone()
    try:
        yield bool(alone)
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, coverage_id])


def _measure(coverage: GroundCoverage) -> None:
    began = monotonic()
    rule_set = coverage.rule_set
    city = rule_set.jurisdiction
    places = ground_places(city, count=coverage.places_per_kind, seed=coverage.seed)
    if not places:
        raise TrialRefused(_("No land use is loaded, so no places can be drawn."))
    stored = GroundCoverage.objects.filter(pk=coverage.pk)
    stored.update(places=len(places))
    told = ground_told(rule_set, places, categories=categories_offered(city))
    rows = ground_rows(rule_set, _counted(told, stored))
    for row in rows:
        row.coverage = coverage
    with transaction.atomic():
        # Rules and data were read before this; what changed since then has counted up or is another edition.
        if is_outdated(coverage):
            raise TrialRefused(
                _("Rules or geodata changed during the measurement. Please begin anew.")
            )
        GroundRow.objects.bulk_create(rows)
        GroundCoverage.objects.filter(rule_set=rule_set, pk__lt=coverage.pk).delete()
        stored.update(
            state=TrialState.DONE, seconds=monotonic() - began, finished_at=timezone.now()
        )


def _counted(
    told: Iterable[tuple[GroundPlace, list[Result]]], stored: QuerySet[GroundCoverage]
) -> Iterator[tuple[GroundPlace, list[Result]]]:
    """The same, while the progress is told."""
    for number, one in enumerate(told, start=1):
        stored.update(done=number)
        yield one


def coverages_unfinished() -> list[int]:
    """Measurements that are to go on; whoever finds a worker at one leaves it alone."""
    live = GroundCoverage.objects.filter(state__in=LIVE).order_by("pk")
    return list(live.values_list("pk", flat=True))


# --- Reading ----------------------------------------------------------------------------------------


def categories_offered(jurisdiction: Jurisdiction) -> list[Category]:
    offered = Category.objects.filter(jurisdiction=jurisdiction, is_active=True)
    return list(offered.order_by("order", "code"))


def is_outdated(coverage: GroundCoverage) -> bool:
    """Whether the rules were edited, or other geodata activated, since the measurement began."""
    rule_set = RuleSet.objects.select_related("jurisdiction").get(pk=coverage.rule_set_id)
    return (coverage.revision, coverage.editions) != (
        rule_set.revision,
        editions_by_dataset(rule_set.jurisdiction),
    )


def shares_by_category(coverage: GroundCoverage) -> Mapping[str, Mapping[GroundVerdict, float]]:
    """How many of a category's reports (0 to 1) come to what, by code; every verdict has a figure."""
    found: dict[str, dict[GroundVerdict, float]] = defaultdict(
        lambda: dict.fromkeys(GroundVerdict, 0.0)
    )
    totals = coverage.rows.order_by().values_list("category", "verdict").annotate(Sum("share"))
    for category, verdict, share in totals:
        found[category][GroundVerdict(verdict)] = share
    return found


def holes_of(coverage: GroundCoverage) -> QuerySet[GroundRow]:
    """Where a body is in doubt or nobody is named, the greatest share first."""
    return coverage.rows.filter(verdict__in=HOLES)


def coverage_last(rule_set: RuleSet) -> GroundCoverage | None:
    """The measurement that was begun last, in whatever state."""
    return rule_set.ground_coverages.order_by("-pk").first()


def coverage_shown(rule_set: RuleSet) -> GroundCoverage | None:
    """The result that there is: that of the last measurement that came to its end."""
    done = rule_set.ground_coverages.filter(state=TrialState.DONE)
    return done.select_related("created_by").order_by("-pk").first()
