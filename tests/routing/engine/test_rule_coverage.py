"""The coverage matrix against the engine itself: what the table says is what is decided at each place."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest
from hypothesis import given, settings

from issues.enums import RoadPart
from parcels.enums import OwnerClass, Usage
from routing.engine import CompiledRuleSet
from routing.engine.checks.coverage import Coverage, coverage_cells, coverage_rows, parts_of
from routing.engine.checks.places import NO, YES
from routing.engine.checks.turns import Turns, turns_of
from routing.engine.columns import COLUMN_VALUES
from routing.engine.decide import answer_of
from routing.engine.facts import hypotheses
from routing.engine.levels import readings
from routing.types import Evidence, Facts
from tests.routing.engine.test_engine import FOLDER, ROWS, RULES, any_evidence, bodies


def categories() -> dict[str, str]:
    with (FOLDER / "categories.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["part"] for row in csv.DictReader(file, delimiter=";")}


CATEGORIES = categories()
TURNS = {code: turns_of(RULES, code, parts_of(part)) for code, part in CATEGORIES.items()}


def kind_of(turns: Turns, facts: Facts) -> int:
    """The kinds of places that these facts may be, as the table has them."""
    values = {
        "part": facts.part,
        "road_class": facts.road_class,
        "through_road": facts.through_road,
        "built_up": facts.built_up,
        "beside_road": YES if facts.beside_road else NO,
        "bears_through_roads": YES if facts.evidence.bears_through_roads else NO,
        "usage": facts.usage,
        "owner": facts.owner,
    }
    here = -1
    for name, value in values.items():
        here &= turns.places.where(name, value)
    return here


@settings(max_examples=400)
@given(found=any_evidence())
def test_engine_decides_by_a_rule_that_the_table_names_there(found: Evidence) -> None:
    if found.category not in CATEGORIES:
        return
    found = replace(found, part=CATEGORIES[found.category])
    turns = TURNS[found.category]
    situation = found.situations[0]
    for one in readings(found, situation):
        for name, facts in hypotheses(one):
            here = kind_of(turns, facts)
            assert here & turns.places.everything, "the table does not know this kind of place"
            answer = answer_of(facts, RULES.for_category(found.category), RULES, name)
            decided = {tried.rule_id for tried in answer.trace if tried.matched}
            for turn in turns.turns:
                assert here & turn.decides or turn.rule.row.rule_id not in decided
            assert decided or here & turns.left


@pytest.mark.parametrize("bears", [False, True])
@pytest.mark.parametrize("category", ["ROAD_SURFACE", "CYCLEPATH", "BRIDGE", "TREE_DANGER"])
def test_rows_hold_every_kind_of_place_once(category: str, bears: bool) -> None:
    turns = turns_of(RULES, category, parts_of(CATEGORIES[category]), within=YES if bears else NO)
    everything = turns.places.flat(turns.turns[0].left)
    held = 0
    for row in coverage_rows(RULES, category, part=CATEGORIES[category], bears_through_roads=bears):
        here = everything
        for name, values in row.values.items():
            here &= turns.places.where(name, *values)
        here = turns.places.flat(here)
        assert here
        assert not held & here
        held |= here
    assert held == everything


def row_at(category: str, **values: str):
    """The rows of the table for a place."""
    return [
        row
        for row in coverage_rows(
            RULES, category, part=CATEGORIES[category], bears_through_roads=False
        )
        if all(
            name not in row.values or value in row.values[name] for name, value in values.items()
        )
    ]


def test_row_names_rule_and_body() -> None:
    [row] = row_at("ROAD_SURFACE", road_class="B", through_road="in", usage="ROAD", owner="CITY")
    assert [(one.rule_id, one.body, one.condition) for one in row.answers] == [
        ("R20", "DB", "rail part of crossing"),
        ("R04", "STRNRW", ""),
    ]
    assert row.state is Coverage.BODY


def test_row_names_both_rules_of_a_tie() -> None:
    level = [
        replace(ROWS[0], rule_id=rule_id, condition=condition, body=body)
        for rule_id, condition, body in (
            ("R1", 'answer("A", "x")', "EUV"),
            ("R2", 'usage("AGRI")', "DB"),
        )
    ]
    ruleset = CompiledRuleSet.compile(level, bodies=bodies(), assign_from=0.9, assign_margin=0.3)
    rows = coverage_rows(ruleset, "RATS", part="", bears_through_roads=False)
    [row] = [one for one in rows if one.values.get("usage") == ("AGRI",)]
    assert [one.rule_id for one in row.answers] == ["R1", "R2"]


def test_row_beside_a_road_names_the_roads_rule_only() -> None:
    place = {"road_class": "B", "through_road": "in", "usage": "AGRI", "owner": "CITY"}
    [row] = row_at("ROAD_SURFACE", **place, beside_road=YES)
    assert [one.rule_id for one in row.answers] == ["R20", "R04"]


def test_row_names_what_depends_on_more_than_the_place() -> None:
    [row] = row_at("VALVE_COVER", road_class="B", through_road="out", usage="ROAD", owner="LAND")
    assert [(one.rule_id, one.condition) for one in row.answers] == [
        ("D08", "W or hydrant"),
        ("D09", "G/gas"),
    ]
    assert row.state is Coverage.PARTLY


def test_row_with_complementary_conditions_is_no_hole() -> None:
    rows = row_at("LEVEL_CROSSING", road_class="G", usage="RAIL", owner="CITY", beside_road=YES)
    assert {row.state for row in rows} == {Coverage.BODY}


def test_row_of_a_triage_that_is_wanted_is_no_hole() -> None:
    rows = row_at("CEMETERY", road_class="N", usage="GREEN", owner="CHURCH", beside_road=NO)
    assert {row.state for row in rows} == {Coverage.TRIAGE}


def test_row_of_a_rule_set_without_last_resort_has_the_same_holes() -> None:
    without = CompiledRuleSet.compile(
        [row for row in ROWS if row.rule_id != "P03"],
        bodies=bodies(),
        assign_from=0.9,
        assign_margin=0.3,
    )
    for category, part in CATEGORIES.items():
        assert [
            (one.combinations, one.holes, one.partly)
            for one in coverage_cells(without, category, part=part, bears_through_roads=False)
        ] == [
            (one.combinations, one.holes, one.partly)
            for one in coverage_cells(RULES, category, part=part, bears_through_roads=False)
        ]


@pytest.mark.parametrize(
    ("body", "condition", "states"),
    [
        ("EUV", "", {Coverage.BODY}),
        ("TRIAGE", "", {Coverage.HOLE}),
        ("TRIAGE", "always", {Coverage.HOLE}),
        ("TRIAGE", 'usage("WATER")', {Coverage.TRIAGE, Coverage.HOLE}),
        ("(asset owner)", "known asset", {Coverage.HOLE}),
        ("EUV", 'answer("A", "x")', {Coverage.PARTLY}),
    ],
)
def test_rule_that_asks_for_nothing(body: str, condition: str, states: set[Coverage]) -> None:
    row = replace(ROWS[0], rule_id="R1", body=body, condition=condition)
    ruleset = CompiledRuleSet.compile([row], bodies=bodies(), assign_from=0.9, assign_margin=0.3)
    rows = coverage_rows(ruleset, "RATS", part="", bears_through_roads=False)
    assert {one.state for one in rows} == states
    cells = coverage_cells(ruleset, "RATS", part="", bears_through_roads=False)
    assert {cell.state for cell in cells} <= states


def test_cells_count_what_rows_show() -> None:
    cells = {
        (one.road_class, one.through_road): one
        for one in coverage_cells(
            RULES, "ROAD_SURFACE", part="carriageway", bears_through_roads=False
        )
    }
    assert len(cells) == 16
    # At a level crossing the railway maintains the strip beside its rails.
    assert (cells["B", "in"].holes, cells["B", "in"].bodies) == (0, ("DB", "STRNRW"))
    # Eleven land uses by eleven owners; without a section ROAD and SQUARE have a class where CITY or PRIV own them.
    assert cells["B", "in"].combinations == 11 * 11
    assert cells["N", "in"].combinations == 11 * 11 - 2 * 2
    # An unknown owner leaves a path open, but where the railway maintains the strip beside its rails.
    assert (cells["N", "in"].holes, cells["N", "in"].state) == (11, Coverage.HOLE)
    # An owner that is not known; and beside the road, on eight uses that are no road land, whoever the neighbour is:
    # there it is the owner of the road's land that counts, who may not be known either.
    assert (cells["S", "in"].holes, cells["S", "in"].partly) == (0, 11 + 8 * 10)
    assert cells["S", "in"].state is Coverage.PARTLY


def test_values_of_the_columns_are_those_of_the_data() -> None:
    assert COLUMN_VALUES["part"] == tuple(RoadPart.values)
    assert COLUMN_VALUES["usage"] == tuple(Usage.values)
    assert COLUMN_VALUES["owner"] == tuple(OwnerClass.values)
