"""Edges of rule sets, from both sides: numbers that are accepted, sets of places, coverage, what is named."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gis_core.enums import Severity
from routing.engine import CompiledRuleSet, RuleRow
from routing.engine.checks.coverage import Coverage, coverage_cells, coverage_rows
from routing.engine.checks.places import Places, size_of
from routing.engine.checks.turns import turns_of
from routing.engine.checks.validation import row_findings, ruleset_findings
from routing.engine.facts import facts_of
from routing.engine.predicates import Need
from routing.errors import RuleSetError
from routing.models import RuleSet
from tests.routing.engine.test_engine import bodies, evidence, parcel, section
from tests.routing.rule_factories import row_make

CATEGORY, PART = "ROAD_SURFACE", "carriageway"


def compiled(*rows: RuleRow) -> CompiledRuleSet:
    return CompiledRuleSet.compile(rows, bodies=bodies(), assign_from=0.9, assign_margin=0.3)


# --- Numbers of a row ---------------------------------------------------------------------------------

RANGE = [(0.0, True), (1.0, True), (-0.0001, False), (1.0001, False)]


@pytest.mark.parametrize(("number", "is_right"), RANGE)
def test_confidence_is_between_nothing_and_certainty(number: float, *, is_right: bool) -> None:
    row = row_make(confidence=number)
    found = [one.code for one in row_findings([row], bodies=bodies(), categories={})]
    assert found == ([] if is_right else ["confidence_range"])
    if is_right:
        assert compiled(row).rules[0].row.confidence == number
    else:
        with pytest.raises(RuleSetError, match="is not between 0 and 1"):
            compiled(row)


@pytest.mark.parametrize(("number", "is_right"), [*RANGE, (None, True)])
def test_precision_is_between_nothing_and_always(number: float | None, *, is_right: bool) -> None:
    row = row_make(precision_from=number)
    found = [one.code for one in row_findings([row], bodies=bodies(), categories={})]
    assert found == ([] if is_right else ["precision_range"])


@pytest.mark.parametrize(
    ("columns", "specificity"),
    [
        ({"category": "*"}, 0),
        ({}, 2),
        ({"category": "*", "usage": "ROAD"}, 1),
        ({"usage": "-", "owner": ""}, 2),
        ({"usage": "ROAD|PATH", "owner": "CITY", "condition": "always"}, 5),
        ({"road_class": "B", "through_road": "in", "part": "footway"}, 5),
    ],
)
def test_specificity_counts_columns_and_condition_and_a_named_category_twice(
    columns: dict[str, str], specificity: int
) -> None:
    assert compiled(row_make(**columns)).rules[0].specificity == specificity


def test_rule_set_sends_from_ninety_per_cent_with_a_lead_of_thirty() -> None:
    made = RuleSet()
    assert (made.assign_from, made.assign_margin) == (Decimal("0.90"), Decimal("0.30"))


@pytest.mark.parametrize(
    ("columns", "unknown", "might"),
    [
        # It asks for what is unknown, and nothing that is known speaks against it.
        ({"owner": "PRIV"}, {"owner"}, True),
        ({"owner": "PRIV", "usage": "ROAD"}, {"owner"}, True),
        ({"owner": "PRIV", "usage": "PATH"}, {"owner"}, False),
        ({"owner": "PRIV"}, {"usage"}, False),
        # It asks for nothing that is unknown: then it matches or it does not.
        ({"usage": "ROAD"}, {"owner"}, False),
        ({}, {"owner"}, False),
        # A condition that rests on no ground is known; any other may hold.
        ({"owner": "PRIV", "condition": 'answer("A", "x")'}, {"owner"}, True),
        ({"owner": "PRIV", "condition": 'answer("A", "y")'}, {"owner"}, False),
        ({"condition": 'answer("A", "x")'}, {"owner"}, False),
        ({"condition": 'owner("PRIV")'}, {"owner"}, True),
        ({"condition": 'answer("A", "x") and owner("PRIV")'}, {"owner"}, True),
        ({"usage": "PATH", "condition": 'owner("PRIV")'}, {"owner"}, False),
    ],
)
def test_rule_might_match_where_it_asks_for_what_is_unknown(
    columns: dict[str, str], unknown: set[str], *, might: bool
) -> None:
    found = evidence(CATEGORY, PART, answers={"A": "x"})
    rule = compiled(row_make(**columns)).rules[0]
    assert rule.might_match(facts_of(found, found.situations[0]), frozenset(unknown)) is might


@pytest.mark.parametrize(
    ("columns", "because"),
    [
        ({"usage": "ROAD", "owner": "CITY"}, ""),
        ({"usage": "PATH|GREEN", "owner": "PRIV"}, "usage: ROAD ≠ GREEN|PATH"),
        ({"owner": "PRIV", "condition": "not always"}, "owner: CITY ≠ PRIV"),
        ({"part": "footway"}, "part: carriageway ≠ footway"),
        ({"condition": "not always"}, "condition: not always"),
    ],
)
def test_rule_names_the_first_reason_why_it_does_not_match(
    columns: dict[str, str], because: str
) -> None:
    found = evidence(CATEGORY, PART)
    tried = compiled(row_make(**columns)).rules[0].tried_with(facts_of(found, found.situations[0]))
    assert (tried.matched, tried.because) == (not because, because)


@pytest.mark.parametrize(
    ("usage", "classes", "matches"),
    [
        ("BUILT", "N", True),
        ("BUILT", "G", True),
        ("BUILT", "L", False),
        ("ROAD", "N", False),
        ("ROAD", "G|N", True),
    ],
)
def test_rules_for_no_road_match_beside_a_road_too(
    usage: str, classes: str, *, matches: bool
) -> None:
    found = evidence(CATEGORY, PART, parcels=(parcel(usage),), sections=(section("G"),))
    rule = compiled(row_make(road_class=classes)).rules[0]
    assert rule.tried_with(facts_of(found, found.situations[0])).matched is matches


def test_rule_set_knows_what_a_category_s_conditions_rest_on() -> None:
    rows = [
        row_make("R1"),
        row_make("R2", condition="owner_known"),
        row_make("R3", category="BRIDGE", condition='only_arms("G")'),
    ]
    ruleset = compiled(*rows)
    assert ruleset.rests_on(CATEGORY, Need.OWNER)
    assert ruleset.rests_on("BRIDGE", Need.ARMS)
    assert not ruleset.rests_on(CATEGORY, Need.ARMS)
    assert not compiled(*rows[:1]).rests_on(CATEGORY, Need.OWNER)


@pytest.mark.parametrize(("body", "is_right"), [("EUV", True), ("TRIAGE", True), ("NOBODY", False)])
@pytest.mark.parametrize("column", ["body", "notify"])
def test_authority_of_a_row_exists_or_is_computed(
    column: str, body: str, *, is_right: bool
) -> None:
    if is_right:
        assert compiled(row_make(**{column: body})).rules
    else:
        with pytest.raises(RuleSetError, match="the authority NOBODY does not exist"):
            compiled(row_make(**{column: body}))


# --- Kinds of places ----------------------------------------------------------------------------------


def extra(*conditions: str) -> list[str]:
    """The names of the dimensions that conditions add."""
    rows = [
        row_make(f"R{number}", road_class="B", condition=condition)
        for number, condition in enumerate(conditions)
    ]
    turns = turns_of(compiled(*rows), CATEGORY, (PART,))
    base = {one.name for one in Places(CATEGORY, (PART,)).dimensions}
    return [one.name for one in turns.places.dimensions if one.name not in base]


def test_kinds_of_places_are_told_apart_by_conditions_up_to_64() -> None:
    six = [f'answer("Q{number}", "yes")' for number in range(6)]
    assert len(extra(*six)) == 6
    assert len(extra(*six, 'answer("Q6", "yes")')) == 6


@pytest.mark.parametrize(("answers", "names"), [(63, ["answer Q"]), (64, [])])
def test_question_with_very_many_answers_tells_no_kinds_apart(
    answers: int, names: list[str]
) -> None:
    # One more value stands for all other answers.
    conditions = [f'answer("Q", "{number}")' for number in range(answers)]
    assert extra(*conditions) == names


def test_question_that_is_too_much_is_left_out_alone() -> None:
    many = [f'answer("Q", "{number}")' for number in range(63)]
    assert extra(*many, 'answer("R", "yes")') == ["answer Q"]
    assert extra('answer("R", "yes")', *many) == ["answer R"]


def test_places_of_a_value_are_its_share_of_all() -> None:
    places = Places(CATEGORY, ("carriageway", "footway"))
    whole = size_of(places.dimensions)
    for dimension in places.dimensions:
        found = [places.where(dimension.name, value) for value in dimension.values]
        assert {one.bit_count() for one in found} == {whole // len(found)}
        assert sum(found) == (1 << whole) - 1
    assert places.where("usage", "NOTHING") == 0


# --- Duties -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("law", "state"),
    [
        ({"priority": 9}, Coverage.BODY),
        ({"priority": 8}, Coverage.PARTLY),
        ({"category": "*", "priority": 11}, Coverage.PARTLY),
        ({"body": "(table)"}, Coverage.PARTLY),
        ({"part": "footway"}, Coverage.PARTLY),
    ],
)
def test_duty_is_known_where_a_rule_that_overrides_nothing_tells_it(
    law: dict[str, object], state: Coverage
) -> None:
    rows = [
        row_make("D", priority=10, category="GULLY_BLOCKED", usage="ROAD", body="(Baulast)"),
        row_make("LAW", **{"priority": 9, "part": PART, **law}),
    ]
    states = {
        one.state
        for one in coverage_rows(
            compiled(*rows), "GULLY_BLOCKED", part="drainage", bears_through_roads=False
        )
        if "D" in {answer.rule_id for answer in one.answers}
        and "LAW" not in {answer.rule_id for answer in one.answers}
    }
    assert states == {state}


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ("(table)", Coverage.PARTLY),
        ("(asset owner)", Coverage.PARTLY),
        ("(contractor)", Coverage.PARTLY),
        ("(Baulast)", Coverage.BODY),
        ("(higher class)", Coverage.BODY),
        ("(highest class arm)", Coverage.BODY),
    ],
)
def test_body_of_a_register_is_never_sure_though_the_duty_is_known(
    body: str, state: Coverage
) -> None:
    rows = [row_make("R", category="RATS", usage="ROAD", body=body), row_make("LAW")]
    found = coverage_rows(compiled(*rows), "RATS", part="", bears_through_roads=False)
    assert {(bool(one.answers), one.state) for one in found} == {
        (True, state),
        (False, Coverage.HOLE),
    }


@pytest.mark.parametrize(
    ("holes", "states"),
    [
        ({"usage": "ROAD"}, {Coverage.HOLE}),
        ({"usage": "ROAD", "condition": 'answer("A", "x")'}, {Coverage.HOLE}),
        ({}, {Coverage.BODY}),
        ({"condition": 'answer("A", "x")'}, {Coverage.PARTLY}),
        ({"usage": "*", "body": "TRIAGE", "owner": "CITY"}, {Coverage.HOLE}),
    ],
)
def test_cell_is_as_bad_as_the_worst_of_its_places(
    holes: dict[str, str], states: set[Coverage]
) -> None:
    ruleset = compiled(row_make(category="RATS", **holes))
    cells = coverage_cells(ruleset, "RATS", part="", bears_through_roads=False)
    assert {one.state for one in cells} == states


def test_cell_of_triage_on_purpose_is_triage() -> None:
    rows = [
        row_make("R1", category="RATS", owner="CITY", body="TRIAGE"),
        row_make("R2", category="RATS"),
    ]
    cells = coverage_cells(compiled(*rows), "RATS", part="", bears_through_roads=False)
    assert {one.state for one in cells} == {Coverage.TRIAGE}
    assert {one.bodies for one in cells} == {("EUV",)}
    on_b = next(one for one in cells if (one.road_class, one.through_road) == ("B", "in"))
    # Eleven uses by the one owner.
    assert (on_b.triage, on_b.holes, on_b.partly) == (11, 0, 0)


# --- What the check of the whole names ----------------------------------------------------------------


@pytest.mark.parametrize("before", [1, 3, 4])
def test_unreachable_rule_names_at_most_three_that_go_before(before: int) -> None:
    uses = ["ROAD", "PATH", "SQUARE", "RAIL"][:before]
    rows = [row_make(f"R{use}", usage=use, priority=9) for use in uses]
    # One that goes before and takes nothing away is not named.
    rows += [row_make("ELSEWHERE", usage="GREEN", priority=9)]
    rows += [row_make("LAST", usage="|".join(uses), owner="CITY")]
    [found] = [
        one
        for one in ruleset_findings(rows, bodies=bodies(), categories={CATEGORY: PART})
        if one.code == "unreachable"
    ]
    assert found.rules == ("LAST",)
    named = sorted(f"R{use}" for use in uses)
    assert found.values["others"].split(", ") == (named if before <= 3 else [*named[:3], "…"])


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({}, ("contradiction", Severity.ERROR)),
        ({"condition": "always", "usage": "*"}, ("possible_contradiction", Severity.WARNING)),
        ({"condition": "always"}, None),
        ({"owner": "CITY"}, None),
        ({"priority": 11}, None),
        ({"usage": "PATH"}, None),
        ({"body": "EUV"}, None),
        ({"body": "(Baulast)"}, ("possible_contradiction", Severity.WARNING)),
    ],
)
def test_rules_contradict_at_the_same_rank_and_place_only(
    other: dict[str, str], found: tuple[str, Severity] | None
) -> None:
    rows = [
        row_make("R1", usage="ROAD"),
        row_make("R2", **{"usage": "ROAD", "body": "GREEN", **other}),
    ]
    seen = [
        (one.code, one.severity)
        for one in ruleset_findings(rows, bodies=bodies(), categories={CATEGORY: PART})
        if "contradiction" in one.code
    ]
    assert seen == ([found] if found else [])


def test_rules_that_meet_beside_a_road_only_do_not_contradict() -> None:
    rows = [
        row_make("ROAD", road_class="B", usage="AGRI"),
        row_make("FIELD", road_class="N", usage="AGRI", body="GREEN"),
    ]
    found = {
        part: [
            one.code
            for one in ruleset_findings(rows, bodies=bodies(), categories={CATEGORY: part})
            if "contradiction" in one.code
        ]
        for part in (PART, "")
    }
    assert found == {PART: [], "": []}
