"""The disc's geometry at its edges: every place for itself, against another library and against plain arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from routing.evidence.disc.places import (
    CENTRE_ONLY,
    UNIT_DISC,
    bits_of,
    distance_squared,
    distances,
    expanded,
    feet,
    first_place,
    masks_of,
    sides_crossed,
    slices,
    starts_of,
)
from routing.evidence.ground import Shapes
from tests.routing.evidence.normal import CUT, WITHIN_CUT, place_of

ANCHOR = (0.013791, 0.007193)


def pieces_of(geometry: shapely.Geometry) -> np.ndarray:
    return Shapes([geometry]).pieces


# --- Places -------------------------------------------------------------------------------------------


def test_places_are_a_sunflower_of_equal_probabilities_that_begins_at_the_point() -> None:
    wanted = np.array([place_of(n) for n in range(256)]) / CUT
    assert np.array_equal(UNIT_DISC, np.round(wanted, 9).astype(np.float32))
    assert CENTRE_ONLY.tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize("sigmas", [0.25, 0.5, 1.0, 1.5, 2.0, 2.5])
def test_places_within_a_distance_are_as_many_as_a_normal_distribution_has(sigmas: float) -> None:
    """The distance has a Rayleigh distribution: within d standard deviations lies 1 − exp(−d² / 2)."""
    within = (np.hypot(*UNIT_DISC.T) * CUT <= sigmas).mean()
    assert within == pytest.approx((1 - math.exp(-sigmas * sigmas / 2)) / WITHIN_CUT, abs=1 / 256)


@pytest.mark.parametrize(("bits", "place"), [(1, 0), (0b1000, 3), (0b11000, 3), (1 << 255, 255)])
def test_first_place_is_the_lowest_bit(bits: int, place: int) -> None:
    assert first_place(bits) == place


@pytest.mark.parametrize("count", [1, 7, 8, 9, 256])
def test_bits_and_masks_have_one_for_each_place(count: int) -> None:
    for bits in (0, 1, 1 << (count - 1), (1 << count) - 1):
        [mask] = masks_of([bits], count)
        assert [n for n, is_in in enumerate(mask.tolist()) if is_in] == [
            n for n in range(count) if bits >> n & 1
        ]
        assert bits_of(mask[None]) == [bits]


# --- Runs ---------------------------------------------------------------------------------------------


def test_runs_begin_where_numbers_change() -> None:
    for groups, starts in (([], []), ([4], [0]), ([4, 4, 7, 2, 2], [0, 2, 3])):
        assert starts_of(np.array(groups, dtype=np.int64)).tolist() == starts


def test_pieces_of_shapes_are_listed_shape_by_shape() -> None:
    rows, pieces = expanded(np.array([0, 2, 3, 3]), np.array([1, 0, 2, 1]))
    assert (rows.tolist(), pieces.tolist()) == ([0, 1, 1, 3], [2, 0, 1, 2])


@pytest.mark.parametrize(
    ("runs", "ends"),
    [
        ([], []),
        ([5], [5]),
        ([127, 1, 1], [128, 129]),
        ([128, 1], [128, 129]),
        ([100, 100, 100], [200, 300]),
        ([500, 1], [500, 501]),
    ],
)
def test_slices_hold_whole_runs(runs: list[int], ends: list[int]) -> None:
    groups = np.repeat(np.arange(len(runs)), runs)
    found = [(one.start, one.stop) for one in slices(groups)]
    assert found == list(zip([0, *ends][: len(ends)], ends, strict=True))


# --- Distances ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("piece", "squared"),
    [
        ((-3, 4, 3, 4), 16),
        ((3, 4, 9, 4), 25),
        ((-9, 4, -3, 4), 25),
        ((4, -9, 4, -3), 25),
        ((0, 0, 5, 0), 0),
        ((-1, -1, 1, 1), 0),
        # A piece without length is a point.
        ((3, 4, 3, 4), 25),
        ((0.3, 0.4, 0.3, 0.4), 0.25),
        ((0, 5, 5, 0), 12.5),
    ],
)
def test_distance_is_that_to_the_nearest_point_of_a_piece(
    piece: tuple[float, ...], squared: float
) -> None:
    assert distance_squared(np.array([piece], dtype=float)).tolist() == pytest.approx([squared])
    [[away]] = distances(
        np.array([piece], dtype=float), np.zeros(1, dtype=np.int64), np.ones(1), CENTRE_ONLY
    )
    assert away == pytest.approx(math.sqrt(squared), abs=1e-6)


def test_distance_is_that_of_the_nearest_piece_of_each_run() -> None:
    pieces = np.array([(5, -9, 5, 9), (3, -9, 3, 9), (4, -9, 4, 9), (7, -9, 7, 9)], dtype=float)
    groups = np.array([0, 0, 0, 1])
    found = distances(pieces, groups, np.full(4, 2.0), UNIT_DISC)
    east = 2 * UNIT_DISC[:, 0]
    assert np.allclose(found, [3 - east, 7 - east], atol=1e-5)


def walked(
    points: list[tuple[float, float]], radius: float = 1.0
) -> tuple[list[float], list[float]]:
    """(distance, how far along) from each place of a disc at the origin to a line."""
    line = np.array(points, dtype=float)
    pieces = np.hstack([line[:-1], line[1:]])
    offsets = np.concatenate([[0.0], np.cumsum(np.hypot(*(line[1:] - line[:-1]).T))[:-1]])
    groups = np.zeros(len(pieces), dtype=np.int64)
    [away], [along] = feet(pieces, offsets, groups, np.full(len(pieces), radius), CENTRE_ONLY)
    return float(away[0]), float(along[0])


@pytest.mark.parametrize(
    ("points", "away", "along"),
    [
        ([(-10, 3), (10, 3)], 3, 10),
        ([(4, 3), (14, 3)], 5, 0),
        ([(-14, 3), (-4, 3)], 5, 10),
        ([(-10, 9), (-10, 3), (10, 3)], 3, 16),
        # Twice equally near: there and back, the first time counts.
        ([(-10, 3), (10, 3), (-10, 3)], 3, 10),
        ([(-10, 3), (10, 3), (10, -3), (-10, -3)], 3, 10),
        ([(-10, -4), (10, -4), (10, 3), (-10, 3)], 3, 37),
    ],
)
def test_foot_is_the_first_of_the_nearest_points_of_a_line(
    points: list[tuple[float, float]], away: float, along: float
) -> None:
    assert walked(points) == (away, along)


# --- Sides --------------------------------------------------------------------------------------------

STAR = [
    (0.9 * math.cos(n) * (1 if n % 2 else 0.35), 0.9 * math.sin(n) * (1 if n % 2 else 0.35))
    for n in range(1, 7)
]
POLYGONS = {
    "square around the anchor": shapely.box(-0.31, -0.47, 0.53, 0.29),
    "square beside the anchor": shapely.box(0.11, 0.13, 0.91, 0.77),
    "edge through the disc": shapely.box(-5, 0.203, 5, 7),
    "whole disc": shapely.box(-5, -5, 5, 5),
    "far away": shapely.box(5, 5, 9, 9),
    "ring": shapely.box(-0.71, -0.71, 0.71, 0.71) - shapely.box(-0.37, -0.37, 0.37, 0.37),
    "two parts": shapely.union(
        shapely.box(-0.91, -0.9, -0.21, 0.9), shapely.box(0.17, -0.9, 0.8, 0.9)
    ),
    "corner at the point": shapely.Polygon([(0, 0), (3, 0.1), (0.1, 3), (0, 0)]),
    "star": shapely.make_valid(shapely.Polygon(STAR)),
}


@pytest.mark.parametrize("name", POLYGONS)
def test_side_of_every_place_is_that_of_another_library(name: str) -> None:
    polygon = POLYGONS[name]
    pieces = pieces_of(polygon) - [*ANCHOR, *ANCHOR]
    [crossed] = sides_crossed(pieces, np.zeros(len(pieces), dtype=np.int64), UNIT_DISC)
    starts_inside = bool(shapely.intersects_xy(polygon, *ANCHOR))
    places = UNIT_DISC.astype(float)
    inside = shapely.intersects_xy(polygon, places[:, 0], places[:, 1])
    # A place on an edge may count for either side.
    clear = shapely.distance(polygon.boundary, shapely.points(places)) > 1e-6
    assert clear.sum() >= 255
    found = np.array([bool(crossed >> n & 1) != starts_inside for n in range(256)])
    assert np.array_equal(found[clear], inside[clear])


def test_sides_of_many_polygons_are_those_of_each() -> None:
    shapes = Shapes(list(POLYGONS.values()))
    counts = np.diff(shapes.first)
    groups = np.repeat(np.arange(len(counts)), counts)
    together = sides_crossed(shapes.pieces - [*ANCHOR, *ANCHOR], groups, UNIT_DISC)
    alone = [
        sides_crossed(
            shapes.pieces[begin:end] - [*ANCHOR, *ANCHOR],
            np.zeros(end - begin, dtype=np.int64),
            UNIT_DISC,
        )[0]
        for begin, end in zip(shapes.first[:-1], shapes.first[1:], strict=True)
    ]
    assert together == alone


# --- Shapes as pieces ---------------------------------------------------------------------------------


def test_shapes_are_all_their_rings_and_parts_in_straight_pieces() -> None:
    hole = shapely.box(0, 0, 9, 9) - shapely.box(3, 3, 6, 6)
    two = shapely.MultiPolygon([shapely.box(20, 0, 21, 1), shapely.box(30, 0, 31, 1)])
    shapes = Shapes([shapely.box(0, 0, 1, 1), hole, two, shapely.box(50, 0, 51, 1)])
    assert np.diff(shapes.first).tolist() == [4, 8, 8, 4]
    for number, geometry in enumerate(shapes.geometries):
        mine = shapes.pieces[shapes.first[number] : shapes.first[number + 1]]
        length = np.hypot(mine[:, 2] - mine[:, 0], mine[:, 3] - mine[:, 1]).sum()
        assert length == geometry.length
    assert len(Shapes([]).pieces) == 0


def test_lines_have_measures_from_their_own_begin() -> None:
    one = shapely.LineString([(0, 0), (3, 4), (3, 10)])
    two = shapely.MultiLineString([[(0, 0), (0, 2)], [(9, 0), (9, 1)]])
    offsets, lengths = Shapes([one, two, shapely.LineString([(0, 0), (7, 0)])]).measures()
    assert (offsets.tolist(), lengths.tolist()) == ([0, 5, 0, 2, 0], [11, 3, 7])


@pytest.mark.parametrize(
    ("box", "count"),
    [
        ((0, 0, 1, 1), 3),
        ((1, 1, 2, 2), 2),
        ((1.01, 0, 2, 2), 0),
        ((-2, -2, 0, 0), 2),
        ((-2, -2, -0.01, 9), 0),
        ((-2, -2, 9, -0.01), 0),
        ((-2, 1.01, 9, 9), 0),
        ((0.4, 0.4, 0.6, 0.6), 1),
    ],
)
def test_pieces_within_a_box_are_those_whose_own_box_touches_it(
    box: tuple[float, ...], count: int
) -> None:
    triangle = shapely.Polygon([(0, 0), (1, 1), (0, 1)])
    first, pieces = Shapes([triangle, shapely.box(90, 90, 91, 91)]).within(np.array(box))
    assert (first.tolist(), len(pieces)) == ([0, count, count], count)
