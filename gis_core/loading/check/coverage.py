"""Overlaps, narrow gaps and what points hit, in one pass over strips, so that memory does not grow with the land."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_core.enums import Severity
from gis_core.loading.check.coverage_edges import Rows, invalid_edges
from gis_core.loading.check.findings import finding
from gis_core.loading.read.batches import Geometries
from gis_core.loading.read.prefetch import beside
from gis_core.loading.stage.staging import Staging
from gis_core.models import EditionCheck
from gis_core.srids import storage_srid

# Polygons a strip, of which two are in memory: some hundred bytes each, far below what a worker may use.
STRIP_ROWS: Final = 20_000
# From so many strips on an index costs less than reading all rows for each of them; without it time would grow by n².
INDEXED_STRIPS: Final = 8
# West and east.
_Limits = tuple[float, float]
_FAR_M: Final = 1e9
SAMPLES: Final = 20
PLACES_KEPT: Final = 20_000
_SEED: Final = 311


@dataclass
class _Seen:
    """What all strips together found."""

    overlaps: dict[tuple[str, str], tuple[float, str]] = field(default_factory=dict)
    gaps: dict[str, tuple[float, str]] = field(default_factory=dict)
    hits: NDArray[np.int64] = field(default_factory=lambda: np.zeros(3, dtype=np.int64))
    several: list[str] = field(default_factory=list)
    # Beyond PLACES_KEPT places are counted only.
    overlaps_more: int = 0
    gaps_more: int = 0


def coverage_checks(staging: Staging, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """Findings about areas that should neither overlap nor leave slits, and about points among them."""
    rows = int(staging.execute("SELECT count(*) FROM {state}")[0][0])
    if rows == 0:
        return
    seen, random = _Seen(), np.random.default_rng(_SEED)
    strips = list(_strips(staging, rows))
    if len(strips) >= INDEXED_STRIPS:
        staging.geometry_index()
    points = -(-limits["points"] // len(strips))
    boundary = staging.edition.jurisdiction.boundary
    within = None if boundary is None else shapely.from_wkb(bytes(boundary.wkb))
    shapely.prepare(within)
    read = ((strip, _strip_read(staging, strip, limits["gap_width_m"])) for strip in strips)

    def check(one: tuple[_Limits, list[tuple[str, str]]]) -> None:
        _strip_check(*one, limits, within, points, random, seen)

    deque(beside(check, read), maxlen=0)
    yield from _findings(seen, rows, limits)


def _strips(staging: Staging, rows: int) -> Iterator[_Limits]:
    """West and east limits of strips from south to north with about STRIP_ROWS areas each."""
    count = -(-rows // STRIP_ROWS)
    shares = [number / count for number in range(count + 1)]
    limits = staging.execute(
        "SELECT percentile_disc(%(shares)s::float8[]) WITHIN GROUP (ORDER BY ST_XMin({geometry})),"
        " max(ST_XMax({geometry})) FROM {state}",
        {"shares": shares},
    )[0]
    yield from pairwise([*limits[0][:-1], limits[1]])


def _strip_check(
    strip: _Limits,
    rows: list[tuple[str, str]],
    limits: dict[str, Any],
    within: Any,
    points: int,
    random: np.random.Generator,
    seen: _Seen,
) -> None:
    keys = [key for key, _wkb in rows]
    # Text of hexadecimal WKB comes from the server in half the time of bytes, and GEOS is slow at reading it.
    shapes = shapely.from_wkb(np.array([bytes.fromhex(wkb) for _key, wkb in rows], dtype=object))
    tree = shapely.STRtree(shapes)
    wrong, edges = invalid_edges(shapes, tree, gap_width=limits["gap_width_m"], strip=strip)
    if len(wrong):
        overlapping = _overlaps_find(keys, shapes, tree, wrong, limits, seen)
        _gaps_find(keys, wrong, edges, overlapping, seen)
    _points_try(within, shapes, tree, strip, points, random, seen)


def _strip_read(staging: Staging, strip: _Limits, margin: float) -> list[tuple[str, str]]:
    """Key and WKB of all areas that reach into the strip, or lie beside it with only a slit between."""
    return staging.execute(
        "SELECT key, {geometry}::text FROM {state}"
        " WHERE {geometry} && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s)",
        {
            "west": strip[0] - margin,
            "south": -_FAR_M,
            "east": strip[1] + margin,
            "north": _FAR_M,
            "srid": storage_srid(),
        },
    )


def _overlaps_find(
    keys: list[str],
    shapes: Geometries,
    tree: shapely.STRtree,
    wrong: Rows,
    limits: dict[str, Any],
    seen: _Seen,
) -> set[int]:
    """Looks at the few wrong areas and what they touch pair by pair; the rows of those that share land."""
    left, right = tree.query(shapes[wrong], predicate="intersects")
    left = wrong[left]
    # A pair of two wrong ones comes from both sides.
    once = (left < right) | ((left != right) & ~np.isin(right, wrong))
    left, right = left[once], right[once]
    common = shapely.intersection(shapes[left], shapes[right])
    areas = shapely.area(common)
    overlapping = areas > limits["overlap_m2"]
    for one, other, area, shape in zip(
        left[overlapping], right[overlapping], areas[overlapping], common[overlapping], strict=True
    ):
        pair = sorted((keys[one], keys[other]))
        if len(seen.overlaps) < PLACES_KEPT:
            seen.overlaps[pair[0], pair[1]] = (round(float(area), 2), _point(shape))
        else:
            seen.overlaps_more += 1
    return {*left[areas > 0].tolist(), *right[areas > 0].tolist()}


def _gaps_find(
    keys: list[str], wrong: Rows, edges: Geometries, overlapping: set[int], seen: _Seen
) -> None:
    """Wrong areas that overlap nothing have a slit at these edges."""
    for row, edge in zip(wrong.tolist(), edges, strict=True):
        if row in overlapping:
            continue
        if len(seen.gaps) < PLACES_KEPT:
            seen.gaps[keys[row]] = (round(float(shapely.length(edge)), 2), _point(edge))
        else:
            seen.gaps_more += 1


def _point(shape: Any) -> str:
    return str(shapely.to_wkt(shapely.point_on_surface(shape), rounding_precision=3))


def _points_try(
    within: Any,
    shapes: Geometries,
    tree: shapely.STRtree,
    strip: _Limits,
    count: int,
    random: np.random.Generator,
    seen: _Seen,
) -> None:
    """Points in the municipality (`within`, None for unknown) and in the strip: each should hit one area."""
    _x0, south, _x1, north = shapely.total_bounds(shapes)
    xy = random.uniform((strip[0], south), (strip[1], north), size=(count, 2))
    points: NDArray[np.object_] = np.asarray(shapely.points(xy), dtype=object)
    if within is not None:
        points = points[shapely.contains(within, points)]
    hit, _areas = tree.query(points, predicate="within")
    numbers = np.bincount(hit, minlength=len(points))
    seen.hits += np.bincount(np.minimum(numbers, 2), minlength=3)
    doubtful = points[numbers > 1][:SAMPLES]
    seen.several += [str(shapely.to_wkt(point, rounding_precision=3)) for point in doubtful]


def _findings(seen: _Seen, rows: int, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    enough = rows >= limits["share_from_rows"]
    if count := len(seen.overlaps) + seen.overlaps_more:
        worst = sorted(seen.overlaps.items(), key=lambda item: -item[1][0])[:SAMPLES]
        many = enough and count > limits["overlap_error_share"] * rows
        yield finding(
            "overlaps",
            Severity.ERROR if many else Severity.WARNING,
            count,
            {"area": limits["overlap_m2"]},
            threshold_m2=limits["overlap_m2"],
            samples=[
                {"key": one, "other": other, "area_m2": area, "wkt": wkt}
                for (one, other), (area, wkt) in worst
            ],
        )
    if count := len(seen.gaps) + seen.gaps_more:
        worst_gaps = sorted(seen.gaps.items(), key=lambda item: -item[1][0])[:SAMPLES]
        yield finding(
            "gaps",
            Severity.WARNING,
            count,
            {"width": limits["gap_width_m"]},
            threshold_m=limits["gap_width_m"],
            samples=[
                {"key": key, "length_m": length, "wkt": wkt} for key, (length, wkt) in worst_gaps
            ],
        )
    none, one, several = map(int, seen.hits)
    if total := none + one + several:
        many = enough and several > limits["points_several_error_share"] * total
        yield finding(
            "points",
            Severity.ERROR if many else Severity.WARNING if several else Severity.INFO,
            total,
            {"total": total, "none": none, "one": one, "several": several},
            samples=[{"wkt": wkt} for wkt in seen.several[:SAMPLES]],
        )
