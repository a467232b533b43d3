"""The circular normal distribution of a location, worked out apart from the program: shares by integration.

A location of accuracy r at 95 % has the standard deviation r / √(−2 ln 0.05) and is cut off at three of them.
"""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist

import shapely

CUT = 3.0
# What lies within three standard deviations of a circular normal distribution.
WITHIN_CUT = 1 - math.exp(-4.5)
# Sigmas a metre of radius, by what the radius means: 1 / √(−2 ln(1 − p)).
SIGMA_95 = 0.408539
STEPS = 2000


@cache
def share_beyond(distance: float) -> float:
    """Share of the distribution beyond a straight line at this distance from its centre, in standard deviations.

    Along the normal of the line, with what of the line's own direction lies within the cut.
    """
    if distance < 0:
        return 1 - share_beyond(-distance)
    width = (CUT - distance) / STEPS
    across = NormalDist()
    at = (distance + (n + 0.5) * width for n in range(STEPS))
    mass = sum(across.pdf(x) * math.erf(math.sqrt((CUT * CUT - x * x) / 2)) for x in at)
    return mass * width / WITHIN_CUT


def share_in(area: shapely.Geometry, sigma: float) -> float:
    """Share of the distribution around (0, 0) in an area: ring by ring, what part of it lies there."""
    rings = 90
    found = 0.0
    for n in range(rings):
        inner, outer = CUT * n / rings, CUT * (n + 1) / rings
        circle = shapely.Point(0, 0).buffer(sigma * (inner + outer) / 2, quad_segs=64).exterior
        mass = math.exp(-inner * inner / 2) - math.exp(-outer * outer / 2)
        found += mass * circle.intersection(area).length / circle.length
    return found / WITHIN_CUT


def place_of(n: int, places: int = 256) -> tuple[float, float]:
    """The n-th of equally likely places in standard deviations, from the centre outwards.

    Its distance is that within which the share (n + ½) / places of the distribution lies.
    """
    share = (n + 0.5) / places * WITHIN_CUT
    radius = math.sqrt(-2 * math.log(1 - share)) if n else 0.0
    angle = n * math.pi * (3 - math.sqrt(5))
    return radius * math.cos(angle), radius * math.sin(angle)
