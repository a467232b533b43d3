"""Tiles of issues: in each cell of a tile the one mark, or a cluster that counts what lies there.

A tile is cut into 8 by 8 cells, of 64 pixels each where the tile is shown at 512 pixels. So no tile has more than 64
features, whatever lies in it, and every issue is counted once: cells are half-open squares of whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Case, Count, F, Max, Min, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import ngettext

from gis_core.grid import LEVEL, GridBox, degrees_at
from gis_core.models import Jurisdiction
from issues.enums import QUIET, IssueStatus
from mapui.site.issues import issues_decided
from mapui.site.serializers import IssueFeatureSerializer

# A tile has 2^3 cells to a side.
CELL_LEVELS: Final = 3
# Tiles of 512 pixels: the map's greatest zoom is 20.
MAX_ZOOM: Final = 19
# A cluster is drawn no nearer to its cell's edge than this share of the cell, so that neighbours do not cover it.
MARGIN: Final = 0.25


@dataclass(frozen=True)
class Sight:
    """How somebody sees an issue: the columns of its place on the grid, and its state as an expression."""

    x: str
    y: str
    state: Any


STAFF: Final = Sight("grid_x", "grid_y", F("status"))
PUBLIC: Final = Sight(
    "public_x",
    "public_y",
    Case(
        When(
            is_sheltered=True,
            status__in=QUIET,
            then=Value(IssueStatus.RECEIVED.value),
        ),
        default=F("status"),
    ),
)


@dataclass
class Cell:
    """What lies in a cell of a tile: how many of each state, their bounds (all inclusive), the key of one of them."""

    states: dict[str, int] = field(default_factory=dict)
    west: int = 2**LEVEL
    east: int = 0
    north: int = 2**LEVEL
    south: int = 0
    pk: int = 0

    @property
    def count(self) -> int:
        return sum(self.states.values())

    @property
    def is_one_place(self) -> bool:
        return self.west == self.east and self.north == self.south

    def add(self, row: dict[str, Any]) -> None:
        self.states[row["state"]] = row["number_of"]
        self.west, self.east = min(self.west, row["west"]), max(self.east, row["east"])
        self.north, self.south = min(self.north, row["north"]), max(self.south, row["south"])
        self.pk = row["one"]


def tiles_address(name: str) -> str:
    """The address of tiles with {z}, {x} and {y} for the browser to fill in."""
    return reverse(name, args=[0, 0, 0]).replace("/0/0/0.", "/{z}/{x}/{y}.")


def cells_query(issues: QuerySet[Any], *, sight: Sight, zoom: int) -> QuerySet[Any]:
    """One row for each cell and state."""
    bits = LEVEL - zoom - CELL_LEVELS
    grouped = issues.order_by().values(
        column=F(sight.x).bitrightshift(bits), row=F(sight.y).bitrightshift(bits), state=sight.state
    )
    return grouped.annotate(
        number_of=Count("*"),
        one=Min("pk"),
        west=Min(sight.x),
        east=Max(sight.x),
        north=Min(sight.y),
        south=Max(sight.y),
    )


def tile_features(
    issues: QuerySet[Any],
    *,
    sight: Sight,
    zoom: int,
    serializer: type[IssueFeatureSerializer],
    jurisdiction: Jurisdiction | None,
) -> list[dict[str, Any]]:
    """The features of a tile; `issues` are those that lie in it. Three queries at most, whatever lies there."""
    cells: dict[tuple[int, int], Cell] = {}
    for row in cells_query(issues, sight=sight, zoom=zoom):
        cells.setdefault((row["column"], row["row"]), Cell()).add(row)
    side = 2 ** (LEVEL - zoom - CELL_LEVELS)
    clusters = [
        _cluster_feature(cell, GridBox(x * side, y * side, (x + 1) * side, (y + 1) * side))
        for (x, y), cell in sorted(cells.items())
        if cell.count > 1
    ]
    alone = [cell.pk for cell in cells.values() if cell.count == 1]
    if not alone:
        return clusters
    marks = issues_decided(issues.filter(pk__in=alone)).select_related("closing_reason")
    return [*clusters, *serializer.features(list(marks), jurisdiction)]


def _cluster_feature(cell: Cell, box: GridBox) -> dict[str, Any]:
    """A cluster at the middle of its bounds, moved away from its cell's edges."""
    x, y = (cell.west + cell.east) / 2, (cell.north + cell.south) / 2
    if not cell.is_one_place:
        margin = (box.east - box.west) * MARGIN
        x = min(max(x, box.west + margin), box.east - margin)
        y = min(max(y, box.north + margin), box.south - margin)
    # Inside of the outermost units, so that these bounds hold them and no others, also where they are but one place.
    north, west = degrees_at(cell.west + 0.25, cell.north + 0.25)
    south, east = degrees_at(cell.east + 0.75, cell.south + 0.75)
    latitude, longitude = degrees_at(x + 0.5, y + 0.5)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        "properties": {
            "count": cell.count,
            "states": {state: cell.states[state] for state in IssueStatus if state in cell.states},
            "text": cluster_text(cell.states),
            "bounds": [west, south, east, north],
            "one_place": cell.is_one_place,
            "grid": [cell.west, cell.north],
        },
    }


def cluster_text(states: dict[str, int]) -> str:
    """How a cluster is read out: "12 issues: 3 received, 9 done"."""
    count = sum(states.values())
    whole = ngettext("%(count)s issue", "%(count)s issues", count) % {"count": count}
    parts = [f"{states[one]} {one.label}" for one in IssueStatus if states.get(one)]
    return f"{whole}: {', '.join(parts)}"
