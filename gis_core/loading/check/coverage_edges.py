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
    doubtful, lines = _doubtful(_edges(shapes), strip)
    # Further away nothing counts; twice the width is on the safe side of rounding.
    reach = 2 * gap_width
    # Without the areas at its right edges GEOS may find more wrong with an area, never less.
    near = np.unique(tree.query(lines, "dwithin", distance=reach)[1])
    suspect = near[~shapely.is_empty(_invalid(shapes[near], gap_width)) & np.isin(near, doubtful)]
    near = np.unique(tree.query(shapes[suspect], "dwithin", distance=reach)[1])
    edges: Geometries = _invalid(shapes[near], gap_width)[np.searchsorted(near, suspect)]
    wrong = ~shapely.is_empty(edges)
    return suspect[wrong], edges[wrong]


def _invalid(shapes: Geometries, gap_width: float) -> Geometries:
    return np.asarray(shapely.coverage_invalid_edges(shapes, gap_width=gap_width))


def _edges(shapes: Geometries) -> _Edges:
    """Of areas of one ring by their coordinates alone: taking areas apart costs many times as much."""
    xy, row = shapely.get_coordinates(shapes, return_index=True)
    places = xy.view(np.complex128).ravel()
    first = np.flatnonzero(np.diff(row, prepend=-1))
    last = np.append(first[1:], len(row)) - 1
    lengths = last - first + 1
    begin = np.repeat(places[first], lengths)
    # A ring ends where it began, and comes there at no other place.
    is_ring = np.add.reduceat(places == begin, first, dtype=np.intp) == 2
    is_ring &= places[last] == places[first]
    beside = places - begin
    twice_area = np.add.reduceat((beside.conj() * np.roll(beside, -1)).imag, first)
    plain = np.repeat(is_ring, lengths)
    alone = _ring_edges(
        places[plain], np.repeat(np.arange(len(first)), lengths)[plain], row[first], twice_area > 0
    )
    several = _edges_apart(shapes, row[first][~is_ring])
    return _Edges(
        *map(np.concatenate, zip(vars(alone).values(), vars(several).values(), strict=True))
    )


def _edges_apart(shapes: Geometries, rows: Rows) -> _Edges:
    """Those of areas with several parts or with holes."""
    polygons, of_row = shapely.get_parts(shapes[rows], return_index=True)
    rings, of_polygon = shapely.get_rings(polygons, return_index=True)
    xy, of_ring = shapely.get_coordinates(rings, return_index=True)
    outer = np.diff(of_polygon, prepend=-1) > 0
    # On the left of a ring lies its area where it is an outer one and runs counter-clockwise, or neither.
    left = shapely.is_ccw(rings) == outer
    return _ring_edges(xy.view(np.complex128).ravel(), of_ring, rows[of_row[of_polygon]], left)


def _ring_edges(
    places: NDArray[np.complex128], ring: Rows, row: Rows, left: NDArray[np.bool_]
) -> _Edges:
    """`ring` numbers the ring of each place; of each ring its area's row, and whether the area lies on its left."""
    first = np.flatnonzero(ring[1:] == ring[:-1])
    start, end = places[first], places[first + 1]
    turned = start > end
    of_edge = ring[first]
    return _Edges(
        np.where(turned, end, start),
        np.where(turned, start, end),
        row[of_edge],
        left[of_edge] != turned,
    )


def _doubtful(edges: _Edges, strip: tuple[float, float]) -> tuple[Rows, Geometries]:
    """Edges in the strip that are not exactly two areas', one on each side: their areas' rows, and lines."""
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
    ends = np.stack([edges.low[doubt], edges.high[doubt]], axis=1)
    lines = shapely.linestrings(ends.view(np.float64).reshape(-1, 2, 2))
    return edges.row[doubt], np.asarray(lines)


def _numbers(edges: _Edges) -> NDArray[np.uint64]:
    """A number of each edge; equal ones have equal numbers, others hardly ever."""
    bits = [end.view(np.uint64)[part::2] for end in (edges.low, edges.high) for part in (0, 1)]
    numbers = np.zeros(len(edges.low), dtype=np.uint64)
    for coordinate in bits:
        numbers = (numbers + coordinate) * _MIX
        numbers ^= numbers >> np.uint64(29)
    return numbers
