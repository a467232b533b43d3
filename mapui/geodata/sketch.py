"""The first objects of a source as a picture, with the boundary of the municipality around them: do they lie there?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from gis_core.models import Jurisdiction

WIDTH, HEIGHT = 640, 400
MARGIN: Final = 12
CORNERS_MAX: Final = 20_000


@dataclass(frozen=True)
class Sketch:
    """Paths of an SVG of WIDTH by HEIGHT; `points`: x and y."""

    boundary: str
    shapes: list[str]
    points: list[tuple[float, float]]
    width: int = WIDTH
    height: int = HEIGHT


def sketch_draw(shapes: Sequence[Any], jurisdiction: Jurisdiction) -> Sketch | None:
    """None where nothing has a place. Shapes are in the storage CRS."""
    found = [one for one in shapes if one is not None and not one.is_empty]
    if not found:
        return None
    around = jurisdiction.boundary and shapely.from_wkb(bytes(jurisdiction.boundary.wkb))
    west, south, east, north = shapely.total_bounds([*found, *([around] if around else [])])
    scale = min(
        (WIDTH - 2 * MARGIN) / max(east - west, 1.0),
        (HEIGHT - 2 * MARGIN) / max(north - south, 1.0),
    )

    middle = (WIDTH - (east - west) * scale) / 2, (HEIGHT - (north - south) * scale) / 2

    def placed(xy: Any) -> Any:
        turned = np.column_stack((xy[:, 0] - west, north - xy[:, 1])) * scale + middle
        return np.round(turned, 1)

    drawn = [shapely.transform(one, placed) for one in found]
    points = [one for one in drawn if one.geom_type == "Point"]
    paths: list[str] = []
    corners = 0
    for one in (one for one in drawn if one.geom_type != "Point"):
        corners += shapely.get_num_coordinates(one)
        if corners > CORNERS_MAX:
            break
        paths.append(_path(one))
    outline = shapely.transform(around.simplify(1 / scale), placed) if around else None
    return Sketch(_path(outline) if outline else "", paths, [(one.x, one.y) for one in points])


def _path(shape: Any) -> str:
    """Lines and rings of a shape as the data of a path."""
    parts = []
    for part in shapely.get_parts([shape]):
        lines = (
            [part.exterior, *part.interiors]
            if part.geom_type == "Polygon"
            else shapely.get_parts(part)
        )
        for line in lines:
            corners = " ".join(f"{x:g},{y:g}" for x, y in shapely.get_coordinates(line))
            parts.append(f"M{corners}")
    return "".join(parts)
