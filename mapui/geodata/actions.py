"""What can be done with an edition: which of it is allowed when, and who does it (a worker, or the request at once)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from gis_core.enums import EditionStatus
from gis_core.errors import GisError
from gis_core.models import Edition
from gis_core.services.editions import edition_cancel, edition_discard
from gis_core.services.jobs import JobState, job_forget, job_mark, job_order
from gis_core.services.sources import source_can_end, source_can_lead, source_end, source_lead
from gis_core.services.uploads import uploads_remove

Done = tuple[str, Edition]


@dataclass(frozen=True)
class Action:
    """`run` does it or orders it, and returns what to tell the person and the edition to show; GisError when it cannot
    be done."""

    name: str
    label: str | Promise
    question: str | Promise
    explanation: str | Promise
    run: Callable[[Edition, User, str], Done]
    is_dangerous: bool = False


def _ordered(edition: Edition, action: str, task: str, *args: Any) -> None:
    job_mark(edition, JobState(action))
    if not job_order(task, edition.pk, *args):
        job_forget(edition)
        raise GisError(_("The queue cannot be reached; nothing was changed. Please try later."))


def _activate(edition: Edition, by: User, reason: str) -> Done:
    _ordered(edition, "activate", "geodata_activate", by.pk, reason)
    return _("The edition is being activated."), edition


def _rollback(edition: Edition, by: User, reason: str) -> Done:
    _ordered(edition, "rollback", "geodata_rollback", by.pk)
    return _("The former state is being restored."), edition


def _resume(edition: Edition, by: User, reason: str) -> Done:
    _ordered(edition, "load", "geodata_load")
    return _("The load goes on."), edition


def _cancel(edition: Edition, by: User, reason: str) -> Done:
    edition_cancel(edition=edition)
    return _("The load stops after the rows it is reading."), edition


def _discard(edition: Edition, by: User, reason: str) -> Done:
    edition_discard(edition=edition, by=by)
    uploads_remove(edition)
    job_forget(edition)
    edition.refresh_from_db()
    return _("The edition was discarded. The active state is as it was."), edition


def _end(edition: Edition, by: User, reason: str) -> Done:
    return _staged(source_end(edition=edition, by=by))


def _lead(edition: Edition, by: User, reason: str) -> Done:
    return _staged(source_lead(edition=edition, by=by))


def _staged(edition: Edition) -> Done:
    _ordered(edition, "load", "geodata_load")
    return pgettext(
        "geodata", "Nothing has changed yet: look at this edition and activate it."
    ), edition


ACTIONS: Final = {
    action.name: action
    for action in (
        Action(
            "activate",
            gettext_lazy("Activate"),
            gettext_lazy("Activate this edition?"),
            gettext_lazy(
                "From then on every decision rests on it. Decided issues keep the edition they were decided on;"
                " open issues that would get another authority become proposals in triage. It can be rolled back."
            ),
            _activate,
        ),
        Action(
            "discard",
            gettext_lazy("Discard"),
            gettext_lazy("Discard this edition?"),
            gettext_lazy(
                "What was loaded and the uploaded files are removed. The active state stays as it is."
            ),
            _discard,
            is_dangerous=True,
        ),
        Action(
            "cancel",
            gettext_lazy("Cancel the load"),
            gettext_lazy("Cancel the load?"),
            gettext_lazy("What was read so far is kept: the load can be resumed or discarded."),
            _cancel,
        ),
        Action(
            "resume",
            gettext_lazy("Resume the load"),
            gettext_lazy("Resume the load?"),
            gettext_lazy("It goes on behind the last rows that were stored."),
            _resume,
        ),
        Action(
            "rollback",
            gettext_lazy("Roll back"),
            gettext_lazy("Bring back the state before this edition?"),
            gettext_lazy(
                "The state before this edition becomes the active one again, exactly as it was; where there was none,"
                " nothing is active afterwards. This edition stays in the history."
            ),
            _rollback,
            is_dangerous=True,
        ),
        Action(
            "lead",
            pgettext_lazy("geodata", "Count first"),
            pgettext_lazy("geodata", "Let this source count first?"),
            pgettext_lazy(
                "geodata",
                "Of objects that several sources have, that of this source counts then. An edition is made with the"
                " same objects; nothing changes before it is activated.",
            ),
            _lead,
        ),
        Action(
            "end",
            pgettext_lazy("geodata", "End the source"),
            pgettext_lazy("geodata", "End this source?"),
            pgettext_lazy(
                "geodata",
                "An edition is made without any object of this source; other sources stay. Nothing changes before it is"
                " activated, and it can be rolled back.",
            ),
            _end,
            is_dangerous=True,
        ),
    )
}

_BY_STATUS: Final[dict[str, tuple[str, ...]]] = {
    EditionStatus.LOADING: ("resume", "discard"),
    EditionStatus.STAGED: ("activate", "discard"),
    EditionStatus.FAILED: ("resume", "discard"),
    EditionStatus.ACTIVE: ("rollback",),
}


def actions_allowed(edition: Edition, job: JobState | None) -> dict[str, Action]:
    """By name, the main one first. While a worker is busy with the edition only its load can be cancelled."""
    if job is not None and job.is_running:
        names: tuple[str, ...] = ()
        if edition.status == EditionStatus.LOADING and not edition.cancel_requested:
            names = ("cancel",)
    else:
        names = _BY_STATUS.get(edition.status, ())
        names += ("lead",) * source_can_lead(edition) + ("end",) * source_can_end(edition)
    return {name: ACTIONS[name] for name in names}
