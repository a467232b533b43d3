"""Edges of the facts, from both sides: which road, which part, which asset, what is doubtful. Metres."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gis_core.dataset_names import dataset_names
from routing.engine.facts import columns_unknown, doubts_of, facts_of, hypotheses, report_doubts
from routing.types import AgreementFact, AssetFact, Facts, PartFact, SectionFact
from tests.routing.engine.test_engine import evidence, parcel, section


def facts(part: str = "carriageway", **known: Any) -> Facts:
    found = evidence("ROAD_SURFACE", part, **known)
    return facts_of(found, found.situations[0])


def away(road_class: str, distance: float, **known: Any) -> SectionFact:
    """A section that only its distance speaks for."""
    return section(road_class, **{"distance": distance, "same_parcel": False, **known})


def chosen(
    *sections: SectionFact,
    usage: str = "ROAD",
    owner: str = "UNKNOWN",
    location: str = "",
    **known: Any,
) -> str:
    """The key of the road that the report is about, empty for none; the same in whatever order they come."""
    ground = (parcel(usage, owner, location_text=location),)
    keys = {
        (one := facts(parcels=ground, sections=order, **known).section) and one.key
        for order in (sections, sections[::-1])
    }
    [key] = keys
    return key or ""


# --- How far from its axis a road is meant ------------------------------------------------------------

WIDTHS = {"A": 16.0, "B": 12.0, "L": 11.0, "K": 10.0, "G": 9.0, "S": 6.0, "P": 6.0}


@pytest.mark.parametrize(("road_class", "half"), WIDTHS.items())
def test_road_is_meant_up_to_half_its_width_beside_it(road_class: str, half: float) -> None:
    assert chosen(away(road_class, half), usage="BUILT")
    assert not chosen(away(road_class, half + 0.01), usage="BUILT")


@pytest.mark.parametrize(("road_class", "half"), WIDTHS.items())
def test_road_is_meant_three_metres_further_on_a_path(road_class: str, half: float) -> None:
    assert chosen(away(road_class, half + 3.0), usage="PATH")
    assert not chosen(away(road_class, half + 3.01), usage="PATH")


@pytest.mark.parametrize(
    ("road_class", "owner", "is_meant"),
    [("B", "CITY", False), ("L", "CITY", False), ("K", "CITY", False), ("G", "CITY", True)]
    + [(road_class, owner, True) for road_class in "BLK" for owner in ("LAND", "UNKNOWN")],
)
def test_way_of_the_city_beside_a_road_of_another_body_is_its_own(
    road_class: str, owner: str, is_meant: bool
) -> None:
    assert bool(chosen(away(road_class, 8.0), usage="PATH", owner=owner)) is is_meant
    # On one parcel with the road, or under its name, it belongs to it all the same.
    assert chosen(away(road_class, 8.0, same_parcel=True), usage="PATH", owner=owner)
    assert chosen(
        away(road_class, 8.0, name="Am Hang"), usage="PATH", owner=owner, location="Am Hang 3"
    )


def test_road_of_a_class_without_a_width_is_meant_on_its_axis_only() -> None:
    assert chosen(away("N", 0.0), usage="BUILT")
    assert not chosen(away("N", 0.01), usage="BUILT")


@pytest.mark.parametrize("accuracy", [None, 0.0, 20.0, 250.0])
def test_road_is_meant_no_further_where_the_place_is_uncertain(accuracy: float | None) -> None:
    """Each place of the disc stands for itself (ADR 18)."""
    assert chosen(away("G", 9.0), usage="BUILT", accuracy_m=accuracy)
    assert not chosen(away("G", 9.01), usage="BUILT", accuracy_m=accuracy)


@pytest.mark.parametrize("usage", ["ROAD", "SQUARE"])
def test_road_is_meant_in_all_of_its_land(usage: str) -> None:
    assert chosen(away("G", 30.0), usage=usage)


@pytest.mark.parametrize("known", [{"same_parcel": True}, {"name": "Am Hang"}])
def test_road_is_meant_on_a_path_of_its_parcel_or_name(known: dict[str, Any]) -> None:
    assert chosen(away("G", 29.0, **known), usage="PATH", location="Am Hang 3")
    assert not chosen(away("G", 29.0), usage="PATH", location="Am Hang 3")


def test_road_is_meant_on_no_parcel_as_beside_it() -> None:
    for distance, is_meant in ((9.0, True), (9.01, False)):
        road = away("G", distance, name="Am Hang")
        assert bool(facts(parcels=(), sections=(road,)).section) is is_meant


@pytest.mark.parametrize(("usage", "is_meant"), [("ROAD", True), ("PATH", True), ("BUILT", False)])
def test_category_about_no_part_means_a_road_on_road_land_only(
    usage: str, *, is_meant: bool
) -> None:
    assert bool(chosen(away("G", 1.0), usage=usage, part="")) is is_meant


def test_polygon_of_a_section_makes_road_land_of_any_use_and_of_any_distance() -> None:
    covering = (PartFact("footway", "far", ""),)
    nameless = (PartFact("footway", "", ""),)
    far = away("G", 29.0, key="far")
    assert chosen(far, usage="BUILT", part="", parts=covering) == "far"
    assert chosen(far, usage="BUILT", part="", parts=nameless) == ""


@pytest.mark.parametrize(
    ("usage", "parts", "is_beside"),
    [
        ("BUILT", (), True),
        ("ROAD", (), False),
        ("PATH", (), False),
        ("SQUARE", (), False),
        ("BUILT", (PartFact("footway", "axis", ""),), False),
    ],
)
def test_place_is_beside_the_road_where_it_is_no_road_land(
    usage: str, parts: tuple[PartFact, ...], *, is_beside: bool
) -> None:
    sections = (away("G", 5.0, key="axis"),)
    assert facts(parcels=(parcel(usage),), sections=sections, parts=parts).beside_road is is_beside
    assert not facts(parcels=(parcel(usage),), parts=parts).beside_road


# --- Which of several roads ---------------------------------------------------------------------------


def test_road_whose_polygon_covers_the_place_goes_before_one_on_the_same_parcel() -> None:
    parts = (PartFact("footway", "covers", ""),)
    own = section("B", key="own", distance=0.0)
    assert chosen(away("G", 20.0, key="covers"), own, parts=parts) == "covers"


def test_higher_class_maintains_the_junction_whose_sections_both_cover_the_place() -> None:
    both = tuple(PartFact("carriageway", key, "") for key in ("high", "near"))
    high = away("B", 20.0, key="high")
    near = section("G", key="near", distance=0.0, name="Am Hang")
    assert chosen(high, near, parts=both, location="Am Hang") == "high"
    # Only where both cover it: elsewhere what was said of parcels and distance holds.
    assert chosen(high, near, parts=both[1:], location="Am Hang") == "near"
    assert chosen(high, near, location="Am Hang") == "near"


def test_of_covering_roads_of_one_class_the_one_on_the_same_parcel_goes_first() -> None:
    both = tuple(PartFact("carriageway", key, "") for key in ("own", "near"))
    own = section("G", key="own", distance=20.0)
    assert chosen(own, away("G", 0.0, key="near"), parts=both) == "own"


def test_road_on_the_same_parcel_goes_before_one_that_is_named() -> None:
    own = section("G", key="own", distance=20.0)
    named = away("B", 0.0, key="named", name="Am Hang")
    assert chosen(own, named, location="Am Hang") == "own"


def test_road_that_is_named_goes_before_one_that_is_nearer() -> None:
    named = away("G", 20.0, key="named", name="Am Hang")
    assert chosen(named, away("B", 0.0, key="near"), location="AM HANG 7") == "named"
    numbered = away("L", 20.0, key="numbered", road="L 658")
    assert chosen(numbered, away("B", 0.0, key="near"), location="l 658, am hang") == "numbered"


@pytest.mark.parametrize("nearest", [0.0, 1.4, 2.9, 5.2, 12.29])
def test_higher_class_goes_first_where_axes_differ_by_less_than_three_metres(
    nearest: float,
) -> None:
    near = away("G", nearest, key="near")
    assert chosen(near, away("B", round(nearest + 2.99, 2), key="high")) == "high"
    assert chosen(near, away("B", round(nearest + 3.0, 2), key="high")) == "near"


def test_axes_are_equally_near_by_their_distance_from_the_nearest_of_all() -> None:
    row = [
        away(road_class, n, key=road_class) for road_class, n in (("G", 0), ("K", 2.9), ("B", 5.8))
    ]
    assert chosen(*row) == "K"
    own = [replace(one, same_parcel=one.key != "G") for one in row]
    assert chosen(*own) == "B"


@pytest.mark.parametrize("pair", ["AB", "BL", "LK", "KG", "GS", "SP", "PN"])
def test_class_of_the_road_ranks_as_the_law_ranks_it(pair: str) -> None:
    higher, lower = pair
    assert chosen(away(lower, 1.0, key="1"), away(higher, 2.0, key="2")) == "2"


def test_road_of_the_same_class_is_the_nearer_one_then_the_first_by_key() -> None:
    assert chosen(away("G", 1.01, key="1"), away("G", 1.0, key="2")) == "2"
    assert chosen(away("G", 1.0, key="1"), away("G", 1.0, key="2")) == "1"


# --- What the columns say -----------------------------------------------------------------------------


OTHER_OWNERS = ("KREIS", "LAND", "BUND_STR", "BUND_WSV", "DB", "EG", "RVR", "CHURCH", "UNKNOWN")


@pytest.mark.parametrize(
    ("usage", "owner", "road_class"),
    [
        *((usage, "CITY", "G") for usage in ("ROAD", "SQUARE")),
        *((usage, "PRIV", "P") for usage in ("ROAD", "SQUARE")),
        # Land of a higher body's roads: of which road, nothing says.
        *((usage, owner, "N") for usage in ("ROAD", "SQUARE") for owner in OTHER_OWNERS),
        *(("PATH", owner, "N") for owner in ("CITY", "PRIV")),
        ("BUILT", "CITY", "N"),
    ],
)
def test_road_land_without_a_section_has_its_class_from_the_owner(
    usage: str, owner: str, road_class: str
) -> None:
    assert facts(parcels=(parcel(usage, owner),)).road_class == road_class


@pytest.mark.parametrize("road_class", "ABLKGSP")
def test_only_b_l_and_k_roads_have_through_road_limits(road_class: str) -> None:
    found = facts(sections=(section(road_class, "out"),), built_up="in")
    assert found.through_road == ("out" if road_class in "BLK" else "in")


def test_place_without_a_parcel_has_unknown_use_and_owner() -> None:
    found = facts(parcels=())
    assert (found.usage, found.owner, found.road_class, found.parcel) == (
        "UNKNOWN",
        "UNKNOWN",
        "N",
        None,
    )


@pytest.mark.parametrize("part", ["cycle_own", "cycle_shared"])
@pytest.mark.parametrize(
    ("answer", "polygons", "told"),
    [
        ("shared", (), "cycle_shared"),
        ("own", (), "cycle_own"),
        ("own", ("cycle_shared",), "cycle_own"),
        ("express", (), None),
        (None, ("cycle_shared",), "cycle_shared"),
        (None, ("cycle_shared", "cycle_own"), "cycle_shared"),
        (None, ("cycle_own",), None),
    ],
)
def test_cycle_path_is_of_the_kind_answered_then_of_the_polygon_then_of_the_category(
    part: str, answer: str | None, polygons: tuple[str, ...], told: str | None
) -> None:
    parts = tuple(PartFact(one, "", "") for one in polygons)
    answers = {"KIND": answer} if answer else {}
    assert facts(part, parts=parts, answers=answers).part == (told or part)
    assert facts("footway", parts=parts, answers=answers).part == "footway"


@pytest.mark.parametrize(
    ("through_road", "built_up", "states"),
    [
        ("in", "out", [("", "in", "out")]),
        ("unknown", "out", [("in", "in", "out"), ("out", "out", "out")]),
        ("out", "unknown", [("in", "out", "in"), ("out", "out", "out")]),
        ("unknown", "unknown", [("in", "in", "in"), ("out", "out", "out")]),
    ],
)
def test_hypotheses_vary_what_is_unknown_and_nothing_else(
    through_road: str, built_up: str, states: list[tuple[str, str, str]]
) -> None:
    found = facts(sections=(section("B", through_road),), built_up=built_up)
    seen = [(name, one.through_road, one.built_up) for name, one in hypotheses(found)]
    assert seen == states


# --- Which asset, which agreement ---------------------------------------------------------------------


def lamp(key: str, distance: float, number: str = "", kind: str = "street_light") -> AssetFact:
    return AssetFact(key, kind, number, "LIGHT", "", distance)


def asset_of(*assets: AssetFact, number: str = "") -> str:
    answers = {"NUMBER": number, "SEVERAL": ["4711"]}
    keys = {
        one.key
        for order in (assets, assets[::-1])
        if (one := facts(assets=order, asset_kinds=("street_light",), answers=answers).asset)
    }
    return ",".join(keys)


def test_asset_is_the_one_whose_number_was_given_then_the_nearest_then_the_first_by_key() -> None:
    far, near = lamp("1", 9.0, "4711"), lamp("2", 1.0, "4712")
    assert asset_of(far, near, number=" 4711 ") == "1"
    assert asset_of(far, near, number="4713") == "2"
    assert asset_of(far, near) == "2"
    assert asset_of(lamp("1", 1.01), lamp("2", 1.0)) == "2"
    assert asset_of(lamp("2", 1.0), lamp("1", 1.0)) == "1"
    # Two with the number: the nearer one. An empty answer is the number of nothing.
    assert asset_of(lamp("1", 9.0, "4711"), lamp("2", 1.0, "4711"), number="4711") == "2"
    assert asset_of(lamp("1", 9.0), lamp("2", 1.0, "4711")) == "2"


def test_asset_is_of_the_kinds_of_the_category() -> None:
    gully = lamp("gully", 0.0, "4711", kind="gully")
    assert asset_of(gully, lamp("lamp", 9.0), number="4711") == "lamp"
    assert asset_of(gully) == ""


def test_agreement_is_the_first_by_key_that_is_about_the_category() -> None:
    agreements = [
        AgreementFact("1", "STRNRW", "", ("BRIDGE",)),
        AgreementFact("3", "EUV", "", ("ROAD_SURFACE", "BRIDGE")),
        AgreementFact("2", "KREIS66", "", ("*",)),
    ]
    for order in (agreements, agreements[::-1]):
        found = facts(agreements=tuple(order)).agreement
        assert found is not None
        assert found.key == "2"


# --- Doubts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accuracy", "confidence", "doubts"),
    [
        (None, 0.95, []),
        (0.0, 0.95, []),
        # 250 m are three standard deviations; 95 % of the places lie within 2.44775 of them, 68 % within 1.50959.
        (203.97, 0.95, []),
        (203.99, 0.95, ["location_vague"]),
        (125.79, 0.68, []),
        (125.81, 0.68, ["location_vague"]),
    ],
)
def test_location_is_vague_beyond_250_metres(
    accuracy: float | None, confidence: float, doubts: list[str]
) -> None:
    found = evidence("ROAD_SURFACE", accuracy_m=accuracy, confidence=confidence)
    assert list(report_doubts(found)) == doubts


NEEDED = ("parcels", "land_use", "ownership", "road_sections")


@pytest.mark.parametrize("kinds", [(), ("gully",)])
@pytest.mark.parametrize("dataset", dataset_names())
def test_dataset_that_is_needed_is_named_where_it_is_missing(
    dataset: str, kinds: tuple[str, ...]
) -> None:
    datasets = {name: 1 for name in dataset_names() if name != dataset}
    found = evidence("ROAD_SURFACE", asset_kinds=kinds, datasets=datasets)
    is_needed = dataset in NEEDED or (dataset == "assets" and bool(kinds))
    assert list(report_doubts(found)) == ([f"no_data:{dataset}"] if is_needed else [])


ROADS = {"road_class", "through_road"}


@pytest.mark.parametrize(
    ("missing", "usage", "part", "unknown"),
    [
        ("parcels", "UNKNOWN", "", {"usage", "owner", *ROADS}),
        ("land_use", "UNKNOWN", "", {"usage", *ROADS}),
        ("ownership", "ROAD", "carriageway", {"owner"}),
        ("road_sections", "ROAD", "", ROADS),
        ("road_sections", "BUILT", "carriageway", ROADS),
        ("road_sections", "BUILT", "", set()),
        ("assets", "ROAD", "carriageway", set()),
        ("through_roads", "ROAD", "carriageway", set()),
    ],
)
def test_columns_are_unknown_where_their_data_are_missing(
    missing: str, usage: str, part: str, unknown: set[str]
) -> None:
    datasets = {name: 1 for name in dataset_names() if name != missing}
    assert columns_unknown(facts(part, parcels=(parcel(usage),), datasets=datasets)) == unknown


def test_roads_are_unknown_on_the_polygon_of_a_section_too() -> None:
    datasets = {name: 1 for name in dataset_names() if name != "road_sections"}
    parts = (PartFact("footway", "B235-1", ""),)
    known = {"parcels": (parcel("BUILT"),), "datasets": datasets}
    assert columns_unknown(facts("", parts=parts, **known)) == ROADS
    assert columns_unknown(facts("", **known)) == set()


@pytest.mark.parametrize(
    ("known", "doubts"),
    [
        ({}, []),
        ({"parcels": ()}, ["no_parcel"]),
        ({"parcels": (parcel(distance=0.001),)}, ["gap_between_parcels"]),
        ({"parcels": (parcel(), parcel())}, ["several_parcels"]),
        ({"parcels": (parcel(distance=0.001), parcel())}, ["several_parcels"]),
        ({"sections": (section("B", "unknown"),)}, ["through_road_unknown"]),
        ({"sections": (section("G", "unknown"),)}, []),
        ({"built_up": "unknown"}, ["built_up_unknown"]),
        ({"sections": (section("K", "in"),), "built_up": "unknown"}, ["built_up_unknown"]),
        ({"parcels": (parcel("ROAD", "UNKNOWN"),)}, ["owner_unknown"]),
    ],
)
def test_situation_names_what_is_doubtful(known: dict[str, Any], doubts: list[str]) -> None:
    assert list(doubts_of(facts(**known))) == doubts


@pytest.mark.parametrize(
    ("bodies", "categories", "doubts"),
    [
        (("EUV", "KREIS66"), ("ROAD_SURFACE", "ROAD_SURFACE"), ["agreements_clash"]),
        (("EUV", "EUV"), ("ROAD_SURFACE", "ROAD_SURFACE"), []),
        (("EUV", "KREIS66"), ("ROAD_SURFACE", "BRIDGE"), []),
        (("EUV", "KREIS66"), ("ROAD_SURFACE", "*"), ["agreements_clash"]),
    ],
)
def test_agreements_clash_where_they_name_two_bodies_for_the_category(
    bodies: tuple[str, str], categories: tuple[str, str], doubts: list[str]
) -> None:
    agreements = tuple(
        AgreementFact(str(n), body, "", (category,))
        for n, (body, category) in enumerate(zip(bodies, categories, strict=True))
    )
    assert list(doubts_of(facts(agreements=agreements))) == doubts
