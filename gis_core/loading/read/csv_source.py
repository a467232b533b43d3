"""CSV as batches: with keys, or with two columns of coordinates."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO, Final

import numpy as np
import shapely

from gis_core.coordinates import SourceCrs, crs_parse
from gis_core.datasets import Columns
from gis_core.errors import LoadError
from gis_core.loading.read.batches import BATCH_ROWS, VALUE_LENGTH, Batch, Progress, no_progress
from gis_core.loading.read.contents import Layout
from gis_core.loading.read.encodings import UTF8, encoding_guess
from gis_core.loading.read.formats import DELIMITERS, GZIP_ERRORS, file_open
from gis_core.loading.read.profiles import Profile, columns_match
from gis_core.messages import Message
from gis_core.srids import WGS84

# A line of a register has some hundred characters; a file without line ends would fill the memory.
LINE_MAX_BYTES: Final = 1024 * 1024
_SEPARATOR: Final = re.compile(r"sep=(.)", re.IGNORECASE)
# What registers write where they do not know a place.
NOWHERE: Final = (0.0, 0.0)
# Of a file that no profile reads so many columns are named.
_NAMES_TOLD: Final = 60
_NAME_LENGTH: Final = 100
_VALUE: Final = re.compile(
    r"[-+]?\d+([.,]\d+)*(\s|$)|\d{4}-\d\d-\d\d|\d\d?\.\d\d?\.\d{4}", re.ASCII
)


def csv_batches(
    path: Path, profiles: list[Profile], *, crs: SourceCrs | None, progress: Progress
) -> Iterator[tuple[Profile, Batch]]:
    """Batches of a CSV file; the delimiter is what the first line says or uses. Rows are named by their line.

    Two columns of coordinates that the profile names make a point.
    """
    try:
        with file_open(path) as raw:
            text = _Lines(raw, path.name)
            first, delimiter = _begin(text)
            before = text.number - 1
            written = [name.strip() for name in next(csv.reader([first], delimiter=delimiter))]
            profile, header = _csv_profile(profiles, written, path.name)
            matched = _csv_matched(profile, header)[0]
            points = _csv_points(profile, header, crs, path.name)
            layout = _csv_layout(header, matched, points)
            # Of a file without a header line the first line is a row.
            names = 0 if profile.header else 1
            line = before + names
            lines = text if names else chain([first], text)
            rows = csv.reader(lines, delimiter=delimiter, strict=True)
            while chunk := list(islice(rows, BATCH_ROWS)):
                chunk = [row if any(map(str.strip, row)) else [] for row in chunk]
                batch = _csv_batch(path.name, chunk, header, matched, line)
                batch.layout, layout.encoding = layout, text.code_page
                if points is not None:
                    _csv_place(batch, [row for row in chunk if row], points)
                line += len(chunk)
                progress(path.name, line - before - names)
                yield profile, batch
    except GZIP_ERRORS as error:
        raise LoadError("gzip_damaged", file=path.name, cause=str(error)) from error
    except csv.Error as error:
        raise LoadError("csv_improper", file=path.name, cause=str(error)) from error


def csv_look(
    path: Path, *, has_header: bool | None, rows: int
) -> tuple[bool, list[str], list[list[str]]]:
    """Whether there is a header, the names of the columns, and the first rows. None: the first line is judged."""
    try:
        with file_open(path) as raw:
            if has_header is None:
                first, _rows = _csv_open(raw, path.name, has_header=True)
                has_header = not _is_row(first)
        with file_open(path) as raw:
            header, found = _csv_open(raw, path.name, has_header=has_header)
            return has_header, header, list(islice(filter(None, found), rows))
    except GZIP_ERRORS as error:
        raise LoadError("gzip_damaged", file=path.name, cause=str(error)) from error
    except csv.Error as error:
        raise LoadError("csv_improper", file=path.name, cause=str(error)) from error


def _csv_open(
    raw: IO[bytes], file: str, *, has_header: bool
) -> tuple[list[str], Iterator[list[str]]]:
    """The names of the columns, and the rows of values behind them."""
    lines = _Lines(raw, file)
    first, delimiter = _begin(lines)
    cells = [name.strip() for name in next(csv.reader([first], delimiter=delimiter))]
    if has_header:
        return cells, csv.reader(lines, delimiter=delimiter, strict=True)
    rows = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    return [str(number) for number in range(1, len(cells) + 1)], rows


def _begin(lines: _Lines) -> tuple[str, str]:
    """The first line with content, and the delimiter: what Excel's "sep=;" before it says, else what it holds most."""
    first = next(lines).removeprefix("\ufeff")
    if said := _SEPARATOR.fullmatch(first.strip()):
        return next(lines, ""), said[1]
    return first, max(DELIMITERS, key=first.count)


