"""What a source delivers: columns of equal length and geometry as the source has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException

from gis_core.coordinates import SourceCrs, positions_stored
from gis_core.datasets import Columns
from gis_core.errors import CoordinateError
from gis_core.loading.read.contents import Layout
from gis_core.loading.read.pages import Page
from gis_core.messages import Message, Told

Geometries = NDArray[np.object_]

# Rows per batch: memory stays flat, and arrays are long enough for vectorised work.
BATCH_ROWS: Final = 5000
NOTES_KEPT: Final = 200
SAMPLES_KEPT: Final = 20
LEFT_OUT_NAMED: Final = 50
# A load stops before there are more faulty rows than this, so all of them are kept.
FAULTS_KEPT: Final = 1100
UNKNOWN_KEPT: Final = 100
VALUE_LENGTH: Final = 60


@dataclass
class Batch:
    """Rows of one file: `features` names each for messages; `geometry` is shapely in `crs`, None where absent.

    `update`: the rows belong to an update delivery (NBA); what it does not name stays as it is, and a later row of
    a key replaces an earlier one. `deleted`: object identifiers (or keys) that an update deletes, in that place
    of the order; such a batch has no rows.
    """

    file: str
    columns: Columns
    features: list[str]
    geometry: Geometries | None
    crs: SourceCrs | None
    update: bool = False
    deleted: list[str] = field(default_factory=list)
    # Rows that the reader could not read, by their place; they have no geometry.
    faults: dict[int, Message] = field(default_factory=dict)
    # What the reader knows of the file's columns.
    layout: Layout = field(default_factory=Layout)

    def place(self, row: int) -> str:
        """A point of a row's geometry as WKT in the storage CRS; "" where there is none, or none can be told."""
        shape = None if self.geometry is None else self.geometry[row]
        if shape is None or self.crs is None or shape.is_empty:
            return ""
        try:
            xy = shapely.get_coordinates(shapely.point_on_surface(shape))
            stored = positions_stored(xy, self.crs)
        except (CoordinateError, GEOSException):
            return ""
        return str(shapely.to_wkt(shapely.Point(stored[0]), rounding_precision=3))

    def keep(self, rows: list[bool]) -> Batch:
        """Only the rows that are marked."""
        marked = np.array(rows, dtype=bool)
        places = np.cumsum(marked) - 1
        return Batch(
            self.file,
            {
                name: [v for v, k in zip(values, rows, strict=True) if k]
                for name, values in self.columns.items()
            },
            [feature for feature, k in zip(self.features, rows, strict=True) if k],
            None if self.geometry is None else self.geometry[marked],
            self.crs,
            self.update,
            faults={int(places[row]): one for row, one in self.faults.items() if rows[row]},
            layout=self.layout,
        )


