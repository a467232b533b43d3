"""CSV as batches: with keys, or with two columns of coordinates."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Final

import numpy as np
import shapely

from gis_core.coordinates import SourceCrs, crs_parse
from gis_core.datasets import Columns
from gis_core.errors import LoadError
from gis_core.loading.read.batches import BATCH_ROWS, VALUE_LENGTH, Batch, Progress
from gis_core.loading.read.contents import Layout
from gis_core.loading.read.formats import GZIP_ERRORS, file_open
from gis_core.loading.read.profiles import Profile, columns_match
from gis_core.messages import Message

# A line of a register has some hundred characters; a file without line ends would fill the memory.
LINE_MAX_BYTES: Final = 1024 * 1024


def csv_batches(
    path: Path, profiles: list[Profile], *, crs: SourceCrs | None, progress: Progress
) -> Iterator[tuple[Profile, Batch]]:
    """Batches of a CSV file in UTF-8; the delimiter is what the header line uses. Rows are named by their line.

    Two columns of coordinates that the profile names make a point.
    """
    try:
        with file_open(path) as raw:
            lines = _lines(raw, path.name)
            first = next(lines).removeprefix("\ufeff")
            delimiter = max(";,\t", key=first.count)
            header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter))]
            profile, matched = _csv_profile(profiles, header, path.name)
            points = _csv_points(profile, header, crs, path.name)
            layout = _csv_layout(header, matched, points)
            rows = csv.reader(lines, delimiter=delimiter, strict=True)
            line = 1
            while chunk := list(islice(rows, BATCH_ROWS)):
                batch = _csv_batch(path.name, chunk, header, matched, line)
                batch.layout = layout
                if points is not None:
                    _csv_place(batch, [row for row in chunk if row], points)
                line += len(chunk)
                progress(path.name, line - 1)
                yield profile, batch
    except GZIP_ERRORS as error:
        raise LoadError("gzip_damaged", file=path.name, cause=str(error)) from error
    except csv.Error as error:
        raise LoadError("csv_improper", file=path.name, cause=str(error)) from error


def _lines(raw: IO[bytes], file: str) -> Iterator[str]:
    number = 0
    while line := raw.readline(LINE_MAX_BYTES):
        number += 1
        if len(line) == LINE_MAX_BYTES:
            raise LoadError(
                "csv_line_long", file=file, feature=f"line {number}", most=LINE_MAX_BYTES
            )
        if b"\x00" in line:
            raise LoadError("csv_nul", file=file, feature=f"line {number}")
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise LoadError(
                "csv_not_utf8",
                file=file,
                feature=f"line {number}",
                cause=error.reason,
                byte=error.start,
            ) from error


# Places of the columns of x and y in a row, and the CRS.
_Points = tuple[int, int, SourceCrs]


def _csv_points(
    profile: Profile, header: list[str], crs: SourceCrs | None, file: str
) -> _Points | None:
    """Which columns hold coordinates. Their CRS is what was said, else that of the profile."""
    upper = [name.upper() for name in header]
    for x, y, name in profile.points:
        if x.upper() in upper and y.upper() in upper:
            assumed = crs_parse(name) if name else None
            # Degrees are degrees; of metres the profile says only which are usual.
            known = crs if crs and not (assumed and assumed.crs.is_geographic) else assumed
            if known is None:
                raise LoadError("crs_of_columns_unnamed", file=file, x=x, y=y)
            return upper.index(x.upper()), upper.index(y.upper()), known
    return None


def _csv_layout(header: list[str], matched: dict[str, int], points: _Points | None) -> Layout:
    used = {*matched.values(), *(points[:2] if points else ())}
    return Layout(
        {column: header[place] for column, place in matched.items()},
        dict.fromkeys(name for place, name in enumerate(header) if place not in used),
    )


def _csv_place(batch: Batch, rows: list[list[str]], points: _Points) -> None:
    """Points from two columns; numbers may have a decimal comma. A row without both has no place."""
    x, y, batch.crs = points
    places: list[shapely.Point | None] = []
    for number, row in enumerate(rows):
        if number in batch.faults:
            places.append(None)
            continue
        texts = [row[x].strip().replace(",", "."), row[y].strip().replace(",", ".")]
        try:
            places.append(shapely.Point(*map(float, texts)) if all(texts) else None)
        except ValueError:
            told = {"x": repr(row[x][:VALUE_LENGTH]), "y": repr(row[y][:VALUE_LENGTH])}
            batch.faults[number] = Message("csv_no_coordinates", told)
            places.append(None)
    batch.geometry = np.array(places, dtype=object)


def _csv_profile(
    profiles: list[Profile], header: list[str], file: str
) -> tuple[Profile, dict[str, int]]:
    gaps: list[Message] = []
    for profile in profiles:
        matched, missing = columns_match(profile, header)
        if not missing:
            return profile, {column: header.index(name) for column, name in matched.items()}
        gap = Message("csv_column_missing", {"columns": missing})
        gaps.append(Message("profile_misfit", {"profile": profile.name, "gap": gap}))
    raise LoadError("csv_columns_missing", file=file, gaps=gaps, there=header)


def _csv_batch(
    file: str, chunk: list[list[str]], header: list[str], matched: dict[str, int], before: int
) -> Batch:
    rows: list[list[str]] = []
    features: list[str] = []
    faults: dict[int, Message] = {}
    for offset, row in enumerate(chunk, start=before + 1):
        if not row:
            continue
        if len(row) != len(header):
            counts = {"count": len(row), "header": len(header)}
            faults[len(rows)] = Message("csv_values_uneven", counts)
        rows.append(row + [""] * (len(header) - len(row)))
        features.append(f"line {offset}")
    columns: Columns = {c: [row[i].strip() or None for row in rows] for c, i in matched.items()}
    return Batch(file, columns, features, None, None, faults=faults)
