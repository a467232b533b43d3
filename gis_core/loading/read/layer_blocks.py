"""A layer of a GeoPackage, a shapefile or a FlatGeobuf, read once from start to end in blocks of columns (Arrow)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import nanoarrow
import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataSourceError
from shapely.errors import GEOSException

from gis_core.loading.read.batches import Geometries


@dataclass(frozen=True)
class Block:
    """Rows in the order of the file: ids as the file counts them, columns by their names, None for missing values."""

    ids: list[int]
    columns: dict[str, list[Any]]
    geometry: Geometries | None


def layer_blocks(
    path: Path, layer: str, names: list[str], rows: int, **options: Any
) -> Iterator[Block]:
    """Blocks of so many rows with these columns. Raises pyogrio's errors, also where a block cannot be read.

    `options` are pyogrio's.

    Of a damaged GeoPackage GDAL may end early without a word: whoever reads counts the rows.
    """
    try:
        with pyogrio.raw.open_arrow(
            path, layer=layer, columns=names, batch_size=rows, return_fids=True, **options
        ) as (facts, source):
            for block in nanoarrow.ArrayStream(source).iter_chunks():
                yield _block(path, layer, names, facts, block)
    except (RuntimeError, UnicodeDecodeError, GEOSException) as error:
        raise DataSourceError(str(error)) from error


def _block(
    path: Path, layer: str, names: list[str], facts: dict[str, Any], block: nanoarrow.Array
) -> Block:
    fields = [one.name for one in block.schema.fields]
    held = dict(zip(fields, block.iter_children(), strict=True))
    ids = held[facts["fid_column"] or "OGC_FID"].to_pylist()
    shapes = held.get(facts["geometry_name"] or "wkb_geometry")
    return Block(
        ids,
        {name: _plain(held[name].to_pylist()) for name in names},
        None if shapes is None else _shapes(path, layer, ids, shapes),
    )


def _shapes(path: Path, layer: str, ids: list[int], column: nanoarrow.Array) -> Geometries:
    _validity, ends, data = column.buffers
    whole = bytes(data)
    wkb = np.array(
        [whole[start:end] or None for start, end in pairwise(np.asarray(ends).tolist())],
        dtype=object,
    )
    # NaN among the coordinates is told with the feature's name later.
    with np.errstate(invalid="ignore"):
        try:
            shapes = shapely.from_wkb(wkb)
        except NotImplementedError:
            # Of curves GDAL makes chords where it is asked for single features.
            shapes = shapely.from_wkb(pyogrio.raw.read(path, layer=layer, columns=[], fids=ids)[2])
    measured = shapely.has_m(shapes) & ~shapely.has_z(shapes)
    if measured.any():
        shapes[measured] = shapely.force_2d(shapes[measured])
    return np.asarray(shapes, dtype=object)


def _plain(values: list[Any]) -> list[Any]:
    """Texts without blanks around them, dates without a time; None for what is empty or no number."""
    kinds = set(map(type, values))
    if str in kinds:
        return [(value.strip() or None) if type(value) is str else value for value in values]
    if float in kinds:
        return [None if type(value) is float and math.isnan(value) else value for value in values]
    if datetime in kinds:
        return [value.date() if type(value) is datetime else value for value in values]
    return values