@dataclass
class LoadReport:
    """What a load noticed: counts by name, notes in words, transformations that were used."""

    counts: Counter[str] = field(default_factory=Counter)
    # Messages as JSON (gis_core.messages.Told).
    notes: list[dict[str, Any]] = field(default_factory=list)
    operations: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Numbers of the parts that came of a delivery in so many parts.
    parts: dict[int, set[int]] = field(default_factory=dict)
    # Samples of geometry that was repaired: file, feature, reason, before and after (WKT, storage CRS).
    repairs: list[dict[str, str]] = field(default_factory=list)
    # How long the coverage check took, of all that was checked.
    coverage_seconds: float = 0.0
    # Of NAS: the selection profile and the date of the (last) delivery.
    delivery: dict[str, str] = field(default_factory=dict)
    # What the files hold (gis_core.loading.read.contents).
    contents: list[dict[str, Any]] = field(default_factory=list)
    # What files say of the answers they are pages of; known while they are read only.
    pages: list[Page] = field(default_factory=list)
    # The first rows that cannot be stored, and values that count as unknown: file, feature, column, value, message.
    faults: list[dict[str, Any]] = field(default_factory=list)
    unknown: list[dict[str, Any]] = field(default_factory=list)
    # How many rows the profile left out, by "column = value".
    left_out: Counter[str] = field(default_factory=Counter)
    # What lies outside the municipality (gis_core.loading.read.cut); empty where nothing was left out.
    cut: dict[str, Any] = field(default_factory=dict)
    # Values that no dictionary holds (gis_core.loading.words): {column: {value: {rows, meaning, feature, wkt}}}.
    words: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Findings that name what they are about: {code: {"count", "names" (the first ones)}}.
    named: dict[str, dict[str, Any]] = field(default_factory=dict)
    # What deliveries of the cadastre say of locations, as EditionLocations keeps it; None without any.
    locations: dict[str, Any] | None = None

    def note(self, message: Message, *, file: str = "", feature: str = "") -> None:
        """Keeps a note as long as there are not too many: a report is read by people."""
        if len(self.notes) < NOTES_KEPT:
            self.notes.append(Told(message, file, feature).as_json())

    def fault(self, batch: Batch, row: int, message: Message, column: str = "") -> None:
        """Notes a row that cannot be stored; the first ones in full."""
        self.counts["faulty rows"] += 1
        self._tell(self.faults, FAULTS_KEPT, batch, row, message, column)

    def unread(self, batch: Batch, row: int, message: Message, column: str) -> None:
        """Notes a value that counts as unknown because nobody can read it; the first ones in full."""
        self.counts["values unknown"] += 1
        self._tell(self.unknown, UNKNOWN_KEPT, batch, row, message, column)

    @staticmethod
    def _tell(
        told: list[dict[str, Any]], most: int, batch: Batch, row: int, message: Message, column: str
    ) -> None:
        if len(told) < most:
            value = batch.columns[column][row] if column in batch.columns else None
            told.append(
                {
                    **Told(message, batch.file, batch.features[row]).as_json(),
                    "column": column,
                    "value": "" if value is None else str(value)[:VALUE_LENGTH],
                    "wkt": batch.place(row),
                }
            )

    def merge(self, other: LoadReport) -> None:
        """Adds what another report of the same load noticed."""
        self.counts.update(other.counts)
        self.notes += other.notes
        self.operations |= other.operations
        self.parts |= other.parts
        self.repairs += other.repairs
        self.delivery = other.delivery or self.delivery
        self.contents = other.contents or self.contents
        self.left_out.update(other.left_out)
        self.cut = other.cut or self.cut
        self.words |= other.words
        self.faults += other.faults
        self.unknown += other.unknown
        self.named |= other.named
        self.locations = self.locations if other.locations is None else other.locations

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> LoadReport:
        """What as_json() kept of a load that was interrupted."""
        return cls(
            Counter(values.get("counts", {})),
            list(values.get("notes", [])),
            dict(values.get("operations", {})),
            repairs=list(values.get("repairs", [])),
            delivery=dict(values.get("delivery", {})),
            contents=list(values.get("contents", [])),
            left_out=Counter(values.get("left_out", {})),
            cut=dict(values.get("cut", {})),
            words=dict(values.get("words", {})),
            faults=list(values.get("faults", [])),
            unknown=list(values.get("unknown", [])),
            named=dict(values.get("named", {})),
        )

    @property
    def gaps(self) -> list[dict[str, Any]]:
        """Notes about parts of a delivery that did not come."""
        return [note for note in self.notes if note["code"] == "parts_missing"] + [
            Told(Message("parts_missing", {"total": total, "missing": missing})).as_json()
            for total, came in self.parts.items()
            if (missing := sorted({*range(1, total + 1)} - came))
        ]

    def as_json(self) -> dict[str, Any]:
        counts = {name: count for name, count in self.counts.items() if count}
        return {
            "counts": counts,
            "notes": [note for note in self.notes if note["code"] != "parts_missing"] + self.gaps,
            "operations": self.operations,
            "repairs": self.repairs,
            "coverage_seconds": self.coverage_seconds,
            "delivery": self.delivery,
            "contents": self.contents,
            "faults": self.faults,
            "unknown": self.unknown,
            "named": self.named,
            "cut": self.cut,
            "words": self.words,
            "left_out": dict(self.left_out.most_common(LEFT_OUT_NAMED)),
        }


# Called with the file's name and the number of features read from it so far.
Progress = Callable[[str, int], None]


def no_progress(file: str, features: int) -> None:
    """Nobody watches."""
