"""Arcs and circles as chords. Positions are x and y alternating, in metres."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from gis_core.errors import GeometryError

# An arc is replaced by chords that leave it by no more than this.
ARC_TOLERANCE_M: Final = 0.001
# Fewer would make nothing of a small circle.
_CHORDS_MIN: Final = 64


def arcs_linearise(numbers: list[float]) -> list[float]:
    """Arcs through three positions each, of which one begins where the one before ends, as chords."""
    count = len(numbers) // 2
    if count < 3 or count % 2 == 0:
        raise GeometryError("arc_positions", count=count)
    chords = arc_linearise(numbers[:6])
    for start in range(4, len(numbers) - 2, 4):
        chords += arc_linearise(numbers[start : start + 6])[2:]
    return chords


def arc_linearise(numbers: list[float]) -> list[float]:
    """An arc through three positions (x1, y1, x2, y2, x3, y3) as positions at most ARC_TOLERANCE_M beside it.

    Both directions give the same positions, so that neighbours keep a common border.
    """
    if tuple(numbers[:2]) > tuple(numbers[4:]):
        turned = arc_linearise([*numbers[4:], *numbers[2:4], *numbers[:2]])
        return [value for i in range(len(turned) - 2, -1, -2) for value in turned[i : i + 2]]
    x1, y1, x2, y2, x3, y3 = numbers
    # Relative to the first position: squares of full eastings would cost the millimetres.
    ax, ay, bx, by = x2 - x1, y2 - y1, x3 - x1, y3 - y1
    centre = _centre(ax, ay, bx, by)
    if centre is None:
        return numbers
    cx, cy = centre
    radius = math.hypot(cx, cy)
    start = math.atan2(-cy, -cx)
    sweep = (math.atan2(by - cy, bx - cx) - start) % math.tau
    if ax * by < ay * bx:
        sweep -= math.tau
    steps = max(math.ceil(abs(sweep) / _step(radius)), 2)
    angles = start + sweep * np.arange(1, steps) / steps
    inner = np.column_stack((x1 + cx + radius * np.cos(angles), y1 + cy + radius * np.sin(angles)))
    return [x1, y1, *inner.ravel().tolist(), x3, y3]


def circle_through(numbers: list[float]) -> list[float]:
    """The whole circle through three positions, closed."""
    if len(numbers) != 6:
        raise GeometryError("arc_positions", count=len(numbers) // 2)
    x, y = numbers[:2]
    centre = _centre(numbers[2] - x, numbers[3] - y, numbers[4] - x, numbers[5] - y)
    if centre is None:
        raise GeometryError("circle_straight")
    return circle_linearise([x + centre[0], y + centre[1]], math.hypot(*centre))


def circle_linearise(centre: list[float], radius: float) -> list[float]:
    """The circle around a position, closed; always the same chords, so that neighbours keep a common border."""
    if len(centre) != 2 or not 0 < radius < math.inf:
        raise GeometryError("circle_impossible", radius=radius)
    count = math.ceil(math.tau / _step(radius))
    angles = math.tau * np.arange(count) / count
    chords = np.array(centre) + radius * np.column_stack((np.cos(angles), np.sin(angles)))
    numbers: list[float] = np.vstack((chords, chords[:1])).ravel().tolist()
    return numbers


def arc_around(
    centre: list[float], radius: float, start: float, end: float, *, north: float
) -> list[list[float]]:
    """The arc around a position from one angle to another, in degrees, in the two readings that are in use.

    Counterclockwise from east, as mathematics counts; and clockwise from north, as compasses do, where `north` says by
    how many radians north leaves the y axis, counterclockwise.
    """
    if len(centre) != 2 or not 0 < radius < math.inf or not math.isfinite(start + end):
        raise GeometryError("circle_impossible", radius=radius)
    begin, sweep = math.radians(start), math.radians(end - start)
    count = max(math.ceil(abs(sweep) / _step(radius)), 2)
    shares = sweep * np.arange(count + 1) / count
    readings = []
    for angles in (begin + shares, math.pi / 2 + north - begin - shares):
        chords = np.array(centre) + radius * np.column_stack((np.cos(angles), np.sin(angles)))
        readings.append(chords.ravel().tolist())
    return readings


def _centre(ax: float, ay: float, bx: float, by: float) -> tuple[float, float] | None:
    """The centre of the circle through (0, 0), a and b; None where they lie on a straight line."""
    cross = 2 * (ax * by - ay * bx)
    a2, b2 = ax * ax + ay * ay, bx * bx + by * by
    if abs(cross) < 1e-9 * max(a2, b2, 1e-12):
        return None
    return (by * a2 - ay * b2) / cross, (ax * b2 - bx * a2) / cross


def _step(radius: float) -> float:
    """The angle of a chord that leaves the circle by the tolerance."""
    return min(2 * math.acos(max(1 - ARC_TOLERANCE_M / radius, 0.0)), math.tau / _CHORDS_MIN)
