"""Lines or points where a source has areas; lengths and marks of its shapes, which it does not state."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import numpy as np
import shapely

from gis_core.coordinates import storage_crs, transform_geometry
from gis_core.loading.read.batches import Batch, Geometries, LoadReport
from gis_core.loading.read.profiles import Profile

# Edges that two areas share would leave open which of them a place between belongs to.
EDGE_INSET_M: Final = 0.05
_LINE, _AREA = 1, 2
_MARK_BYTES: Final = 8


def lines_measure(profile: Profile, batch: Batch) -> None:
    """Edges for areas where the profile says so, and lengths that the source does not state, in metres (0.01)."""
    columns = [c for c, names in profile.columns.items() if "@length" in names]
    shapes, crs = batch.geometry, batch.crs
    if shapes is None or crs is None or not (columns or profile.outlines):
        return
    if profile.outlines:
        batch.geometry, shapes = _edges(shapes), np.asarray(shapely.boundary(shapes))
    if crs.crs.is_geographic:
        known = ~shapely.is_missing(shapes)
        shapes = shapes.copy()
        shapes[known] = transform_geometry(shapes[known], crs, storage_crs())
    measured = np.round(shapely.length(shapes) / (2 if profile.outlines else 1), 2).tolist()
    for column in columns:
        stated = batch.columns.get(column, [None] * len(measured))
        batch.columns[column] = [
            length if value is None else value
            for value, length in zip(stated, measured, strict=True)
        ]


def shapes_mark(profile: Profile, batch: Batch) -> None:
    """By which a shape is known again (16 hexadecimal digits) where the profile asks for it; None without a shape."""
    for column, names in profile.columns.items():
        if "@shape" in names and batch.geometry is not None:
            batch.columns[column] = [
                shape and blake2b(shapely.to_wkb(shape), digest_size=_MARK_BYTES).hexdigest()
                for shape in batch.geometry
            ]


def _edges(areas: Geometries) -> Geometries:
    """The edges of areas (metres), a little inside them: a place in one is nearer to its own than to any other."""
    inner = shapely.buffer(areas, -EDGE_INSET_M, join_style="mitre")
    narrow = shapely.is_empty(inner)
    inner[narrow] = areas[narrow]
    edges: Geometries = np.asarray(shapely.boundary(inner))
    return edges


def lines_placed(batch: Batch, report: LoadReport) -> Batch:
    """Without lines of no length, which are counted: they do not say where a road runs."""
    shapes = batch.geometry
    if shapes is None:
        return batch
    lines = (shapely.get_dimensions(shapes) == _LINE) & ~shapely.is_empty(shapes)
    points = lines & (shapely.length(shapes) == 0)
    if not points.any():
        return batch
    report.counts["without a place"] += int(points.sum())
    return batch.keep((~points).tolist())


def points_inside(profile: Profile, batch: Batch) -> None:
    """A point inside each area where the profile says so."""
    if profile.inside and batch.geometry is not None:
        areas = shapely.get_dimensions(batch.geometry) == _AREA
        batch.geometry[areas] = shapely.point_on_surface(batch.geometry[areas])
