"""What lies around a group of reports, as arrays that the disc is measured against. Metres, storage CRS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from routing.engine.levels import MOTORWAY
from routing.types import AgreementFact, AssetFact, PartFact

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

POLYGON: Final = 3
PARCEL, USE, PART, AREA, AGREEMENT, BOUNDARY = range(6)
ROAD_USES: Final = frozenset({"ROAD", "PATH", "SQUARE"})


class ParcelRow(NamedTuple):
    key: str
    gemarkung: str
    flur: int | None
    number: str
    location_text: str
    owner: str
    is_owner_known: bool
    owner_source: str
    area: float


class UseRow(NamedTuple):
    key: str
    parcel_key: str
    usage: str
    use_type: str
    description: str


class PartRow(NamedTuple):
    key: str
    fact: PartFact


@dataclass(frozen=True, slots=True)
class AgreementRow:
    fact: AgreementFact
    valid_from: str | None
    valid_to: str | None

    def holds_on(self, day: str) -> bool:
        """Days as ISO text, both ends included."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


@dataclass(slots=True)
class SectionRow:
    """`scale` turns a length along the drawn `line` into stations; 0 where the line has several parts."""

    key: str
    road_class: str
    road: str
    name: str
    cleaning_class: str
    owner: str
    start_station: float
    scale: float
    line: Any
    stretches: list[StretchRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StretchRow:
    """A through-road stretch by stations, or by `geometry` where these are missing."""

    from_station: float | None
    to_station: float | None
    is_unknown: bool
    geometry: Any


class Shapes:
    """Polygons or lines with the straight pieces that they consist of.

    `pieces` has one row x0, y0, x1, y1 a piece; those of shape n are `first[n]` to `first[n + 1]`.
    """

    def __init__(self, geometries: Sequence[Any]) -> None:
        self.geometries = np.array(geometries, dtype=object)
        self.tree = STRtree(self.geometries)
        self.first: Ints = np.zeros(len(geometries) + 1, dtype=np.int64)
        self.pieces: Floats = np.empty((0, 4))
        if len(geometries):
            self._split()

    def within(self, box: Floats) -> tuple[Ints, Floats]:
        """`first` and `pieces` of what may touch a box (x0, y0, x1, y1)."""
        x0, y0, x1, y1 = self.pieces.T
        close = (np.minimum(x0, x1) <= box[2]) & (np.maximum(x0, x1) >= box[0])
        close &= (np.minimum(y0, y1) <= box[3]) & (np.maximum(y0, y1) >= box[1])
        before = np.concatenate([[0], np.cumsum(close)])
        return before[self.first], self.pieces[close]

    def measures(self) -> tuple[Floats, Floats]:
        """How far along its line each piece begins, and the length of each line.

        Line by line, so that a line's measures do not depend on what else was read.
        """
        steps = np.hypot(
            self.pieces[:, 2] - self.pieces[:, 0], self.pieces[:, 3] - self.pieces[:, 1]
        ).tolist()
        offsets: list[float] = []
        lengths: list[float] = []
        for begin, end in pairwise(self.first.tolist()):
            *before, length = accumulate(steps[begin:end], initial=0.0)
            offsets += before
            lengths.append(length)
        return np.array(offsets), np.array(lengths)

    def _split(self) -> None:
        """A closed ring or a line of n points has n - 1 pieces; most shapes are a single one of these."""
        points = shapely.get_coordinates(self.geometries)
        one = shapely.get_geometry(self.geometries, 0)
        is_simple = (shapely.get_num_geometries(self.geometries) == 1) & (
            shapely.get_num_interior_rings(one) == 0
        )
        parts, of_shape = shapely.get_parts(self.geometries[~is_simple], return_index=True)
        if len(parts) and shapely.get_type_id(parts[0]) == POLYGON:
            parts, of_part = shapely.get_rings(parts, return_index=True)
            of_shape = of_shape[of_part]
        lines = np.ones(len(self.geometries), dtype=np.int64)
        lines[~is_simple] = np.bincount(of_shape, minlength=int((~is_simple).sum()))
        sizes = np.empty(lines.sum(), dtype=np.int64)
        is_line_of_simple = np.repeat(is_simple, lines)
        sizes[is_line_of_simple] = shapely.get_num_coordinates(self.geometries[is_simple])
        sizes[~is_line_of_simple] = shapely.get_num_coordinates(parts)
        is_start = np.ones(len(points), dtype=bool)
        is_start[np.cumsum(sizes) - 1] = False
        starts = np.flatnonzero(is_start)
        self.pieces = np.hstack([points[starts], points[starts + 1]])
        of_line = np.repeat(np.arange(len(lines)), lines)
        counts = np.bincount(of_line, weights=sizes - 1, minlength=len(lines))
        self.first[1:] = np.cumsum(counts.astype(np.int64))


@dataclass
class Ground:
    """All that was read for a group of reports.

    `polygons` are those of several layers, each shape once; `things` are what each of them is, as (layer, row).
    """

    polygons: Shapes
    things: list[list[tuple[int, Any]]]
    sections: Shapes
    offsets: Floats
    section_rows: list[SectionRow]
    assets: Floats
    asset_rows: list[AssetFact]
    asset_tree: STRtree
    datasets: dict[str, int]
    has_boundary: bool
    # Worked out when first asked for: patches by their polygons, stretches of sections on parcels, claims of
    # sections on patches.
    patches: dict[tuple[int, ...], Any] = field(default_factory=dict)
    stretches: dict[tuple[int, int], list[tuple[float, float]]] = field(default_factory=dict)
    claims: dict[tuple[int, Any], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.is_parcel = np.array(
            [any(layer == PARCEL for layer, _row in one) for one in self.things], dtype=bool
        )
        self.polygon_boxes: Floats = shapely.bounds(self.polygons.geometries)
        self.polygon_bounds = self.polygon_boxes.tolist()
        self.section_bounds = shapely.bounds(self.sections.geometries).tolist()
        keys = sorted(range(len(self.section_rows)), key=lambda n: self.section_rows[n].key)
        self.section_order = np.empty(len(keys), dtype=np.int64)
        self.section_order[keys] = np.arange(len(keys))
        self.motorways = frozenset(
            row.key for row in self.section_rows if row.road_class == MOTORWAY
        )

    @property
    def has_areas(self) -> bool:
        return "areas" in self.datasets

    @property
    def has_through_roads(self) -> bool:
        return "through_roads" in self.datasets
