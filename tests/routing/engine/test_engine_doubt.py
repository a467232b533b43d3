"""What the engine does where it cannot be sure: ties, lapsed authorities, missing data, thresholds, shadow mode."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine import CompiledRuleSet, RuleRow, ThresholdRow, decide
from routing.engine.questions import question_best
from routing.enums import Outcome
from routing.sentences import sentence
from routing.types import AgreementFact, AreaFact, Evidence
from tests.routing.engine.test_engine import (
    ROWS,
    RULES,
    any_evidence,
    bodies,
    evidence,
    parcel,
    road,
    section,
)

ON_G = evidence("ROAD_SURFACE", "carriageway", **road("G"))


def rules(*rows: RuleRow, thresholds: tuple[ThresholdRow, ...] = ()) -> CompiledRuleSet:
    return CompiledRuleSet.compile(
        rows or ROWS, bodies=bodies(), assign_from=0.9, assign_margin=0.3, thresholds=thresholds
    )


def row(rule_id: str, body: str, **fields: object) -> RuleRow:
    return replace(
        next(one for one in ROWS if one.rule_id == "R12"), rule_id=rule_id, body=body, **fields
    )


def test_decide_level_rules_of_different_bodies_are_a_tie_that_names_both() -> None:
    result = decide(ON_G, rules(row("Z1", "EUV"), row("A1", "GREEN")))
    assert (result.outcome, result.doubts) == (Outcome.TRIAGE, ("rules_tie",))
    assert [(c.body, c.rule_id, c.probability) for c in result.candidates] == [
        ("EUV", "Z1", 0.5),
        ("GREEN", "A1", 0.5),
    ]
    assert [tried.rule_id for tried in result.trace if tried.matched] == ["A1", "Z1"]


@pytest.mark.parametrize(
    "other",
    [row("A1", "EUV"), row("A1", "GREEN", priority=12), row("A1", "GREEN", road_class="*")],
)
def test_decide_no_tie_with_the_same_body_a_later_priority_or_less_specific(other: RuleRow) -> None:
    result = decide(ON_G, rules(row("Z1", "EUV"), other))
    assert (result.outcome, result.candidates[0].body) == (Outcome.ASSIGNED, "EUV")
    assert result.candidates[0].probability == 1


def test_decide_rules_of_the_model_city_never_tie() -> None:
    level = [
        (one.row.rule_id, other.row.rule_id)
        for position, one in enumerate(RULES.rules)
        for other in RULES.rules[position + 1 :]
        if one.is_level_with(other)
        and one.row.body != other.row.body
        and all(
            not dict(one.columns)[column].isdisjoint(dict(other.columns)[column])
            for column in dict(one.columns).keys() & dict(other.columns).keys()
        )
    ]
    # Each pair asks for different answers to the same question, or for opposite states.
    assert level == LEVEL_PAIRS


ADJOINING = ("S09", "S18", "S19", "S20", "S21", "S22", "S23")
LEVEL_PAIRS = [
    ("D08", "D09"),
    ("B09", "B15"),
    *combinations(ADJOINING, 2),
    ("A07", "A08"),
    ("A07", "A08a"),
    ("A13b", "A14"),
    ("A13b", "A14a"),
]


def test_decide_agreements_of_different_bodies_are_a_tie_too() -> None:
    both = tuple(
        AgreementFact(body, body, "Vertrag", ("ROAD_SURFACE",)) for body in ("KREIS66", "EUV")
    )
    situation = replace(ON_G.situations[0], agreements=both)
    result = decide(replace(ON_G, situations=(situation,)), RULES)
    assert (result.outcome, result.doubts) == (Outcome.TRIAGE, ("agreements_clash",))
    assert [(c.body, c.probability) for c in result.candidates] == [("EUV", 0.5), ("KREIS66", 0.5)]


def test_decide_lapsed_authority_is_passed_over_with_the_reason() -> None:
    result = decide(replace(ON_G, lapsed=("EUV",)), RULES)
    assert (result.outcome, result.candidates[0].body) == (Outcome.TRIAGE, "TRIAGE")
    assert result.doubts == ("authority_lapsed:EUV",)
    [passed] = [tried for tried in result.trace if tried.rule_id == "R12"]
    assert (passed.matched, passed.because) == (False, "validity: EUV")


def test_decide_lapsed_authority_gets_no_copy() -> None:
    gully = evidence("GULLY_BLOCKED", "drainage", **road("K"))
    assert decide(gully, RULES).candidates[0].notify == ("KREIS66",)
    assert decide(replace(gully, lapsed=("KREIS66",)), RULES).candidates[0].notify == ()


def test_decide_computed_body_says_by_which_row() -> None:
    arms = (section("G", distance=1.0), section("B", distance=9.0))
    light = evidence("TRAFFIC_LIGHT", "equip", sections=arms)
    first = decide(light, RULES).candidates[0]
    assert (first.body, first.rule_id, first.via) == ("STRNRW", "E12", "R04")
    assert decide(ON_G, RULES).candidates[0].via == ""


@pytest.mark.parametrize(
    ("thresholds", "outcome"),
    [
        # The street has 0.85 of the places: less than the 0.90 of the rule set.
        ((), Outcome.TRIAGE),
        ((ThresholdRow("*", "*", 0.85, 0.3),), Outcome.ASSIGNED),
        ((ThresholdRow("*", "*", 0.86, 0.3),), Outcome.TRIAGE),
        ((ThresholdRow("ROAD_SURFACE", "*", 0.85, 0.3),), Outcome.ASSIGNED),
        ((ThresholdRow("ROAD_SURFACE", "*", 0.85, 0.71),), Outcome.TRIAGE),
        (
            (ThresholdRow("ROAD_SURFACE", "*", 0.99, 0.3), ThresholdRow("*", "EUV", 0.5, 0.3)),
            Outcome.ASSIGNED,
        ),
        (
            (
                ThresholdRow("*", "EUV", 0.5, 0.3),
                ThresholdRow("ROAD_SURFACE", "EUV", 0.5, 0.3, is_proposed_only=True),
            ),
            Outcome.PROPOSED,
        ),
    ],
)
def test_decide_narrowest_threshold_counts(
    thresholds: tuple[ThresholdRow, ...], outcome: Outcome
) -> None:
    federal = evidence("ROAD_SURFACE", "carriageway", **road("B")).situations[0]
    places = (replace(ON_G.situations[0], weight=0.85), replace(federal, weight=0.15))
    found = replace(ON_G, situations=places)
    assert decide(found, rules(thresholds=thresholds)).outcome == outcome


def test_decide_shadowed_rule_only_proposes() -> None:
    assert decide(replace(ON_G, shadowed=("R12",)), RULES).outcome == Outcome.PROPOSED
    assert decide(replace(ON_G, shadowed=("R11",)), RULES).outcome == Outcome.ASSIGNED


@pytest.mark.parametrize("missing", ["parcels", "land_use", "road_sections"])
def test_decide_missing_dataset_is_named_and_nobody_is_assigned(missing: str) -> None:
    without = {name: 1 for name in ON_G.datasets if name != missing}
    result = decide(replace(ON_G, datasets=without), RULES)
    assert result.outcome == Outcome.TRIAGE
    assert result.doubts == (f"no_data:{missing}", "rests_on_missing_data")


def test_decide_missing_dataset_that_no_rule_asks_for_is_only_named() -> None:
    danger = replace(evidence("ACUTE_DANGER"), datasets={})
    result = decide(danger, RULES)
    assert (result.outcome, result.candidates[0].body) == (Outcome.ASSIGNED, "POLICE")
    assert "no_data:parcels" in result.doubts


def test_decide_missing_roads_do_not_matter_off_the_road() -> None:
    forest = evidence("WASTE_DUMP", parcels=(), built_up="out")
    parcel_of_city = replace(
        forest, situations=(replace(forest.situations[0], parcels=(CITY_PARK,)),)
    )
    without = {name: 1 for name in forest.datasets if name != "road_sections"}
    result = decide(replace(parcel_of_city, datasets=without), RULES)
    assert (result.outcome, result.candidates[0].rule_id) == (Outcome.ASSIGNED, "A06")


CITY_PARK = replace(ON_G.situations[0].parcels[0], usage="GREEN", owner="CITY")


def test_decide_evidence_without_any_situation_is_triage() -> None:
    result = decide(replace(ON_G, situations=()), RULES)
    assert (result.outcome, result.candidates[0].body) == (Outcome.TRIAGE, "TRIAGE")
    assert "no_place" in result.doubts


def test_evidence_of_before_is_still_read() -> None:
    old = ON_G.to_json()
    for later in ("clarifications", "shadowed", "lapsed"):
        del old[later]
    assert Evidence.from_json(old) == ON_G


HERNE, BOCHUM = (
    AreaFact("neighbour", "05916000", "Herne"),
    AreaFact("neighbour", "05911000", "Bochum"),
)


def outside(*areas: AreaFact) -> Evidence:
    """One situation of equal weight in each of the neighbours' areas."""
    one = evidence("ROAD_SURFACE", inside=False)
    situations = tuple(
        replace(one.situations[0], areas=(area,), weight=1 / len(areas)) for area in areas
    )
    return replace(one, situations=situations)


