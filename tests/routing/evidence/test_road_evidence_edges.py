"""Edges of roads at drawn places, from both sides: in sight, meant, inside a through-road stretch. Metres.

What the engine chooses and what is worked out for all places of a disc at once are both asked, with and without a disc.
The place is that of `test_evidence`: the axis of a federal road (y = 10) between a field to the north and a yard.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.gis.geos import GEOSGeometry

from issues.models import Category
from parcels.models import LandUse, Parcel
from routing.engine.facts import section_choose
from routing.enums import NetworkDataset
from routing.evidence import Asks, evidence_from, measured_of
from routing.models import Area, RoadPartArea, RoadSection, ThroughRoad
from routing.types import SectionFact
from tests.routing.evidence.normal import SIGMA_95, place_of
from tests.routing.evidence.test_evidence import E0, N0, Place, box, gather, situation, wkt

pytestmark = pytest.mark.django_db
DISCS = pytest.mark.parametrize("accuracy", [0.0, 0.001])


@pytest.fixture
def place() -> Place:
    return Place()


def axis(place: Place, key: str, *line: tuple[float, float], **known: Any) -> None:
    known = {"road_class": "G", "length": 400, "geometry": wkt("line", list(line)), **known}
    place.row(RoadSection, NetworkDataset.ROAD_SECTIONS, key, **known)


def meant(place: Place, x: float, y: float, **known: Any) -> str:
    """The key of the road that a damaged footway is about, empty for none."""
    Category.objects.get_or_create(
        jurisdiction=place.jurisdiction,
        code="SIDEWALK",
        defaults={"names": {"de": "Gehweg", "en": "Footway"}, "part": "footway"},
    )
    issue = place.issue(x, y, **{"category": "SIDEWALK", **known})
    [(head, found)] = measured_of([issue.pk])
    first = evidence_from(head, found).situations[0]
    pair = found.spots[0].chosen
    key = found.ground.section_rows[found.reach.section[pair]].key if pair >= 0 else ""
    parcel = first.parcels[0] if first.parcels else None
    by_engine = section_choose(evidence_from(head, found), first, parcel)
    assert (by_engine.key if by_engine else "") == key
    return key


def in_sight(place: Place, x: float, y: float, **known: Any) -> list[tuple[str, float]]:
    return [(one.key, one.distance) for one in situation(place.issue(x, y, **known)).sections]


# --- In sight -----------------------------------------------------------------------------------------


@DISCS
@pytest.mark.parametrize(
    ("x", "y", "distance"),
    [
        (50, 40, 30.0),
        (50, 40.004, 30.0),
        (50, 40.006, None),
        (50, 40.01, None),
        (50, -20, 30.0),
        (50, -20.01, None),
        # Across a corner: 18 m by 24 m beyond the end.
        (-18, -14, 30.0),
        (-18.01, -14, None),
        (430, 10, 30.0),
        (430.01, 10, None),
    ],
)
def test_road_is_in_sight_up_to_thirty_metres(
    place: Place, x: float, y: float, distance: float | None, accuracy: float
) -> None:
    found = in_sight(place, x, y, accuracy_m=accuracy)
    assert found == ([("B235-1", distance)] if distance else [])


def test_roads_in_sight_are_in_order_of_distance_then_key(place: Place) -> None:
    axis(place, "c", (0, 14), (400, 14))
    axis(place, "a", (0, 6), (400, 6))
    axis(place, "b", (0, 14), (400, 14))
    axis(place, "z", (0, 11), (400, 11))
    assert in_sight(place, 50, 10) == [
        ("B235-1", 0.0),
        ("z", 1.0),
        ("a", 4.0),
        ("b", 4.0),
        ("c", 4.0),
    ]


# --- Which road is meant ------------------------------------------------------------------------------


@DISCS
@pytest.mark.parametrize(
    ("road_class", "half"),
    [("A", 16), ("B", 12), ("L", 11), ("K", 10), ("G", 9), ("S", 6), ("P", 6)],
)
def test_road_is_meant_beside_it_up_to_half_its_width_and_three_metres_more_on_a_path(
    place: Place, road_class: str, half: float, accuracy: float
) -> None:
    RoadSection.objects.update(road_class=road_class)
    # The federal road's own parcel is out of the way: the yard reaches up to the axis.
    place.parcel("strip", box(0, -100, 400, 9), "BUILT", "PRIV")
    Parcel.objects.filter(key__in=["road", "yard"]).delete()
    LandUse.objects.filter(key__in=["use of road", "use of yard"]).delete()
    assert meant(place, 50, 10 - half, accuracy_m=accuracy) == "B235-1"
    assert meant(place, 50, 10 - half - 0.01, accuracy_m=accuracy) == ""
    LandUse.objects.filter(key="use of strip").update(usage="PATH")
    assert meant(place, 50, 10 - half - 3, accuracy_m=accuracy) == "B235-1"
    assert meant(place, 50, 10 - half - 3.01, accuracy_m=accuracy) == ""
    Parcel.objects.filter(key="strip").update(location_text="an der B 235")
    RoadSection.objects.update(name="B 235")
    assert meant(place, 50, 10 - 30, accuracy_m=accuracy) == "B235-1"
    assert meant(place, 50, 10 - 30.01, accuracy_m=accuracy) == ""


@pytest.mark.parametrize("accuracy", [0.0, 20.0, 31.0])
def test_road_is_meant_no_further_off_where_the_place_is_uncertain(
    place: Place, accuracy: float
) -> None:
    """Each place of a disc stands for itself: how uncertain it is widens no road (half a federal road: 12 m)."""
    place.parcel("strip", box(0, -100, 400, 9), "BUILT", "PRIV")
    Parcel.objects.filter(key__in=["road", "yard"]).delete()
    LandUse.objects.filter(key__in=["use of road", "use of yard"]).delete()
    assert meant(place, 50, -2, accuracy_m=accuracy) == "B235-1"
    assert meant(place, 50, -2.01, accuracy_m=accuracy) == ""


@DISCS
@pytest.mark.parametrize(
    ("away", "near", "key"),
    [
        (3.0, 0.0, "G"),
        (2.99, 0.0, "B235-1"),
        (4.4, 1.4, "G"),
        (4.4, 1.41, "B235-1"),
        (5.9, 2.9, "G"),
        (5.9, 2.91, "B235-1"),
    ],
)
def test_higher_class_is_meant_where_it_is_less_than_three_metres_further(
    place: Place, away: float, near: float, key: str, accuracy: float
) -> None:
    Parcel.objects.filter(key="road").update(location_text="")
    axis(place, "G", (0, 10 + away + near), (400, 10 + away + near))
    assert meant(place, 50, 10 + away, accuracy_m=accuracy) == key


@DISCS
@pytest.mark.parametrize(("y", "key"), [(330, "k1"), (330.01, "k2"), (329.99, "k1")])
def test_roads_on_both_sides_are_meant_up_to_thirty_metres(
    place: Place, y: float, key: str, accuracy: float
) -> None:
    place.parcel("square", box(0, 290, 400, 370), "SQUARE", "CITY")
    axis(place, "k2", (0, 360), (400, 360))
    axis(place, "k1", (0, 300), (400, 300))
    assert meant(place, 50, y, accuracy_m=accuracy) == key
    RoadSection.objects.filter(key=key).update(geometry=wkt("line", [(0, 200), (400, 200)]))
    other = "k2" if key == "k1" else "k1"
    assert meant(place, 50, y, accuracy_m=accuracy) == (other if y == 330 else "")


@DISCS
def test_fault_that_goes_before_distance_takes_a_road_out_of_the_comparison(
    place: Place, accuracy: float
) -> None:
    """A street beside the road's parcel is nearest: who is equally near counts from the nearest on the parcel."""
    Parcel.objects.filter(key="road").update(location_text="")
    place.parcel("lane", box(0, 20, 400, 24), "ROAD", "CITY")
    axis(place, "near", (0, 20.5), (400, 20.5))
    axis(place, "K", (0, 17.9), (400, 17.9), road_class="K")
    axis(place, "L", (0, 15), (400, 15), road_class="L")
    assert meant(place, 50, 19.9, accuracy_m=accuracy) == "L"
    RoadSection.objects.filter(key="K").delete()
    axis(place, "K2", (0, 19), (400, 19), road_class="K")
    assert meant(place, 50, 19.9, accuracy_m=accuracy) == "K2"


