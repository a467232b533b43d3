"""The map's frame on the paper: which scale, which piece of the ground, and where a place lies in millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import shapely
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

WIDTH_MM: Final = 182.0
HEIGHT_MM: Final = 100.0
# The denominators, the larger scale first.
SCALES: Final = (500, 1000)
# What is to be seen whole keeps this distance from the frame.
MARGIN_MM: Final = 4.0


@dataclass(frozen=True)
class Frame:
    """A piece of the ground around a point of the storage CRS (metres), drawn 1 : `scale`, north up."""

    x: float
    y: float
    scale: int

    @property
    def metres_per_mm(self) -> float:
        return self.scale / 1000

    @property
    def box(self) -> BaseGeometry:
        """The piece of the ground, in the storage CRS."""
        return self._box(0.0)

    def _box(self, margin_mm: float) -> BaseGeometry:
        east = (WIDTH_MM / 2 - margin_mm) * self.metres_per_mm
        north = (HEIGHT_MM / 2 - margin_mm) * self.metres_per_mm
        return shapely.box(self.x - east, self.y - north, self.x + east, self.y + north)

    def holds(self, shape: BaseGeometry) -> bool:
        """Whether the shape is seen whole."""
        return bool(self._box(MARGIN_MM).covers(shape))

    def drawn(self, shape: BaseGeometry) -> BaseGeometry:
        """The shape in millimetres from the frame's upper left corner, y downwards."""
        per_metre = 1 / self.metres_per_mm
        left, upper = WIDTH_MM / 2 - self.x * per_metre, HEIGHT_MM / 2 + self.y * per_metre
        return affine_transform(shape, [per_metre, 0.0, 0.0, -per_metre, left, upper])


def frame_choose(x: float, y: float, *, shapes: list[BaseGeometry]) -> Frame:
    """The largest scale at which all the shapes are seen whole, else the smallest."""
    frames = [Frame(x, y, scale) for scale in SCALES]
    whole = (frame for frame in frames if all(frame.holds(shape) for shape in shapes))
    return next(whole, frames[-1])
