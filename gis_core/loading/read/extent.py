"""Whether what is read lies where the municipality is; if not, what the likely cause is."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from gis_core.coordinates import crs_guess, positions_stored
from gis_core.datasets import DatasetSpec
from gis_core.errors import CoordinateError, LoadError
from gis_core.loading.read.batches import Batch
from gis_core.messages import Message
from gis_core.models import Jurisdiction

# Deliveries reach beyond the boundary: neighbours, exclaves, the next tile.
NEAR_M: Final = 20_000
# No object of the cadastre or the city's registers lies so far away.
FAR_M: Final = 100_000


class ExtentCheck:
    """Looks at one position of each feature; without a known boundary everything is right."""

    def __init__(self, spec: DatasetSpec, jurisdiction: Jurisdiction) -> None:
        self.wide = spec.is_wide
        self.name = jurisdiction.name
        boundary = jurisdiction.boundary
        self.bounds = None if boundary is None else np.array(boundary.extent, dtype=np.float64)
        self.near = self.all = 0
        self.guess: Message | None = None

    def check(self, batch: Batch, *, is_cut: bool = False) -> None:
        """LoadError names the first feature that is impossibly far away, unless what is far away is left out."""
        if self.bounds is None or batch.geometry is None or batch.crs is None:
            return
        boxes = shapely.bounds(batch.geometry)
        rows = np.flatnonzero(np.isfinite(boxes).all(axis=1))
        if not len(rows):
            return
        middles = (boxes[rows, :2] + boxes[rows, 2:]) / 2
        try:
            stored = positions_stored(middles, batch.crs)
        except CoordinateError:
            # The coordinates do not even fit their CRS: that is told where they are made ready for storage.
            return
        outside = np.maximum(self.bounds[:2] - stored, stored - self.bounds[2:]).max(axis=1)
        self.near += int((outside <= NEAR_M).sum())
        self.all += len(rows)
        worst = int(outside.argmax())
        if outside[worst] <= NEAR_M:
            return
        if outside[worst] > NEAR_M and self.guess is None:
            near = (*(self.bounds[:2] - NEAR_M), *(self.bounds[2:] + NEAR_M))
            self.guess = crs_guess(middles[worst], near=near, besides=batch.crs.srid) or Message(
                "guess_elsewhere"
            )
        if not (self.wide or is_cut) and outside[worst] > FAR_M:
            raise LoadError(
                "extent_far",
                file=batch.file,
                feature=batch.features[int(rows[worst])],
                km=round(outside[worst] / 1000),
                name=self.name,
                guess=self.guess,
            )

    def finish(self, files: str) -> None:
        """LoadError when nothing at all lies near the municipality."""
        if self.all and not self.near:
            raise LoadError(
                "extent_nowhere",
                file=files,
                km=NEAR_M // 1000,
                name=self.name,
                guess=self.guess,
            )
