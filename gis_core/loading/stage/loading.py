"""From sources to the staging table, batch by batch; each batch is a checkpoint from which a load goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from psycopg2 import DataError, IntegrityError

from gis_core.coordinates import crs_parse
from gis_core.datasets import DatasetSpec
from gis_core.errors import LoadCancelled, LoadError
from gis_core.loading.read.batches import BATCH_ROWS, LoadReport, Progress
from gis_core.loading.read.formats import files_expand
from gis_core.loading.read.prefetch import beside
from gis_core.loading.read.profiles import Profile
from gis_core.loading.sources import Source, source_batches
from gis_core.loading.stage.making import Made, faults_error, rows_make
from gis_core.loading.stage.staging import Staging
from gis_core.loading.stage.unchanged import active_take
from gis_core.loading.words import words_own
from gis_core.models import Edition

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
    marks = fingerprint(sources)
    if not _resumable(edition, staging, marks):
        edition.progress = {"files": marks, "batches": 0, "rows": 0}
        staging.create()
        edition.save(update_fields=["progress"])
    reading = _Reading(edition, staging, spec, progress)
    with closing(beside(reading.lines, reading.steps(sources))) as ready:
        for step, lines in ready:
            with transaction.atomic():
                _commit_without_waiting()
                if step.deleted:
                    staging.delete(step.deleted, step.number)
                if lines:
                    _copy(staging, step, lines)
                _checkpoint(edition, step)
            _cancelled(edition)
    if reading.taken is not None:
        return reading.taken
    profiles = reading.profiles
    edition.profile = ", ".join(profiles)[:50]
    if len(profiles) == 1:
        [profile] = profiles.values()
        edition.licence = edition.licence or profile.licence
        edition.attribution = edition.attribution or profile.attribution
    report = reading.staged
    report.merge(reading.read)
    if report.counts["faulty rows"]:
        # The failed edition tells them all.
        edition.progress["report"] = report.as_json()
        raise faults_error(edition.source, report)
    return report


@dataclass(frozen=True)
class _Step:
    """What a batch does to the staging table beside its rows, and the report (JSON) as of then."""

    number: int
    file: str
    features: list[str]
    deleted: list[str]
    update: bool
    report: dict[str, Any]


class _Reading:
    """Batches on their way to the staging table, and what was noticed: by readers in `read`, of rows in `staged`."""

    def __init__(
        self, edition: Edition, staging: Staging, spec: DatasetSpec, progress: Progress
    ) -> None:
        self.edition, self.staging, self.spec, self.progress = edition, staging, spec, progress
        self.read = LoadReport()
        self.staged = LoadReport.from_json(edition.progress.get("report", {}))
        self.profiles: dict[str, Profile] = {}
        # Of the active edition, where its sources were the same.
        self.taken: LoadReport | None = None

    def steps(self, sources: list[Source]) -> Iterator[tuple[_Step, Made | None]]:
        """The batches that are not staged yet, with their rows."""
        spec, city = self.spec, self.edition.jurisdiction
        done, words = self.edition.progress["batches"], words_own(spec, city)
        batches = source_batches(
            spec, sources, city, report=self.read, progress=self._show, take=self._take
        )
        for number, (profile, batch) in enumerate(batches, start=1):
            self.profiles[profile.name] = profile
            if number <= done:
                continue
            self.staged.counts["deletions"] += len(batch.deleted)
            made = None
            if batch.features:
                made = rows_make(spec, city, profile, batch, self.staged, words)
            step = _Step(
                number,
                batch.file,
                made.batch.features if made else [],
                batch.deleted,
                batch.update or bool(batch.deleted),
                # The next batch adds to the report before this one is stored.
                deepcopy(self.staged.as_json()),
            )
            yield step, made

    def lines(self, made: tuple[_Step, Made | None]) -> tuple[_Step, bytes]:
        """The rows of a step as COPY takes them."""
        step, rows = made
        if rows is None or not step.features:
            return step, b""
        return step, self.staging.lines(rows.rows, rows.geometry, step.features, step.number)

    def _show(self, file: str, features: int) -> None:
        self.edition.progress |= {"file": file, "features": features}
        self.progress(file, features)

    def _take(self, digest: str) -> bool:
        _digest_note(self.edition, digest)
        self.taken = active_take(self.edition, self.staging, digest)
        if self.taken is not None:
            self._show(self.edition.source, self.edition.progress["rows"])
            _cancelled(self.edition)
        return self.taken is not None


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


def _checkpoint(edition: Edition, step: _Step) -> None:
    edition.progress |= {
        "batches": step.number,
        "rows": edition.progress["rows"] + len(step.features),
        "report": step.report,
        "update": bool(edition.progress.get("update")) or step.update,
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


def _copy(staging: Staging, step: _Step, lines: bytes) -> None:
    try:
        staging.copy(lines)
    except (DataError, IntegrityError) as error:
        raise _refused(error, step) from error


def _refused(error: DataError | IntegrityError, step: _Step) -> LoadError:
    """What the database does not take, with the feature that it names by its line."""
    line = _COPY_LINE.search(error.diag.context or "")
    feature = step.features[int(line[1]) - 1] if line else ""
    params: dict[str, Any] = {"cause": error.diag.message_primary}
    if line and line[2]:
        return LoadError("column_misfit", file=step.file, feature=feature, column=line[2], **params)
    return LoadError("value_misfit", file=step.file, feature=feature, **params)
