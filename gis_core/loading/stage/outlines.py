"""Outlines that a staged edition takes away and brings. An object that changes without its outline moves no land."""

from __future__ import annotations

from typing import Any, Final

import shapely

from gis_core.loading.stage.staging import Staging

# What is gone and not replaced by the very same outline; what comes and did not have it before.
OUTLINES_LOST: Final = (
    "SELECT a.key, a.{geometry} AS shape FROM {gone} g JOIN {table} a ON a.id = g.id WHERE NOT (g.changed AND EXISTS"
    " (SELECT FROM {staging} t WHERE t.key = a.key AND t.{geometry} = a.{geometry}))"
)
_OUTLINES_NEW: Final = (
    "SELECT t.{geometry} AS shape FROM {open} o JOIN {staging} t ON t.key = o.key WHERE NOT (o.changed AND EXISTS"
    " (SELECT FROM {gone} g JOIN {table} a ON a.id = g.id WHERE a.key = t.key AND a.{geometry} = t.{geometry}))"
)
# Land on one side only that is narrower is the rounding of a vertex put into an edge.
_ROUNDED_M: Final = 0.002


def outlines_lost(staging: Staging) -> bool:
    """Whether any outline of the active state goes."""
    return bool(staging.execute("SELECT EXISTS (" + OUTLINES_LOST + ")")[0][0])


def land_moved(staging: Staging) -> bool:
    """Whether the rows that activation closes and those that it opens cover different land; also once it is done."""
    if staging.edition.base_id is None:
        return True
    lost, new = (_united(staging, outlines) for outlines in (OUTLINES_LOST, _OUTLINES_NEW))
    moved = shapely.symmetric_difference(lost, new)
    return not shapely.is_empty(shapely.buffer(moved, -_ROUNDED_M / 2))


def _united(staging: Staging, outlines: str) -> Any:
    # The database's driver gives geometry as hexadecimal WKB.
    return shapely.union_all(shapely.from_wkb([row[-1] for row in staging.execute(outlines)]))