@DISCS
def test_road_is_meant_by_polygon_then_parcel_then_name_then_nearness_then_class_then_key(
    place: Place, accuracy: float
) -> None:
    def found() -> str:
        return meant(place, 50, 10, accuracy_m=accuracy)

    Parcel.objects.filter(key="road").update(location_text="Am Hang")
    place.parcel("lane", box(0, 20, 400, 40), "ROAD", "CITY")
    RoadSection.objects.all().delete()
    axis(place, "k2", (0, 11), (400, 11))
    axis(place, "k1", (0, 9), (400, 9))
    assert found() == "k1"
    axis(place, "nearer", (0, 10.9), (400, 10.9))
    assert found() == "nearer"
    axis(place, "higher", (0, 13), (400, 13), road_class="L")
    assert found() == "higher"
    axis(place, "named", (0, 19), (400, 19), name="Am Hang")
    assert found() == "named"
    Parcel.objects.filter(key="road").update(location_text="Am Weg")
    axis(place, "named beyond", (0, 22), (400, 22), name="Am Weg")
    assert found() == "higher"
    axis(place, "covers", (0, 30), (400, 30))
    ring = wkt("polygon", box(0, 0, 400, 20))
    known = {"part": "footway", "section_key": "covers", "geometry": ring}
    place.row(RoadPartArea, NetworkDataset.ROAD_PARTS, "f", **known)
    assert found() == "covers"
    # Of two whose polygons cover the place, the one on the parcel.
    place.row(
        RoadPartArea,
        NetworkDataset.ROAD_PARTS,
        "g",
        **{**known, "section_key": "k2", "part": "parking"},
    )
    assert found() == "k2"
    # At a junction the higher class maintains what both cover (FStrG § 12 VI, StrWG NRW § 33), parcel or not.
    RoadSection.objects.filter(key="covers").update(road_class="K")
    assert found() == "covers"
    RoadSection.objects.filter(key="k2").update(road_class="L")
    assert found() == "k2"


