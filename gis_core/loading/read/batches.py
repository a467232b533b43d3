"""What a source delivers: columns of equal length and geometry as the source has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis_core.coordinates import SourceCrs
from gis_core.datasets import Columns
from gis_core.messages import Message, Told

Geometries = NDArray[np.object_]

# Rows per batch: memory stays flat, and arrays are long enough for vectorised work.
BATCH_ROWS: Final = 5000
NOTES_KEPT: Final = 200
SAMPLES_KEPT: Final = 20


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

    def keep(self, rows: list[bool]) -> Batch:
        """Only the rows that are marked."""
        marked = np.array(rows, dtype=bool)
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

    def note(self, message: Message, *, file: str = "", feature: str = "") -> None:
        """Keeps a note as long as there are not too many: a report is read by people."""
        if len(self.notes) < NOTES_KEPT:
            self.notes.append(Told(message, file, feature).as_json())

    def merge(self, other: LoadReport) -> None:
        """Adds what another report of the same load noticed."""
        self.counts.update(other.counts)
        self.notes += other.notes
        self.operations |= other.operations
        self.parts |= other.parts
        self.repairs += other.repairs
        self.delivery = other.delivery or self.delivery

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> LoadReport:
        """What as_json() kept of a load that was interrupted."""
        return cls(
            Counter(values.get("counts", {})),
            list(values.get("notes", [])),
            dict(values.get("operations", {})),
            repairs=list(values.get("repairs", [])),
            delivery=dict(values.get("delivery", {})),
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
        }


# Called with the file's name and the number of features read from it so far.
Progress = Callable[[str, int], None]


def no_progress(file: str, features: int) -> None:
    """Nobody watches."""
