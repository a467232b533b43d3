"""Edges of the evidence at drawn places, from both sides: parcels, land use, assets, neighbours, days. Metres.

The place is that of `test_evidence`: a federal road (y = 0..20) between a field to the north and a yard to the south.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from issues.enums import LocationSource
from issues.models import Issue
from parcels.enums import CadastreDataset
from parcels.models import LandUse, Ownership, Parcel
from routing.enums import NetworkDataset, RuleSetStatus
from routing.evidence import Asks, evidence_of, measured_of
from routing.evidence.reports import neighbours
from routing.models import Agreement, Area, Asset, Authority, RoadPartArea, RuleSet
from routing.types import Situation
from tests.routing.evidence.normal import CUT, SIGMA_95, place_of
from tests.routing.evidence.test_evidence import E0, N0, Place, box, gather, situation, wkt

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Place:
    return Place()


def at(place: Place, x: float, y: float, **known: Any) -> Situation:
    """What is known of a place itself, with or without a disc around it."""
    return situation(place.issue(x, y, **known))


def parcels(place: Place, x: float, y: float, **known: Any) -> list[str]:
    return [one.key for one in at(place, x, y, **known).parcels]


# --- Parcels ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accuracy", [0.0, 3.0])
@pytest.mark.parametrize(
    ("y", "keys"),
    [
        (19.9799, ["road"]),
        (19.9801, ["road", "field"]),
        (20.0199, ["road", "field"]),
        (20.0201, ["field"]),
    ],
)
def test_reported_point_is_on_an_edge_up_to_two_centimetres_off(
    place: Place, y: float, keys: list[str], accuracy: float
) -> None:
    found = at(place, 50, y, accuracy_m=accuracy).parcels
    assert [(one.key, one.distance) for one in found] == [(key, 0.0) for key in keys]


def test_edges_of_areas_are_taken_as_they_are(place: Place) -> None:
    for x, state in ((100, "in"), (100.01, "out")):
        assert at(place, x, 10).built_up == state


@pytest.mark.parametrize("accuracy", [0.0, 0.001])
@pytest.mark.parametrize(
    ("x", "y", "key"),
    [
        (50, 125, "field"),
        (50, 125.01, ""),
        (50, -105, "yard"),
        (50, -105.01, ""),
        (-5, 60, "field"),
        (-5.01, 60, ""),
        (405, -50, "yard"),
        (405.01, -50, ""),
        # Across a corner: 3 m by 4 m beyond it.
        (403, 124, "field"),
        (403.01, 124, ""),
    ],
)
def test_gap_is_bridged_up_to_five_metres(
    place: Place, x: float, y: float, key: str, accuracy: float
) -> None:
    found = at(place, x, y, accuracy_m=accuracy).parcels
    assert [(one.key, one.distance, one.usage) for one in found] == (
        [(key, 5.0, "AGRI" if key == "field" else "BUILT")] if key else []
    )


@pytest.mark.parametrize(("other", "first"), [("a", "a"), ("z", "field")])
def test_gap_between_equally_near_parcels_goes_to_the_first_by_key(
    place: Place, other: str, first: str
) -> None:
    place.parcel(other, box(0, 124, 400, 200), "GREEN", "CITY")
    # Keys of land uses have no say.
    LandUse.objects.filter(parcel_key="a").update(key="z")
    LandUse.objects.filter(parcel_key="z").update(key="a")
    assert parcels(place, 50, 122) == [first]
    assert parcels(place, 50, 122.01) == [other]
    assert parcels(place, 50, 121.99) == ["field"]


def test_gap_beside_two_parcels_of_the_same_shape_goes_to_both_by_their_first_key(
    place: Place,
) -> None:
    place.parcel("a", box(0, 124, 400, 200), "GREEN", "CITY")
    place.parcel("0", box(0, 20, 400, 120), "AGRI", "CITY")
    assert parcels(place, 50, 122) == ["0", "field"]
    assert parcels(place, 50, 122.01) == ["a"]


def test_gap_is_bridged_to_the_near_parcel_though_another_is_too_far(place: Place) -> None:
    place.parcel("far", box(0, 128, 400, 200), "GREEN", "CITY")
    for y, found in ((122.4, ["field"]), (125.4, ["far"])):
        assert parcels(place, 50, y, accuracy_m=3.0) == found


@pytest.mark.parametrize("usage", ["ROAD", "PATH", "SQUARE"])
def test_parcels_at_a_place_are_in_order_of_road_use_then_area_then_key(
    place: Place, usage: str
) -> None:
    ring = box(1000, 0, 1010, 10)
    for key in ("b", "a"):
        place.parcel(key, ring, "BUILT", "PRIV")
    place.parcel("c", box(1000, 0, 1010, 9.99), "BUILT", "PRIV")
    place.parcel("z", box(900, 0, 1100, 100), usage, "CITY")
    for other in ("GREEN", "RAIL", "UNKNOWN"):
        place.parcel(f"0 {other}", box(1000, 0, 1010, 10.01), other, "PRIV")
    assert parcels(place, 1005, 5) == ["z", "c", "a", "b", "0 GREEN", "0 RAIL", "0 UNKNOWN"]


def test_areas_and_gaps_are_told_to_centimetres_and_millimetres(place: Place) -> None:
    place.parcel("odd", box(600, 600, 601.111, 602.222), "GREEN", "CITY")
    assert [one.area for one in at(place, 600.5, 601).parcels] == [2.47]
    assert [one.distance for one in at(place, 50, 122.3456).parcels] == [2.346]


def keys_of(place: Place, x: float, y: float) -> dict[str, Any]:
    """What the rules can see of each spot of a disc, by its first parcel and how many there are."""
    [(_head, found)] = measured_of([place.issue(x, y, accuracy_m=3.0, category="RATS").pk])
    return {
        f"{len(one.patch.parcels)} {one.patch.parcels[0].key} {one.patch.parcels[0].distance > 0}": (
            found.key(one)
        )
        for one in found.spots
    }


def test_rules_see_whether_a_place_is_on_an_edge_or_in_a_gap(place: Place) -> None:
    edge = keys_of(place, 200, 120)
    assert set(edge) == {"1 field False", "1 field True"}
    assert len(set(edge.values())) == 2
    place.parcel("next", box(0, 120, 400, 200), "AGRI", "PRIV")
    both = keys_of(place, 200, 120)
    assert set(both) == {"2 next False", "1 field False", "1 next False"}
    # Two parcels of the same use and owner are the same to the rules; the point on both is not.
    assert both["1 field False"] == both["1 next False"] != both["2 next False"]


def use(place: Place, key: str, usage: str, y0: float, y1: float, parcel: str = "") -> None:
    geometry = wkt("polygon", box(0, y0, 400, y1))
    known = {"usage": usage, "use_type": usage, "parcel_key": parcel, "geometry": geometry}
    place.row(LandUse, CadastreDataset.LAND_USE, key, **known)


def usages(place: Place, y: float) -> list[str]:
    return [one.usage for one in at(place, 50, y).parcels]


def test_land_use_is_the_parcel_s_own_then_as_a_road_then_the_first_by_key(place: Place) -> None:
    use(place, "b", "ROAD", 20, 120)
    use(place, "0", "WATER", 20, 120, parcel="yard")
    assert usages(place, 60) == ["AGRI"]
    LandUse.objects.filter(key="use of field").delete()
    use(place, "a", "GREEN", 20, 120)
    assert usages(place, 60) == ["ROAD"]
    LandUse.objects.filter(key="b").update(usage="FOREST")
    assert usages(place, 60) == ["GREEN"]
    LandUse.objects.filter(key="a").delete()
    assert usages(place, 60) == ["FOREST"]
    LandUse.objects.filter(key="b").delete()
    # That of another parcel says nothing.
    assert usages(place, 60) == ["UNKNOWN"]


@pytest.mark.parametrize(("y", "usage"), [(60, "GREEN"), (60.01, "UNKNOWN")])
def test_land_use_stands_in_up_to_five_metres(place: Place, y: float, usage: str) -> None:
    LandUse.objects.filter(key="use of field").delete()
    use(place, "near", "GREEN", 20, 55)
    assert usages(place, y) == [usage]


def test_land_use_that_stands_in_is_the_nearest_then_the_parcel_s_own(place: Place) -> None:
    LandUse.objects.filter(key="use of field").delete()
    use(place, "1", "WATER", 20, 55)
    use(place, "2", "GREEN", 65, 120, parcel="field")
    assert [usages(place, y) for y in (59.99, 60, 60.01)] == [["WATER"], ["GREEN"], ["GREEN"]]


# --- Parts of the road, areas, agreements -------------------------------------------------------------


def test_parts_areas_and_agreements_have_a_written_order(place: Place) -> None:
    ring = wkt("polygon", box(0, 0, 400, 20))
    for key, part in (("2", "footway"), ("1", "parking"), ("3", "carriageway"), ("1b", "footway")):
        place.row(
            RoadPartArea, NetworkDataset.ROAD_PARTS, key, part=part, section_key=key, geometry=ring
        )
    for key, kind, code in (
        ("1", "neighbour", "2"),
        ("2", "neighbour", "1"),
        ("3", "district", "9"),
    ):
        place.row(Area, NetworkDataset.AREAS, key, kind=kind, code=code, geometry=ring)
    for key in ("V2", "V1"):
        place.row(Agreement, NetworkDataset.AGREEMENTS, key, body="EUV", document="", geometry=ring)
    found = at(place, 200, 10)
    assert [one.section_key for one in found.parts] == ["3", "1b", "2", "1"]
    assert [(one.kind, one.code) for one in found.areas] == [
        ("district", "9"),
        ("neighbour", "1"),
        ("neighbour", "2"),
    ]
    assert [one.key for one in found.agreements] == ["V1", "V2"]


DAY = date(2026, 3, 2)
# Half past eleven at night by UTC is the next day in the city.
NIGHT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(("first", "last", "holds"), [(0, 0, True), (1, 9, False), (-9, -1, False)])
def test_agreement_holds_on_its_first_and_last_day_by_local_time(
    place: Place, first: int, last: int, *, holds: bool
) -> None:
    ring = wkt("polygon", box(0, 0, 400, 20))
    days = {"valid_from": DAY + timedelta(days=first), "valid_to": DAY + timedelta(days=last)}
    place.row(
        Agreement, NetworkDataset.AGREEMENTS, "V1", body="EUV", document="", geometry=ring, **days
    )
    issue = place.issue(50, 10)
    Issue.objects.filter(pk=issue.pk).update(received_at=NIGHT)
    [found] = gather(issue)
    assert (found.on, bool(found.situations[0].agreements)) == (DAY, holds)


@pytest.mark.parametrize(
    ("first", "last", "acts"),
    [(0, 0, True), (None, 0, True), (0, None, True), (1, None, False), (None, -1, False)],
)
def test_authority_acts_on_its_first_and_last_day(
    place: Place, first: int | None, last: int | None, *, acts: bool
) -> None:
    Authority.objects.create(
        jurisdiction=place.jurisdiction,
        code="EUV",
        valid_from=None if first is None else DAY + timedelta(days=first),
        valid_to=None if last is None else DAY + timedelta(days=last),
    )
    issue = place.issue(50, 10)
    Issue.objects.filter(pk=issue.pk).update(received_at=NIGHT)
    [found] = gather(issue)
    assert found.lapsed == (() if acts else ("EUV",))


@pytest.mark.parametrize(
    ("sets", "counts"),
    [
        # (days from now, status) of versions 1, 2 …; the version that counts.
        ([(0, "active")], 1),
        ([(1, "active")], None),
        ([(0, "draft"), (0, "retired")], None),
        ([(0, "active"), (-1, "active")], 1),
        ([(-1, "active"), (0, "active"), (1, "active")], 2),
        ([(0, "active"), (0, "active")], 2),
    ],
)
def test_rule_set_in_effect_is_that_of_the_latest_day_then_of_the_higher_version(
    place: Place, sets: list[tuple[int, str]], counts: int | None
) -> None:
    made = [
        RuleSet.objects.create(
            jurisdiction=place.jurisdiction,
            version=number,
            status=RuleSetStatus(status),
            valid_from=timezone.localdate() + timedelta(days=days),
        )
        for number, (days, status) in enumerate(sets, start=1)
    ]
    [(facts, _evidence)] = evidence_of([place.issue(50, 10).pk])
    assert facts.rule_set_id == (None if counts is None else made[counts - 1].pk)


# --- Inside and outside -------------------------------------------------------------------------------


@pytest.mark.parametrize("accuracy", [0.0, 20.0])
def test_city_without_a_boundary_has_no_outside(place: Place, accuracy: float) -> None:
    points = [(500, 0), (500.01, 0), (5000, 0)]

    def inside() -> list[bool]:
        return [at(place, x, y, accuracy_m=accuracy).inside for x, y in points]

    assert inside() == [True, False, False]
    place.jurisdiction.boundary = None
    place.jurisdiction.save()
    assert inside() == [True, True, True]
    [evidence] = gather(place.issue(500, 0, accuracy_m=accuracy))
    assert all(one.inside for one in evidence.situations)


# --- Accuracy -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "assumed"),
    [("coordinates", 10.0), ("address", 20.0), ("parcel", 0.0), ("photo", 20.0), ("map", 3.0)],
)
@pytest.mark.parametrize("given", [None, 0.0, 7.5])
def test_accuracy_is_the_one_given_else_that_of_how_the_place_was_given(
    place: Place, source: str, assumed: float, given: float | None
) -> None:
    issue = place.issue(50, 10, location_source=LocationSource(source), accuracy_m=given)
    [found] = gather(issue)
    assert found.accuracy_m == (assumed if given is None else given)


def test_report_without_a_place_has_no_situation(place: Place) -> None:
    [found] = gather(place.issue(50, 10, location_source=LocationSource.UNPLACED))
    assert (found.accuracy_m, found.situations) == (0.0, ())


@pytest.mark.parametrize(
    ("accuracy", "radius", "is_vague"),
    [(100.0, 122.56, False), (203.97, 249.99, False), (203.99, 250.0, True), (5000, 250.0, True)],
)
def test_disc_has_at_most_250_metres_and_beyond_the_place_is_vague(
    place: Place, accuracy: float, radius: float, *, is_vague: bool
) -> None:
    """Three standard deviations of 0.4085 times an accuracy at 95 %."""
    [(_head, found)] = measured_of([place.issue(50, 10, accuracy_m=accuracy).pk])
    assert found.report.radius == pytest.approx(radius, abs=0.006)
    assert found.report.radius == pytest.approx(min(250.0, CUT * SIGMA_95 * accuracy), abs=0.001)
    assert found.report.is_vague is is_vague
    assert found.report.accuracy_m == accuracy


# --- Assets -------------------------------------------------------------------------------------------


def asset(place: Place, key: str, x: float, kind: str = "gully", **known: Any) -> None:
    geometry = Point(E0 + x, N0 + 10, srid=25832)
    known = {"number": key, "owner": "EUV", "geometry": geometry, **known}
    place.row(Asset, NetworkDataset.ASSETS, key, kind=kind, **known)


def assets(place: Place, **known: Any) -> list[tuple[str, float]]:
    known = {"category": "GULLY_BLOCKED", "asset_kinds": ["gully"], **known}
    return [(one.key, one.distance) for one in at(place, 50, 10, **known).assets]


@pytest.mark.parametrize(
    ("accuracy", "reach"),
    # Three standard deviations: 0.4085 × 3 of the accuracy; 10 m without one.
    [(0.0, 10.0), (8.0, 10.0), (None, 12.26), (12.5, 15.32), (60.0, 73.54)],
)
def test_assets_are_in_reach_up_to_ten_metres_or_the_disc(
    place: Place, accuracy: float | None, reach: float
) -> None:
    asset(place, "near", 50 + reach)
    asset(place, "far", 50 - reach - 0.01)
    assert assets(place, accuracy_m=accuracy) == [("near", reach)]


def test_three_assets_of_a_kind_are_kept_and_those_whose_number_was_given(place: Place) -> None:
    for n in range(1, 6):
        asset(place, f"g{n}", 50 + n)
        asset(place, f"s{n}", 50 + n + 0.5, kind="construction_site")
        asset(place, f"l{n}", 50 + n, kind="street_light")
    nearest = [(f"{kind}{n}", n + more) for n in (1, 2, 3) for kind, more in (("g", 0), ("s", 0.5))]
    assert assets(place) == nearest
    assert assets(place, answers={"NUMBER": " g5 "}) == [*nearest, ("g5", 5.0)]
    assert assets(place, answers={"NUMBER": "g3"}) == nearest


def test_equally_near_assets_are_in_order_of_their_keys(place: Place) -> None:
    for key, x in (("c", 45), ("b", 55), ("a", 55)):
        asset(place, key, x)
    assert assets(place) == [("a", 5.0), ("b", 5.0), ("c", 5.0)]


@pytest.mark.parametrize("number", ["", "b"])
def test_disc_is_divided_by_the_nearest_asset_in_reach_and_by_the_one_whose_number_was_given(
    place: Place, number: str
) -> None:
    """Two gullies 10 m to either side: equally near to the point, and too far from some places."""
    for key, x in (("b", 60), ("a", 40)):
        asset(place, key, x)
    shares: dict[tuple[str, bool], float] = {}
    for n in range(256):
        east, north = (8 * SIGMA_95 * one for one in place_of(n))
        away = {
            key: round(math.hypot(50 + east - x, north), 2) for key, x in (("a", 40), ("b", 60))
        }
        near = sorted((metres, key) for key, metres in away.items() if metres <= 10)
        told = near[0][1] if near else "", bool(number) and away["b"] <= 10
        shares[told] = shares.get(told, 0.0) + 1 / 256
    answers = {"NUMBER": number}
    issue = place.issue(
        50, 10, category="GULLY_BLOCKED", asset_kinds=["gully"], accuracy_m=8.0, answers=answers
    )
    found: dict[tuple[str, bool], float] = {}
    for one in gather(issue)[0].situations:
        keys = [each.key for each in one.assets]
        key = (keys[0] if keys else "", bool(number) and "b" in keys)
        found[key] = found.get(key, 0.0) + one.weight
    assert found == shares
    assert set(shares) >= {("a", False), ("b", bool(number)), ("", False)}


# --- Who owns the adjoining land ----------------------------------------------------------------------


def adjoining(place: Place, y: float, **known: Any) -> str:
    issue = place.issue(50, y, **known)
    return situation(issue, asking=lambda _head, _code: Asks(adjoining=True)).adjoining_owner


@pytest.mark.parametrize("accuracy", [0.0, 0.001])
def test_adjoining_land_is_looked_for_up_to_fifteen_metres(place: Place, accuracy: float) -> None:
    Parcel.objects.filter(key="field").delete()
    LandUse.objects.filter(key="use of field").delete()
    assert adjoining(place, 15, accuracy_m=accuracy) == "PRIV"
    assert adjoining(place, 15.01, accuracy_m=accuracy) == ""


def test_adjoining_land_is_the_nearest_that_is_no_road_and_whose_owner_is_known(
    place: Place,
) -> None:
    Ownership.objects.filter(key="field").update(owner_class="CITY")
    found = [adjoining(place, y) for y in (3, 9.99, 10, 10.01, 60)]
    assert found == ["PRIV", "PRIV", "CITY", "CITY", "CITY"]
    for usage in ("ROAD", "PATH", "SQUARE"):
        LandUse.objects.filter(key="use of field").update(usage=usage)
        assert adjoining(place, 11) == "PRIV"
    LandUse.objects.filter(key="use of field").update(usage="AGRI")
    Ownership.objects.filter(key="field").delete()
    assert adjoining(place, 11) == "PRIV"


def test_adjoining_land_that_is_equally_near_is_the_first_by_its_parcel_s_key(place: Place) -> None:
    Parcel.objects.filter(key="yard").delete()
    LandUse.objects.filter(parcel_key="yard").delete()
    place.parcel("a", box(0, -100, 400, 0), "BUILT", "RVR")
    assert adjoining(place, 10) == "RVR"


# --- Reports together ---------------------------------------------------------------------------------


def groups(*points: tuple[float, float], size: int = 9, extent: float = 2000.0) -> list[list[int]]:
    numbered = [(number, x, y) for number, (x, y) in enumerate(points)]
    return [sorted(one) for one in neighbours(numbered, size=size, extent=extent)]


def test_neighbours_span_an_extent_and_are_so_many_at_most() -> None:
    assert groups((0, 0), (2000, 2000)) == [[0, 1]]
    assert groups((0, 0), (2000.01, 0)) == [[0], [1]]
    assert groups((0, 0), (0, 2000.01)) == [[0], [1]]
    assert groups((0, 0), (1, 0), (2, 0), size=3) == [[0, 1, 2]]
    assert groups((0, 0), (1, 0), (2, 0), size=2) == [[0], [1, 2]]
    # Divided across the longer side, by number where they are at one place.
    assert groups((0, 0), (2001, 9), (1, 3000), (2002, 3001)) == [[0], [1], [2], [3]]
    assert groups((0, 3000), (9, 0), (8, 3000), (1, 0), extent=2999) == [[1, 3], [0, 2]]
    assert groups(*[(0, 0)] * 4, size=2) == [[0, 1], [2, 3]]
