"""The load itself: one transaction from an empty staging table to the new edition, or nothing at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from time import perf_counter
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction
from psycopg2 import DataError

from gis_core.datasets import DatasetSpec, RowError, dataset_spec
from gis_core.enums import Dataset
from gis_core.errors import LoadError
from gis_core.loading.batches import Batch, LoadReport, Progress, no_progress
from gis_core.loading.geometry import geometry_prepare
from gis_core.loading.profiles import Profile, values_apply
from gis_core.loading.sources import Source, source_batches
from gis_core.loading.staging import Difference, Staging
from gis_core.models import Edition, Jurisdiction

# Where COPY says which of its lines and columns it could not take.
_COPY_LINE = re.compile(r"line (\d+), column (\w+)")

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True)
class LoadResult:
    """What a load did; `seconds` is from the first byte read to the commit."""

    edition: Edition
    rows: int
    difference: Difference
    seconds: float


def geodata_load(
    *,
    jurisdiction: Jurisdiction,
    dataset: Dataset | str,
    sources: Iterable[Source],
    as_of: date | None = None,
    licence: str = "",
    attribution: str = "",
    created_by: User | None = None,
    progress: Progress = no_progress,
) -> LoadResult:
    """Loads all sources as one new edition of the dataset and activates it.

    Raises LoadError (naming file, feature and cause) with nothing stored.
    """
    started = perf_counter()
    spec, sources, report = dataset_spec(dataset), list(sources), LoadReport()
    names = ", ".join(source.path.name for source in sources)
    with transaction.atomic():
        _lock(jurisdiction, spec)
        staging = Staging(spec)
        staging.create()
        profiles: dict[str, None] = {}
        for profile, batch in source_batches(
            spec, sources, jurisdiction, report=report, progress=progress
        ):
            profiles[profile.name] = None
            _stage(spec, staging, jurisdiction, profile, batch, report)
        rows = staging.prepare(report)
        if rows == 0:
            raise LoadError(f"holds no feature of {spec.dataset}", file=names)
        edition = Edition.objects.create(
            jurisdiction=jurisdiction,
            dataset=spec.dataset,
            source=names[:500],
            profile=", ".join(profiles)[:50],
            as_of=as_of,
            licence=licence,
            attribution=attribution,
            created_by=created_by,
        )
        difference = _activate(staging, edition, rows)
        edition.report = {"rows": rows, **asdict(difference), **report.as_json()}
        edition.report["seconds"] = round(perf_counter() - started, 3)
        edition.save(update_fields=["report"])
    return LoadResult(edition, rows, difference, perf_counter() - started)


def _activate(staging: Staging, edition: Edition, rows: int) -> Difference:
    try:
        difference = staging.activate(edition, rows)
    except IntegrityError as error:
        raise LoadError(f"refused by the database: {error}", file=edition.source) from error
    if difference.unchanged < rows or difference.vanished:
        staging.analyze()
    staging.drop()
    return difference


def _lock(jurisdiction: Jurisdiction, spec: DatasetSpec) -> None:
    """Two loads of one dataset would each take the other's rows for vanished."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtext('gis_core.load'), hashtext(%s))",
            [f"{jurisdiction.pk}/{spec.dataset}"],
        )
        row = cursor.fetchone()
    if not (row and row[0]):
        raise LoadError(f"another load of {spec.dataset} is running")


def _stage(
    spec: DatasetSpec,
    staging: Staging,
    jurisdiction: Jurisdiction,
    profile: Profile,
    batch: Batch,
    report: LoadReport,
) -> None:
    keep = values_apply(profile, batch.columns, batch.features, batch.file)
    if keep is not None:
        report.counts["left out by the profile"] += keep.count(False)
        batch = batch.keep(keep)
    if not batch.features:
        return
    field = spec.geometry_field
    geometry = None if field is None else geometry_prepare(batch, field, report)
    for column in profile.columns:
        batch.columns.setdefault(column, [None] * len(batch.features))
    try:
        rows = spec.convert(batch.columns, jurisdiction)
    except RowError as error:
        raise LoadError(str(error), file=batch.file, feature=batch.features[error.row]) from error
    try:
        staging.copy(rows, geometry, batch.features)
    except DataError as error:
        line = _COPY_LINE.search(error.diag.context or "")
        feature = batch.features[int(line[1]) - 1] if line else ""
        column = line[2] if line else ""
        cause = f"{column}: a value does not fit: {error.diag.message_primary}"
        raise LoadError(cause, file=batch.file, feature=feature) from error
