"""Where road sections run over parcels."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
import shapely

from routing.evidence.disc.places import expanded, starts_of
from routing.evidence.ground import Ground

SLACK_M: Final = 0.001
EVERYWHERE: Final = (-math.inf, math.inf)


def stretches_find(ground: Ground, keys: Collection[tuple[int, int]]) -> None:
    """Where sections' lines run over parcels: (from, to) in metres from the line's begin, into `ground.stretches`.

    `keys` are (section, parcel); all that are not known yet are worked out in one call.
    """
    unknown = [key for key in keys if key not in ground.stretches]
    ground.stretches.update((key, []) for key in unknown)
    meeting = _crossing(ground, [key for key in unknown if _meet(ground, *key)])
    if not meeting:
        return
    sections, parcels = np.array(meeting).T
    row, piece = expanded(ground.sections.first, sections)
    ends = ground.sections.pieces[piece]
    x0, y0, x1, y1 = ground.polygon_boxes[parcels[row]].T
    near = (np.minimum(ends[:, 0], ends[:, 2]) <= x1) & (np.maximum(ends[:, 0], ends[:, 2]) >= x0)
    near &= (np.minimum(ends[:, 1], ends[:, 3]) <= y1) & (np.maximum(ends[:, 1], ends[:, 3]) >= y0)
    row, piece, ends = row[near], piece[near], ends[near]
    on_parcel = shapely.intersection(
        shapely.linestrings(ends.reshape(-1, 2, 2)), ground.polygons.geometries[parcels[row]]
    )
    parts, of_line = shapely.get_parts(on_parcel, return_index=True)
    points, of_part = shapely.get_coordinates(parts, return_index=True)
    line = of_line[of_part]
    away = np.hypot(points[:, 0] - ends[line, 0], points[:, 1] - ends[line, 1])
    along = ground.offsets[piece[line]] + away
    starts = starts_of(of_part)
    if len(starts):
        lows = (np.minimum.reduceat(along, starts) - SLACK_M).tolist()
        highs = (np.maximum.reduceat(along, starts) + SLACK_M).tolist()
        for number, low, high in zip(row[line[starts]].tolist(), lows, highs, strict=True):
            ground.stretches[meeting[number]].append((low, high))
    for key in meeting:
        ground.stretches[key] = _joined(sorted(ground.stretches[key]))


def _crossing(ground: Ground, keys: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of which more than a yes or no is to be said: the line lies partly on the parcel."""
    if not keys:
        return []
    sections, parcels = np.array(keys).T
    lines, polygons = ground.sections.geometries[sections], ground.polygons.geometries[parcels]
    apart = ~shapely.intersects(polygons, lines)
    within = shapely.covers(polygons, lines)
    for key, is_within in zip(keys, within.tolist(), strict=True):
        if is_within:
            ground.stretches[key] = [EVERYWHERE]
    return [key for key, some in zip(keys, ~(apart | within), strict=True) if some]


def _meet(ground: Ground, section: int, parcel: int) -> bool:
    x0, y0, x1, y1 = ground.section_bounds[section]
    p0, q0, p1, q1 = ground.polygon_bounds[parcel]
    return bool(x0 <= p1 and p0 <= x1 and y0 <= q1 and q0 <= y1)


def _joined(stretches: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Stretches that meet as one; a line's pieces do."""
    joined = stretches[:1]
    for begin, end in stretches[1:]:
        low, high = joined[-1]
        if begin <= high:
            joined[-1] = low, max(high, end)
        else:
            joined.append((begin, end))
    return joined
