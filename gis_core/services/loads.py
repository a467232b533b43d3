"""Loading an edition beside the active state: created, staged, cancelled, resumed."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from time import perf_counter
from typing import TYPE_CHECKING, Any

import shapely
from django.db import DatabaseError

from gis_core.datasets import DatasetSpec, dataset_spec
from gis_core.enums import EditionStatus
from gis_core.errors import CodedError, EditionError, GisError, LoadCancelled, LoadError
from gis_core.loading.check.checks import checks_run
from gis_core.loading.difference import difference_compute
from gis_core.loading.read.batches import LoadReport, Progress, no_progress
from gis_core.loading.read.cut import boundary_drawn, cut_tell, margin_of
from gis_core.loading.sources import Source
from gis_core.loading.stage.loading import source_from_json, source_to_json, sources_stage
from gis_core.loading.stage.sources import source_place, sources_beside
from gis_core.loading.stage.staging import Staging
from gis_core.loading.stage.unchanged import without_file_stage
from gis_core.messages import Message, Told
from gis_core.models import Edition, EditionLocations, Jurisdiction
from gis_core.services.locks import edition_lock, session_lock

if TYPE_CHECKING:
    from django.contrib.auth.models import User

RESUMABLE = (EditionStatus.LOADING, EditionStatus.FAILED)


def edition_create(
    *,
    jurisdiction: Jurisdiction,
    dataset: str,
    sources: Iterable[Source],
    source_name: str = "",
    as_of: date | None = None,
    licence: str = "",
    attribution: str = "",
    created_by: User | None = None,
) -> Edition:
    """An edition in state LOADING that remembers its sources; edition_resume() loads it, also in another process.

    It replaces what was loaded under the same `source_name`. LoadError for a name where the dataset has one source, and
    without a name where all sources have one.
    """
    spec, sources = dataset_spec(dataset), list(sources)
    loaded = next((source.layer or source.name for source in sources), "")
    named, precedence = source_place(jurisdiction, spec, source_name, loaded=loaded)
    return Edition.objects.create(
        jurisdiction=jurisdiction,
        dataset=spec.dataset,
        source_name=named,
        precedence=precedence,
        status=EditionStatus.LOADING,
        source=", ".join(source.name for source in sources)[:500],
        as_of=as_of,
        licence=licence,
        attribution=attribution,
        created_by=created_by,
        request={"sources": [source_to_json(source) for source in sources]},
    )


def edition_stage(*, progress: Progress = no_progress, **described: Any) -> Edition:
    """Loads what edition_create() takes beside the active state, checks it and computes the difference.

    Returns the STAGED edition. Raises LoadError (naming file, feature and cause) after storing the edition as FAILED,
    with the error and what was read so far in its report.
    """
    return edition_resume(edition=edition_create(**described), progress=progress)


def edition_resume(*, edition: Edition, progress: Progress = no_progress) -> Edition:
    """Begins the load of edition_create(), or goes on with one that was killed, failed or cancelled.

    It goes on after the last batch that was staged where the sources are the same files; otherwise it begins
    anew. EditionError when the edition is in no state for that; LoadError as edition_stage().
    """
    spec = dataset_spec(edition.dataset)
    with load_lock(edition):
        edition.refresh_from_db()
        if edition.status not in RESUMABLE:
            raise EditionError("edition_not_loadable", edition=edition.pk, status=edition.status)
        if edition.cancel_requested and not edition.progress:
            cancelled = LoadCancelled("cancelled_early", file=edition.source)
            _failed(edition, cancelled)
            raise cancelled
        edition.status, edition.error, edition.cancel_requested = EditionStatus.LOADING, {}, False
        edition.save(update_fields=["status", "error", "cancel_requested"])
        try:
            with collector_spared():
                _load(edition, spec, progress)
        except (GisError, DatabaseError, OSError, MemoryError) as error:
            _failed(edition, error)
            raise
    return edition


def edition_cancel(*, edition: Edition) -> None:
    """Asks a running load to stop.

    It does so after its current batch and ends as FAILED, to be resumed or discarded.
    """
    changed = Edition.objects.filter(pk=edition.pk, status=EditionStatus.LOADING).update(
        cancel_requested=True
    )
    if not changed:
        raise EditionError("edition_not_loading", edition=edition.pk)


@contextmanager
def load_lock(edition: Edition) -> Iterator[None]:
    """One load of a dataset at a time; who holds this one's lock is at work on the edition."""
    dataset = f"{edition.jurisdiction_id}/{edition.dataset}"
    with session_lock("gis_core.load", dataset) as alone, edition_lock(edition) as free:
        if not (alone and free):
            error = LoadError("load_running", dataset=edition.dataset)
            if edition.progress == {}:
                _failed(edition, error)
            raise error
        yield


