"""The life of an edition: staged, activated or discarded, rolled back. Nothing but activation touches active rows."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Final

from django.db import DatabaseError, transaction
from django.utils import timezone

from gis_core.datasets import dataset_spec
from gis_core.enums import EditionStatus, Severity
from gis_core.errors import EditionError
from gis_core.loading.difference import (
    difference_apply,
    difference_undo,
    statistics_refresh,
)
from gis_core.loading.read.batches import LoadReport
from gis_core.loading.stage.outlines import land_moved
from gis_core.loading.stage.precedence import precedence_apply
from gis_core.loading.stage.sources import active_edition, sources_beside
from gis_core.loading.stage.staging import Staging
from gis_core.maps.attribution import attribution_refresh
from gis_core.maps.entries import entries_changed
from gis_core.messages import Message
from gis_core.models import Edition, EditionLocations
from gis_core.services.jurisdictions import jurisdiction_boundary_refresh
from gis_core.services.loads import (
    collector_spared,
    edition_cancel,
    edition_compare,
    edition_create,
    edition_resume,
    edition_stage,
    load_lock,
)
from gis_core.services.locks import dataset_lock
from gis_core.signals import edition_activated

logger = logging.getLogger(__name__)
# In reports: of an activation against its base, and of a roll-back.
_CHANGES: Final = ("new", "changed", "vanished", "opened", "closed")
# Until one row in so many changed.
_STATISTICS_LAST: Final = 10

if TYPE_CHECKING:
    from django.contrib.auth.models import User

__all__ = [
    "activation_rehearse",
    "edition_activate",
    "edition_cancel",
    "edition_create",
    "edition_discard",
    "edition_resume",
    "edition_rollback",
    "edition_stage",
]


def edition_activate(
    *, edition: Edition, by: User | None = None, override_reason: str = ""
) -> Edition:
    """Makes a STAGED edition the active state, in one transaction. Readers see the former state or the new one.

    EditionError when its state does not allow it, when findings of severity error stand and no named person
    gives a reason, and when another edition became active since the comparison that people saw: then the
    difference and the checks are those against the new state, to be looked at first.
    """
    staging = Staging(dataset_spec(edition.dataset), edition)
    _staged_required(edition, staging)
    if _base_refresh(edition, staging):
        raise EditionError("edition_compared_anew", edition=edition.pk)
    override_reason = override_reason.strip()
    errors = edition.checks.filter(severity=Severity.ERROR)
    if errors and not (override_reason and by):
        raise EditionError(
            "edition_has_errors",
            edition=edition.pk,
            errors=[
                Message("edition_error", {"check": check.code, "finding": check.told})
                for check in errors
            ],
        )
    started = perf_counter()
    with transaction.atomic():
        dataset_lock(edition)
        edition.activated_by = by
        edition.override_reason = override_reason if errors else ""
        _activate(edition, staging)
    edition.report["activation_seconds"] = round(perf_counter() - started, 3)
    edition.save(update_fields=["report"])
    _announce(edition, staging)
    return edition


def edition_discard(*, edition: Edition, by: User | None = None) -> None:
    """Gives up an edition that never was active; what was staged is dropped.

    EditionError for another, and LoadError while it is being loaded: that has to be cancelled first.
    """
    allowed = (EditionStatus.LOADING, EditionStatus.STAGED, EditionStatus.FAILED)
    with load_lock(edition):
        edition.refresh_from_db()
        if edition.status not in allowed:
            raise EditionError("edition_not_discardable", edition=edition.pk, status=edition.status)
        Staging(dataset_spec(edition.dataset), edition).drop()
        edition.changes.all().delete()
        edition.successions.all().delete()
        EditionLocations.objects.filter(edition=edition).delete()
        edition.status = EditionStatus.DISCARDED
        if by is not None:
            edition.report["discarded_by"] = by.get_username()
        edition.save(update_fields=["status", "report"])


def edition_rollback(*, edition: Edition, by: User | None = None) -> Edition:
    """Brings back the state before the ACTIVE edition, in one transaction; returns the edition that restores it.

    Nothing is lost: as of a moment before, the rows of the rolled-back edition are still found. Where there was
    no state before, none is active afterwards.
    """
    staging = Staging(dataset_spec(edition.dataset), edition)
    with transaction.atomic():
        dataset_lock(edition)
        edition.refresh_from_db()
        if edition.status != EditionStatus.ACTIVE:
            raise EditionError("edition_not_active", edition=edition.pk, status=edition.status)
        restoring = _restoring(edition, by)
        edition.status = EditionStatus.ROLLED_BACK
        edition.save(update_fields=["status"])
        opened, closed = difference_undo(staging, restoring)
        restoring.report = {"opened": opened, "closed": closed}
        if restoring.precedence != edition.precedence:
            restoring.report["reordered"] = True
        restoring.status = (
            EditionStatus.ACTIVE if restoring.restores_id else EditionStatus.SUPERSEDED
        )
        restoring.activated_at = timezone.now()
        restoring.save(update_fields=["status", "report", "activated_at"])
        precedence_apply(dataset_spec(edition.dataset), restoring)
    _announce(restoring, staging)
    return restoring


@contextmanager
def activation_rehearse(edition: Edition) -> Iterator[Edition]:
    """Within it the STAGED edition is active for this connection alone; afterwards all is as it was.

    Yields the edition as it is then.
    """
    rehearsed = Edition.objects.get(pk=edition.pk)
    staging = Staging(dataset_spec(rehearsed.dataset), rehearsed)
    _staged_required(rehearsed, staging)
    _base_refresh(rehearsed, staging)
    with transaction.atomic():
        try:
            _activate(rehearsed, staging)
            _boundary_refresh(rehearsed, staging)
            yield rehearsed
        finally:
            transaction.set_rollback(True)


def _staged_required(edition: Edition, staging: Staging) -> None:
    edition.refresh_from_db()
    if edition.status != EditionStatus.STAGED:
        raise EditionError("edition_not_staged", edition=edition.pk, status=edition.status)
    staged = edition.progress["rows"]
    if not staging.exists() or (staged and staging.is_empty()):
        raise EditionError("edition_lost", edition=edition.pk)


def _base_refresh(edition: Edition, staging: Staging) -> bool:
    """Compares anew where another edition of this or another source became active since; whether that was so.

    EditionError for an update of the cadastre, which fits the state that it was loaded upon and no other.
    """
    current = active_edition(edition)
    is_same = (current and current.pk) == edition.base_id
    if is_same and sources_beside(edition) == edition.report.get("beside", []):
        return False
    if staging.is_update and not is_same:
        raise EditionError("edition_update_outdated", edition=edition.pk)
    report = LoadReport.from_json(edition.report)
    took = {name: edition.report[name] for name in ("seconds", "read_seconds")}
    edition_compare(edition, staging, dataset_spec(edition.dataset), report, edition.report["rows"])
    edition.report |= took
    edition.save(update_fields=["report", "precedence"])
    return True


def _activate(edition: Edition, staging: Staging) -> None:
    """The switch itself; belongs into a transaction. Everything was compared before, rows are found by key."""
    current = active_edition(edition)
    if (current and current.pk) != edition.base_id:
        raise EditionError("edition_overtaken", dataset=edition.dataset)
    if current is not None:
        current.status = EditionStatus.SUPERSEDED
        current.save(update_fields=["status"])
    difference_apply(staging)
    edition.status, edition.activated_at = EditionStatus.ACTIVE, timezone.now()
    edition.save(update_fields=["status", "activated_at", "activated_by", "override_reason"])
    precedence_apply(dataset_spec(edition.dataset), edition)


def _restoring(edition: Edition, by: User | None) -> Edition:
    former = edition.base
    return Edition.objects.create(
        jurisdiction=edition.jurisdiction,
        dataset=edition.dataset,
        source_name=edition.source_name,
        precedence=(former or edition).precedence,
        status=EditionStatus.STAGED,
        source=(former or edition).source,
        profile=(former or edition).profile,
        as_of=former.as_of if former else None,
        licence=former.licence if former else "",
        attribution=former.attribution if former else "",
        base=edition,
        restores=former,
        created_by=by,
        activated_by=by,
    )


@collector_spared()
def _announce(edition: Edition, staging: Staging) -> None:
    """What follows from a new state, which stands whatever goes wrong here: that is logged."""
    try:
        changes = sum(edition.report.get(name, 0) for name in _CHANGES)
        # Fewer are left to autovacuum, which counts them together.
        if changes > edition.report.get("unchanged", 0) / _STATISTICS_LAST:
            statistics_refresh(staging)
        _boundary_refresh(edition, staging)
        staging.drop()
        attribution_refresh()
    except DatabaseError:
        logger.exception("edition %s is active; what follows from it went wrong", edition.pk)
    entries_changed()
    edition_activated.send_robust(Edition, edition_id=edition.pk)


def _boundary_refresh(edition: Edition, staging: Staging) -> None:
    """Notes in the edition's report whether the boundary moved, which concerns more than the places of its rows."""
    spec = dataset_spec(edition.dataset)
    if not spec.boundary:
        return
    jurisdiction = edition.jurisdiction
    jurisdiction.refresh_from_db(fields=["boundary"])
    before = jurisdiction.boundary
    # Uniting all parcels takes longer than a small difference; a roll-back has none of its own.
    if before and spec.coverage and staging.exists() and not land_moved(staging):
        return
    jurisdiction_boundary_refresh(jurisdiction=jurisdiction)
    after = jurisdiction.boundary
    if after is not None and (before is None or not after.equals(before)):
        edition.report["boundary_moved"] = True
        edition.save(update_fields=["report"])
