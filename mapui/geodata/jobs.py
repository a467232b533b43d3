"""Background work on editions: what a page orders and a worker does.

The edition in the database is the truth. The marker in the cache only tells the page that something is going on;
without it the buttons are shown again and a second order is refused by the edition's state.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any, Final

from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from gis_core.enums import EditionStatus
from gis_core.errors import CodedError, GisError
from gis_core.messages import Message, Told, told_text
from gis_core.models import Edition
from gis_core.services.editions import edition_activate, edition_resume, edition_rollback
from mapui.geodata.uploads import uploads_remove
from routing.services.impact import impact_of

logger = logging.getLogger(__name__)

# A worker that was killed is believed to be at work no longer than this; a running load says so again and again.
_RUNNING_SECONDS: Final = 300
_REPEAT_SECONDS: Final = 1
_PROBLEM_SECONDS: Final = 24 * 3600
# An edition that nobody began to load after this time was ordered while the broker was down.
_WAITING: Final = timedelta(minutes=1)
IMPACT_LIMIT: Final = 1000


@dataclass(frozen=True)
class JobState:
    """`action` is running when `problem` is empty, else it ended with this message (gis_core.messages.Told as JSON).

    `step` is the file that is read or what else is done, `features` how many of it.
    """

    action: str
    problem: dict[str, Any] = field(default_factory=dict)
    step: str = ""
    features: int = 0

    @property
    def is_running(self) -> bool:
        return not self.problem

    @property
    def problem_text(self) -> str:
        """What ended it, in the active language."""
        return told_text(self.problem)


def job_mark(edition: Edition, state: JobState) -> None:
    seconds = _RUNNING_SECONDS if state.is_running else _PROBLEM_SECONDS
    with _cache_allowed_to_fail():
        cache.set(_name(edition.pk), astuple(state), seconds)


def job_forget(edition: Edition) -> None:
    with _cache_allowed_to_fail():
        cache.delete(_name(edition.pk))


def job_state(edition: Edition) -> JobState | None:
    stored = None
    with _cache_allowed_to_fail():
        stored = cache.get(_name(edition.pk))
    return JobState(*stored) if stored else None


@contextmanager
def _cache_allowed_to_fail() -> Iterator[None]:
    """Without the marker the page shows an edition as nobody's work in hand; nothing else depends on it."""
    try:
        yield
    except RedisError as error:
        logger.warning("the cache cannot be reached: %s", error)


def _name(pk: int) -> str:
    return f"geodata-job-{pk}"


def load_run(*, edition: Edition) -> None:
    """Loads, or goes on loading, an edition, then looks whom the change would concern."""

    told: tuple[str, float] = ("", 0.0)

    def tell(step: str, features: int) -> None:
        nonlocal told
        if step != told[0] or monotonic() - told[1] > _REPEAT_SECONDS:
            told = (step, monotonic())
            job_mark(edition, JobState("load", step=step, features=features))

    def load() -> None:
        loaded = edition_resume(edition=edition, progress=tell)
        if loaded.status == EditionStatus.STAGED:
            tell("impact", loaded.report["rows"])
            impact_store(loaded)

    _run(edition, "load", load)


def activate_run(*, edition: Edition, by: User | None, override_reason: str) -> None:
    def activate() -> None:
        edition_activate(edition=edition, by=by, override_reason=override_reason)
        uploads_remove(edition)

    _run(edition, "activate", activate)


def rollback_run(*, edition: Edition, by: User | None) -> None:
    def rollback() -> None:
        edition_rollback(edition=edition, by=by)

    _run(edition, "rollback", rollback)


def _run(edition: Edition, action: str, work: Callable[[], None]) -> None:
    job_mark(edition, JobState(action))
    ended: JobState | None = JobState(action, Told(Message("work_broke_off")).as_json())
    try:
        work()
        ended = None
    except CodedError as error:
        logger.warning("edition %s: %s: %s", edition.pk, action, error)
        ended = JobState(action, error.told.as_json())
    finally:
        if ended is None:
            job_forget(edition)
        else:
            job_mark(edition, ended)


def impact_store(edition: Edition) -> None:
    """Keeps in the edition's report which open issues would get another authority."""
    impact = impact_of(edition)
    entries: list[dict[str, Any]] = [one.as_json() for one in impact[:IMPACT_LIMIT]]
    edition.report = {**edition.report, "impact": entries, "impact_count": len(impact)}
    edition.save(update_fields=["report"])


def impact_store_missing() -> None:
    """For editions that no page has ordered: staged by a command or by the nightly synchronisation."""
    for edition in Edition.objects.filter(status=EditionStatus.STAGED).exclude(
        report__has_key="impact"
    ):
        try:
            impact_store(edition)
        except GisError as error:
            logger.warning("edition %s: impact: %s", edition.pk, error)
            # Not tried again every minute; the page shows none.
            edition.report = {**edition.report, "impact": None}
            edition.save(update_fields=["report"])


def editions_waiting() -> list[int]:
    """Editions that were ordered and that no worker has begun."""
    waiting = Edition.objects.filter(
        status=EditionStatus.LOADING,
        progress={},
        cancel_requested=False,
        created_at__lt=timezone.now() - _WAITING,
    )
    return list(waiting.order_by("pk").values_list("pk", flat=True))
