"""Sets of places against the engine: any rules, any conditions, any evidence."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine import CompiledRuleSet, RuleRow, decide
from routing.engine.checks.places import OTHER, Places
from routing.engine.checks.turns import Turns, turns_of
from routing.engine.columns import COLUMN_VALUES
from routing.engine.facts import facts_of, hypotheses
from routing.types import Evidence, Facts
from tests.routing.engine.test_engine import any_evidence, bodies
from tests.routing.engine.test_rule_coverage import kind_of

CATEGORY, PART = "ROAD_SURFACE", "carriageway"
CONDITIONS = [
    'usage("ROAD")',
    'not owner("PRIV", "CITY")',
    "owner_known",
    'answer("A", "x")',
    'not answer("A", "y")',
    'answer("A", "x", "y") or inside_built_up',
    'not answer("A", "x") and outside_through_road',
    'not (answer("A", "x") or not public_place)',
    "bears_through_roads",
    "independent_path",
    "not on_road_section",
    "outside_built_up",
    'only_arms("G", "B")',
    "junction_of_classes and not outside_jurisdiction",
    'cleaning_class("7")',
    'adjoining_owner("CITY")',
    'adjoining_owner_other_than("CITY")',
    'use_description("wirtschaftsweg")',
    "rail_installation",
    'asset_in_reach("bridge")',
    'bridge("road_over_rail")',
    'category("ROAD_SURFACE")',
    'part("footway") or road_class("B", "N")',
    "agreement_applies",
    "asset_owner_known",
]


@st.composite
def any_rows(draw: st.DrawFn) -> list[RuleRow]:
    def column(name: str) -> str:
        values = st.sets(st.sampled_from(COLUMN_VALUES[name]), max_size=4)
        return "|".join(sorted(draw(values))) or "*"

    return [
        RuleRow(
            rule_id=f"R{number}",
            priority=draw(st.integers(9, 12)),
            category=draw(st.sampled_from(["*", CATEGORY])),
            road_class=column("road_class"),
            through_road=column("through_road"),
            part=draw(st.sampled_from(["*", PART, "footway"])),
            usage=column("usage"),
            owner=column("owner"),
            condition=draw(st.sampled_from(["", *CONDITIONS])),
            body=draw(st.sampled_from(["EUV", "STRNRW", "TRIAGE", "(Baulast)", "(table)"])),
            notify="",
            confidence=0.9,
            legal_basis="StrWG 47",
        )
        for number in range(draw(st.integers(1, 8)))
    ]


def narrowed(turns: Turns, facts: Facts) -> int:
    """The kinds of places that the facts may be, answers included."""
    here = kind_of(turns, facts)
    for dimension in turns.places.dimensions:
        kind, _space, code = dimension.name.partition(" ")
        if kind == "answer":
            given_answer = facts.evidence.answers.get(code)
            known = given_answer if given_answer in dimension.values else OTHER
            here &= turns.places.where(dimension.name, known)
    return here


@settings(max_examples=150)
@given(
    rows=any_rows(),
    found=any_evidence(),
    answer=st.sampled_from([None, "x", "y", "z"]),
)
def test_rule_matches_only_where_the_sets_say(
    rows: list[RuleRow], found: Evidence, answer: str | None
) -> None:
    ruleset = CompiledRuleSet.compile(rows, bodies=bodies(), assign_from=0.7, assign_margin=0.3)
    answers = {"A": answer} if answer else {}
    found = replace(found, category=CATEGORY, part=PART, answers=answers)
    turns = turns_of(ruleset, CATEGORY, (PART,))
    for _name, facts in hypotheses(facts_of(found, found.situations[0])):
        place = replace(
            facts.situation,
            built_up=facts.built_up,
            sections=tuple(
                replace(one, through_road=facts.through_road)
                if one.through_road == "unknown"
                else one
                for one in facts.situation.sections
            ),
        )
        here = narrowed(turns, facts)
        tried = {
            one.rule_id: one for one in decide(replace(found, situations=(place,)), ruleset).trace
        }
        for turn in turns.turns:
            one = tried.get(turn.rule.row.rule_id)
            if one is not None and one.matched:
                assert here & turn.decides
            elif one is not None and one.because.partition(":")[0] not in {"body", "validity"}:
                assert here & ~turn.reach.sure
        if not any(one.matched for one in tried.values()):
            assert here & turns.left


def test_conditions_that_ask_too_much_count_as_may_hold() -> None:
    """Beyond a number of kinds no dimension is added; what is left out may hold anywhere."""
    rows = [
        RuleRow(
            f"R{number}",
            10,
            CATEGORY,
            "B",
            "*",
            "*",
            "*",
            "*",
            f'answer("Q{number}", "yes")',
            "EUV",
            "",
            0.9,
            "StrWG 47",
        )
        for number in range(20)
    ]
    ruleset = CompiledRuleSet.compile(rows, bodies=bodies(), assign_from=0.7, assign_margin=0.3)
    turns = turns_of(ruleset, CATEGORY, (PART,))
    assert len(turns.places.dimensions) < 20
    assert all(turn.decides for turn in turns.turns)


def test_kinds_that_cannot_exist_are_left_out() -> None:
    places = Places(CATEGORY, (PART,))
    everything, where = places.everything, places.where
    municipal = where("road_class", "N") & where("usage", "ROAD") & where("owner", "CITY")
    assert not everything & municipal
    assert (
        not everything
        & where("road_class", "G")
        & where("through_road", "in")
        & where("built_up", "out")
    )
    assert (
        everything
        & where("road_class", "B")
        & where("through_road", "in")
        & where("built_up", "out")
    )
    beside = where("beside_road", "yes")
    assert not everything & beside & where("usage", "ROAD")
    assert not everything & beside & where("road_class", "N")
    assert not Places("RATS", ("",)).everything & Places("RATS", ("",)).where("beside_road", "yes")
