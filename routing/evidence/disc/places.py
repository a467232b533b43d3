"""Where a report may be as equally likely places, and the geometry that is worked out for all of them at once.

Arrays have one row a pair of report and shape, and one column a place of the disc. Coordinates are relative to the
report's point, in metres, so that nothing depends on what else is worked out in the same call: one report gives the
same bits as a million. Sums, roots and products only, each exact to the last bit wherever it is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from routing.engine.location import SIGMAS
from routing.evidence.ground import Floats, Ints

Bools = NDArray[np.bool_]
Singles = NDArray[np.float32]
# Equally likely places. A power of two, so that shares are exact fractions and their sum is exactly one.
PLACES: Final = 256
# Of 256 places each.
ROWS_AT_A_TIME: Final = 128
# From here, well inside the disc and on no edge that anybody drew through the reported point, sides are counted.
ANCHOR: Final = (0.013791, 0.007193)


def _sunflower(count: int) -> Floats:
    """Equally likely places of a circular normal distribution in units of SIGMAS standard deviations.

    From the centre outwards, the first one is the centre itself. The distance of a normal distribution cut off at
    SIGMAS has the quantiles σ √(−2 ln(1 − u F)), u from 0 to 1, F = 1 − exp(−SIGMAS² / 2).
    """
    n = np.arange(count)
    share = (n + 0.5) / count * (1.0 - np.exp(-SIGMAS * SIGMAS / 2.0))
    radius = np.sqrt(-2.0 * np.log(1.0 - share)) / SIGMAS
    radius[0] = 0.0
    angle = n * (np.pi * (3.0 - np.sqrt(5.0)))
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


# Rounded, so that sine and cosine of another machine give the same places.
UNIT_DISC: Final = np.round(_sunflower(PLACES), 9).astype(np.float32)
CENTRE_ONLY: Final = UNIT_DISC[:1]


def expanded(first: Ints, shapes: Ints) -> tuple[Ints, Ints]:
    """(row of `shapes`, piece) for every piece of each of these shapes, in order."""
    counts = first[shapes + 1] - first[shapes]
    rows = np.repeat(np.arange(len(shapes)), counts)
    ends = np.cumsum(counts)
    pieces = np.arange(len(rows)) - np.repeat(ends - counts - first[shapes], counts)
    return rows, pieces


def distance_squared(pieces: Floats) -> Floats:
    """Squared distance of straight pieces (x0, y0, x1, y1) from the origin."""
    x, y = pieces[:, 0], pieces[:, 1]
    dx, dy = pieces[:, 2] - x, pieces[:, 3] - y
    length = dx * dx + dy * dy
    along = np.clip(-(x * dx + y * dy) / np.where(length > 0, length, 1.0), 0.0, 1.0)
    px, py = x + along * dx, y + along * dy
    return px * px + py * py


def starts_of(rows: Ints) -> Ints:
    """Where each run of equal numbers begins."""
    if not len(rows):
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(np.concatenate([[True], rows[1:] != rows[:-1]]))


def slices(groups: Ints) -> Iterator[slice]:
    """Runs of equal numbers, some at a time: what is made of them by the way should stay in the processor's cache."""
    begin = 0
    for start in [*starts_of(groups).tolist()[1:], len(groups)]:
        if start - begin >= ROWS_AT_A_TIME:
            yield slice(begin, start)
            begin = start
    if begin < len(groups):
        yield slice(begin, len(groups))


def sides_crossed(pieces: Floats, groups: Ints, places: Singles) -> list[int]:
    """The places, as bits, that an odd number of a group's pieces lies between them and the anchor.

    `pieces` in units of the disc's radius and relative to the anchor; `groups` in runs. One number a run.
    """
    return [one for some in slices(groups) for one in _crossed(pieces[some], groups[some], places)]


def _crossed(pieces: Floats, groups: Ints, places: Singles) -> list[int]:
    """Between neighbours at a common point the signs are the same numbers, so nothing slips through a corner."""
    x0, y0, x1, y1 = (pieces[:, n].astype(np.float32)[:, None] for n in range(4))
    sx, sy = places[:, 0] - np.float32(ANCHOR[0]), places[:, 1] - np.float32(ANCHOR[1])
    astride = (y0 * sx >= x0 * sy) != (y1 * sx >= x1 * sy)
    dx, dy = pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1]
    own = dy * pieces[:, 0] - dx * pieces[:, 1]
    side = dx.astype(np.float32)[:, None] * sy - dy.astype(np.float32)[:, None] * sx
    astride &= (side >= -own.astype(np.float32)[:, None]) != (own >= 0)[:, None]
    packed = np.packbits(astride, axis=1, bitorder="little")
    return _numbers(np.bitwise_xor.reduceat(packed, starts_of(groups), axis=0))