def test_road_whose_polygon_covers_the_place_goes_first_where_it_is_in_sight_of_a_part_only(
    place: Place,
) -> None:
    """Of the disc's places on the road's parcel the southern ones have its axis more than 30 m away."""
    RoadSection.objects.all().delete()
    axis(place, "near", (0, 10), (400, 10))
    axis(place, "covers", (0, 35), (400, 35))
    ring = wkt("polygon", box(0, 0, 400, 20))
    known = {"part": "footway", "section_key": "covers", "geometry": ring}
    place.row(RoadPartArea, NetworkDataset.ROAD_PARTS, "f", **known)
    assert meant(place, 50, 10, accuracy_m=20) == "covers"


@DISCS
@pytest.mark.parametrize(("x", "is_on"), [(50.0009, True), (50.0011, False)])
def test_axis_is_on_the_parcel_up_to_a_millimetre_beyond_it(
    place: Place, x: float, accuracy: float, *, is_on: bool
) -> None:
    """The reported point is on the edge of both; the smaller parcel goes first, and its axis ends there."""
    place.parcel("left", box(20, 200, 50, 205), "PATH", "CITY")
    place.parcel("right", box(50, 200, 100, 205), "PATH", "CITY")
    axis(place, "path", (0, 202), (100, 202))
    found = situation(place.issue(x, 202, accuracy_m=accuracy))
    assert [one.key for one in found.parcels] == ["left", "right"]
    [section] = found.sections
    assert section.same_parcel is is_on


# --- Through-road stretches ---------------------------------------------------------------------------


def section_at(place: Place, x: float, y: float = 10, **known: Any) -> SectionFact:
    return situation(place.issue(x, y, **known)).sections[0]


@DISCS
@pytest.mark.parametrize(
    ("x", "state"),
    [
        (0, "in"),
        (100, "in"),
        (100.01, "out"),
        (299.99, "out"),
        (300, "unknown"),
        (400, "unknown"),
    ],
)
def test_through_road_stretch_holds_both_its_stations(
    place: Place, x: float, state: str, accuracy: float
) -> None:
    assert section_at(place, x, accuracy_m=accuracy).through_road == state


def stretch(place: Place, key: str, start: float | None, end: float | None, **known: Any) -> None:
    known = {"section_key": "B235-1", "from_station": start, "to_station": end, **known}
    place.row(ThroughRoad, NetworkDataset.THROUGH_ROADS, key, **known)


def test_stretch_with_unknown_limits_goes_before_a_fixed_one(place: Place) -> None:
    stretch(place, "0", 1050, 1075, status="unknown")
    stretch(place, "z", 1350, 1360)
    found = [section_at(place, x).through_road for x in (49.99, 50, 75, 75.01, 355)]
    assert found == ["in", "unknown", "unknown", "in", "unknown"]


