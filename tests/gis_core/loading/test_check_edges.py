"""Thresholds of the checks: the last value that passes and the first that does not. Squares of 10 m."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from gis_core.enums import Severity
from gis_core.loading.check import coverage
from gis_core.loading.check.checks import _noticed, _parts, _share, thresholds_of
from gis_core.loading.check.coverage import (
    _findings,
    _gaps_find,
    _overlaps_find,
    _points_try,
    _Seen,
)
from gis_core.loading.check.findings import finding
from gis_core.loading.read.batches import LoadReport
from gis_core.loading.stage.staging import Difference
from tests.gis_core.geodata_factories import EAST, NORTH, square

INFO, WARNING, ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR
# As far as checks ask it: no source ends with it.
LOADED = SimpleNamespace(request={})
LIMITS = {
    "overlap_m2": 0.5,
    "overlap_error_share": 0.05,
    "gap_width_m": 0.25,
    "points_several_error_share": 0.05,
    "share_from_rows": 100,
    "fewer_from_rows": 10,
    "share_warning": -0.25,
    "share_error": -0.5,
}


def test_finding_is_a_code_with_parameters_and_details():
    found = finding("gaps", WARNING, 3, {"width": 0.25}, threshold_m=0.25)
    assert (found.code, found.severity, found.count) == ("gaps", WARNING, 3)
    assert (found.params, found.details) == ({"width": 0.25}, {"threshold_m": 0.25})
    assert finding("unplaced", WARNING, 1).params == {}


def test_thresholds_of_a_dataset_stand_over_those_of_all():
    parcels = thresholds_of("parcels")
    assert (parcels["share_error"], parcels["outside_m"]) == (-0.3, 30000)
    assert thresholds_of("nobody's")["share_error"] == -0.5


# --- What reading noticed -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "code", "severity"),
    [
        ("geometries repaired", "validity", WARNING),
        ("without a place", "unplaced", WARNING),
        ("identical duplicates", "duplicates", INFO),
        ("arcs linearised", "arcs", INFO),
        ("flattened", "flattened", INFO),
        ("position lists flattened", "flattened", INFO),
        ("axes swapped", "axes", INFO),
        ("zone prefix stripped", "axes", INFO),
    ],
)
def test_each_count_of_reading_is_a_finding(name, code, severity):
    report = LoadReport(repairs=[{"file": "f"}])
    report.counts[name] = 3
    [found] = _noticed(report)
    assert (found.code, found.severity, found.count) == (code, severity, 3)
    assert (code == "validity") == (found.details == {"samples": [{"file": "f"}]})


def test_counts_of_one_kind_are_added():
    report = LoadReport()
    report.counts.update({"flattened": 2, "position lists flattened": 3, "axes swapped": 4})
    report.counts["zone prefix stripped"] = 5
    report.counts["arcs linearised"] = 1
    assert [(one.code, one.count) for one in _noticed(report)] == [
        ("arcs", 1),
        ("flattened", 5),
        ("axes", 9),
    ]
    assert next(_noticed(report)).params == {"mm": 1}


def test_transformations_are_told_and_those_of_unknown_accuracy_warned_of():
    operations = {"a": {"accuracy_m": 0.0}, "b": {"accuracy_m": None}, "c": {"accuracy_m": 1.0}}
    transformed, accuracy = _noticed(LoadReport(operations=operations))
    assert (transformed.code, transformed.severity, transformed.count) == ("transformed", INFO, 3)
    assert transformed.params == {"names": ["a", "b", "c"]}
    assert transformed.details == {"operations": list(operations.values())}
    assert (accuracy.code, accuracy.severity, accuracy.count) == ("accuracy", WARNING, 1)
    assert accuracy.params == {"names": ["b"]}


@pytest.mark.parametrize(
    ("vanished", "former", "severity"),
    [(0, {}, WARNING), (1, {}, ERROR), (1, {3: {1}}, ERROR), (1, {3: {1}, 2: {1}}, WARNING)],
)
def test_missing_parts_are_an_error_where_objects_would_vanish(vanished, former, severity):
    """Unless the edition before lacked the same parts."""
    report, before = LoadReport(parts={3: {1}, 2: {1}}), LoadReport(parts=former).as_json()
    [found] = _parts(report, before, Difference(0, 0, vanished, 5))
    assert (found.code, found.severity, found.count) == ("parts", severity, 2)
    assert len(found.params["gaps"]) == 2


# --- How much less --------------------------------------------------------------------------------
def shares(new: int, changed: int, vanished: int, unchanged: int, is_update: bool = False):
    found = _share(
        SimpleNamespace(is_update=is_update, edition=LOADED),
        Difference(new, changed, vanished, unchanged),
        0,
        LIMITS,
    )
    return [(one.code, one.severity, one.count) for one in found]


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        ((5, 0, 0, 0), []),
        ((0, 0, 0, 100), []),
        ((0, 3, 24, 73), []),
        ((0, 0, 25, 75), [("share", WARNING, 25)]),
        ((1, 0, 25, 75), []),
        ((0, 1, 49, 50), [("share", WARNING, 49)]),
        ((0, 1, 50, 49), [("share", ERROR, 50)]),
        ((0, 0, 5, 5), [("share", ERROR, 5)]),
        ((0, 0, 5, 4), [("share", WARNING, 5)]),
        ((100, 0, 99, 0), []),
        ((100, 0, 100, 0), [("disjoint", ERROR, 100)]),
        ((100, 0, 100, 1), []),
        ((0, 0, 100, 0), [("disjoint", ERROR, 100), ("share", ERROR, 100)]),
    ],
)
def test_much_less_than_before_is_noticed(numbers, found):
    assert shares(*numbers) == found


def test_update_may_replace_everything():
    assert shares(100, 0, 100, 0, is_update=True) == []


def test_share_is_told_in_percent():
    [found] = _share(
        SimpleNamespace(is_update=False, edition=LOADED), Difference(1, 2, 31, 70), 0, LIMITS
    )
    assert found.params == {"after": 73, "before": 103, "share": -29.1}


# --- Areas ----------------------------------------------------------------------------------------
def overlapping(*shapes, wrong: list[int], limit: float = 0.5) -> tuple[_Seen, set[int]]:
    seen, areas = _Seen(), np.array(shapes, dtype=object)
    keys = [chr(ord("z") - row) for row in range(len(areas))]
    rows = _overlaps_find(
        keys, areas, shapely.STRtree(areas), np.array(wrong), {"overlap_m2": limit}, seen
    )
    return seen, rows


def box(west: float, width: float, height: float = 10) -> shapely.Polygon:
    return shapely.box(EAST + west, NORTH, EAST + west + width, NORTH + height)


@pytest.mark.parametrize("wrong", [[0], [1], [0, 1]])
def test_overlap_is_found_once_from_either_side(wrong):
    seen, rows = overlapping(box(0, 10), box(9, 10), box(40, 1), wrong=wrong)
    [(pair, (area, wkt))] = seen.overlaps.items()
    assert (pair, area, rows) == (("y", "z"), 10.0, {0, 1})
    assert shapely.from_wkt(wkt).x == pytest.approx(EAST + 9.5, abs=0.01)


def test_overlap_counts_above_its_threshold_and_touching_is_none():
    assert overlapping(box(0, 10), box(9, 10), wrong=[0, 1], limit=10)[0].overlaps == {}
    assert overlapping(box(0, 10), box(9, 10), wrong=[0, 1], limit=10)[1] == {0, 1}
    seen, rows = overlapping(box(0, 10), box(10, 10), wrong=[0, 1], limit=0)
    assert (seen.overlaps, seen.overlaps_more, rows) == ({}, 0, set())


def test_places_beyond_those_kept_are_counted(monkeypatch):
    monkeypatch.setattr(coverage, "PLACES_KEPT", 1)
    seen, _rows = overlapping(box(0, 10), box(9, 10), box(18, 10), wrong=[0, 1, 2])
    assert (len(seen.overlaps), seen.overlaps_more) == (1, 1)
    edges = np.array([shapely.LineString([(0, 0), (0, 3)])] * 4, dtype=object)
    _gaps_find(list("abcd"), np.array([0, 1, 2, 3]), edges, {0}, seen)
    assert (list(seen.gaps), seen.gaps_more) == (["b"], 2)


def test_gap_is_that_of_areas_that_overlap_nothing():
    seen = _Seen()
    edges = np.array(
        [shapely.LineString([(0, 0), (0, 2.126)]), shapely.LineString([(1, 0), (1, 1)])]
    )
    _gaps_find(["a", "b", "c"], np.array([1, 2]), edges, {2}, seen)
    assert seen.gaps["b"][0] == 2.13
    assert (list(seen.gaps), seen.gaps_more) == (["b"], 0)


def seen_of(overlaps: int = 0, gaps: int = 0, hits: tuple[int, int, int] = (0, 0, 0)) -> _Seen:
    return _Seen(
        {(f"k{n:03}", "x"): (float(n), f"P{n}") for n in range(overlaps)},
        {f"g{n:03}": (float(n), f"Q{n}") for n in range(gaps)},
        np.array(hits),
        [f"R{n}" for n in range(hits[2])],
    )


@pytest.mark.parametrize(
    ("overlaps", "rows", "severity"),
    [(5, 100, WARNING), (6, 100, ERROR), (50, 99, WARNING), (6, 120, WARNING)],
)
def test_overlaps_are_an_error_where_they_are_many(overlaps, rows, severity):
    [found] = _findings(seen_of(overlaps), rows, LIMITS)
    assert (found.code, found.severity, found.count) == ("overlaps", severity, overlaps)
    assert (found.params, found.details["threshold_m2"]) == ({"area": 0.5}, 0.5)
    worst = overlaps - 1
    assert found.details["samples"][0] == {
        "key": f"k{worst:03}",
        "other": "x",
        "area_m2": float(worst),
        "wkt": f"P{worst}",
    }
    assert len(found.details["samples"]) == min(overlaps, 20)


def test_gaps_are_told_from_the_longest():
    seen = seen_of(gaps=21)
    seen.gaps_more = 4
    [found] = _findings(seen, 1000, LIMITS)
    assert (found.code, found.severity, found.count) == ("gaps", WARNING, 25)
    assert (found.params, found.details["threshold_m"]) == ({"width": 0.25}, 0.25)
    assert len(found.details["samples"]) == 20
    assert found.details["samples"][0] == {"key": "g020", "length_m": 20.0, "wkt": "Q20"}


def test_overlaps_beyond_those_kept_count():
    seen = seen_of(1)
    seen.overlaps_more = 5
    assert [(one.count, one.severity) for one in _findings(seen, 100, LIMITS)] == [(6, ERROR)]


@pytest.mark.parametrize(
    ("hits", "rows", "severity"),
    [
        ((3, 97, 0), 100, INFO),
        ((0, 99, 1), 100, WARNING),
        ((0, 95, 5), 100, WARNING),
        ((0, 94, 6), 100, ERROR),
        ((0, 94, 6), 99, WARNING),
    ],
)
def test_points_in_several_areas_are_an_error_where_they_are_many(hits, rows, severity):
    [found] = _findings(seen_of(hits=hits), rows, LIMITS)
    assert (found.code, found.severity, found.count) == ("points", severity, 100)
    assert found.params == {"total": 100, "none": hits[0], "one": hits[1], "several": hits[2]}
    assert found.details["samples"] == [{"wkt": f"R{n}"} for n in range(hits[2])]


def test_nothing_seen_is_no_finding():
    assert list(_findings(_Seen(), 1000, LIMITS)) == []


@pytest.mark.parametrize("bounded", [False, True])
def test_points_are_counted_by_how_many_areas_they_hit(bounded):
    shapes = np.array([square(0, size=100), square(0, size=50), box(200, 100, 100)], dtype=object)
    within = square(0, size=100) if bounded else None
    seen = _Seen()
    for _strip in range(2):
        _points_try(
            within,
            shapes,
            shapely.STRtree(shapes),
            (EAST, EAST + 300),
            3000,
            np.random.default_rng(1),
            seen,
        )
    none, one, several = seen.hits.tolist()
    # Of 300 m × 100 m a third is twice covered by the large square's first quarter.
    assert several == pytest.approx(500, rel=0.15)
    assert len(seen.several) == 40
    if bounded:
        assert none == 0
        assert one == pytest.approx(1500, rel=0.1)
    else:
        assert none + one + several == 6000
        assert (none, one) == (pytest.approx(2000, rel=0.1), pytest.approx(3500, rel=0.1))
    assert shapely.from_wkt(seen.several[0]).within(square(0, size=50))
