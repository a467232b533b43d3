"""Where labels stand on the map: each once, the important ones first, none over another. Millimetres on the paper."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import shapely
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

# A letter of the sheet's font (bold) is about so wide, measured by its height.
LETTER: Final = 0.68
# Where along a line its label is tried.
PLACES: Final = (0.5, 0.35, 0.65, 0.2, 0.8)
# A label may be so much larger than its area before it is left out: it would name the neighbour.
SPILL: Final = 0.15


@dataclass(frozen=True)
class Label:
    """`size` is the letters' height; `angle` in degrees, clockwise as SVG turns."""

    text: str
    x: float
    y: float
    size: float
    style: str
    angle: float = 0.0

    @property
    def box(self) -> BaseGeometry:
        wide, high = LETTER * self.size * len(self.text) / 2 + 0.4, self.size * 0.65
        upright = shapely.box(self.x - wide, self.y - high, self.x + wide, self.y + high)
        return rotate(upright, self.angle, origin=(self.x, self.y))


class Labels:
    """Labels placed so far, and what must stay free of them."""

    def __init__(self, frame: BaseGeometry, *, taken: list[BaseGeometry]) -> None:
        self.placed: list[Label] = []
        self._frame = frame
        self._taken = list(taken)

    def on_area(self, text: str, area: BaseGeometry, *, size: float, style: str) -> None:
        """Inside the area, if there is room."""
        for at in self._inside(area):
            label = Label(text, at.x, at.y, size, style)
            spilt = label.box.difference(area).area
            if spilt <= SPILL * label.box.area and self._place(label):
                return

    def along(self, text: str, line: BaseGeometry, *, size: float, style: str) -> bool:
        """Along the longest piece of the line, upright; whether there was room."""
        longest = max(shapely.get_parts(shapely.line_merge(line)), key=lambda part: part.length)
        half = LETTER * size * len(text) / 2
        for place in PLACES:
            at = longest.interpolate(place, normalized=True)
            middle = longest.project(at)
            before, after = (
                longest.interpolate(max(0.0, middle - half)),
                longest.interpolate(middle + half),
            )
            angle = math.degrees(math.atan2(after.y - before.y, after.x - before.x))
            angle -= 180 * round(angle / 180)
            if self._place(Label(text, at.x, at.y, size, style, round(angle, 2))):
                return True
        return False

    def at_point(self, text: str, point: shapely.Point, *, size: float, style: str) -> None:
        self._place(Label(text, point.x, point.y, size, style))

    def _inside(self, area: BaseGeometry) -> Iterator[shapely.Point]:
        """Places in the area: its middle, then the middle of what the labels have left of it."""
        if area.area > 0:
            yield area.representative_point()
            free = area.difference(shapely.union_all(self._taken))
            if not free.is_empty:
                yield max(
                    shapely.get_parts(free), key=lambda part: part.area
                ).representative_point()

    def _place(self, label: Label) -> bool:
        box = label.box
        if not self._frame.covers(box) or any(box.intersects(one) for one in self._taken):
            return False
        self.placed.append(label)
        self._taken.append(box)
        return True