@pytest.mark.parametrize("known", [(None, None), (1000, None), (None, 1100)])
def test_stretch_without_stations_reaches_a_metre_around_its_line(
    place: Place, known: tuple[float | None, float | None]
) -> None:
    ThroughRoad.objects.all().delete()
    stretch(place, "line", *known, geometry=wkt("line", [(0, 10), (100, 10)]))
    assert [section_at(place, x).through_road for x in (0, 101, 101.01)] == ["in", "in", "out"]
    ThroughRoad.objects.update(geometry=wkt("line", [(0, 11), (100, 11)]))
    assert section_at(place, 50).through_road == "in"
    ThroughRoad.objects.update(geometry=wkt("line", [(0, 11.01), (100, 11.01)]))
    assert section_at(place, 50).through_road == "out"


@pytest.mark.parametrize("section", ["", "4711000A4712000B"])
def test_stretch_without_a_known_section_lies_where_its_line_does(
    place: Place, section: str
) -> None:
    ThroughRoad.objects.all().delete()
    stretch(
        place, "line", None, None, section_key=section, geometry=wkt("line", [(100, 10), (200, 10)])
    )
    found = [section_at(place, x).through_road for x in (98.9, 99, 150, 201, 201.1)]
    assert found == ["out", "in", "in", "in", "out"]


def test_stations_of_a_section_that_nobody_knows_say_nothing(place: Place) -> None:
    """0 to 400 m of another section, drawn on 100 m of this one."""
    ThroughRoad.objects.all().delete()
    known = {"section_key": "other", "geometry": wkt("line", [(0, 10), (100, 10)])}
    stretch(place, "line", 1000, 1400, **known)
    assert [section_at(place, x).through_road for x in (50, 150)] == ["in", "out"]


@pytest.mark.parametrize("road_class", "ABLKGSP")
def test_only_b_l_and_k_roads_have_stretches(place: Place, road_class: str) -> None:
    RoadSection.objects.update(road_class=road_class)
    has = road_class in "BLK"
    assert section_at(place, 50).through_road == ("in" if has else "out")
    assert section_at(place, 350).through_road == ("unknown" if has else "out")


@pytest.mark.parametrize(
    ("length", "x", "station", "state"),
    [
        (400, 50.04, 1050.0, "in"),
        (400, 50.06, 1050.1, "in"),
        # The register's length counts, whatever was drawn.
        (800, 50, 1100.0, "in"),
        (800, 50.01, 1100.0, "out"),
        (200, 200, 1100.0, "in"),
        (200, 200.02, 1100.0, "out"),
    ],
)
def test_station_is_in_the_measure_of_the_register_to_a_tenth_of_a_metre(
    place: Place, length: float, x: float, station: float, state: str
) -> None:
    RoadSection.objects.update(length=length)
    found = section_at(place, x)
    assert (found.station, found.through_road) == (station, state)


def test_section_of_several_lines_has_its_first_station_everywhere(place: Place) -> None:
    parts = ", ".join(
        f"({E0 + a} {N0 + 10}, {E0 + b} {N0 + 10})" for a, b in ((0, 200), (210, 400))
    )
    RoadSection.objects.update(geometry=GEOSGeometry(f"MULTILINESTRING({parts})", srid=25832))
    for x in (50, 350):
        assert (section_at(place, x).station, section_at(place, x).through_road) == (1000.0, "in")


# --- Which place of a spot is told --------------------------------------------------------------------


def test_spot_is_told_by_its_place_nearest_to_the_reported_point(place: Place) -> None:
    [found] = gather(place.issue(200, 12, accuracy_m=15.0, category="RATS"))
    sigma = 15 * SIGMA_95
    places = [place_of(n) for n in range(256)]
    north = [n for n, (_east, y) in enumerate(places) if 12 + sigma * y > 20]
    south = [n for n, (_east, y) in enumerate(places) if 12 + sigma * y < 0]
    on_road = [n for n in range(256) if n not in {*north, *south}]
    told = {one.parcels[0].key: one for one in found.situations}
    for key, some in (("road", on_road), ("field", north), ("yard", south)):
        one = told[key]
        assert (one.weight, int(one.places, 16)) == (len(some) / 256, sum(1 << n for n in some))
        [section] = one.sections
        away = abs(12 + sigma * places[some[0]][1] - 10)
        assert section.distance == round(away, 2)
        assert section.station == round(1200 + sigma * places[some[0]][0], 1)
    # In the order of the place that tells each.
    firsts = {"road": on_road[0], "field": north[0], "yard": south[0]}
    assert [one.parcels[0].key for one in found.situations] == sorted(firsts, key=firsts.get)


