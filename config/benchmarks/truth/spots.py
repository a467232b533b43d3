"""Points drawn from a shape: inside polygons, beside lines, around points, on corners. Metres, storage CRS."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import accumulate

import numpy as np
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

Spot = tuple[float, float]
Draw = Callable[[random.Random], Spot]


def _in_polygon(shape: BaseGeometry, dice: random.Random) -> Spot:
    """A point of the polygon, each equally likely."""
    x0, y0, x1, y1 = shape.bounds
    while True:
        x, y = dice.uniform(x0, x1), dice.uniform(y0, y1)
        if shape.intersects(shapely.Point(x, y)):
            return x, y


def within(shapes: list[BaseGeometry]) -> Draw:
    """Points of the polygons; large ones are drawn more often, but not as often as their area says."""
    sums = np.cumsum(np.sqrt(shapely.area(np.array(shapes, dtype=object)))).tolist()
    return lambda dice: _in_polygon(dice.choices(shapes, cum_weights=sums)[0], dice)


def around(points: list[Point], metres: float) -> Draw:
    def draw(dice: random.Random) -> Spot:
        at = dice.choice(points)
        distance, angle = metres * math.sqrt(dice.random()), dice.uniform(0, 2 * math.pi)
        return at.x + distance * math.cos(angle), at.y + distance * math.sin(angle)

    return draw


def beside(lines: list[BaseGeometry], near: float, far: float) -> Draw:
    """Points so far from a line, on either side."""
    sums = list(accumulate(math.sqrt(one.length) for one in lines))

    def draw(dice: random.Random) -> Spot:
        line = dice.choices(lines, cum_weights=sums)[0]
        along = dice.uniform(0.0, line.length)
        a, b = line.interpolate(max(0.0, along - 0.5)), line.interpolate(along + 0.5)
        length = math.hypot(b.x - a.x, b.y - a.y) or 1.0
        offset = dice.uniform(near, far) * dice.choice((-1, 1))
        at = line.interpolate(along)
        return at.x - (b.y - a.y) / length * offset, at.y + (b.x - a.x) / length * offset

    return draw


def corners(rings: list[BaseGeometry]) -> Draw:
    """Corners of parcels: the only points that numbers place exactly on a line."""

    def draw(dice: random.Random) -> Spot:
        x, y = dice.choice(shapely.get_coordinates(dice.choice(rings)).tolist())
        return x, y

    return draw
