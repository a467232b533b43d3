"""Which areas of a coverage are not as they should be, without asking GEOS about those that plainly are.

An edge that two areas have in common, each on its own side of it, is right whatever else there is; GEOS says nothing
about an area that has no other edges. Nearly all areas of a cadastre are so: they are told by sorting edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.loading.read.batches import Geometries

Rows = NDArray[np.intp]
# Odd, with bits in no order: so that edges that differ little have numbers that differ much.
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class _Edges:
    """All edges of polygons: both ends as x + iy, the lower one first, and of each its area and its side.

    `inside` says whether the area lies to the left on the way from the lower to the higher end.
    """

    low: NDArray[np.complex128]
    high: NDArray[np.complex128]
    row: Rows
    inside: NDArray[np.bool_]


def invalid_edges(
    shapes: Geometries,
    tree: shapely.STRtree,
    *,
    gap_width: float,
    strip: tuple[float, float],
) -> tuple[Rows, Geometries]:
    """Rows of areas with edges that overlap others or leave slits up to `gap_width`, and these edges.

    What shapely.coverage_invalid_edges() finds, of edges that reach into the strip (west, east). `tree` is that of
    the shapes; metres.
    """
    doubtful = _doubtful(_edges(shapes), strip)
    # Further away nothing counts; twice the width is on the safe side of rounding.
    near = np.unique(tree.query(shapes[doubtful], "dwithin", distance=2 * gap_width)[1])
    found = shapely.coverage_invalid_edges(shapes[near], gap_width=gap_width)
    edges: Geometries = found[np.searchsorted(near, doubtful)]
    wrong = ~shapely.is_empty(edges)
    return doubtful[wrong], edges[wrong]


def _edges(shapes: Geometries) -> _Edges:
    polygons, of_shape = shapely.get_parts(shapes, return_index=True)
    rings, of_polygon = shapely.get_rings(polygons, return_index=True)
    xy, of_ring = shapely.get_coordinates(rings, return_index=True)
    places = xy.view(np.complex128).ravel()
    first = np.flatnonzero(of_ring[1:] == of_ring[:-1])
    start, end = places[first], places[first + 1]
    turned = start > end
    outer = np.diff(of_polygon, prepend=-1) > 0
    # On the left of a ring lies its area where it is an outer one and runs counter-clockwise, or neither.
    left = shapely.is_ccw(rings) == outer
    ring = of_ring[first]
    return _Edges(
        np.where(turned, end, start),
        np.where(turned, start, end),
        of_shape[of_polygon][ring],
        left[ring] != turned,
    )


def _doubtful(edges: _Edges, strip: tuple[float, float]) -> Rows:
    """Areas with an edge in the strip that is not exactly two areas', one on each side."""
    order = np.argsort(numbers := _numbers(edges))
    alike = np.diff(numbers[order]) == 0
    # Pairs: followed by an equal number, which neither comes before them nor once more behind them.
    pair = np.flatnonzero(alike & ~np.r_[False, alike[:-1]] & ~np.r_[alike[1:], False])
    one, other = order[pair], order[pair + 1]
    right = (
        (edges.low[one] == edges.low[other])
        & (edges.high[one] == edges.high[other])
        & (edges.inside[one] != edges.inside[other])
        & (edges.row[one] != edges.row[other])
    )
    doubt = (edges.high.real >= strip[0]) & (edges.low.real <= strip[1])
    doubt[one[right]] = doubt[other[right]] = False
    return np.unique(edges.row[doubt])


def _numbers(edges: _Edges) -> NDArray[np.uint64]:
    """A number of each edge; equal ones have equal numbers, others hardly ever."""
    bits = [end.view(np.uint64)[part::2] for end in (edges.low, edges.high) for part in (0, 1)]
    numbers = np.zeros(len(edges.low), dtype=np.uint64)
    for coordinate in bits:
        numbers = (numbers + coordinate) * _MIX
        numbers ^= numbers >> np.uint64(29)
    return numbers