class _Lines:
    """The lines of a text in UTF-8, or in a code page that its first line with letters above ASCII shows."""

    def __init__(self, raw: IO[bytes], file: str) -> None:
        self._raw, self._file, self.number = raw, file, 0
        # "": nothing above ASCII came yet.
        self.encoding = ""

    @property
    def code_page(self) -> str:
        """The encoding where it was guessed; "" for UTF-8."""
        return "" if self.encoding == UTF8 else self.encoding

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._raw.readline(LINE_MAX_BYTES)
        if not line:
            raise StopIteration
        self.number += 1
        feature = f"line {self.number}"
        if len(line) == LINE_MAX_BYTES:
            raise LoadError("csv_line_long", file=self._file, feature=feature, most=LINE_MAX_BYTES)
        if b"\x00" in line:
            raise LoadError("csv_nul", file=self._file, feature=feature)
        if line.isascii():
            return line.decode("ascii")
        self.encoding = self.encoding or encoding_guess(line)
        try:
            return line.decode(self.encoding)
        except UnicodeDecodeError as error:
            raise LoadError(
                "csv_encoding", file=self._file, feature=feature, encoding=self.encoding
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
    if profile.points:
        pairs = [f"{x}/{y}" for x, y, _crs in profile.points]
        raise LoadError("csv_places_missing", file=file, known=pairs)
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
            place = tuple(map(float, texts)) if all(texts) else NOWHERE
            places.append(None if place == NOWHERE else shapely.Point(place))
        except ValueError:
            told = {"x": repr(row[x][:VALUE_LENGTH]), "y": repr(row[y][:VALUE_LENGTH])}
            batch.faults[number] = Message("csv_no_coordinates", told)
            places.append(None)
    batch.geometry = np.array(places, dtype=object)


def csv_fits(path: Path, profiles: list[Profile]) -> bool:
    """Whether a profile reads the columns of a file."""
    try:
        next(csv_batches(path, profiles, crs=crs_parse(WGS84), progress=no_progress), None)
    except LoadError:
        return False
    return True


def _csv_profile(
    profiles: list[Profile], written: list[str], file: str
) -> tuple[Profile, list[str]]:
    """The profile that fits, and what the columns are called: by the first line, or by the profile."""
    gaps: list[Message] = []
    for profile in profiles:
        if profile.header:
            continue
        missing = _csv_matched(profile, written)[1]
        if not missing:
            return profile, written
        gap = Message("csv_column_missing", {"columns": missing})
        gaps.append(Message("profile_misfit", {"profile": profile.name, "gap": gap}))
    if not _is_row(written):
        raise LoadError("csv_columns_missing", file=file, gaps=gaps, there=written[:_NAMES_TOLD])
    for profile in profiles:
        if len(profile.header) == len(written):
            return profile, profile.header
    # What stands in a row is not for messages.
    raise LoadError("csv_headerless", file=file, count=len(written))


def _csv_matched(profile: Profile, header: list[str]) -> tuple[dict[str, int], list[str]]:
    """Where the columns of a profile stand, and which required ones are missing."""
    matched, missing = columns_match(profile, header)
    return {column: header.index(name) for column, name in matched.items()}, missing


def _is_row(written: list[str]) -> bool:
    """Whether the first line holds values: names of columns are no numbers, no dates and not that long."""
    return any(_VALUE.match(cell) or len(cell) > _NAME_LENGTH for cell in written)


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
