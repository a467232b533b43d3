"""Which polygons cover which places of each disc: parcels, land use, parts of roads, areas, agreements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from routing.evidence.disc.places import (
    ANCHOR,
    Singles,
    bits_of,
    distance_squared,
    distances,
    expanded,
    sides_crossed,
    starts_of,
)
from routing.evidence.ground import PARCEL, Floats, Ground, Ints

# In a gap between parcels the nearest one within this stands in.
GAP_M: Final = 5.0
# What seven decimals of a degree can tell: nearer to an edge than this, the reported point is on it.
EDGE_M: Final = 0.02


@dataclass(frozen=True, slots=True)
class Block:
    """Reports that are worked out together, all with a disc or all without: points, radii, places of the disc."""

    x: Floats
    y: Floats
    radius: Floats
    places: Singles

    @property
    def everywhere(self) -> int:
        """All places, as bits."""
        return (1 << len(self.places)) - 1

    def boxes(self, margin: float) -> Any:
        half = self.radius + margin
        return shapely.box(self.x - half, self.y - half, self.x + half, self.y + half)

    def extent(self, margin: float) -> Floats:
        half = self.radius + margin
        low, high = (self.x - half, self.y - half), (self.x + half, self.y + half)
        return np.array([*(one.min() for one in low), *(one.max() for one in high)])

    def relative(self, pieces: Floats, reports: Ints) -> Floats:
        x, y = self.x[reports], self.y[reports]
        return pieces - np.column_stack([x, y, x, y])


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of polygons near a disc: pair they belong to, relative to its point, distance squared."""

    pair: Ints
    relative: Floats
    squared: Floats


@dataclass(frozen=True, slots=True)
class Cover:
    """Pairs of report and polygon, by report; those of report n are `first[n]` to `first[n + 1]`.

    `bits` are the places that the polygon covers, as in `bits_of`.
    """

    report: Ints
    polygon: list[int]
    bits: list[int]
    first: list[int]
    near: Pieces

    def polygons_near(self, report: int) -> list[int]:
        return self.polygon[self.first[report] : self.first[report + 1]]


def cover(ground: Ground, block: Block, margin: float) -> Cover:
    """Everything is looked at within `margin` of the disc, at least the width of a gap."""
    found, polygon = ground.polygons.tree.query(block.boxes(margin))
    order = np.lexsort((polygon, found))
    report, polygon = found[order].astype(np.int64), polygon[order].astype(np.int64)
    geometries = ground.polygons.geometries[polygon]
    x, y, radius = block.x[report], block.y[report], block.radius[report]
    whole = shapely.intersects_xy(geometries, x + radius * ANCHOR[0], y + radius * ANCHOR[1])
    near = _near(ground, block, report, polygon, margin)
    crossing = near.squared <= np.maximum(radius, EDGE_M)[near.pair] ** 2
    pairs = near.pair[crossing]
    run = pairs[starts_of(pairs)]
    full = block.everywhere
    bits = [full if one else 0 for one in whole.tolist()]
    if len(run):
        scale = np.where(radius > 0, radius, 1.0)[pairs][:, None]
        units = near.relative[crossing] / scale - np.array([*ANCHOR, *ANCHOR])
        crossed = sides_crossed(units, pairs, block.places)
        touched = near.pair[near.squared <= EDGE_M * EDGE_M]
        is_touched = np.zeros(len(polygon), dtype=bool)
        is_touched[touched] = ground.is_parcel[polygon[touched]]
        at_point = shapely.intersects_xy(geometries[run], x[run], y[run]) | is_touched[run]
        for pair, some, covers in zip(run.tolist(), crossed, at_point.tolist(), strict=True):
            bits[pair] = (bits[pair] ^ some) & ~1 | covers
    first = np.searchsorted(report, np.arange(len(block.x) + 1)).tolist()
    return Cover(report, polygon.tolist(), bits, first, near)


def layings(
    ground: Ground, block: Block, covered: Cover, report: int
) -> list[tuple[int, tuple[int, ...]]]:
    """The different sets of polygons that a report's places lie on, as (places as bits, polygons).

    The first one is that of the report's own point. Places on no parcel are told apart by the one that stands in
    for it, noted as ~polygon.
    """
    full = block.everywhere
    parts: list[tuple[int, tuple[int, ...]]] = [(full, ())]
    on_parcel = 0
    for pair in range(covered.first[report], covered.first[report + 1]):
        bits, polygon = covered.bits[pair], covered.polygon[pair]
        if not bits:
            continue
        on_parcel |= bits if ground.is_parcel[polygon] else 0
        parts = split(parts, bits, polygon)
    if on_parcel != full:
        for bits, polygon in _stand_ins(ground, block, covered, report, full & ~on_parcel):
            parts = split(parts, bits, ~polygon)
    return sorted(parts, key=lambda one: one[0] & -one[0])


def split(
    parts: list[tuple[int, tuple[int, ...]]], bits: int, polygon: int
) -> list[tuple[int, tuple[int, ...]]]:
    """Divide sets of places by whether they are among `bits`; those that are lie on the polygon too."""
    divided = []
    for some, polygons in parts:
        inside = some & bits
        if inside:
            divided.append((inside, (*polygons, polygon)))
        if inside != some:
            divided.append((some ^ inside, polygons))
    return divided


def _near(ground: Ground, block: Block, report: Ints, polygon: Ints, margin: float) -> Pieces:
    first, pieces = ground.polygons.within(block.extent(margin))
    pair, piece = expanded(first, polygon)
    relative = block.relative(pieces[piece], report[pair])
    half = (block.radius + margin)[report][pair]
    x0, y0, x1, y1 = relative.T
    close = (np.minimum(x0, x1) <= half) & (np.maximum(x0, x1) >= -half)
    close &= (np.minimum(y0, y1) <= half) & (np.maximum(y0, y1) >= -half)
    pair, relative, half = pair[close], relative[close], half[close]
    squared = distance_squared(relative)
    close = squared <= half * half
    return Pieces(pair[close], relative[close], squared[close])


def _stand_ins(
    ground: Ground, block: Block, covered: Cover, report: int, bare: int
) -> list[tuple[int, int]]:
    """(places on no parcel as bits, the nearest parcel's polygon), the first by key of equally near ones."""
    pairs = [
        (min(row.key for layer, row in ground.things[polygon] if layer == PARCEL), pair)
        for pair in range(covered.first[report], covered.first[report + 1])
        if ground.is_parcel[polygon := covered.polygon[pair]]
    ]
    found: list[tuple[int, Singles]] = []
    for _key, pair in sorted(pairs):
        own = covered.near.relative[covered.near.pair == pair]
        if len(own):
            one_run = np.zeros(len(own), dtype=np.int64)
            radii = np.full(len(own), block.radius[report])
            [away] = distances(own, one_run, radii, block.places)
            found.append((covered.polygon[pair], away))
    if not found:
        return []
    away = np.array([one for _polygon, one in found])
    nearest = np.where(away.min(axis=0) <= GAP_M, away.argmin(axis=0), -1)
    bits = bits_of(nearest == np.arange(len(away))[:, None])
    return [
        (some & bare, polygon)
        for some, (polygon, _away) in zip(bits, found, strict=True)
        if some & bare
    ]
