"""The life of an edition: staged, activated or discarded, rolled back. Nothing but activation touches active rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from gis_core.enums import Dataset
from gis_core.loading.batches import Progress, no_progress
from gis_core.loading.sources import Source
from gis_core.models import Edition, Jurisdiction

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def edition_stage(
    *,
    jurisdiction: Jurisdiction,
    dataset: Dataset | str,
    sources: Iterable[Source],
    as_of: date | None = None,
    licence: str = "",
    attribution: str = "",
    created_by: User | None = None,
    progress: Progress = no_progress,
    edition: Edition | None = None,
) -> Edition:
    """Loads sources beside the active state, checks them and computes the difference; returns the STAGED edition.

    `edition`: one of edition_create() that waits (a page makes it, a worker loads it). Raises LoadError after
    storing the edition as FAILED with the error and with what was read so far.
    """
    raise NotImplementedError


def edition_create(
    *,
    jurisdiction: Jurisdiction,
    dataset: Dataset | str,
    sources: Iterable[Source],
    as_of: date | None = None,
    licence: str = "",
    attribution: str = "",
    created_by: User | None = None,
) -> Edition:
    """An edition in state LOADING that remembers its sources; edition_resume() loads it, in this or another process."""
    raise NotImplementedError


def edition_resume(*, edition: Edition, progress: Progress = no_progress) -> Edition:
    """Goes on with a load that was killed, failed or cancelled, or begins one of edition_create()."""
    raise NotImplementedError


def edition_cancel(*, edition: Edition) -> None:
    """Asks a running load to stop; it does so after its current batch and ends as FAILED, to be resumed or discarded."""
    raise NotImplementedError


def edition_activate(
    *, edition: Edition, by: User | None = None, override_reason: str = ""
) -> Edition:
    """Makes a STAGED edition the active state, in one transaction.

    Raises EditionError when its state does not allow it, or when checks of severity error stand and no named
    person gives a reason.
    """
    raise NotImplementedError


def edition_discard(*, edition: Edition, by: User | None = None) -> None:
    """Gives up an edition that is not active and was not; what was staged is dropped."""
    raise NotImplementedError


def edition_rollback(*, edition: Edition, by: User | None = None) -> Edition:
    """Brings back the state before the ACTIVE edition, in one transaction; returns the edition that restores it."""
    raise NotImplementedError
