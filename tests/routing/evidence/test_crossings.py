"""Crossings in the evidence: rails, bridges, level crossings; and whose land a private way runs on. Metres.

The place is that of `test_evidence`: the axis of a federal road (y = 10) between a field to the north and a yard.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
from django.contrib.gis.geos import Point

from parcels.models import Ownership, Parcel
from routing.engine.facts import facts_of
from routing.engine.predicates import bridge, near_asset, rail_part_of_crossing
from routing.enums import NetworkDataset, TrackKind
from routing.models import Asset, RailTrack, RoadSection, ThroughRoad
from routing.types import Facts
from tests.routing.evidence.normal import CUT, SIGMA_95, place_of, share_beyond
from tests.routing.evidence.test_evidence import E0, N0, Place, box, gather, situation, wkt

pytestmark = pytest.mark.django_db
# From the axis of a track to the outside of its rail: half of the gauge of 1.435 m and a head of about 7 cm.
RAIL = 0.75


@pytest.fixture
def place() -> Place:
    return Place()


def track(place: Place, x: float, kind: TrackKind, key: str = "t") -> None:
    """A track across the road."""
    geometry = wkt("line", [(x, -100), (x, 120)])
    place.row(RailTrack, NetworkDataset.TRACKS, key, kind=kind, geometry=geometry)


def asset(place: Place, key: str, kind: str, x: float, **known: Any) -> None:
    geometry = Point(E0 + x, N0 + 10, srid=25832)
    place.row(Asset, NetworkDataset.ASSETS, key, kind=kind, number=key, geometry=geometry, **known)


def facts(place: Place, x: float, y: float = 10, **known: Any) -> Facts:
    """What the engine sees of the place itself."""
    [evidence] = gather(place.issue(x, y, **known))
    return facts_of(evidence, evidence.situations[0])


# --- The zone of the rails (EBKrG § 14 II 1) ------------------------------------------------------------


@pytest.mark.parametrize("accuracy", [0.0, 0.001])
@pytest.mark.parametrize(
    ("kind", "away", "is_in"),
    [
        ("rail", 0.0, True),
        ("rail", 2.24, True),
        ("rail", 2.26, False),
        ("tram", 0.0, True),
        ("tram", 0.99, True),
        ("tram", 1.01, False),
    ],
)
def test_zone_of_the_rails_ends_so_far_from_the_outer_rail(
    place: Place, kind: str, away: float, accuracy: float, *, is_in: bool
) -> None:
    track(place, 200, TrackKind(kind))
    for side in (-1, 1):
        found = situation(place.issue(200 + side * (RAIL + away), 10, accuracy_m=accuracy))
        parts = [(one.part, one.section_key, one.name) for one in found.parts]
        assert parts == ([("rail", "", kind)] if is_in else [])


def test_zone_of_the_rails_is_no_road_and_divides_the_disc(place: Place) -> None:
    """Six metres of a railway's zone, of which the disc's middle is 5 m away: between 2 and 8 m."""
    track(place, 205, TrackKind.RAIL)
    [found] = gather(place.issue(200, 70, accuracy_m=12.0))
    zone = [one for one in found.situations if one.parts]
    sigma = 12 * SIGMA_95
    wanted = share_beyond(2 / sigma) - share_beyond(8 / sigma)
    assert sum(one.weight for one in zone) == pytest.approx(wanted, abs=0.015)
    # On the field it stays a field.
    assert {facts_of(found, one).road_class for one in zone} == {"N"}


@pytest.mark.parametrize(
    ("away", "crossing", "is_part"),
    [(2.24, 30.0, True), (2.26, 30.0, False), (2.24, 30.02, False), (0.0, 0.0, True)],
)
def test_rail_part_of_a_crossing_is_the_zone_near_one_of_the_register(
    place: Place, away: float, crossing: float, *, is_part: bool
) -> None:
    track(place, 200, TrackKind.RAIL)
    x = 200 + RAIL + away
    asset(place, "BÜ 1", "level_crossing", x + crossing)
    assert rail_part_of_crossing(facts(place, x, accuracy_m=0.0)) is is_part


def test_zone_of_the_rails_away_from_a_crossing_is_no_part_of_one(place: Place) -> None:
    track(place, 200, TrackKind.RAIL)
    assert not rail_part_of_crossing(facts(place, 200, accuracy_m=0.0))
    asset(place, "B 1", "bridge", 200)
    assert not rail_part_of_crossing(facts(place, 200, accuracy_m=0.0))


# --- Bridges and level crossings ------------------------------------------------------------------------


@pytest.mark.parametrize("category", ["RATS", "ROAD_SURFACE"])
@pytest.mark.parametrize("accuracy", [0.0, 3.0, 10.0, 60.0])
@pytest.mark.parametrize(("kind", "reach"), [("bridge", 20.0), ("level_crossing", 30.0)])
def test_crossings_are_in_reach_at_every_place_whatever_the_accuracy(
    place: Place, kind: str, reach: float, accuracy: float, category: str
) -> None:
    """At the reported point to the centimetre, and as far from each other place of the disc."""
    asset(place, "near", kind, 200 + reach)
    asset(place, "far", kind, 200 - reach - 0.01)
    [found] = gather(place.issue(200, 10, accuracy_m=accuracy, category=category))
    first = found.situations[0]
    assert [(one.key, one.distance) for one in first.assets] == [("near", reach)]
    sigma = accuracy * SIGMA_95
    places = [place_of(n) for n in range(256 if accuracy else 1)]
    wanted = {"near": 0.0, "far": 0.0, "": 0.0}
    for east, north in places:
        away = {
            key: round(math.hypot(sigma * east - x, sigma * north), 2)
            for key, x in (("near", reach), ("far", -reach - 0.01))
        }
        nearest = min(away, key=lambda key: away[key])
        wanted[nearest if away[nearest] <= reach else ""] += 1 / len(places)
    shares = dict.fromkeys(wanted, 0.0)
    for one in found.situations:
        shares[one.assets[0].key if one.assets else ""] += one.weight
    assert shares == wanted


@pytest.mark.parametrize(("away", "is_near"), [(20.0, True), (20.01, False)])
def test_bridge_of_a_railway_counts_up_to_twenty_metres(
    place: Place, away: float, *, is_near: bool
) -> None:
    asset(place, "B 1", "bridge", 200 + away, note="rail_over_road")
    found = facts(place, 200, accuracy_m=0.0)
    assert bridge(found, "rail_over_road") is is_near
    assert not bridge(found, "road_over_road")


@pytest.mark.parametrize(("away", "is_near"), [(30.0, True), (30.01, False)])
def test_level_crossing_counts_up_to_thirty_metres(
    place: Place, away: float, *, is_near: bool
) -> None:
    asset(place, "BÜ 1", "level_crossing", 200 + away)
    found = facts(place, 200, accuracy_m=0.0)
    assert near_asset(found, "level_crossing", "30") is is_near


# --- Assets of a wide disc ------------------------------------------------------------------------------


@pytest.mark.parametrize("others", [0, 1])
@pytest.mark.parametrize("kind", ["gully", "construction_site"])
def test_assets_are_found_as_far_from_every_place_as_they_count(
    place: Place, kind: str, others: int
) -> None:
    """An accuracy of 60 m is a disc of 73.5 m, and from each of its places so far an asset may be meant.

    The one here is 110 m from the point. What else is asked at once changes nothing.
    """
    asset(place, "a", kind, 310)
    known = {"category": "GULLY_BLOCKED", "asset_kinds": ["gully"], "accuracy_m": 60.0}
    issue = place.issue(200, 10, **known)
    more = [place.issue(200, 10, **{**known, "accuracy_m": 200.0}) for _n in range(others)]
    found = gather(issue, *more)[0]
    sigma = 60 * SIGMA_95
    reach = round(CUT * sigma, 2)
    within = [
        round(math.hypot(sigma * east - 110, sigma * north), 2) <= reach
        for east, north in (place_of(n) for n in range(256))
    ]
    assert 0 < sum(within) < 128
    near = sum(one.weight for one in found.situations if one.assets)
    assert near == sum(within) / 256


# --- Whose land a way runs on ---------------------------------------------------------------------------


@pytest.mark.parametrize("road_class", "ABLKGSP")
def test_owner_of_a_section_is_told_of_private_and_other_ways_only(
    place: Place, road_class: str
) -> None:
    """On all other roads it decides nothing who owns their land."""
    RoadSection.objects.update(road_class=road_class)
    [section] = situation(place.issue(50, 10)).sections
    assert section.owner == ("BUND_STR" if road_class in "SP" else "UNKNOWN")


def test_owner_of_a_section_is_that_of_the_land_in_its_middle(place: Place) -> None:
    """The way runs 100 m over the road's land and 140 m over a private parcel, with its middle at x = 320."""
    RoadSection.objects.update(
        road_class="P", geometry=wkt("line", [(200, 10), (300, 10), (300, 30), (420, 30)])
    )
    place.parcel("wood", box(305, 25, 430, 40), "FOREST", "RVR")
    Parcel.objects.filter(key="field").delete()
    [section] = situation(place.issue(250, 10)).sections
    # Half of 240 m is 120 m: at the corner (300, 30).
    assert section.owner == "UNKNOWN"
    RoadSection.objects.update(geometry=wkt("line", [(200, 10), (300, 10), (300, 30), (440, 30)]))
    [section] = situation(place.issue(250, 10)).sections
    assert section.owner == "RVR"
    Ownership.objects.filter(key="wood").delete()
    [section] = situation(place.issue(250, 10)).sections
    assert section.owner == "UNKNOWN"


