"""From a batch as it was read to rows as they are stored. Rows that cannot be are noted one by one, and left out here.

A load with such rows fails at its end, when all of them are known. Values on which nothing rests count as unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from django.contrib.gis.db.models import GeometryField
from django.db.models import CharField

from gis_core.datasets import Columns, DatasetSpec, RowError, UnreadableValues
from gis_core.errors import LoadError, RowsError
from gis_core.loading.read.batches import Batch, Geometries, LoadReport
from gis_core.loading.read.profiles import Profile, values_apply
from gis_core.loading.stage.geometry import geometry_prepare
from gis_core.loading.words import Words, codes_note, profile_with, words_apply
from gis_core.messages import Message, told_from_json
from gis_core.models import Jurisdiction

# A source with more faulty rows is another one than the column mapping expects; nobody looks at more.
FAULTS_MOST: Final = 1000
_FAULTS_TOLD: Final = 3


@dataclass(frozen=True)
class Made:
    """Rows of the model's fields with their geometry (storage CRS), and the batch with these rows only."""

    batch: Batch
    rows: Columns
    geometry: Geometries | None


def rows_make(
    spec: DatasetSpec,
    jurisdiction: Jurisdiction,
    profile: Profile,
    batch: Batch,
    report: LoadReport,
    words: Words,
) -> Made:
    """The rows that can be stored. LoadError for what is wrong with all of them, or with more than anybody looks at."""
    profile = profile_with(words, profile)
    batch = _without(batch, batch.faults, report)
    codes_note(profile, batch, report)
    batch = _values_made(profile, batch, report)
    field, geometry = spec.geometry_field, None
    if field is not None:
        batch, geometry = _geometry_made(batch, field, report)
    for column in profile.columns:
        batch.columns.setdefault(column, [None] * len(batch.features))
    words_apply(spec, jurisdiction, words, batch, report)
    while batch.features:
        try:
            rows = spec.convert(batch.columns, jurisdiction)
            _lengths_check(spec, rows, batch, report)
        except RowsError as error:
            wrong = error.rows
        except RowError as error:
            wrong = {error.row: error.message}
        except UnreadableValues as error:
            _unread(batch, error, report)
            continue
        else:
            return Made(batch, rows, geometry)
        batch = _without(batch, wrong, report)
        if geometry is not None:
            geometry = np.delete(geometry, list(wrong))
    return Made(batch, {}, geometry)


def _values_made(profile: Profile, batch: Batch, report: LoadReport) -> Batch:
    while True:
        columns, left_out = dict(batch.columns), Counter[str]()
        try:
            keep = values_apply(profile, columns, batch.features, batch.file, left_out=left_out)
        except RowsError as error:
            batch = _without(batch, error.rows, report, error.column)
            continue
        report.left_out.update(left_out)
        batch = replace(batch, columns=columns)
        if keep is None:
            return batch
        report.counts["left out by the profile"] += keep.count(False)
        return batch.keep(keep)


def _geometry_made(
    batch: Batch, field: GeometryField[Any, Any], report: LoadReport
) -> tuple[Batch, Geometries | None]:
    while batch.features:
        noticed = LoadReport()
        try:
            geometry = geometry_prepare(batch, field, noticed)
        except RowsError as error:
            batch = _without(batch, error.rows, report)
        else:
            report.merge(noticed)
            return batch, geometry
    return batch, None


def _without(
    batch: Batch, wrong: Mapping[int, Message], report: LoadReport, column: str = ""
) -> Batch:
    """The batch without these rows, which are noted as faulty."""
    if not wrong:
        return batch
    for row, message in sorted(wrong.items()):
        report.fault(batch, row, message, column)
    if report.counts["faulty rows"] > FAULTS_MOST:
        raise faults_error(batch.file, report)
    return batch.keep([row not in wrong for row in range(len(batch.features))])


def faults_error(file: str, report: LoadReport) -> LoadError:
    """How many rows cannot be stored, and the first of them; a single one as it is."""
    told = [told_from_json(fault) for fault in report.faults[:_FAULTS_TOLD]]
    if len(told) == 1 and (only := told[0]):
        return LoadError(only.message, file=only.file, feature=only.feature)
    named = [
        Message("row_fault", {"feature": one.feature, "fault": one.message}) for one in told if one
    ]
    return LoadError("rows_faulty", file=file, count=report.counts["faulty rows"], named=named)


def _unread(batch: Batch, error: UnreadableValues, report: LoadReport) -> None:
    values = list(batch.columns[error.column])
    for row, message in error.faults.items():
        report.unread(batch, row, message, error.column)
        values[row] = None
    batch.columns[error.column] = values


def _lengths_check(spec: DatasetSpec, rows: Columns, batch: Batch, report: LoadReport) -> None:
    """Texts that are too long count as unknown; where there has to be one, the row is faulty (RowsError)."""
    for field in spec.model._meta.concrete_fields:
        values = rows.get(field.attname)
        if not isinstance(field, CharField) or not values or field.max_length is None:
            continue
        most = field.max_length
        if max(map(len, values)) <= most:
            continue
        long = {
            row: Message("text_long", {"column": field.attname, "most": most, "length": len(text)})
            for row, text in enumerate(values)
            if len(text) > most
        }
        if not field.blank:
            raise RowsError(long, file=batch.file, features=batch.features, column=field.attname)
        rows[field.attname] = ["" if row in long else text for row, text in enumerate(values)]
        for row, message in long.items():
            report.unread(batch, row, message, field.attname)