def test_decide_between_two_neighbours_is_triage_that_names_both() -> None:
    result = decide(outside(HERNE, BOCHUM), RULES)
    assert result.outcome == Outcome.TRIAGE
    assert [(c.addressee, c.probability) for c in result.candidates] == [
        ("NEIGH/05911000", 0.5),
        ("NEIGH/05916000", 0.5),
    ]
    words = sentence(result, language="de", category="Loch", authorities={"NEIGH": "Nachbar"})
    assert "(1) Nachbar Bochum – 50 %: " in words
    assert "; (2) Nachbar Herne – 50 %: " in words


def test_sentence_says_once_that_the_location_is_vague() -> None:
    vague = replace(outside(HERNE, BOCHUM), accuracy_m=300.0)
    result = decide(vague, RULES)
    words = sentence(result, language="de", category="Loch", authorities={"NEIGH": "Nachbar"})
    assert words.count("Ortsangabe") == 1


def test_questions_about_the_place_do_not_settle_in_whose_municipality_it_is() -> None:
    """Neither parcels nor streets are loaded beyond the boundary: an answer about them fits that side, too."""
    street = evidence("ROAD_SURFACE", "carriageway", **road("G")).situations[0]
    wood = evidence("ROAD_SURFACE", parcels=(parcel("FOREST", "RVR"),)).situations[0]
    beyond = outside(HERNE).situations[0]
    shares = ((street, 0.3), (wood, 0.2), (replace(beyond, parcels=()), 0.5))
    found = replace(
        evidence("ROAD_SURFACE", "carriageway"),
        situations=tuple(replace(one, weight=weight) for one, weight in shares),
    )
    assert question_best(found, RULES) is None
    for answer in (("ground", "ROAD"), ("road", "G 1")):
        answered = decide(replace(found, clarifications=(answer,)), RULES)
        assert [(one.addressee, one.probability) for one in answered.candidates] == [
            ("EUV", 0.5),
            ("NEIGH/05916000", 0.5),
        ]
        assert answered.outcome == Outcome.TRIAGE


