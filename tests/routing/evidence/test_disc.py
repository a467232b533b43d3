"""The disc of accuracy: shares against an independent normal distribution, and places without a simple answer."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_core.dataset_names import dataset_names
from gis_core.enums import EditionStatus
from gis_core.models import Edition
from issues.enums import LocationSource
from issues.models import Category
from routing.deciding.results import results_of
from routing.engine.facts import facts_of, section_choose
from routing.enums import NetworkDataset, Outcome
from routing.evidence import Asks, evidence_from, evidence_of, measured_of
from routing.evidence.disc.places import (
    PLACES,
    UNIT_DISC,
    bits_of,
    feet,
    masks_of,
    sides_crossed,
)
from routing.models import Area, Asset, RoadPartArea, RoadSection
from routing.rulebook import authorities_load, rule_set_load
from routing.types import Evidence, Situation
from tests.routing.engine.test_engine import FOLDER
from tests.routing.evidence.normal import CUT, SIGMA_95, share_beyond, share_in
from tests.routing.evidence.test_evidence import Place, box, gather, wkt

pytestmark = pytest.mark.django_db
# What a straight edge may be off by, and what it is off by in the mean over all edges.
WORST, MEAN = 0.02, 0.005


@pytest.fixture
def place() -> Place:
    return Place()


def owners(evidence: Evidence) -> dict[str, float]:
    """Share of the disc by the owner class of the first parcel."""
    shares: dict[str, float] = {}
    for one in evidence.situations:
        owner = one.parcels[0].owner if one.parcels else ""
        shares[owner] = shares.get(owner, 0.0) + one.weight
    return shares


# --- Shares against the normal distribution ---------------------------------------------------------


def test_disc_places_are_equal_shares_of_any_half_plane() -> None:
    found = np.array(
        [
            abs((CUT * UNIT_DISC @ [math.cos(angle), math.sin(angle)] > d).mean() - share_beyond(d))
            for angle in np.linspace(0, 2 * math.pi, 90, endpoint=False)
            for d in np.linspace(-0.98 * CUT, 0.98 * CUT, 99).tolist()
        ]
    )
    assert (found.max() < WORST, found.mean() < MEAN) == (True, True)


@pytest.mark.parametrize("sigmas", [-2.7, -1.5, -0.9, 0.0, 0.5, 0.9, 1.5, 2.7])
def test_disc_share_beyond_a_boundary_is_that_of_a_normal_distribution(
    place: Place, sigmas: float
) -> None:
    place.parcel("wood", box(0, 120, 400, 300), "FOREST", "RVR")
    y = 120 - 15 * SIGMA_95 * sigmas
    [evidence] = gather(place.issue(200, y, accuracy_m=15.0, category="RATS"))
    assert sum(one.weight for one in evidence.situations) == 1
    assert owners(evidence)["RVR"] == pytest.approx(share_beyond(sigmas), abs=WORST)
    # What is cut off is a hundredth: Φ itself is as near.
    assert owners(evidence)["RVR"] == pytest.approx(NormalDist().cdf(-sigmas), abs=WORST)


def test_disc_share_of_a_strip_five_metres_wide_is_that_of_a_normal_distribution(
    place: Place,
) -> None:
    place.parcel("lane", box(0, 50, 400, 55), "PATH", "CITY")
    sigma = 20 * SIGMA_95
    for y in np.linspace(40, 65, 11).tolist():
        [evidence] = gather(place.issue(200, y, accuracy_m=20.0, category="RATS"))
        wanted = share_beyond((50 - y) / sigma) - share_beyond((55 - y) / sigma)
        # The lane lies upon the field, so that its places are on both; the path goes first.
        assert owners(evidence).get("CITY", 0.0) == pytest.approx(wanted, abs=0.015)


@pytest.mark.parametrize("accuracy", [5.0, 20.0])
def test_disc_has_the_stated_share_of_its_places_within_the_accuracy(
    place: Place, accuracy: float
) -> None:
    """The definition itself, whatever σ is: 95 of 100 places lie no further off than the accuracy says."""
    around = shapely.Point(200, 70).buffer(accuracy, quad_segs=64)
    place.parcel("round", list(around.exterior.coords), "GREEN", "CITY")
    [evidence] = gather(place.issue(200, 70, accuracy_m=accuracy, category="RATS"))
    inside = sum(one.weight for one in evidence.situations if len(one.parcels) == 2)
    # Of what is not cut off.
    assert inside == pytest.approx(0.95 / (1 - math.exp(-4.5)), abs=0.005)


@settings(max_examples=60)
@given(
    corner=st.tuples(st.floats(-0.8, 0.8), st.floats(-0.8, 0.8)),
    angle=st.floats(0, 2 * math.pi),
    radius=st.floats(0.5, 250),
    east=st.floats(-1000, 1000),
)
def test_disc_sides_of_any_triangle_agree_with_an_independent_integral(
    corner: tuple[float, float], angle: float, radius: float, east: float
) -> None:
    x, y = corner[0] * radius, corner[1] * radius
    far = [(x + 900 * math.cos(angle + turn), y + 900 * math.sin(angle + turn)) for turn in (0, 2)]
    ring = np.array([(x, y), *far, (x, y)])
    pieces = np.hstack([ring[:-1], ring[1:]]) / radius
    anchor = np.array([0.013791, 0.007193])
    [crossed] = sides_crossed(pieces - [*anchor, *anchor], np.zeros(3, dtype=np.int64), UNIT_DISC)
    triangle = shapely.Polygon(ring)
    starts_inside = shapely.intersects_xy(triangle, *(anchor * radius))
    share = crossed.bit_count() / PLACES
    share = 1 - share if starts_inside else share
    assert share == pytest.approx(share_in(triangle, radius / CUT), abs=0.03)


# Whole millimetres, which is what surveying gives: lines shorter than a float can square are no lines.
MILLIMETRES = st.integers(-100_000, 100_000).map(lambda millimetres: millimetres / 1000)


@settings(max_examples=60)
@given(
    points=st.lists(st.tuples(MILLIMETRES, MILLIMETRES), min_size=2, max_size=6, unique=True),
    radius=st.floats(1, 100),
)
def test_disc_distances_and_feet_are_those_of_an_independent_library(
    points: list[tuple[float, float]], radius: float
) -> None:
    line = shapely.LineString(points)
    ring = np.array(points)
    pieces = np.hstack([ring[:-1], ring[1:]])
    offsets = np.concatenate([[0.0], np.cumsum(np.hypot(*(ring[1:] - ring[:-1]).T))])[:-1]
    groups = np.zeros(len(pieces), dtype=np.int64)
    [away], [along] = feet(pieces, offsets, groups, np.full(len(pieces), radius), UNIT_DISC)
    places = shapely.points(UNIT_DISC.astype(float) * radius)
    assert np.allclose(away, shapely.distance(places, line), atol=1e-3)
    foot = shapely.line_interpolate_point(line, along.astype(float))
    assert np.allclose(shapely.distance(foot, places), away, atol=1e-2)


@given(st.lists(st.integers(0, (1 << PLACES) - 1), min_size=1, max_size=5))
def test_disc_bits_and_masks_are_the_same_sets(bits: list[int]) -> None:
    assert bits_of(masks_of(bits, PLACES)) == bits


# --- Accuracy ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "accuracy"),
    [(LocationSource.COORDINATES, 0.0), (LocationSource.PARCEL, None), (LocationSource.PHOTO, 0.0)],
)
def test_disc_of_no_size_is_the_reported_point(
    place: Place, source: LocationSource, accuracy: float | None
) -> None:
    [evidence] = gather(place.issue(50, 19, accuracy_m=accuracy, location_source=source))
    assert (len(evidence.situations), evidence.accuracy_m) == (1, 0.0)
    assert evidence.situations[0].weight == 1


@pytest.mark.parametrize("source", [LocationSource.ADDRESS, LocationSource.PHOTO])
def test_disc_without_an_accuracy_has_that_of_how_the_place_was_given(
    place: Place, source: LocationSource
) -> None:
    [evidence] = gather(place.issue(50, 20, location_source=source))
    assert (evidence.accuracy_m, set(owners(evidence))) == (20.0, {"BUND_STR", "PRIV"})


def test_coordinates_that_say_nothing_are_ten_metres_accurate(place: Place) -> None:
    """95 of 100 outdoor telephones are within 10 m: at 5 m from an edge (1.22 σ) one of nine is beyond it."""
    [evidence] = gather(place.issue(200, 15))
    assert (evidence.accuracy_m, evidence.confidence) == (10.0, 0.95)
    assert owners(evidence)["PRIV"] == pytest.approx(share_beyond(5 / 4.08539), abs=WORST)
    assert owners(evidence)["PRIV"] == pytest.approx(1 / 9, abs=WORST)


def test_disc_of_kilometres_is_bounded_and_nobody_is_assigned(place: Place) -> None:
    authorities_load(jurisdiction=place.jurisdiction, path=FOLDER / "authorities.csv")
    rule_set_load(jurisdiction=place.jurisdiction, path=FOLDER / "rules.csv")
    issue = place.issue(50, 10, accuracy_m=5000.0, category="ACUTE_DANGER")
    # Three standard deviations are 249.98 m.
    sure = place.issue(50, 10, accuracy_m=203.96, category="ACUTE_DANGER")
    (_f, evidence, vague), (_g, _e, clear) = results_of([issue.pk, sure.pk])
    assert vague is not None
    assert clear is not None
    assert (vague.outcome, "location_vague" in vague.doubts) == (Outcome.TRIAGE, True)
    assert (clear.outcome, clear.candidates[0].body) == (Outcome.ASSIGNED, "POLICE")
    assert sum(one.probability for one in vague.candidates) == 1
    # Beyond 250 m nothing is looked at: the parcels reach 100 m from the road to either side, and stand in for 5 m.
    known = share_in(shapely.box(-55, -115, 355, 115), 250 / CUT)
    assert 1 - owners(evidence)[""] == pytest.approx(known, abs=WORST)


# --- Places without a simple answer -----------------------------------------------------------------


def test_disc_around_a_point_on_an_edge_begins_with_both_parcels(place: Place) -> None:
    [evidence] = gather(place.issue(50, 20, accuracy_m=10.0))
    first, *others = evidence.situations
    assert ([p.key for p in first.parcels], first.weight) == (["road", "field"], 1 / PLACES)
    assert all(len(one.parcels) == 1 for one in others)
    shares = owners(evidence)
    assert shares["PRIV"] == pytest.approx(0.5, abs=WORST)


def test_disc_around_a_corner_has_a_quarter_of_each(place: Place) -> None:
    place.parcel("next", box(400, 0, 500, 20), "GREEN", "CITY")
    place.parcel("beyond", box(400, 20, 500, 120), "FOREST", "RVR")
    [evidence] = gather(place.issue(400, 20, accuracy_m=10.0))
    shares = owners(evidence)
    assert set(shares) == {"BUND_STR", "PRIV", "CITY", "RVR"}
    assert all(share == pytest.approx(0.25, abs=WORST) for share in shares.values())
    assert len(evidence.situations[0].parcels) == 4


def test_disc_over_a_gap_is_divided_by_the_nearer_parcel(place: Place) -> None:
    place.parcel("far", box(0, 124, 400, 200), "GREEN", "CITY")
    [evidence] = gather(place.issue(200, 122, accuracy_m=2.0))
    assert owners(evidence) == {
        "PRIV": pytest.approx(0.5, abs=WORST),
        "CITY": pytest.approx(0.5, abs=WORST),
    }
    # The parcels themselves begin 2 m to either side, which is 2.45 standard deviations.
    in_gap = sum(one.weight for one in evidence.situations if one.parcels[0].distance > 0)
    assert in_gap == pytest.approx(1 - 2 * share_beyond(1 / SIGMA_95), abs=0.005)


def test_disc_over_a_wide_gap_has_a_share_on_no_parcel(place: Place) -> None:
    [evidence] = gather(place.issue(200, 125, accuracy_m=5.0))
    assert owners(evidence)[""] == pytest.approx(0.5, abs=WORST)


def test_disc_on_overlapping_parcels_names_both_road_first(place: Place) -> None:
    place.parcel("over", box(100, 0, 200, 120), "BUILT", "CHURCH")
    [evidence] = gather(place.issue(150, 10, accuracy_m=5.0))
    [only] = evidence.situations
    assert [one.key for one in only.parcels] == ["road", "over"]


def test_disc_on_the_municipal_border_is_half_outside(place: Place) -> None:
    place.row(
        Area,
        NetworkDataset.AREAS,
        "neighbour",
        kind="neighbour",
        code="05916000",
        geometry=wkt("polygon", box(500, -500, 900, 500)),
    )
    [evidence] = gather(place.issue(500, 0, accuracy_m=10.0))
    assert evidence.situations[0].inside
    outside = [one for one in evidence.situations if not one.inside]
    assert sum(one.weight for one in outside) == pytest.approx(0.5, abs=WORST)
    assert {area.code for one in outside for area in one.areas} == {"05916000"}


def test_disc_wholly_outside_is_one_place_on_no_parcel(place: Place) -> None:
    [evidence] = gather(place.issue(1500, 0, accuracy_m=30.0))
    [only] = evidence.situations
    assert (only.inside, only.parcels, only.sections, only.weight) == (False, (), (), 1.0)


def test_disc_moved_within_one_parcel_away_from_all_edges_changes_nothing(place: Place) -> None:
    here, there = gather(
        place.issue(150, 60, accuracy_m=9.0, category="RATS"),
        place.issue(220, 71, accuracy_m=9.0, category="RATS"),
    )
    assert here.situations == there.situations
    assert len(here.situations) == 1


def test_disc_crossing_the_end_of_a_through_road_is_divided_there(place: Place) -> None:
    [evidence] = gather(place.issue(103, 10, accuracy_m=10.0))
    on_road = [one for one in evidence.situations if one.parcels[0].key == "road"]
    inside = sum(one.weight for one in on_road if one.sections[0].through_road == "in")
    assert inside == pytest.approx(share_beyond(0.3 / SIGMA_95), abs=WORST)


def test_disc_is_divided_by_parts_of_the_road_and_by_assets(place: Place) -> None:
    place.row(
        RoadPartArea,
        NetworkDataset.ROAD_PARTS,
        "f",
        part="footway",
        section_key="B235-1",
        geometry=wkt("polygon", box(0, 0, 400, 3)),
    )
    for key, x in (("a", 145), ("b", 155)):
        place.row(
            Asset,
            NetworkDataset.ASSETS,
            key,
            kind="gully",
            number=key,
            owner=f"OWNER-{key}",
            geometry=wkt("line", [(x, 10), (x, 10.1)]).centroid,
        )
    issue = place.issue(150, 10, category="GULLY_BLOCKED", asset_kinds=["gully"], accuracy_m=8.0)
    [evidence] = gather(issue)
    # The nearer one, as far as it is in reach: each at 5 m from the point, which is 1.53 σ.
    sigma = 8 * SIGMA_95
    reach = shapely.Point(-5, 0).buffer(10, quad_segs=64)
    near_a = sum(one.weight for one in evidence.situations if _nearest(one) == "a")
    wanted = share_in(reach.intersection(shapely.box(-90, -90, 0, 90)), sigma)
    assert near_a == pytest.approx(wanted, abs=WORST)
    footway = sum(one.weight for one in evidence.situations if one.parts)
    assert footway == pytest.approx(share_beyond(7 / sigma), abs=WORST)


def _nearest(one: Situation) -> str:
    return one.assets[0].key if one.assets else ""


@pytest.mark.parametrize("dataset", dataset_names())
def test_evidence_names_the_datasets_that_are_active(place: Place, dataset: str) -> None:
    Edition.objects.filter(dataset=dataset).update(status=EditionStatus.SUPERSEDED)
    [evidence] = gather(place.issue(50, 10))
    assert set(evidence.datasets) == set(dataset_names()) - {dataset}


# --- The engine's choice of a road, for all places at once ------------------------------------------


def crossing(place: Place) -> None:
    """A K road and a street that meet the B road, on parcels of their own, with a path between."""
    place.parcel("k", box(190, 20, 205, 120), "ROAD", "KREIS", location_text="K 14")
    place.parcel("path", box(205, 20, 209, 120), "PATH", "CITY", location_text="Am Hang")
    place.parcel("street", box(209, 20, 220, 120), "ROAD", "CITY", location_text="Am Hang")
    for key, road_class, number, name, line in (
        ("K14-1", "K", "14", "", [(197, 12), (198, 60), (197, 120)]),
        ("hang", "G", "", "Am Hang", [(214, 12), (214, 120)]),
        ("yard", "P", "", "Hof", [(150, -20), (230, -20)]),
    ):
        place.row(
            RoadSection,
            NetworkDataset.ROAD_SECTIONS,
            key,
            road_class=road_class,
            road_number=number,
            name=name,
            length=100,
            geometry=wkt("line", line),
        )
    place.row(
        RoadPartArea,
        NetworkDataset.ROAD_PARTS,
        "k way",
        part="footway",
        section_key="K14-1",
        geometry=wkt("polygon", box(200, 30, 206, 50)),
    )


def test_evidence_chooses_the_road_of_each_place_as_the_engine_does(place: Place) -> None:
    crossing(place)
    Category.objects.update_or_create(
        jurisdiction=place.jurisdiction,
        code="SIDEWALK",
        defaults={"names": {"de": "Gehweg", "en": "Footway"}, "part": "footway"},
    )
    issues = [
        place.issue(x, y, category=category, accuracy_m=accuracy)
        for x in range(185, 226, 8)
        for y in (15, 22, 40, 110)
        for category in ("SIDEWALK", "RATS")
        for accuracy in (None, 8.0, 30.0)
    ]
    checked = 0
    for head, one in measured_of(
        [issue.pk for issue in issues], asking=lambda _facts, _category: Asks(arms=True)
    ):
        evidence = evidence_from(head, one)
        for spot, found in zip(one.spots, evidence.situations, strict=True):
            chosen = section_choose(evidence, found, found.parcels[0] if found.parcels else None)
            key = ""
            if spot.chosen >= 0:
                key = one.ground.section_rows[one.reach.section[spot.chosen]].key
            assert (chosen.key if chosen else "") == key
            assert facts_of(evidence, found).section == chosen
            checked += 1
    assert checked > 500


def test_evidence_asks_for_all_arms_only_where_rules_do(place: Place) -> None:
    crossing(place)
    issue = place.issue(214, 80, accuracy_m=30.0, category="RATS")

    def count(**asks: Any) -> int:
        [(_facts, evidence)] = evidence_of([issue.pk], asking=lambda _f, _c: Asks(**asks))
        return len(evidence.situations)

    assert count(arms=True) > count()
