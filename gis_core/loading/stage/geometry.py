"""From geometry as the source has it to geometry as it is stored.

That is: storage CRS, two dimensions, millimetres, multi where the model says so, valid.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import numpy as np
import shapely
from django.contrib.gis.db.models import GeometryField
from numpy.typing import NDArray

from gis_core.coordinates import (
    STORAGE_DECIMALS,
    SourceCrs,
    axes_normalise,
    storage_crs,
    transform,
)
from gis_core.errors import CoordinateError, LoadError, RowsError
from gis_core.loading.read.batches import SAMPLES_KEPT, Batch, Geometries, LoadReport
from gis_core.messages import Message

WKT_VERTICES: Final = 500
_POLYGON: Final = int(shapely.GeometryType.POLYGON)
_MULTIPOLYGON: Final = int(shapely.GeometryType.MULTIPOLYGON)
# Stored type by the model's field: the single type, the multi type and what makes the one into the other.
_KINDS: Final[dict[str, tuple[int, int, Any]]] = {
    "MULTIPOLYGON": (_POLYGON, _MULTIPOLYGON, shapely.multipolygons),
    "MULTILINESTRING": (
        int(shapely.GeometryType.LINESTRING),
        int(shapely.GeometryType.MULTILINESTRING),
        shapely.multilinestrings,
    ),
    "POINT": (int(shapely.GeometryType.POINT), int(shapely.GeometryType.POINT), None),
}


def geometry_prepare(
    batch: Batch, field: GeometryField[Any, Any], report: LoadReport
) -> Geometries:
    """The batch's geometry ready for storage. LoadError names the feature that has none or the wrong kind."""
    shapes = batch.geometry
    if shapes is None:
        shapes = np.full(len(batch.features), None, dtype=object)
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if absent.any():
        if not field.null:
            raise _error(batch, absent, "geometry_missing")
        shapes = shapes.copy()
        shapes[absent] = None
    if shapely.has_z(shapes).any():
        shapes = shapely.force_2d(shapes)
        report.counts["flattened"] += len(batch.features)
    shapes = _coordinates_prepare(shapes, batch, report)
    shapes = _kind_prepare(shapes, field.geom_type, batch)
    return _valid(shapes, batch, report)


def _error(batch: Batch, wrong: NDArray[np.bool_], code: str, **params: str) -> RowsError:
    message = Message(code, params)
    rows = dict.fromkeys(np.flatnonzero(wrong).tolist(), message)
    return RowsError(rows, file=batch.file, features=batch.features)


def _coordinates_prepare(shapes: Geometries, batch: Batch, report: LoadReport) -> Geometries:
    xy, index = shapely.get_coordinates(shapes, return_index=True)
    if len(xy) == 0:
        return shapes
    if not np.isfinite(xy).all():
        wrong = np.zeros(len(shapes), dtype=bool)
        wrong[index[~np.isfinite(xy).all(axis=1)]] = True
        raise _error(batch, wrong, "coordinate_infinite")
    if batch.crs is None:
        raise LoadError("crs_none", file=batch.file)
    stored = _to_storage(xy, index, batch, batch.crs, report)
    rounded = np.round(stored, STORAGE_DECIMALS)
    if np.array_equal(rounded, xy):
        return shapes
    return np.asarray(shapely.set_coordinates(shapes.copy(), rounded))


def _to_storage(
    xy: NDArray[np.float64],
    index: NDArray[np.intp],
    batch: Batch,
    crs: SourceCrs,
    report: LoadReport,
) -> NDArray[np.float64]:
    try:
        normal, done = axes_normalise(xy, crs)
        stored, operation = transform(normal, crs, storage_crs())
        axes_normalise(stored, storage_crs())
    except CoordinateError as error:
        feature = _outlier(xy, index, batch)
        raise LoadError(error.message, file=batch.file, feature=feature) from error
    if done:
        report.counts[done] += len(batch.features)
    if operation is not None:
        report.operations.setdefault(operation.name, asdict(operation))
    return stored


def _outlier(xy: NDArray[np.float64], index: NDArray[np.intp], batch: Batch) -> str:
    """The feature with the coordinate that is furthest from the others: the likeliest culprit."""
    distance = np.abs(xy - np.median(xy, axis=0)).max(axis=1)
    return batch.features[int(index[int(distance.argmax())])]


def _kind_prepare(shapes: Geometries, geom_type: str, batch: Batch) -> Geometries:
    single, multi, make = _KINDS[geom_type]
    kinds = shapely.get_type_id(shapes)
    fits = (kinds == multi) | (kinds == single) | (kinds == -1)
    if not fits.all():
        name = shapes[np.flatnonzero(~fits)[0]].geom_type
        raise _error(batch, ~fits, "geometry_kind", kind=name, wanted=geom_type)
    alone = kinds == single
    if make is not None and alone.any():
        shapes = shapes.copy()
        shapes[alone] = make(shapes[alone][:, None])
    return shapes


def _valid(shapes: Geometries, batch: Batch, report: LoadReport) -> Geometries:
    """Repairs what is not valid, keeping areas of areas and lines of lines only, and notes each.

    Look-ups with `covers` need valid geometry.
    """
    invalid = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    if not invalid.any():
        return shapes
    shapes = shapes.copy()
    for row in np.flatnonzero(invalid):
        before, reason = shapes[row], shapely.is_valid_reason(shapes[row])
        repaired = shapely.make_valid(shapes[row], method="structure", keep_collapsed=False)
        parts = [part for part in shapely.get_parts(repaired) if not part.is_empty]
        shapes[row] = _recollected(before, parts, batch, int(row), reason)
        report.counts["geometries repaired"] += 1
        repaired_because = Message("geometry_repaired", {"cause": reason})
        report.note(repaired_because, file=batch.file, feature=batch.features[row])
        if len(report.repairs) < SAMPLES_KEPT:
            report.repairs.append(
                {
                    "file": batch.file,
                    "feature": batch.features[row],
                    "reason": reason,
                    "before": _wkt(before),
                    "after": _wkt(shapes[row]),
                }
            )
    return shapes


def _wkt(shape: Any) -> str:
    """WKT for people; of a shape with very many vertices its envelope, so that a report stays small."""
    if shapely.get_num_coordinates(shape) > WKT_VERTICES:
        shape = shapely.envelope(shape)
    return str(shapely.to_wkt(shape, rounding_precision=3))


def _recollected(before: Any, parts: list[Any], batch: Batch, row: int, reason: str) -> Any:
    """Areas of areas; of lines what has a length."""
    kind = before.geom_type.removeprefix("Multi")
    kept = [part for part in parts if part.geom_type == kind]
    if not kept:
        message = Message("geometry_worthless", {"cause": reason})
        raise RowsError({row: message}, file=batch.file, features=batch.features)
    return shapely.MultiLineString(kept) if kind == "LineString" else shapely.MultiPolygon(kept)
