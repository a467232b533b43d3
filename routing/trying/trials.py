"""Trial runs: a rule set, or an edition, decides stored issues without anything of it counting.

The work lies in chunks in the database. A worker holds its chunk by a row lock within one transaction, so that a
worker that dies leaves nothing behind and its chunk to the next one, with the same result.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Final

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from gis_core.enums import EditionStatus
from gis_core.errors import GisError
from gis_core.models import Edition, Jurisdiction
from gis_core.selectors import editions_by_dataset
from routing.enums import TrialState
from routing.errors import RoutingError, TrialRefused
from routing.models import RuleSet, Trial, TrialChunk
from routing.rulebook.compiled import rule_set_compile
from routing.rulebook.listed import authority_codes, rule_set_in_effect
from routing.trying.chunks import LIVE, chunk_try
from routing.trying.editions import edition_try

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

RUN_TASK: Final = "routing.tasks.trial_run"
# Issues that a worker takes at a time: much is remembered from one to the next, so many are quicker than few; but
# progress should be seen, and two workers should be done at the same time.
CHUNK: Final = 25_000
CHUNK_LEAST: Final = 500
CHUNKS: Final = 4
# Celery workers that share a trial begun from a page.
WORKERS: Final = 2


# --- Beginning and ending ---------------------------------------------------------------------------


def trial_start(
    *,
    jurisdiction: Jurisdiction,
    rule_set: RuleSet | None = None,
    edition: Edition | None = None,
    limit: int | None = None,
    by: User | None = None,
) -> Trial:
    """Lays out a trial of a rule set (a draft, or any) or of a STAGED edition over the newest `limit` issues, or all.

    It is compared with the rules in effect today. Raises RuleSetError for rules that cannot be used, TrialRefused for
    what cannot be tried.
    """
    if (rule_set is None) == (edition is None):
        raise TrialRefused(_("Either rules or an edition is tried."))
    if rule_set is not None:
        if rule_set.jurisdiction_id != jurisdiction.pk:
            raise TrialRefused(_("These rules belong to another jurisdiction."))
        rule_set_compile(rule_set, authority_codes(jurisdiction))
    if edition is not None and (
        edition.jurisdiction_id != jurisdiction.pk or edition.status != EditionStatus.STAGED
    ):
        raise TrialRefused(_("Only an edition that is ready to be activated can be tried."))
    with transaction.atomic():
        trial = Trial.objects.create(
            jurisdiction=jurisdiction,
            rule_set=rule_set,
            revision=rule_set.revision if rule_set else 0,
            edition=edition,
            compared_with=rule_set_in_effect(jurisdiction, on=timezone.localdate()),
            editions=editions_by_dataset(jurisdiction),
            issue_limit=limit,
            created_by=by,
        )
        trial.issues_total = _chunks_create(trial)
        trial.save(update_fields=["issues_total"])
    return trial


def _chunks_create(trial: Trial) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            # Geometries are sorted along a curve that keeps neighbours together.
            "WITH newest AS (SELECT id, point FROM issues_issue WHERE jurisdiction_id = %s ORDER BY id DESC LIMIT %s),"
            " numbered AS (SELECT id, (row_number() OVER (ORDER BY point, id) - 1)"
            " / LEAST(%s, GREATEST(%s, count(*) OVER () / %s)) AS position FROM newest),"
            " made AS (INSERT INTO routing_trialchunk (trial_id, position, issue_ids, issues_done, is_done)"
            " SELECT %s, position, array_agg(id), 0, false FROM numbered GROUP BY position)"
            " SELECT count(*) FROM newest",
            [
                trial.jurisdiction_id,
                trial.issue_limit,
                CHUNK,
                CHUNK_LEAST,
                CHUNKS,
                trial.pk,
            ],
        )
        return int(cursor.fetchone()[0])


def trial_nudge(trial_id: int, *, workers: int = WORKERS) -> None:
    """Wakes workers. With the broker down the sweep finds the trial a little later."""
    try:
        for _worker in range(workers):
            current_app.send_task(RUN_TASK, args=[trial_id], ignore_result=True)
    except OperationalError as error:
        logger.warning("broker out of reach, the sweep will go on with the trial: %s", error)


def trial_cancel(*, trial: Trial) -> None:
    """Ends a trial after the chunks that are being worked on; what it has found stays."""
    _ended(trial, TrialState.CANCELLED)


def trial_resume(*, trial: Trial) -> None:
    """Goes on with a trial that was cancelled or failed, with the chunks that are not done."""
    Trial.objects.filter(pk=trial.pk, state__in=[TrialState.CANCELLED, TrialState.FAILED]).update(
        state=TrialState.RUNNING, error="", finished_at=None
    )


def _ended(trial: Trial, state: TrialState, error: str = "") -> None:
    Trial.objects.filter(pk=trial.pk, state__in=LIVE).update(
        state=state, error=error, finished_at=timezone.now()
    )


# --- Working ----------------------------------------------------------------------------------------


def trial_work(*, trial_id: int, seconds: float | None = None) -> bool:
    """Works on a trial until nothing is left to take, or for about so long; True if there is more to do.

    Any number of workers may do so at once. What goes wrong ends the trial as FAILED and says why.
    """
    trial = Trial.objects.select_related(
        "rule_set", "compared_with", "jurisdiction", "edition"
    ).get(pk=trial_id)
    until = None if seconds is None else monotonic() + seconds
    Trial.objects.filter(pk=trial_id, state=TrialState.WAITING).update(state=TrialState.RUNNING)
    try:
        with _cycles_left():
            if trial.edition is not None:
                edition_try(trial)
            else:
                while chunk_try(trial):
                    gc.collect()
                    if until is not None and monotonic() > until:
                        return True
    except (RoutingError, GisError) as error:
        _ended(trial, TrialState.FAILED, str(error))
    except Exception as error:
        # The outermost loop: a person has to see that this trial does not go on.
        logger.exception("trial %s broke off", trial_id)
        _ended(trial, TrialState.FAILED, f"{type(error).__name__}: {error}")
    if not trial.chunks.filter(is_done=False).exists():
        _ended(trial, TrialState.DONE)
    return False


@contextmanager
def _cycles_left() -> Iterator[None]:
    """Without looking for cycles of objects: a chunk makes millions of objects, none in cycles, and the collector would
    go through all of them over and over, a quarter of the time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def trials_unattended() -> list[int]:
    """Trials that are to go on and that no worker is busy with: their workers died, or were never told."""
    found = []
    for trial in Trial.objects.filter(state__in=LIVE):
        next_ones = trial.chunks.filter(is_done=False).order_by("position")[: WORKERS + 1]
        ids = list(next_ones.values_list("pk", flat=True))
        with transaction.atomic():
            chunks = TrialChunk.objects.select_for_update(skip_locked=True).filter(pk__in=ids)
            free = chunks.values_list("pk", flat=True)
            if len(free) == len(ids):
                found.append(trial.pk)
    return found
