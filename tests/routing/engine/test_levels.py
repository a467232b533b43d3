"""Places that can be read in several ways: two levels, two sides of a border, beside a road, a level crossing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine import CompiledRuleSet, RuleRow, decide
from routing.engine.levels import level_above, levels_of, readings
from routing.engine.predicates import PREDICATES
from routing.engine.priors import PriorRow
from routing.engine.questions import question_best
from routing.engine.ranking import NEVER_BY_ITSELF
from routing.enums import Outcome
from routing.sentences import sentence
from routing.sentences.words import WORDS
from routing.types import AssetFact, Evidence, PartFact, Result, SectionFact, Situation
from tests.routing.engine.test_engine import (
    ROWS,
    RULES,
    any_evidence,
    bodies,
    evidence,
    parcel,
    section,
)
from tests.routing.engine.test_facts_edges import facts
from tests.routing.rule_factories import row_make

PUBLIC = ("CITY", "KREIS", "LAND", "BUND_STR", "BUND_WSV", "DB", "EG", "RVR")
NAMES = {"A": "A 42", "B": "B 235", "L": "L 658", "G": "Am Hang"}


def way(road_class: str, distance: float = 2.0, **known: Any) -> SectionFact:
    return section(
        road_class,
        **{"key": road_class, "road": NAMES[road_class], "distance": distance, **known},
    )


def covering(*keys: str, part: str = "carriageway") -> tuple[PartFact, ...]:
    return tuple(PartFact(part, key, "") for key in keys)


def asset(kind: str, note: str = "", distance: float = 5.0) -> AssetFact:
    return AssetFact(f"{kind} {distance}", kind, "", "", note, distance)


def place(
    *classes: str, usage: str = "ROAD", category: str = "WASTE_DUMP", part: str = "", **known: Any
) -> Evidence:
    """The polygons of roads of these classes cover the place."""
    sections = tuple(way(one, 2.0 + n) for n, one in enumerate(classes))
    ground = {"sections": sections, "parts": covering(*classes), "parcels": (parcel(usage),)}
    return evidence(category, part, **{**ground, **known})


def levels(found: Evidence) -> tuple[str, ...]:
    return levels_of(found, found.situations[0])


def rules(
    *rows: RuleRow, priors: tuple[PriorRow, ...] = (), assign_from: float = 0.9
) -> CompiledRuleSet:
    return CompiledRuleSet.compile(
        rows, bodies=bodies(), assign_from=assign_from, assign_margin=0, priors=priors
    )


def parts_of(result: Result) -> dict[tuple[str, str], float]:
    return {(one.body, one.level): one.probability for one in result.candidates}


# --- Two roads ----------------------------------------------------------------------------------------


def test_road_and_motorway_on_the_same_ground_are_two_levels() -> None:
    assert levels(place("B", "A")) == ("B 235", "A 42")
    assert levels(place("A", "B")) == ("A 42", "B 235")
    # One of them alone is one level, and so is a motorway of two carriageways.
    assert levels(place("A")) == ()
    both = (way("A", key="A1"), way("A", key="A2"))
    assert levels(place(sections=both, parts=covering("A1", "A2"))) == ()


def test_roads_that_share_a_junction_are_one_level() -> None:
    assert levels(place("B", "G")) == ()
    [read] = readings(place("G", "B"), place("G", "B").situations[0])
    # And the higher class maintains it.
    assert (read.road_class, read.level) == ("B", "")


def test_bridge_of_the_register_makes_roads_of_any_class_two_levels() -> None:
    assert levels(place("B", "G", assets=(asset("bridge", "road_over_road"),))) == (
        "B 235",
        "Am Hang",
    )
    named = (asset("bridge", "road_over_road B 235"),)
    assert levels(place("B", "G", assets=named)) == ("B 235", "Am Hang")
    for note in ("", "rail_over_road", "road_over_water", "road_over_roadway"):
        assert levels(place("B", "G", assets=(asset("bridge", note),))) == ()
    assert levels(place("B", "G", assets=(asset("gully", "road_over_road"),))) == ()


def test_bridge_that_the_register_describes_goes_before_a_nearer_one() -> None:
    described = (asset("bridge", "road_over_road B 235", 9.0), asset("bridge", distance=1.0))
    found = place("B", "G", assets=described)
    assert levels(found) == levels(place("B", "G", assets=described[:1]))
    assert len(levels(found)) == 2
    # Of two that it describes the nearer one counts.
    over_rail = (asset("bridge", "road_over_rail", 1.0), *described)
    assert levels(place("B", "G", assets=over_rail)) == ()


@pytest.mark.parametrize(("distance", "is_near"), [(9.0, True), (9.01, False)])
def test_bridge_without_polygons_is_of_the_roads_within_half_their_width(
    distance: float, *, is_near: bool
) -> None:
    bridge = (asset("bridge", "road_over_road"),)
    found = place(sections=(way("B", 12.0), way("G", distance)), parts=(), assets=bridge)
    assert levels(found) == (("B 235", "Am Hang") if is_near else ())
    # Without a bridge nothing says that they cross at all.
    assert levels(place(sections=(way("B"), way("G")), parts=())) == ()


def test_each_level_of_two_roads_sees_its_own_road() -> None:
    found = place("B", "A", category="ROAD_SURFACE", part="carriageway")
    upper, lower = readings(found, found.situations[0])
    for read, road_class in ((upper, "B"), (lower, "A")):
        assert (read.road_class, read.level, read.usage) == (road_class, NAMES[road_class], "ROAD")
        assert [one.key for one in read.situation.sections] == [road_class]
        assert [one.section_key for one in read.situation.parts] == [road_class]


def test_road_without_a_name_is_a_level_by_its_key() -> None:
    found = place(sections=(way("B"), way("A", road="")), parts=covering("A", "B"))
    assert levels(found) == ("B 235", "A")


# --- A road over something else -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("usage", "is_crossed"),
    [
        ("RAIL", True),
        ("CANAL", True),
        ("WATER", True),
        ("ROAD", False),
        ("GREEN", False),
        ("BUILT", False),
    ],
)
def test_road_over_rail_canal_or_brook_is_two_levels(usage: str, *, is_crossed: bool) -> None:
    assert levels(place("L", usage=usage)) == (("L 658", usage) if is_crossed else ())
    # A road whose polygon does not cover the place only passes by.
    assert levels(place("L", usage=usage, parts=())) == ()


PARTS = (
    *("carriageway", "footway", "cycle_own", "cycle_shared", "parking"),
    *("bus_bay", "lighting", "drainage", "equip"),
)


@pytest.mark.parametrize("part", PARTS)
def test_category_about_a_part_of_the_road_means_the_road(part: str) -> None:
    found = place("L", usage="CANAL", part=part)
    assert levels(found) == ("L 658",)
    [read] = readings(found, found.situations[0])
    assert (read.road_class, read.usage, read.level) == ("L", "ROAD", "L 658")


@pytest.mark.parametrize("part", ["", "green"])
def test_category_about_no_part_of_the_road_may_mean_what_lies_below(part: str) -> None:
    assert levels(place("L", usage="CANAL", part=part)) == ("L 658", "CANAL")


@pytest.mark.parametrize("usage", ["CANAL", "RAIL", "WATER", "ROAD"])
def test_bridge_itself_is_on_no_level(usage: str) -> None:
    assert levels(place("L", usage=usage, part="structure", assets=(asset("bridge"),))) == ()


def test_level_crossing_is_one_level() -> None:
    assert levels(place("L", usage="RAIL", assets=(asset("level_crossing"),))) == ("L 658",)
    assert levels(place("L", usage="RAIL", assets=(asset("bridge"),))) == ("L 658", "RAIL")


def test_road_above_sees_road_land_and_the_land_below_its_own_owner() -> None:
    ground = (parcel("CANAL", "BUND_WSV"),)
    own = (way("L", owner="LAND"),)
    found = place(
        "L", sections=own, parcels=ground, parts=(*covering("L"), *covering("", part="footway"))
    )
    above, below = readings(found, found.situations[0])
    assert (above.usage, above.owner, above.road_class) == ("ROAD", "LAND", "L")
    assert not above.beside_road
    assert (below.usage, below.owner, below.road_class) == ("CANAL", "BUND_WSV", "N")
    assert (below.section, below.situation.sections) == (None, ())
    # A polygon of no section's part stays.
    assert [one.part for one in below.situation.parts] == ["footway"]


# --- What is decided ----------------------------------------------------------------------------------

ROAD = row_make("ROAD", category="WASTE_DUMP", road_class="L", body="STRNRW", confidence=1.0)
NAMED = {"STRNRW": "Straßen.NRW", "WSA": "Wasserstraßenamt"}
CANAL = row_make("CANAL", category="WASTE_DUMP", usage="CANAL", body="WSA", confidence=1.0)


def canal(**known: Any) -> Evidence:
    return place("L", parcels=(parcel("CANAL", "BUND_WSV"),), **known)


def test_levels_of_different_authorities_are_both_named_and_not_sent() -> None:
    result = decide(canal(), rules(ROAD, CANAL))
    assert parts_of(result) == {("STRNRW", "L 658"): 0.5, ("WSA", "CANAL"): 0.5}
    # Whose road land it is nobody asked, and it is no doubt.
    assert (result.outcome, result.doubts) == (Outcome.TRIAGE, ("levels",))
    words = sentence(result, language="de", category="Müll", authorities=NAMED)
    assert WORDS["de"].doubts["levels"] in words


def test_levels_count_by_how_often_reports_come_from_their_ground() -> None:
    often = PriorRow("*", "L", "*", "*", "*", 31.0)
    result = decide(canal(), rules(ROAD, CANAL, priors=(often,)))
    assert parts_of(result) == {("STRNRW", "L 658"): 31 / 32, ("WSA", "CANAL"): 1 / 32}
    assert result.outcome == Outcome.TRIAGE


@pytest.mark.parametrize(
    ("times", "assign_from", "outcome"),
    [
        # 49 of 50 are 98 %.
        (49.0, 0.90, Outcome.ASSIGNED),
        (48.7, 0.90, Outcome.TRIAGE),
        (99.0, 0.995, Outcome.TRIAGE),
        # Where less than 90 % suffice, waiting costs more than a wrong sending.
        (9.0, 0.89, Outcome.ASSIGNED),
        (1.5, 0.60, Outcome.ASSIGNED),
        (1.49, 0.60, Outcome.TRIAGE),
    ],
)
def test_level_is_sent_by_itself_only_where_its_prior_speaks_clearly(
    times: float, assign_from: float, outcome: Outcome
) -> None:
    often = PriorRow("*", "L", "*", "*", "*", times)
    result = decide(canal(), rules(ROAD, CANAL, priors=(often,), assign_from=assign_from))
    assert result.doubts == ("levels",)
    assert (result.candidates[0].body, result.outcome) == ("STRNRW", outcome)


def test_levels_of_one_authority_are_no_matter() -> None:
    result = decide(canal(), rules(ROAD, replace(CANAL, body="STRNRW")))
    assert {one.body for one in result.candidates} == {"STRNRW"}
    assert (result.outcome, result.doubts) == (Outcome.ASSIGNED, ())
    result = decide(canal(), rules(row_make("ANY", category="WASTE_DUMP")))
    assert parts_of(result) == {("EUV", ""): 1.0}


def test_place_on_two_levels_is_as_likely_as_the_ground_of_both() -> None:
    two = canal().situations[0]
    one = replace(two, sections=(), parts=(), parcels=(parcel("AGRI"),))
    other = row_make("AGRI", category="WASTE_DUMP", usage="AGRI", body="EUV", confidence=1.0)
    found = replace(canal(), situations=(replace(two, weight=0.5), replace(one, weight=0.5)))
    result = decide(
        found, rules(ROAD, CANAL, other, priors=(PriorRow("*", "L", "*", "*", "*", 6.0),))
    )
    # Road 6, canal 1, field 1.
    assert parts_of(result) == {
        ("STRNRW", "L 658"): 0.75,
        ("EUV", ""): 0.125,
        ("WSA", "CANAL"): 0.125,
    }


# --- The question -------------------------------------------------------------------------------------


def test_reporter_is_asked_on_which_level_and_the_answer_decides() -> None:
    ruleset = rules(ROAD, CANAL, priors=(PriorRow("*", "L", "*", "*", "*", 3.0),))
    question = question_best(canal(), ruleset)
    assert question is not None
    # Likelier first, and 3 : 1 tell 0.811 bits.
    assert (question.kind, question.options, question.settled) == ("level", ("L 658", "CANAL"), 1.0)
    assert question.information == pytest.approx(0.811278, abs=1e-5)
    assert question.above == "L 658"
    for code, body in (("L 658", "STRNRW"), ("CANAL", "WSA")):
        result = decide(replace(canal(), clarifications=(("level", code),)), ruleset)
        assert (result.outcome, result.doubts) == (Outcome.ASSIGNED, ())
        assert parts_of(result) == {(body, ""): 1.0}
        assert (result.facts.level, result.facts.situation.level) == (code, code)


def test_answer_that_is_no_level_of_the_place_changes_nothing() -> None:
    result = decide(replace(canal(), clarifications=(("level", "RAIL"),)), rules(ROAD, CANAL))
    assert result.doubts == ("levels", "answer_unfitting")
    assert len(result.candidates) == 2


def test_answer_about_a_level_leaves_out_places_that_are_not_on_it() -> None:
    two = canal().situations[0]
    bank = replace(two, sections=(), parts=())
    field = replace(bank, parcels=(parcel("AGRI"),))
    found = replace(
        canal(),
        situations=(
            replace(two, weight=0.5),
            replace(bank, weight=0.25),
            replace(field, weight=0.25),
        ),
        clarifications=(("level", "CANAL"),),
    )
    result = decide(found, rules(ROAD, CANAL))
    # The canal below the road and the canal beside it.
    assert parts_of(result) == {("WSA", ""): 1.0}


def test_nobody_is_asked_about_levels_of_one_authority() -> None:
    assert question_best(canal(), rules(ROAD, replace(CANAL, body="STRNRW"))) is None


@pytest.mark.parametrize(
    ("note", "options", "above"),
    [
        ("road_over_road B 235", ("A 42", "B 235"), "B 235"),
        ("road_over_road A 42", ("A 42", "B 235"), "A 42"),
        # Nothing says which, or a road that is not asked about.
        ("road_over_road", ("A 42", "B 235"), ""),
        ("road_over_road L 658", ("A 42", "B 235"), ""),
        (None, ("A 42", "B 235"), ""),
        ("rail_over_road", ("B 235", "RAIL"), "RAIL"),
        ("road_over_rail", ("B 235", "RAIL"), "B 235"),
        (None, ("B 235", "RAIL"), ""),
        # A road leads over a canal or brook.
        (None, ("B 235", "CANAL"), "B 235"),
        (None, ("WATER", "B 235"), "B 235"),
    ],
)
def test_upper_level_is_what_the_register_says_and_the_road_over_water(
    note: str | None, options: tuple[str, ...], above: str
) -> None:
    assets = () if note is None else (asset("bridge", note),)
    situation = Situation(1.0, inside=True, built_up="in", assets=assets)
    assert level_above(situation, options) == above


# --- Borders ------------------------------------------------------------------------------------------

LEFT = row_make("LEFT", category="WASTE_DUMP", owner="CITY", body="GREEN", confidence=1.0)
RIGHT = row_make("RIGHT", category="WASTE_DUMP", owner="DB", body="DB", confidence=1.0)


def border(*owners: str, **known: Any) -> Evidence:
    parcels = tuple(parcel("GREEN", owner, key=str(n)) for n, owner in enumerate(owners))
    return evidence("WASTE_DUMP", parcels=parcels, **known)


def test_bodies_of_both_sides_of_a_border_are_named() -> None:
    for owners in (("CITY", "DB"), ("DB", "CITY")):
        result = decide(border(*owners), rules(LEFT, RIGHT))
        assert parts_of(result) == {("GREEN", ""): 0.5, ("DB", ""): 0.5}
        assert result.doubts == ("several_parcels",)
    three = decide(border("CITY", "DB", "DB"), rules(LEFT, RIGHT))
    assert three.candidates[0].body == "DB"
    assert three.candidates[0].probability == pytest.approx(2 / 3, abs=1e-6)


def test_border_between_parcels_of_one_body_is_certain() -> None:
    result = decide(border("CITY", "CITY"), rules(LEFT, RIGHT))
    assert parts_of(result) == {("GREEN", ""): 1.0}
    assert result.outcome == Outcome.ASSIGNED


def test_sides_of_a_border_count_by_their_ground_and_its_place_once() -> None:
    parcels = (parcel("GREEN", "CITY"), parcel("RAIL", "DB"))
    found = evidence("WASTE_DUMP", parcels=parcels)
    often = (PriorRow("*", "*", "GREEN", "*", "*", 7.0),)
    result = decide(found, rules(LEFT, RIGHT, priors=often))
    assert parts_of(result) == {("GREEN", ""): 7 / 8, ("DB", ""): 1 / 8}
    # Against another place the border counts as much as the mean of its sides: (7 + 1) / 2 to 4.
    field = replace(found.situations[0], parcels=(parcel("AGRI", "LAND"),), weight=0.5)
    third = row_make("THIRD", category="WASTE_DUMP", owner="LAND", body="STRNRW", confidence=1.0)
    fields = (*often, PriorRow("*", "*", "AGRI", "*", "*", 4.0))
    both = replace(found, situations=(replace(found.situations[0], weight=0.5), field))
    result = decide(both, rules(LEFT, RIGHT, third, priors=fields))
    assert parts_of(result) == {("STRNRW", ""): 0.5, ("GREEN", ""): 7 / 16, ("DB", ""): 1 / 16}


def test_second_side_of_a_border_does_not_have_the_road_of_the_first() -> None:
    """Which sections lie on the parcel is known of the first one; the second is a path of its own."""
    own = section("G", distance=20.0, same_parcel=True)
    parcels = (parcel("PATH", key="1"), parcel("PATH", key="2"))
    found = evidence("WASTE_DUMP", parcels=parcels, sections=(own,))
    first, second = readings(found, found.situations[0])
    assert (first.parcel, second.parcel) == parcels
    assert (first.road_class, second.road_class) == ("G", "N")


# --- Beside the road ----------------------------------------------------------------------------------

STREET = (
    row_make("S-CITY", road_class="S", owner="CITY", body="EUV"),
    row_make("S-PRIV", road_class="S", owner="PRIV", body="PRIV"),
)
LAND = row_make("N-PRIV", road_class="N", owner="PRIV", body="PRIV")


def beside(road_owner: str, owner: str, *rows: RuleRow) -> list[str]:
    sections = (section("S", distance=5.0, owner=road_owner),)
    found = evidence(
        "ROAD_SURFACE", "carriageway", parcels=(parcel("BUILT", owner),), sections=sections
    )
    return [one.rule_id or one.body for one in decide(found, rules(*rows)).candidates]


def test_beside_the_road_its_own_owner_counts_and_not_the_neighbour() -> None:
    assert beside("CITY", "PRIV", *STREET) == ["S-CITY"]
    assert beside("PRIV", "CITY", *STREET) == ["S-PRIV"]
    # Not known: then no rule that asks for the owner of the road applies.
    assert beside("UNKNOWN", "PRIV", *STREET) == ["TRIAGE"]
    assert beside("UNKNOWN", "PRIV", row_make("S", road_class="S")) == ["S"]


def test_beside_the_road_a_rule_for_no_road_sees_the_owner_of_the_parcel() -> None:
    assert beside("CITY", "PRIV", LAND) == ["N-PRIV"]
    assert beside("PRIV", "CITY", LAND) == ["TRIAGE"]
    either = row_make("S|N", road_class="S|N", owner="PRIV", body="PRIV")
    assert beside("CITY", "PRIV", either) == ["S|N"]
    assert beside("PRIV", "CITY", either) == ["TRIAGE"]


def test_on_the_road_the_owner_is_that_of_the_parcel() -> None:
    sections = (section("S", owner="CITY"),)
    found = evidence(
        "ROAD_SURFACE", "carriageway", parcels=(parcel("ROAD", "PRIV"),), sections=sections
    )
    assert [one.rule_id for one in decide(found, rules(*STREET)).candidates] == ["S-PRIV"]


# --- The level crossing -------------------------------------------------------------------------------


def holds(name: str, *values: str, **known: Any) -> bool:
    return PREDICATES[name].holds(facts(**known), *values)


@pytest.mark.parametrize(("distance", "is_near"), [(30.0, True), (30.01, False), (0.0, True)])
def test_asset_is_near_up_to_so_many_metres(distance: float, *, is_near: bool) -> None:
    near = (asset("gully", distance=1.0), asset("level_crossing", distance=distance))
    assert holds("near_asset", "level_crossing", "30", assets=near) is is_near
    assert not holds("near_asset", "bridge", "30", assets=near)


@pytest.mark.parametrize(
    ("part", "kind", "distance", "is_part"),
    [
        ("rail", "level_crossing", 30.0, True),
        ("rail", "level_crossing", 30.01, False),
        ("rail", "bridge", 1.0, False),
        ("carriageway", "level_crossing", 1.0, False),
    ],
)
def test_railway_maintains_the_zone_of_its_rails_at_a_level_crossing(
    part: str, kind: str, distance: float, *, is_part: bool
) -> None:
    known = {"parts": (PartFact(part, "", ""),), "assets": (asset(kind, distance=distance),)}
    assert holds("rail_part_of_crossing", **known) is is_part


# --- Whatever the place -------------------------------------------------------------------------------


@pytest.mark.parametrize("doubt", sorted(NEVER_BY_ITSELF))
@pytest.mark.parametrize("language", ["de", "en"])
def test_doubt_that_a_person_has_to_settle_has_words(doubt: str, language: str) -> None:
    assert WORDS[language].doubts[doubt]


BY_OWNER = {row.rule_id for row in ROWS if row.body == "PRIV" and row.owner not in {"*", "-", ""}}


@settings(max_examples=300, deadline=None)
@given(found=any_evidence(), data=st.data())
def test_private_owner_is_never_named_by_owner_where_the_land_is_public(
    found: Evidence, data: st.DataObject
) -> None:
    owners = st.sampled_from(PUBLIC)
    one = found.situations[0]
    public = replace(
        one,
        parcels=tuple(replace(it, owner=data.draw(owners)) for it in one.parcels),
        sections=tuple(replace(it, owner=data.draw(owners)) for it in one.sections),
    )
    result = decide(replace(found, situations=(public,)), RULES)
    assert BY_OWNER
    assert not BY_OWNER & {it.rule_id for it in result.candidates}


# --- What a rule sees -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "seen"),
    [
        # About the road: its own land.
        ({"road_class": "B"}, ("B", "CITY", "out", True, True)),
        # About land that belongs to no road, named alone or together with another class.
        ({"road_class": "N"}, ("N", "PRIV", "in", False, False)),
        ({"road_class": "G|N"}, ("N", "PRIV", "in", False, False)),
        # About either, or about any.
        ({"road_class": "B|N"}, ("B", "PRIV", "out", True, True)),
        ({}, ("B", "PRIV", "out", True, True)),
    ],
)
def test_ground_beside_a_road_is_what_the_rule_sees(
    columns: dict[str, str], seen: tuple[str, str, str, bool, bool]
) -> None:
    beside = evidence(
        "TREE_DANGER",
        "green",
        parcels=(parcel("BUILT", "PRIV"),),
        sections=(way("B", through_road="out", owner="CITY"),),
    )
    result = decide(beside, rules(row_make(category="TREE_DANGER", **columns)))
    [ground] = result.grounds
    assert (
        ground.road_class,
        ground.owner,
        ground.through_road,
        ground.section is not None,
        ground.beside_road,
    ) == seen
    # The facts of the place itself stay as they are.
    assert (result.facts.road_class, result.facts.owner) == ("B", "PRIV")


def test_grounds_are_those_of_each_candidate_in_their_order() -> None:
    result = decide(canal(), rules(ROAD, replace(CANAL, confidence=0.5)))
    assert [one.level for one in result.grounds] == [one.level for one in result.candidates]
    assert {one.usage for one in result.grounds} == {"ROAD", "CANAL"}
    nobody = decide(canal(), rules(row_make(category="OTHER")))
    assert (nobody.candidates[0].rule_id, nobody.grounds) == ("", (nobody.facts,))
