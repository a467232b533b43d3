"""Background work on editions: what a page orders and a worker does.

The edition in the database is the truth. The marker in the cache only tells the page what was ordered and how far it
is; whether a process is really at work says the lock that it holds. A second order is refused by the edition's state.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any, Final

from celery import current_app
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from gis_core.enums import EditionStatus
from gis_core.errors import CodedError
from gis_core.messages import Message, Told, told_text
from gis_core.models import Edition
from gis_core.services.editions import edition_activate, edition_resume, edition_rollback
from gis_core.services.locks import edition_is_worked_on, edition_lock
from gis_core.services.uploads import uploads_remove
from gis_core.signals import edition_staged

logger = logging.getLogger(__name__)

# What was ordered is believed to be under way for so long, until a worker begins.
_ORDERED_SECONDS: Final = 300
_REPEAT_SECONDS: Final = 1
_KEPT_SECONDS: Final = 24 * 3600
# An edition that nobody began to load after this time was ordered while the broker was down.
_WAITING: Final = timedelta(minutes=1)
_BROKEN_OFF: Final = Told(Message("work_broke_off")).as_json()


@dataclass(frozen=True)
class JobState:
    """`action` is running when `problem` is empty, else it ended with this message (gis_core.messages.Told as JSON).

    `step` is the file that is read or what else is done, `features` how many of it; `begun`: by a worker, who holds
    the edition's lock.
    """

    action: str
    problem: dict[str, Any] = field(default_factory=dict)
    step: str = ""
    features: int = 0
    begun: bool = False

    @property
    def is_running(self) -> bool:
        return not self.problem

    @property
    def problem_text(self) -> str:
        """What ended it, in the active language."""
        return told_text(self.problem)


def job_mark(edition: Edition, state: JobState) -> None:
    seconds = _ORDERED_SECONDS if state.is_running and not state.begun else _KEPT_SECONDS
    with _cache_allowed_to_fail():
        cache.set(_name(edition.pk), astuple(state), seconds)


def job_forget(edition: Edition) -> None:
    with _cache_allowed_to_fail():
        cache.delete(_name(edition.pk))


def job_state(edition: Edition) -> JobState | None:
    """The state of the edition's job, running or ended; None: there is no job.

    Of a worker that was killed it is known at once, because its lock is gone.
    """
    stored = _stored(edition)
    if stored is None and edition.status == EditionStatus.LOADING and edition_is_worked_on(edition):
        # By a command, or with a cache that forgot.
        file, features = (edition.progress.get(name) for name in ("file", "features"))
        return JobState("load", step=file or "", features=features or 0, begun=True)
    if stored is None or not stored.begun or edition_is_worked_on(edition):
        return stored
    # It may have ended in order since; then that was noted before the lock was given back.
    stored = _stored(edition)
    if stored is None or not stored.begun:
        return stored
    return JobState(stored.action, _BROKEN_OFF)


def _stored(edition: Edition) -> JobState | None:
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
    """Loads, or goes on loading, an edition; other apps then look whom the change would concern."""

    told: tuple[str, float] = ("", 0.0)

    def tell(step: str, features: int) -> None:
        nonlocal told
        if step != told[0] or monotonic() - told[1] > _REPEAT_SECONDS:
            told = (step, monotonic())
            job_mark(edition, JobState("load", step=step, features=features, begun=True))

    def load() -> None:
        loaded = edition_resume(edition=edition, progress=tell)
        if loaded.status == EditionStatus.STAGED:
            tell("impact", loaded.report["rows"])
            edition_staged.send(Edition, edition_id=loaded.pk)

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
    with edition_lock(edition) as free:
        if free:
            _run_alone(edition, action, work)
        else:
            logger.warning("edition %s: %s: is being worked on already", edition.pk, action)


def _run_alone(edition: Edition, action: str, work: Callable[[], None]) -> None:
    job_mark(edition, JobState(action, begun=True))
    ended: JobState | None = JobState(action, _BROKEN_OFF)
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


def editions_waiting() -> list[int]:
    """Editions that were ordered and that no worker has begun."""
    waiting = Edition.objects.filter(
        status=EditionStatus.LOADING,
        progress={},
        cancel_requested=False,
        created_at__lt=timezone.now() - _WAITING,
    )
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def job_order(task: str, *args: Any) -> bool:
    """Gives a task of `gis_core.tasks` to the workers; False when the broker cannot be reached.

    By name: workers run tasks, pages only order them.
    """
    try:
        current_app.send_task(f"gis_core.tasks.{task}", args=args)
    except OperationalError:
        return False
    return True