def test_point_without_a_disc_is_one_place(place: Place) -> None:
    [found] = gather(place.issue(200, 12, accuracy_m=0.0)).pop().situations
    assert (found.weight, found.places) == (1.0, "")


# --- What divides a disc ------------------------------------------------------------------------------


def divided(place: Place, x: float, y: float, **asks: Any) -> list[tuple[str, float]]:
    """(class of the road that a place is about, share) for each situation, by share."""
    [(_head, found)] = measured_of(
        [place.issue(x, y, accuracy_m=8.0, category="RATS").pk],
        asking=lambda _head, _code: Asks(**asks),
    )
    rows, reach = found.ground.section_rows, found.reach
    return sorted(
        (rows[reach.section[one.chosen]].road_class if one.chosen >= 0 else "", one.share)
        for one in found.spots
    )


def test_disc_is_divided_by_the_classes_that_rules_tell_apart(place: Place) -> None:
    Parcel.objects.filter(key="road").update(location_text="")
    axis(place, "A", (0, 2), (400, 2), road_class="A")
    axis(place, "G", (0, 18), (400, 18), road_class="G")
    every = divided(place, 200, 10)
    # The federal road is meant up to three metres nearer to the street, the motorway as much nearer to it.
    shares = {"A": (-10, -2.5), "B": (-2.5, 5.5), "G": (5.5, 10)}
    heights = [8 * SIGMA_95 * place_of(n)[1] for n in range(256)]
    wanted = [
        (road_class, sum(low <= one < high for one in heights) / 256)
        for road_class, (low, high) in shares.items()
    ]
    assert every == wanted
    (_a, motorway), *_others = wanted
    assert divided(place, 200, 10, roads=frozenset("A")) == [("A", motorway), ("B", 1 - motorway)]
    assert divided(place, 200, 10, roads=frozenset("K")) == [("A", 1.0)]


def test_disc_is_divided_at_a_stretch_s_end_only_where_limits_are_asked_for(place: Place) -> None:
    Area.objects.all().delete()
    east = sum(place_of(n)[0] > 0 for n in range(256)) / 256
    assert divided(place, 100, 10) == sorted([("B", east), ("B", 1 - east)])
    assert divided(place, 100, 10, roads=frozenset("B")) == [("B", 1.0)]
    assert divided(place, 200, 10) == [("B", 1.0)]


def test_disc_is_divided_where_a_class_comes_into_sight_only_where_arms_are_asked_for(
    place: Place,
) -> None:
    """On the field nothing is about a road; the state road is in sight of the southern half."""
    axis(place, "L", (0, 30), (400, 30), road_class="L")
    axis(place, "G", (0, 31), (400, 31), road_class="G")
    heights = [round(60 + 8 * SIGMA_95 * place_of(n)[1], 4) for n in range(256)]
    shares = [
        sum(one <= 60.005 for one in heights) / 256,
        sum(60.005 < one <= 61.005 for one in heights) / 256,
        sum(one > 61.005 for one in heights) / 256,
    ]
    assert divided(place, 200, 60) == [("", 1.0)]
    assert divided(place, 200, 60, arms=True) == sorted(("", one) for one in shares)


def test_disc_is_divided_by_the_limits_of_the_nearest_road_of_the_highest_class(
    place: Place,
) -> None:
    Area.objects.all().delete()
    axis(place, "G", (0, 28), (400, 28), road_class="G")
    axis(place, "K", (0, 22), (400, 22), road_class="K")
    east = sum(place_of(n)[0] > 0 for n in range(256)) / 256
    halves = sorted([("", east), ("", 1 - east)])
    assert divided(place, 100, 30) == [("", 1.0)]
    # The federal road is furthest, but its class is the highest.
    assert divided(place, 100, 30, arms=True) == halves
    # Another one is nearer everywhere and has no limits.
    axis(place, "Z", (0, 12), (400, 12), road_class="B", road_number="1")
    assert divided(place, 100, 30, arms=True) == [("", 1.0)]
    RoadSection.objects.filter(key="Z").delete()
    axis(place, "A", (0, 8), (400, 8), road_class="B", road_number="1")
    assert divided(place, 100, 30, arms=True) == halves
    # Where limits are unknown is a state of its own.
    ThroughRoad.objects.filter(key="OD1").update(status="unknown")
    assert divided(place, 100, 30, arms=True) == halves
