"""What of a source lies in the municipality. Offices deliver by Land or Kreis: the rest is left out, and counted.

An object stays whole where any of it lies within the dataset's margin around the boundary. What has no place stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException

from gis_core.coordinates import SourceCrs, positions_stored, storage_crs, transform
from gis_core.datasets import DatasetSpec, dataset_specs
from gis_core.errors import CoordinateError
from gis_core.loading.read.batches import Batch, Geometries, LoadReport
from gis_core.models import Jurisdiction

SAMPLES: Final = 5
# How much a box may lie beside another one that was transformed as four corners, as a share of its size.
_BULGE: Final = 0.01

Boxes = NDArray[np.float64]


def boundary_drawn(jurisdiction: Jurisdiction) -> Any:
    """The municipality's boundary as an office drew it (shapely, storage CRS), or None.

    The hull of the parcels that happen to be loaded is none: it would keep the others out for ever.
    """
    for spec in dataset_specs():
        if spec.boundary_key and spec.boundary and (drawn := spec.boundary(jurisdiction)):
            return shapely.from_wkb(bytes(drawn.wkb))
    return None


def margin_of(spec: DatasetSpec, jurisdiction: Jurisdiction) -> float:
    """So many metres outside the boundary objects stay, and so far services are asked. Where reports outside are
    accepted, somebody has to know whose area that is."""
    if spec.boundary_key:
        return max(spec.margin_m, jurisdiction.acceptance_margin_m)
    return spec.margin_m


def cut_tell(report: LoadReport, count: int, margin: float, names: Sequence[str]) -> None:
    """How many were left out further than `margin` metres outside, and the first of those that were looked at."""
    if count:
        report.left_out[f"distance > {margin:g} m"] += count
        report.cut = {"count": count, "margin": f"{margin:g}", "names": list(names[:SAMPLES])}


class Cut:
    """By the boundary and the dataset's margin (metres). Without a boundary everything stays."""

    def __init__(self, spec: DatasetSpec, jurisdiction: Jurisdiction) -> None:
        self.margin = margin_of(spec, jurisdiction)
        is_placed = spec.geometry_field is not None and spec.boundary_key is None
        boundary = boundary_drawn(jurisdiction) if is_placed else None
        self.area = None if boundary is None else shapely.buffer(boundary, self.margin)
        # By a box drivers pass over what has no place as well.
        self.may_be_unplaced = spec.geometry_field is not None and spec.geometry_field.null
        self.names: list[str] = []
        self.count = 0
        shapely.prepare(self.area)

    @property
    def mark(self) -> str:
        """By which the same cut is known again; "" for none."""
        return "" if self.area is None else str(shapely.to_wkb(self.area, hex=True))

    def box(self, crs: SourceCrs | None) -> tuple[float, float, float, float] | None:
        """Around everything that stays, x first in the CRS of a source: what a driver may pass over lies outside.

        None where there is no boundary, no telling where it lies in that CRS, or objects without a place.
        """
        if self.area is None or crs is None or self.may_be_unplaced:
            return None
        ring = shapely.segmentize(shapely.box(*self.area.bounds), self.area.length / 100)
        try:
            there, _ = transform(shapely.get_coordinates(ring), storage_crs(), crs)
        except CoordinateError:
            return None
        low, high = there.min(axis=0), there.max(axis=0)
        slack = (high - low) * _BULGE
        west, south = (low - slack).tolist()
        east, north = (high + slack).tolist()
        return west, south, east, north

    def passed_over(self, count: int) -> None:
        """Counts what a driver passed over because of box()."""
        self.count += count

    def apply(self, batch: Batch) -> Batch:
        """The rows that stay; the others are counted."""
        outside = self._outside(batch)
        if not len(outside):
            return batch
        self.count += len(outside)
        self.names += [batch.features[row] for row in outside[: SAMPLES - len(self.names)]]
        stays = np.ones(len(batch.features), dtype=bool)
        stays[outside] = False
        return batch.keep(stays.tolist())

    def tell(self, report: LoadReport) -> None:
        """What was left out, once all is read."""
        cut_tell(report, self.count, self.margin, self.names)

    def _outside(self, batch: Batch) -> NDArray[np.intp]:
        if self.area is None or batch.geometry is None or batch.crs is None:
            return np.empty(0, dtype=np.intp)
        rows, boxes = _boxes_stored(batch.geometry, batch.crs)
        bounds = np.array(self.area.bounds)
        beside = np.hstack([boxes[:, :2] > bounds[2:], boxes[:, 2:] < bounds[:2]])
        apart: NDArray[np.bool_] = np.asarray(beside.any(axis=1))
        near = np.flatnonzero(~apart)
        shapes = shapely.box(*boxes[near].T)
        unclear = near[~shapely.contains_properly(self.area, shapes)]
        touched = shapely.intersects(self.area, shapely.box(*boxes[unclear].T))
        apart[unclear[~touched]] = True
        unclear = unclear[touched]
        apart[unclear] = ~self._reached(batch.geometry[rows[unclear]], batch.crs)
        return rows[apart]

    def _reached(self, shapes: Geometries, crs: SourceCrs) -> NDArray[np.bool_]:
        """Whether the objects themselves reach into what stays; of what cannot be told that is so."""
        found = []
        for shape in shapes:
            try:
                placed = shapely.transform(
                    shapely.force_2d(shape), lambda xy: positions_stored(xy, crs)
                )
                found.append(bool(shapely.intersects(self.area, placed)))
            except (CoordinateError, GEOSException):
                found.append(True)
        return np.array(found, dtype=bool)


def _boxes_stored(shapes: Geometries, crs: SourceCrs) -> tuple[NDArray[np.intp], Boxes]:
    """The rows that have a place, and their boxes in the storage CRS.

    None of them where the coordinates do not fit their CRS: that is told where they are made ready for storage.
    """
    boxes = shapely.bounds(shapes)
    rows = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    corners = boxes[rows][:, [[0, 1], [0, 3], [2, 1], [2, 3]]].reshape(-1, 2)
    try:
        stored = positions_stored(corners, crs).reshape(-1, 4, 2)
    except CoordinateError:
        return np.empty(0, dtype=np.intp), np.empty((0, 4))
    low, high = stored.min(axis=1), stored.max(axis=1)
    if crs.crs != storage_crs().crs:
        slack = (high - low) * _BULGE
        low, high = low - slack, high + slack
    return rows, np.hstack([low, high])