@contextmanager
def collector_spared() -> Iterator[None]:
    """Within it so many objects are made that Python would look for garbage in the whole program again and again."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _load(edition: Edition, spec: DatasetSpec, progress: Progress) -> None:
    started = perf_counter()
    staging = Staging(spec, edition)
    sources = [source_from_json(values) for values in edition.request["sources"]]
    if sources:
        report = sources_stage(edition, staging, spec, sources, progress)
    else:
        report = without_file_stage(edition, staging)
    read = perf_counter()
    progress("duplicates", edition.progress["rows"])
    if spec.boundary_key is not None:
        _cut_by_itself(edition, staging, spec.boundary_key(edition.jurisdiction), spec, report)
    rows = staging.prepare(report)
    if rows == 0 and report.cut and not staging.is_update:
        params = {"count": report.cut["count"], "name": edition.jurisdiction.name}
        raise LoadError("cut_whole", file=edition.source, **params)
    if rows == 0 and not staging.is_update and not edition.request.get("ends"):
        raise LoadError("load_empty", file=edition.source, dataset=spec.dataset.value)
    edition_compare(edition, staging, spec, report, rows, progress)
    if report.locations is not None:
        EditionLocations.objects.update_or_create(edition=edition, defaults=report.locations)
    if edition.as_of is None:
        edition.as_of = _delivered(report)
    edition.status = EditionStatus.STAGED
    edition.report["seconds"] = round(perf_counter() - started, 3)
    edition.report["read_seconds"] = round(read - started, 3)
    edition.save(
        update_fields=[
            *("status", "profile", "report", "as_of", "licence", "attribution", "precedence")
        ]
    )


def _cut_by_itself(
    edition: Edition, staging: Staging, key: str, spec: DatasetSpec, report: LoadReport
) -> None:
    """Leaves out what is far from the municipality, where its boundary is one of the areas that were loaded."""
    margin = margin_of(spec, edition.jurisdiction)
    boundary = boundary_drawn(edition.jurisdiction)
    drawn = None if boundary is None else shapely.to_wkb(boundary)
    names = staging.cut(key, drawn, margin)
    cut_tell(report, len(names), margin, names)


def edition_compare(
    edition: Edition,
    staging: Staging,
    spec: DatasetSpec,
    report: LoadReport,
    rows: int,
    progress: Progress = no_progress,
) -> None:
    """Difference and checks of what is staged, into the edition's report; not saved."""
    progress("difference", rows)
    difference = difference_compute(staging, spec)
    if edition.base is not None and not edition.request.get("leads"):
        edition.precedence = edition.base.precedence
    progress("checks", rows)
    started = perf_counter()
    checks_run(staging, spec, report, difference, rows)
    edition.report = {
        "rows": rows,
        **asdict(difference),
        **report.as_json(),
        "checks_seconds": round(perf_counter() - started, 3),
    }
    if beside := sources_beside(edition):
        edition.report["beside"] = beside
    if edition.base is not None and edition.base.precedence != edition.precedence:
        edition.report["reordered"] = True


def _delivered(report: LoadReport) -> date | None:
    """The date that a delivery of the cadastre names as its own; None where it names none."""
    try:
        return date.fromisoformat(report.delivery.get("date", "")[:10])
    except ValueError:
        return None


def _failed(edition: Edition, error: Exception) -> None:
    read: dict[str, Any] = edition.progress.get("report", {})
    if isinstance(error, CodedError):
        told = error.told
    else:
        told = Told(Message("broke_off", {"cause": str(error)}))
    edition.status, edition.error = EditionStatus.FAILED, told.as_json()
    edition.cancel_requested = False
    edition.report = {"rows": edition.progress.get("rows", 0), **read}
    edition.save(update_fields=["status", "error", "report", "cancel_requested"])
