"""From sources to the staging table, batch by batch; each batch is a checkpoint from which a load goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from psycopg2 import DataError, IntegrityError

from gis_core.coordinates import crs_parse
from gis_core.datasets import DatasetSpec
from gis_core.errors import LoadCancelled, LoadError
from gis_core.loading.read.batches import BATCH_ROWS, Batch, LoadReport, Progress
from gis_core.loading.read.formats import files_expand
from gis_core.loading.read.profiles import Profile
from gis_core.loading.sources import Source, source_batches
from gis_core.loading.stage.making import faults_error, rows_make
from gis_core.loading.stage.staging import Staging
from gis_core.loading.stage.unchanged import active_take
from gis_core.loading.words import Words, words_own
from gis_core.models import Edition, Jurisdiction

# Where COPY says which of its lines and columns it could not take.
_COPY_LINE = re.compile(r"line (\d+)(?:, column (\w+))?")


def source_to_json(source: Source) -> dict[str, Any]:
    """A source as edition.request keeps it, so that another process can load it."""
    crs = source.crs
    named = crs and {
        "crs": crs.srid or crs.crs.to_wkt(),
        "register_axes": crs.register_axes,
    }
    return {**vars(source), "path": str(source.path.resolve()), "crs": named}


def source_from_json(values: dict[str, Any]) -> Source:
    """The inverse of source_to_json()."""
    named = values["crs"]
    crs = named and replace(crs_parse(named["crs"]), register_axes=named["register_axes"])
    return Source(**{**values, "path": Path(values["path"]), "crs": crs})


def fingerprint(sources: Iterable[Source]) -> list[list[Any]]:
    """Names, sizes and times of all files: a load goes on only where its sources are the same."""
    found: list[list[Any]] = [["rows a batch", BATCH_ROWS]]
    for source in sources:
        if source.path.exists():
            fetched = sorted(path for path in source.path.rglob("*") if path.is_file())
            for path in fetched if source.url else files_expand(source.path):
                state = path.stat()
                found.append([str(path), state.st_size, state.st_mtime_ns])
    return found


def sources_stage(
    edition: Edition,
    staging: Staging,
    spec: DatasetSpec,
    sources: list[Source],
    progress: Progress,
) -> LoadReport:
    """Stages all batches that are not staged yet and returns what was noticed.

    `edition.progress` is saved with each batch in one transaction. Raises LoadError; LoadCancelled when
    the edition's flag says so.
    """
    read, done = LoadReport(), 0
    staged = LoadReport.from_json(edition.progress.get("report", {}))
    marks = fingerprint(sources)
    if _resumable(edition, staging, marks):
        done = edition.progress["batches"]
    else:
        edition.progress, staged = {"files": marks, "batches": 0, "rows": 0}, LoadReport()
        staging.create()
        edition.save(update_fields=["progress"])
    profiles: dict[str, Profile] = {}
    words = words_own(spec, edition.jurisdiction)

    def show(file: str, features: int) -> None:
        edition.progress |= {"file": file, "features": features}
        progress(file, features)

    taken: list[LoadReport] = []

    def take(digest: str) -> bool:
        _digest_note(edition, digest)
        if former := active_take(edition, staging, digest):
            taken.append(former)
            show(edition.source, edition.progress["rows"])
            _cancelled(edition)
        return bool(taken)

    batches = source_batches(
        spec, sources, edition.jurisdiction, report=read, progress=show, take=take
    )
    for number, (profile, batch) in enumerate(batches, start=1):
        profiles[profile.name] = profile
        if number > done:
            with transaction.atomic():
                _commit_without_waiting()
                rows = _stage(
                    spec, staging, edition.jurisdiction, profile, batch, staged, number, words
                )
                _checkpoint(edition, number, rows, batch, staged)
            _cancelled(edition)
    if taken:
        return taken[0]
    edition.profile = ", ".join(profiles)[:50]
    if len(profiles) == 1:
        edition.licence = edition.licence or profile.licence
        edition.attribution = edition.attribution or profile.attribution
    staged.merge(read)
    if staged.counts["faulty rows"]:
        # The failed edition tells them all.
        edition.progress["report"] = staged.as_json()
        raise faults_error(edition.source, staged)
    return staged


def _digest_note(edition: Edition, digest: str) -> None:
    """None where what is staged so far was read by another program or beside other editions."""
    if edition.progress.setdefault("digest", digest) != digest:
        edition.progress["digest"] = ""


def _resumable(edition: Edition, staging: Staging, marks: list[list[Any]]) -> bool:
    """Whether the staged rows are those of the checkpoint, of the same files."""
    progress = edition.progress
    return (
        progress.get("files") == marks
        and staging.exists()
        and staging.rows() == progress.get("rows")
    )


def _checkpoint(edition: Edition, number: int, rows: int, batch: Batch, staged: LoadReport) -> None:
    edition.progress |= {
        "batches": number,
        "rows": edition.progress["rows"] + rows,
        "report": staged.as_json(),
        "update": bool(edition.progress.get("update")) or batch.update or bool(batch.deleted),
    }
    edition.save(update_fields=["progress"])


def _commit_without_waiting() -> None:
    """A checkpoint that a crash of the server loses is staged again: no need to wait for the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO OFF")


def _cancelled(edition: Edition) -> None:
    edition.refresh_from_db(fields=["cancel_requested"])
    if edition.cancel_requested:
        raise LoadCancelled("cancelled", file=edition.progress.get("file", ""))


def _stage(
    spec: DatasetSpec,
    staging: Staging,
    jurisdiction: Jurisdiction,
    profile: Profile,
    batch: Batch,
    report: LoadReport,
    number: int,
    words: Words,
) -> int:
    if batch.deleted:
        staging.delete(batch.deleted, number)
        report.counts["deletions"] += len(batch.deleted)
    if not batch.features:
        return 0
    made = rows_make(spec, jurisdiction, profile, batch, report, words)
    if not made.batch.features:
        return 0
    try:
        staging.copy(made.rows, made.geometry, made.batch.features, number)
    except (DataError, IntegrityError) as error:
        raise _refused(error, made.batch) from error
    return len(made.batch.features)


def _refused(error: DataError | IntegrityError, batch: Batch) -> LoadError:
    """What the database does not take, with the feature that it names by its line."""
    line = _COPY_LINE.search(error.diag.context or "")
    feature = batch.features[int(line[1]) - 1] if line else ""
    params: dict[str, Any] = {"cause": error.diag.message_primary}
    if line and line[2]:
        return LoadError(
            "column_misfit", file=batch.file, feature=feature, column=line[2], **params
        )
    return LoadError("value_misfit", file=batch.file, feature=feature, **params)