def test_decide_mostly_in_one_neighbour_is_assigned_to_it() -> None:
    # Nine of ten are enough for the rule set's 0.90, eight of nine are not.
    for others, outcome in ((9, Outcome.ASSIGNED), (8, Outcome.TRIAGE)):
        result = decide(outside(*[HERNE] * others, BOCHUM), RULES)
        assert (result.outcome, result.candidates[0].addressee) == (outcome, "NEIGH/05916000")


def test_decide_copies_go_where_most_of_the_disc_sends_them() -> None:
    on_l, on_k = (
        evidence("MANHOLE", "carriageway", **road(road_class, "in")) for road_class in "LK"
    )
    situations = [
        replace(on_l.situations[0], weight=0.25),
        replace(on_k.situations[0], weight=0.75),
    ]
    copies = {
        decide(replace(on_l, situations=tuple(order)), RULES).candidates[0].notify
        for order in (situations, situations[::-1])
    }
    assert copies == {decide(on_k, RULES).candidates[0].notify}
    assert copies != {decide(on_l, RULES).candidates[0].notify}


@settings(max_examples=150, deadline=None)
@given(found=st.lists(any_evidence(), min_size=2, max_size=5), data=st.data())
def test_decide_does_not_depend_on_the_order_of_evidence(
    found: list[Evidence], data: st.DataObject
) -> None:
    situations = [replace(one.situations[0], weight=1 / len(found)) for one in found]
    shuffled = data.draw(st.permutations(situations))
    whole = decide(replace(found[0], situations=tuple(situations)), RULES)
    other = decide(replace(found[0], situations=tuple(shuffled)), RULES)
    assert (other.outcome, other.candidates) == (whole.outcome, whole.candidates)
    assert sorted(other.doubts) == sorted(whole.doubts)
