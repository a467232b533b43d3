"""Every predicate from both sides, and the limits of what may be written as a condition."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from routing.engine.conditions import ConditionError, condition_compile, known_conditions
from routing.engine.facts import facts_of
from routing.engine.predicates import PREDICATES, Need, predicates_groundless, predicates_needing
from routing.types import AgreementFact, AssetFact, PartFact
from tests.routing.engine.test_engine import evidence, parcel, section


def holds(condition: str, *, part: str = "carriageway", **known: Any) -> bool:
    found = evidence(known.pop("category", "ROAD_SURFACE"), part, **known)
    return condition_compile(condition).holds(facts_of(found, found.situations[0]))


def on(usage: str = "ROAD", owner: str = "CITY", **facts: Any) -> dict[str, Any]:
    return {"parcels": (parcel(usage, owner, **facts),)}


def bridge(kind: str, note: str = "", key: str = "b") -> AssetFact:
    return AssetFact(key, kind, "", "EUV", note, 1.0)


B, G = section("B"), section("G")
RAIL = PartFact("rail", "", "")
OWN = AgreementFact("V1", "EUV", "", ("ROAD_SURFACE",))
OTHER = AgreementFact("V1", "EUV", "", ("BRIDGE",))

CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # Condition: where it holds, where it just does not.
    "always": ({}, {"not": True}),
    "said_by_category": ({}, {"not": True}),
    "outside_jurisdiction": ({"inside": False}, {"inside": True}),
    "agreement_applies": ({"agreements": (OWN,)}, {"agreements": (OTHER,)}),
    "asset_owner_known": (
        {"assets": (bridge("gully"),), "asset_kinds": ("gully",)},
        {"assets": (replace(bridge("gully"), owner=""),), "asset_kinds": ("gully",)},
    ),
    "bears_through_roads": ({"bears_through_roads": True}, {"bears_through_roads": False}),
    "outside_through_road": (
        {"sections": (section("B", "out"),), "built_up": "in"},
        {"sections": (section("B", "in"),), "built_up": "out"},
    ),
    "inside_built_up": (
        {"sections": (section("B", "out"),), "built_up": "in"},
        {"sections": (section("B", "in"),), "built_up": "out"},
    ),
    "outside_built_up": (
        {"sections": (section("B", "in"),), "built_up": "out"},
        {"sections": (section("B", "out"),), "built_up": "in"},
    ),
    'category("BRIDGE", "RATS")': ({"category": "RATS"}, {"category": "RATS2"}),
    'road_class("A", "B")': ({"sections": (B,)}, {"sections": (G,)}),
    'part("footway", "cycle_own")': ({"part": "cycle_own"}, {"part": "cycle_shared"}),
    'usage("GREEN", "PATH")': (on("PATH"), on("ROAD")),
    'owner("RVR", "EG")': (on("PATH", "EG"), on("PATH", "CITY")),
    "owner_known": (on("ROAD", "PRIV"), on("ROAD", "UNKNOWN")),
    'use_description("teich", "graben")': (
        on(use_description="Entwässerungsgraben"),
        on(use_description="Grube"),
    ),
    "on_road_section": ({"sections": (G,)}, on("ROAD", "CITY")),
    "independent_path": (on("PATH"), {**on("PATH"), "sections": (G,)}),
    'only_arms("G", "S")': ({"sections": (G, section("S"))}, {"sections": (G, B)}),
    "junction_of_classes": ({"sections": (G, B)}, {"sections": (G, section("G", key="2"))}),
    'arm_of("A", "B")': ({"sections": (G, B)}, {"sections": (G, section("L"))}),
    'cleaning_class("7", "8")': (
        {"sections": (section("G", cleaning_class="7"),)},
        {"sections": (section("G", cleaning_class="6"),)},
    ),
    'bridge("road_over_road")': (
        {"assets": (bridge("bridge", "road_over_road"),)},
        {"assets": (bridge("bridge", "road_over_rail"),)},
    ),
    "rail_installation": ({"answers": {"OBJECT": "barrier"}}, {"answers": {"OBJECT": "sign"}}),
    'asset_in_reach("construction_site")': (
        {"assets": (bridge("gully"), bridge("construction_site"))},
        {"assets": (bridge("gully"),)},
    ),
    'near_asset("bridge", "1")': (
        {"assets": (bridge("bridge"),)},
        {"assets": (replace(bridge("bridge"), distance=1.01),)},
    ),
    "rail_part_of_crossing": (
        {"parts": (RAIL,), "assets": (replace(bridge("level_crossing"), distance=30.0),)},
        {"parts": (RAIL,), "assets": (replace(bridge("level_crossing"), distance=30.01),)},
    ),
    'on_part("footway", "parking")': (
        {"parts": (PartFact("parking", "S1", ""),)},
        {"parts": (PartFact("carriageway", "S1", ""),)},
    ),
    "public_place": (on("BUILT", "CITY"), on("BUILT", "PRIV")),
    'adjoining_owner("CITY", "EG")': ({"adjoining_owner": "EG"}, {"adjoining_owner": ""}),
    'adjoining_owner_other_than("CITY", "EG")': (
        {"adjoining_owner": "PRIV"},
        {"adjoining_owner": "CITY"},
    ),
    'answer("KIND", "own", "shared")': (
        {"answers": {"KIND": "shared"}},
        {"answers": {"KIND": "express", "OTHER": "own"}},
    ),
}


@pytest.mark.parametrize("condition", CASES)
def test_predicate_holds_here_and_not_there(condition: str) -> None:
    here, there = CASES[condition]
    assert holds(condition, **here)
    if there == {"not": True}:
        assert not holds(f"not {condition}")
    else:
        assert not holds(condition, **there)


def test_every_predicate_is_among_them() -> None:
    assert {condition.partition("(")[0] for condition in CASES} == set(PREDICATES)


def test_predicates_without_a_thing_to_look_at_do_not_hold() -> None:
    assert not holds('only_arms("G")', sections=())
    assert not holds("junction_of_classes", sections=())
    assert not holds('cleaning_class("")', sections=())
    assert not holds("asset_owner_known", assets=())
    assert not holds('use_description("")', parcels=())
    assert holds('use_description("weg")', **on(use_type="Wirtschaftsweg", use_description=""))


@pytest.mark.parametrize("answer", ["own", ["express", "own"]])
def test_answer_may_be_one_of_several(answer: Any) -> None:
    assert holds('answer("KIND", "own")', answers={"KIND": answer})
    assert not holds('answer("KIND", "ow")', answers={"KIND": answer})
    assert not holds('answer("KIND", "own")', answers={})


# --- Bridges, tunnels, level crossings ----------------------------------------------------------------

OVER_ROAD, OVER_RAIL = "road_over_road", "road_over_rail"


@pytest.mark.parametrize(
    ("assets", "answer", "kind"),
    [
        # What the register says goes before the answer; the answer stands in where it says nothing.
        ([("bridge", OVER_RAIL)], OVER_ROAD, OVER_RAIL),
        ([("bridge", f"{OVER_ROAD} B 235")], OVER_RAIL, OVER_ROAD),
        ([("bridge", "")], OVER_ROAD, OVER_ROAD),
        ([], OVER_ROAD, OVER_ROAD),
        ([("culvert", OVER_RAIL)], OVER_ROAD, OVER_ROAD),
        # The nearest bridge that the register describes.
        ([("bridge", ""), ("bridge", OVER_RAIL), ("bridge", OVER_ROAD)], "", OVER_RAIL),
        ([("gully", OVER_ROAD), ("bridge", OVER_RAIL)], "", OVER_RAIL),
    ],
)
def test_bridge_is_of_the_kind_registered_then_of_the_kind_answered(
    assets: list[tuple[str, str]], answer: str, kind: str
) -> None:
    known = {
        "assets": tuple(bridge(name, note) for name, note in assets),
        "answers": {"KIND": answer},
    }
    found = {one: holds(f'bridge("{one}")', **known) for one in (OVER_ROAD, OVER_RAIL)}
    assert found == {OVER_ROAD: kind == OVER_ROAD, OVER_RAIL: kind == OVER_RAIL}


@pytest.mark.parametrize(
    ("usage", "answer", "is_rail"),
    [
        *((usage, answer, True) for usage in ("ROAD", "RAIL") for answer in ("cross", "track")),
        *((usage, "road", False) for usage in ("ROAD", "RAIL")),
        *((usage, "sign", False) for usage in ("ROAD", "RAIL")),
        ("RAIL", "", True),
        ("RAIL", "unknown", True),
        ("ROAD", "", False),
        ("ROAD", "unknown", False),
    ],
)
def test_rail_installation_is_what_was_answered_else_what_stands_on_railway_land(
    usage: str, answer: str, *, is_rail: bool
) -> None:
    answers = {"OBJECT": answer} if answer else {}
    assert holds("rail_installation", answers=answers, **on(usage)) is is_rail


@pytest.mark.parametrize(
    ("place", "is_duty"), [("zebra", True), ("tunnel", True), ("street", False), ("", False)]
)
def test_lamp_of_a_tunnel_or_zebra_crossing_is_the_road_s(place: str, *, is_duty: bool) -> None:
    assert holds("zebra/tunnel", answers={"PLACE": place}) is is_duty


# --- Public ground ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("usage", "owner", "is_public"),
    [
        *((usage, "PRIV", True) for usage in ("ROAD", "PATH", "SQUARE")),
        *(("BUILT", owner, False) for owner in ("PRIV", "CHURCH", "UNKNOWN")),
        *(("BUILT", owner, True) for owner in ("CITY", "KREIS", "LAND", "DB", "EG", "RVR")),
    ],
)
def test_place_is_public_by_use_or_owner(usage: str, owner: str, *, is_public: bool) -> None:
    assert holds("public_place", **on(usage, owner)) is is_public


@pytest.mark.parametrize("owner", ["", "UNKNOWN"])
def test_adjoining_owner_that_nobody_knows_is_no_other(owner: str) -> None:
    assert not holds('adjoining_owner_other_than("CITY")', adjoining_owner=owner)


# --- What conditions rest on --------------------------------------------------------------------------


def test_predicates_that_need_no_ground_and_no_roads_are_these() -> None:
    """Counted from the other side: what rests on parcels, land use or owners, and what rests on roads."""
    on_ground = {
        "adjoining_owner",
        "adjoining_owner_other_than",
        "bridge",
        "owner",
        "owner_known",
        "public_place",
        "rail_installation",
        "usage",
        "use_description",
    }
    on_roads = {
        "cleaning_class",
        "independent_path",
        "junction_of_classes",
        "on_road_section",
        "arm_of",
        "only_arms",
        "outside_through_road",
        "road_class",
    }
    assert set(PREDICATES) - predicates_groundless() == on_ground | on_roads
    assert predicates_needing(Need.ROADS) == on_roads


# --- How long, how deep -------------------------------------------------------------------------------


def test_condition_may_have_two_hundred_characters() -> None:
    longest = 'usage("' + "x" * 191 + '")'
    assert len(longest) == 200
    assert condition_compile(longest).text == longest
    with pytest.raises(ConditionError, match=r"usage\(\"x{43}…") as caught:
        condition_compile(longest.replace("xx", "xxx", 1))
    assert caught.value.code == "condition_syntax"


def test_condition_may_be_twenty_deep() -> None:
    deepest = "not " * 20 + "always"
    assert condition_compile(deepest).predicates == {"always"}
    with pytest.raises(ConditionError) as caught:
        condition_compile("not " + deepest)
    assert caught.value.code == "condition_syntax"
    # Parentheses are no level; `not` and `or` are one each.
    nested = "((part))"
    for _level in range(10):
        nested = f"not ({nested} or part)"
    assert condition_compile(nested).predicates == {"part"}
    with pytest.raises(ConditionError):
        condition_compile(f"not {nested}")


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ('usage("ROAD") and owner("CITY")', True),
        ('usage("ROAD") and owner("PRIV")', False),
        ('usage("PATH") or owner("CITY")', True),
        ('usage("PATH") or owner("PRIV")', False),
        ('not (usage("PATH") or owner("PRIV"))', True),
        ('not usage("ROAD") or owner("CITY")', True),
        ('not (usage("ROAD") and owner("CITY"))', False),
    ],
)
def test_and_or_and_not_mean_what_they_say(condition: str, *, truth: bool) -> None:
    assert holds(condition, **on("ROAD", "CITY")) is truth


@pytest.mark.parametrize(
    "condition", ['usage("A", b="B")', 'bridge("A", "B")', "bridge", "always(1)"]
)
def test_arguments_that_do_not_fit_are_refused(condition: str) -> None:
    assert condition_compile('usage("A", "B")').predicates == {"usage"}
    with pytest.raises(ConditionError):
        condition_compile(condition)


# --- The words of the matrix --------------------------------------------------------------------------

WORDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "not LIGHT not WASTE": ({"category": "TREE_DANGER"}, {"category": "BIN_OVERFULL"}),
    "opt80=0 or od=out": (
        {"bears_through_roads": True, "sections": (section("B", "out"),)},
        {"bears_through_roads": True, "sections": (section("B", "in"),)},
    ),
    "opt80=0": ({"bears_through_roads": False}, {"bears_through_roads": True}),
    "opt80=1": ({"bears_through_roads": True}, {"bears_through_roads": False}),
    "sewer lid, class != A": (
        {"sections": (B,), "answers": {"MARKING": "sewer"}},
        {"sections": (section("A"),), "answers": {"MARKING": "sewer"}},
    ),
    "lid marked Telekom/Post": (
        {"answers": {"MARKING": "telecom"}},
        {"answers": {"MARKING": "sewer"}},
    ),
    "W or hydrant": ({"answers": {"MEDIUM": "hydrant"}}, {"answers": {"MEDIUM": "gas"}}),
    "G/gas": ({"answers": {"MEDIUM": "gas"}}, {"answers": {"MEDIUM": "water"}}),
    "acute": ({"answers": {}}, {"answers": {"ACUTE": "no"}}),
    "II. Ordnung not EG": (on("WATER", "CITY"), on("WATER", "EG")),
    "Verbandsgewässer": (on("WATER", "EG"), on("WATER", "CITY")),
    "road parcel, opt80=0": (
        {**on("ROAD"), "bears_through_roads": False},
        {**on("ROAD"), "bears_through_roads": True},
    ),
    "from private parcel": ({"answers": {}}, {"answers": {"ORIGIN": "road"}}),
    "class!=7": (
        {"sections": (section("G", cleaning_class="6"),)},
        {"sections": (section("G", cleaning_class="7"),)},
    ),
    "class=7": (
        {"sections": (section("G", cleaning_class="7"),)},
        {"sections": (section("G", cleaning_class="6"),)},
    ),
    "no plates, public": (on("ROAD", "PRIV"), {**on("ROAD"), "answers": {"PLATES": "yes"}}),
    "public/sewer": ({"answers": {}}, {"answers": {"PLACE": "private"}}),
    "Außenbereich": ({"built_up": "out"}, {"built_up": "in"}),
    "Innenbereich": ({"built_up": "in"}, {"built_up": "out"}),
    "adjoining owner by Satzung": ({"adjoining_owner": "PRIV"}, {"adjoining_owner": "CITY"}),
    "adjoining city parcel": ({"adjoining_owner": "CITY"}, {"adjoining_owner": "PRIV"}),
    "only G arms": ({"sections": (G,)}, {"sections": (G, B)}),
    "Wirtschaftsweg": (on(use_description="Wirtschaftsweg"), on(use_description="Feldweg")),
    "pond/one-owner ditch": (on(use_description="Weiher"), on(use_description="Bach")),
    "Z240 gemeinsam": ({"part": "cycle_shared"}, {"part": "cycle_own"}),
    "over Rhein-Herne-Kanal": (
        {"answers": {"KIND": "road_over_canal"}},
        {"answers": {"KIND": "road_over_brook"}},
    ),
}


@pytest.mark.parametrize("words", WORDS)
def test_words_of_the_matrix_hold_here_and_not_there(words: str) -> None:
    assert words in known_conditions()
    here, there = WORDS[words]
    assert (holds(words, **here), holds(words, **there)) == (True, False)
