"""Whether what is read lies where the municipality is; if not, what the likely cause is."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from gis_core.coordinates import axes_normalise, crs_guess, storage_crs, transform
from gis_core.enums import Dataset
from gis_core.errors import CoordinateError, LoadError
from gis_core.loading.batches import Batch
from gis_core.models import Jurisdiction

# Deliveries reach beyond the boundary: neighbours, exclaves, the next tile.
NEAR_M: Final = 20_000
# No object of the cadastre or the city's registers lies so far away.
FAR_M: Final = 100_000
# Sources of these are cut by Land or country.
_WIDE: Final = frozenset({Dataset.AREAS, Dataset.ROAD_SECTIONS, Dataset.THROUGH_ROADS})


class ExtentCheck:
    """Looks at one position of each feature; without a known boundary everything is right."""

    def __init__(self, dataset: Dataset, jurisdiction: Jurisdiction) -> None:
        self.wide = dataset in _WIDE
        self.name = jurisdiction.name
        boundary = jurisdiction.boundary
        self.bounds = None if boundary is None else np.array(boundary.extent, dtype=np.float64)
        self.near = self.all = 0
        self.cause = ""

    def check(self, batch: Batch) -> None:
        """LoadError names the first feature that is impossibly far away."""
        if self.bounds is None or batch.geometry is None or batch.crs is None:
            return
        boxes = shapely.bounds(batch.geometry)
        rows = np.flatnonzero(np.isfinite(boxes).all(axis=1))
        if not len(rows):
            return
        middles = (boxes[rows, :2] + boxes[rows, 2:]) / 2
        try:
            normal, _ = axes_normalise(middles, batch.crs)
            stored, _ = transform(normal, batch.crs, storage_crs())
        except CoordinateError:
            # The coordinates do not even fit their CRS: that is told where they are made ready for storage.
            return
        outside = np.maximum(self.bounds[:2] - stored, stored - self.bounds[2:]).max(axis=1)
        self.near += int((outside <= NEAR_M).sum())
        self.all += len(rows)
        worst = int(outside.argmax())
        if outside[worst] <= NEAR_M:
            return
        if outside[worst] > NEAR_M and not self.cause:
            near = (*(self.bounds[:2] - NEAR_M), *(self.bounds[2:] + NEAR_M))
            self.cause = crs_guess(middles[worst], near=near, besides=batch.crs.srid) or (
                "data of another municipality, or a wrong coordinate reference system"
            )
        if not self.wide and outside[worst] > FAR_M:
            raise LoadError(
                f"lies {outside[worst] / 1000:.0f} km outside {self.name};"
                f" likely cause: {self.cause}",
                file=batch.file,
                feature=batch.features[int(rows[worst])],
            )

    def finish(self, files: str) -> None:
        """LoadError when nothing at all lies near the municipality."""
        if self.all and not self.near:
            raise LoadError(
                f"no feature lies within {NEAR_M // 1000} km of {self.name};"
                f" likely cause: {self.cause}",
                file=files,
            )
