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

Geometries = NDArray[np.object_]

# Rows per batch: memory stays flat, and arrays are long enough for vectorised work.
BATCH_ROWS: Final = 5000


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
    notes: list[str] = field(default_factory=list)
    operations: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Numbers of the parts that came of a delivery in so many parts.
    parts: dict[int, set[int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        counts = {name: count for name, count in self.counts.items() if count}
        gaps = [
            f"of {total} parts these did not come: {', '.join(map(str, missing))}"
            for total, came in self.parts.items()
            if (missing := sorted({*range(1, total + 1)} - came))
        ]
        return {"counts": counts, "notes": self.notes + gaps, "operations": self.operations}


# Called with the file's name and the number of features read from it so far.
Progress = Callable[[str, int], None]


def no_progress(file: str, features: int) -> None:
    """Nobody watches."""
