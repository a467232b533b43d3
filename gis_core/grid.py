"""A grid of whole numbers over Web Mercator, on which counting and cutting into tiles is arithmetic of integers.

Its unit is 1/2^30 of the world's width: a pixel of a 256-pixel tile at zoom 22, 4 cm at the equator. x counts from the
antimeridian to the east, y from the northern edge to the south, as columns and rows of tiles do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from django.db import models
from django.db.models import Func

from gis_core.srids import WEB_MERCATOR

LEVEL: Final = 30
SIZE: Final = 2**LEVEL
WORLD_M: Final = 40075016.68557849


@dataclass(frozen=True)
class GridBox:
    """A part of the grid: `west` and `north` belong to it, `east` and `south` do not."""

    west: int
    north: int
    east: int
    south: int


class GridX(Func):
    """The column of a point in any CRS, for stored columns."""

    template = (
        f"GREATEST(0, LEAST({SIZE - 1}, floor((0.5 + ST_X(ST_Transform(%(expressions)s,"
        f" {WEB_MERCATOR})) / {WORLD_M}) * {SIZE})))::integer"
    )
    output_field = models.IntegerField()


class GridY(Func):
    """The row of a point in any CRS, for stored columns."""

    template = (
        f"GREATEST(0, LEAST({SIZE - 1}, floor((0.5 - ST_Y(ST_Transform(%(expressions)s,"
        f" {WEB_MERCATOR})) / {WORLD_M}) * {SIZE})))::integer"
    )
    output_field = models.IntegerField()


def box_of_tile(*, zoom: int, column: int, row: int) -> GridBox:
    """A tile of the usual pyramid as a part of the grid."""
    side = SIZE >> zoom
    return GridBox(column * side, row * side, (column + 1) * side, (row + 1) * side)


def box_of_degrees(*, west: float, south: float, east: float, north: float) -> GridBox:
    """The smallest part of the grid that holds these bounds (WGS84 degrees)."""
    (left, top), (right, bottom) = grid_at(west, north), grid_at(east, south)
    return GridBox(left, top, right + 1, bottom + 1)


def grid_at(longitude: float, latitude: float) -> tuple[int, int]:
    """Column and row of a place in WGS84 degrees; what lies nearer to a pole than the grid reaches is on its edge."""
    x = (longitude + 180) / 360
    y = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    column, row = (min(SIZE - 1, max(0, math.floor(one * SIZE))) for one in (x, y))
    return column, row


def degrees_at(x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude (WGS84 degrees, eight decimals) of a place on the grid."""
    latitude = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / SIZE))))
    return round(latitude, 8), round(x / SIZE * 360 - 180, 8)
