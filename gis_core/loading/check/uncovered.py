"""Land that the active state covers and the staged one no longer does: parcels that were left out leave holes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gis_core.enums import Severity
from gis_core.loading.check.findings import finding
from gis_core.loading.stage.outlines import OUTLINES_LOST, outlines_lost
from gis_core.loading.stage.staging import Difference, Staging
from gis_core.models import EditionCheck

SAMPLES: Final = 20
# What is gone and was not replaced by the very same outline, less what lies there now.
_HOLES: Final = (
    "WITH lost AS MATERIALIZED (SELECT a.key, coalesce(ST_Difference(a.shape, (SELECT ST_Union({geometry})"
    " FROM {state} WHERE {geometry} && a.shape AND ST_Intersects({geometry}, a.shape))), a.shape) AS shape"
    " FROM (<lost>) a),"
    " hole AS (SELECT (ST_Dump(ST_Union(shape))).geom AS shape FROM lost),"
    " wide AS (SELECT shape, ST_PointOnSurface(shape) AS place, ST_Area(shape) AS area FROM hole"
    " WHERE ST_Area(shape) > %(m2)s AND NOT ST_IsEmpty(ST_Buffer(shape, %(width)s / -2)))"
    " SELECT (SELECT min(l.key) FROM lost l WHERE ST_Intersects(l.shape, w.place)), w.area,"
    " ST_AsText(w.place, 3), count(*) OVER (), sum(w.area) OVER () FROM wide w ORDER BY w.area DESC"
    " LIMIT %(samples)s"
).replace("<lost>", OUTLINES_LOST)


def uncovered_check(
    staging: Staging, difference: Difference, limits: dict[str, Any]
) -> Iterator[EditionCheck]:
    """A finding with the number and the area of the holes; none where nothing of the active state stays."""
    stays = difference.unchanged + difference.changed
    if not stays or not outlines_lost(staging):
        return
    staging.geometry_index()
    holes = staging.execute(
        _HOLES, {"m2": limits["hole_m2"], "width": limits["gap_width_m"], "samples": SAMPLES}
    )
    if not holes:
        return
    _key, _area, _place, count, area = holes[0]
    samples = [
        {"key": key, "area_m2": round(size, 2), "wkt": place}
        for key, size, place, _count, _sum in holes
    ]
    params = {"count": count, "area": round(area)}
    yield finding("uncovered", Severity.WARNING, count, params, samples=samples)