def test_owner_of_a_way_on_a_border_is_that_of_the_first_parcel_by_key(place: Place) -> None:
    RoadSection.objects.update(road_class="S", geometry=wkt("line", [(0, 20), (400, 20)]))
    Ownership.objects.filter(key="field").update(owner_class="CHURCH")
    [section] = situation(place.issue(50, 20)).sections
    assert section.owner == "CHURCH"


# --- Stations -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accuracy", [0.0, 0.001, 10.0])
@pytest.mark.parametrize("limit", [1033.3, 1250.1, 4876.5, 8765.4])
def test_station_exactly_on_a_limit_is_inside_and_two_centimetres_further_is_not(
    place: Place, limit: float, accuracy: float
) -> None:
    """Stations are told in metres with decimals that no float holds, along kilometres of a bent line."""
    ThroughRoad.objects.all().delete()
    line = [(-9000 + 1000 * n, 10.0) for n in range(9)]
    RoadSection.objects.update(
        start_station=0, length=9400, geometry=wkt("line", [*line, (0, 10), (400, 10)])
    )
    known = {"section_key": "B235-1", "from_station": 0, "to_station": limit}
    place.row(ThroughRoad, NetworkDataset.THROUGH_ROADS, "limit", **known)

    def state(x: float) -> str:
        return situation(place.issue(x, 10, accuracy_m=accuracy)).sections[0].through_road

    x = limit - 9000
    assert [state(one) for one in (x - 0.02, x, x + 0.02)] == ["in", "in", "out"]
