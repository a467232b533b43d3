"""Which areas are looked at by GEOS, and that the others need not be. Squares of 10 m, in metres."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_core.loading.check.coverage_edges import invalid_edges
from tests.gis_core.geodata_factories import EAST, NORTH, square

WIDTH = 0.25
EVERYTHING = (EAST - 1000, EAST + 1000)


def found(shapes, strip=EVERYTHING):
    shapes = np.array(shapes, dtype=object)
    rows, edges = invalid_edges(shapes, shapely.STRtree(shapes), gap_width=WIDTH, strip=strip)
    return dict(zip(rows.tolist(), shapely.to_wkb(edges).tolist(), strict=True))


def whole(shapes):
    """What GEOS says when it is asked about all."""
    edges = shapely.coverage_invalid_edges(np.array(shapes, dtype=object), gap_width=WIDTH)
    return {row: edge.wkb for row, edge in enumerate(edges) if not edge.is_empty}


def moved(x: float, y: float, width: float, height: float, turned: bool) -> shapely.MultiPolygon:
    shape = shapely.box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)
    return shapely.MultiPolygon([shapely.reverse(shape) if turned else shape])


# Whole squares of a grid, which fit, and others that overlap, leave slits, or lie on or in others.
places = st.integers(0, 3).map(lambda n: n * 10)
squares = st.builds(moved, places, places, st.just(10), st.just(10), st.booleans())
# Of two squares that touch at a corner.
twins = st.builds(
    lambda x, y, turned: shapely.MultiPolygon(
        [moved(x + d, y + d, 10, 10, turned).geoms[0] for d in (0, 10)]
    ),
    *(places, places, st.booleans()),
)
step = st.sampled_from([-1, -0.1, 0, 0.1, 0.3, 5])
others = st.builds(
    lambda x, y, dx, dy, w, h, turned: moved(x + dx, y + dy, w, h, turned),
    *(places, places, step, step),
    *(st.sampled_from([4, 9.9, 10, 20]), st.sampled_from([4, 9.9, 10, 20]), st.booleans()),
)


@given(st.lists(st.one_of(squares, squares, squares, twins, others), min_size=1, max_size=14))
def test_areas_that_are_not_asked_about_are_right(shapes):
    assert found(shapes) == whole(shapes)


@given(st.lists(others, min_size=1, max_size=8))
def test_strips_find_together_what_the_whole_finds(shapes):
    strips = [(EAST - 10, EAST + 9), (EAST + 9, EAST + 23), (EAST + 23, EAST + 100)]
    assert {row for strip in strips for row in found(shapes, strip)} == set(whole(shapes))


def test_hole_that_another_area_fills_is_right():
    ring = square(0, size=30)
    filled = shapely.Polygon(ring.exterior, [square(1, 1).exterior])
    assert found([filled, square(1, 1)]) == {}
    assert list(found([filled, square(1, 1, size=9.9)])) == [0, 1]


def test_hole_that_begins_where_its_area_begins_is_a_ring_of_its_own():
    corner = shapely.Polygon(
        square(0, size=30).exterior.coords,
        [[(EAST, NORTH), (EAST + 10, NORTH + 1), (EAST + 1, NORTH + 10), (EAST, NORTH)]],
    )
    filling = shapely.Polygon(corner.interiors[0])
    assert found([corner, filling]) == {}
    assert list(found([corner, shapely.buffer(filling, -0.1)])) == [0, 1]


@pytest.mark.parametrize("turned", [False, True])
def test_same_area_twice_is_wrong_however_it_runs(turned):
    twin = shapely.reverse(square(0)) if turned else square(0)
    assert list(found([square(0), twin])) == [0, 1]


def test_edges_beyond_the_strip_are_for_another_one():
    overlapping = [square(0), square(0, size=11), square(5)]
    assert list(found(overlapping, (EAST, EAST + 20))) == [0, 1]
    assert found(overlapping, (EAST + 30, EAST + 80)) == {}