def distances(pieces: Floats, groups: Ints, radii: Floats, places: Singles) -> Singles:
    """How far each place is from the nearest of a group's pieces, in metres; one row a run of `groups`.

    `pieces` relative to the report's point, `radii` of the disc of each piece's report.
    """
    squared, _along = _to_pieces(pieces, radii, places)
    return np.sqrt(_lowest(squared, starts_of(groups)))


def _lowest(rows: Singles, starts: Ints) -> Singles:
    """The lowest of each run's rows, as `np.minimum.reduceat` finds it, which is slow for short runs."""
    counts = np.diff(np.append(starts, len(rows)))
    lowest = rows[starts]
    for position in range(1, int(counts.max())):
        longer = np.flatnonzero(counts > position)
        lowest[longer] = np.minimum(lowest[longer], rows[starts[longer] + position])
    return lowest


def feet(
    pieces: Floats, offsets: Floats, groups: Ints, radii: Floats, places: Singles
) -> tuple[Singles, Singles]:
    """(distance, how far along the line its nearest point is) from each place to each run's line; metres."""
    found = [
        _feet(pieces[some], offsets[some], groups[some], radii[some], places)
        for some in slices(groups)
    ]
    away, along = zip(*found, strict=True)
    return np.concatenate(away), np.concatenate(along)


def _feet(
    pieces: Floats, offsets: Floats, groups: Ints, radii: Floats, places: Singles
) -> tuple[Singles, Singles]:
    squared, along = _to_pieces(pieces, radii, places)
    length = np.hypot(pieces[:, 2] - pieces[:, 0], pieces[:, 3] - pieces[:, 1])
    along *= length.astype(np.float32)[:, None]
    along += offsets.astype(np.float32)[:, None]
    starts = starts_of(groups)
    nearest = _lowest(squared, starts)
    counts = np.diff(np.append(starts, len(groups)))
    runs = np.repeat(np.arange(len(starts)), counts)
    several = np.flatnonzero(counts[runs] > 1)
    further = squared[several] > nearest[runs[several]]
    along[several] = np.where(further, np.float32(np.inf), along[several])
    return np.sqrt(nearest), _lowest(along, starts)


def _to_pieces(pieces: Floats, radii: Floats, places: Singles) -> tuple[Singles, Singles]:
    """Squared distance to each piece, and how far along it (0 to 1) the nearest point lies."""
    x0, y0, x1, y1 = (pieces[:, n].astype(np.float32)[:, None] for n in range(4))
    dx, dy = x1 - x0, y1 - y0
    scale = radii.astype(np.float32)[:, None]
    px, py = scale * places[:, 0] - x0, scale * places[:, 1] - y0
    length = dx * dx + dy * dy
    length[length == 0] = 1
    along = (px * dx + py * dy) / length
    np.clip(along, 0, 1, out=along)
    px -= along * dx
    py -= along * dy
    px *= px
    py *= py
    px += py
    return px, along


def bits_of(masks: Bools) -> list[int]:
    """Each row as a number whose bit n stands for place n."""
    return _numbers(np.packbits(masks, axis=1, bitorder="little"))


def _numbers(packed: NDArray[np.uint8]) -> list[int]:
    size, whole = packed.shape[1], packed.tobytes()
    return [
        int.from_bytes(whole[begin : begin + size], "little")
        for begin in range(0, len(whole), size)
    ]


def masks_of(bits: Sequence[int], count: int) -> Bools:
    """The inverse: rows of `count` places."""
    size = (count + 7) // 8
    packed = np.frombuffer(b"".join(one.to_bytes(size, "little") for one in bits), dtype=np.uint8)
    return np.unpackbits(
        packed.reshape(len(bits), size), axis=1, count=count, bitorder="little"
    ).astype(bool)


def first_place(bits: int) -> int:
    """The place nearest to the centre: they are numbered from there."""
    return (bits & -bits).bit_length() - 1
