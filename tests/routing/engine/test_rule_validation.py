"""A rule set checked as a whole before it can count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.engine import RuleRow
from routing.engine.checks.validation import ruleset_findings
from tests.routing.engine.test_engine import ROWS, bodies, city_works, private_bodies
from tests.routing.engine.test_rule_coverage import CATEGORIES
from tests.routing.rule_factories import row_make


def found(*rows: RuleRow, categories: dict[str, str] = CATEGORIES) -> list[tuple[str, str, tuple]]:
    return [
        (one.severity.value, one.code, one.rules)
        for one in ruleset_findings(rows, bodies=bodies(), categories=categories)
    ]


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"usage": "STREET"}, "value_unknown"),
        ({"usage": "road"}, "value_unknown"),
        ({"usage": "ROAD|"}, "value_unknown"),
        ({"usage": "ROAD|*"}, "value_unknown"),
        ({"owner": "STADT"}, "value_unknown"),
        ({"road_class": "BL"}, "value_unknown"),
        ({"through_road": "inside"}, "value_unknown"),
        ({"part": "sidewalk"}, "value_unknown"),
        ({"category": "ROAD_SURFACES"}, "category_unknown"),
        ({"category": "ROAD_SURFACE|GONE"}, "category_unknown"),
        ({"body": "NOBODY"}, "authority_unknown"),
        ({"body": ""}, "authority_unknown"),
        ({"body": "(baulast)"}, "authority_unknown"),
        ({"notify": "NOBODY"}, "authority_unknown"),
        ({"condition": "is_raining"}, "predicate_unknown"),
        ({"condition": "usage"}, "never_applies"),
        ({"condition": "bridge"}, "predicate_arguments"),
        ({"condition": "it rains"}, "condition_syntax"),
        ({"condition": "1 + 1"}, "condition_not_predicate"),
        ({"condition": "not " * 60 + "always"}, "condition_syntax"),
        ({"confidence": 1.01}, "confidence_range"),
        ({"confidence": float("nan")}, "confidence_range"),
        ({"precision_from": -0.1}, "precision_range"),
    ],
)
def test_faulty_row_is_an_error_with_its_rule(columns: dict[str, object], code: str | None) -> None:
    errors = [one for one in found(row_make("R1", **columns)) if one[0] == "error"]
    assert errors == ([("error", code, ("R1",))] if code else [])


def test_every_faulty_row_is_named() -> None:
    faulty = found(row_make("R1", usage="STREET"), row_make("R1"), row_make("", body="NOBODY"))
    assert {(code, rules) for _severity, code, rules in faulty} == {
        ("value_unknown", ("R1",)),
        ("id_twice", ("R1",)),
        ("id_missing", ("",)),
        ("authority_unknown", ("",)),
    }


def test_empty_set_is_an_error() -> None:
    assert found() == [("error", "set_empty", ())]


def test_rule_without_basis_is_a_warning() -> None:
    assert found(row_make("R1", legal_basis="")) == [("warning", "basis_missing", ("R1",))]


def test_rule_behind_a_wider_one_is_unreachable() -> None:
    assert found(row_make("R1"), row_make("R2", priority=11, usage="ROAD", body="STRNRW")) == [
        ("error", "wildcard_swallows", ("R1",)),
        ("error", "unreachable", ("R2",)),
    ]


def test_rule_behind_two_that_share_its_places_is_unreachable() -> None:
    inside = row_make("R1", condition='answer("A", "yes")')
    outside = row_make("R2", condition='not answer("A", "yes")')
    assert ("error", "unreachable", ("R3",)) in found(inside, outside, row_make("R3", priority=11))


def test_rule_behind_a_condition_that_may_fail_is_reachable() -> None:
    first = row_make("R1", condition='answer("A", "yes")')
    assert found(first, row_make("R2", priority=11, body="STRNRW")) == []


def test_rule_behind_the_same_condition_is_unreachable() -> None:
    first = row_make("R1", condition='use_description("teich")')
    second = row_make("R2", priority=11, condition='use_description("teich")', usage="WATER")
    assert found(first, second) == [("error", "unreachable", ("R2",))]


def test_rule_behind_an_agreement_or_an_asset_is_reachable() -> None:
    agreement = row_make("R1", category="*", condition="exception table hit", body="(table)")
    asset = row_make("R2", priority=11, condition="known asset", body="(asset owner)")
    assert found(agreement, asset, row_make("R3", priority=12)) == []


def test_rule_about_another_part_than_its_category_never_applies() -> None:
    assert found(row_make("R1", part="footway")) == [("error", "never_applies", ("R1",))]


def test_rule_whose_condition_denies_its_columns_never_applies() -> None:
    assert found(row_make("R1", usage="ROAD", condition='usage("PATH")')) == [
        ("error", "never_applies", ("R1",))
    ]


@pytest.mark.parametrize("columns", [{"body": "(Baulast)"}, {"notify": "(higher class)"}])
def test_duty_that_no_rule_tells_is_an_error(columns: dict[str, str]) -> None:
    asked = row_make("R1", category="SIGN_DAMAGED", **columns)
    assert found(asked) == [("error", "duty_unknown", ("R1",))]
    assert found(asked, replace(row_make("R2"), category="ROAD_SURFACE|MANHOLE")) == []


def test_two_bodies_at_the_same_rank_contradict() -> None:
    one, other = row_make("R1", road_class="B"), row_make("R2", through_road="in", body="STRNRW")
    assert found(one, other) == [("error", "contradiction", ("R1", "R2"))]
    assert found(one, replace(other, body="EUV")) == []
    assert found(one, replace(other, priority=11)) == []
    assert found(one, replace(other, road_class="G")) == []


def test_bodies_under_the_same_condition_contradict() -> None:
    one = row_make("R1", road_class="B", condition="acute")
    other = row_make("R2", through_road="in", condition="acute", body="STRNRW")
    assert found(one, other) == [("error", "contradiction", ("R1", "R2"))]


def test_bodies_under_conditions_that_may_hold_together_are_a_warning() -> None:
    one = row_make("R1", condition="acute")
    other = row_make("R2", condition='answer("PLACE", "tunnel")', body="STRNRW")
    assert found(one, other) == [("warning", "possible_contradiction", ("R1", "R2"))]


def test_rules_about_roads_of_different_owners_do_not_contradict_beside_the_road() -> None:
    """Both look at the owner of the road's land; a rule for no road looks at the parcel's, and a person sees both."""
    own = row_make("R1", road_class="S", owner="CITY")
    other = row_make("R2", road_class="S|P", owner="PRIV", body="STRNRW")
    assert found(own, other) == []
    assert found(own, replace(other, owner="PRIV|CITY")) == [
        ("error", "contradiction", ("R1", "R2"))
    ]
    assert found(own, replace(other, road_class="N")) == []
    assert found(own, replace(other, road_class="S|N")) == []


def test_bodies_under_conditions_that_exclude_each_other_do_not_contradict() -> None:
    one = row_make("R1", category="BRIDGE", condition="road over rail")
    other = row_make("R2", category="BRIDGE", condition="rail over road", body="STRNRW")
    assert found(one, other) == []
    assert (
        found(row_make("R1", condition="opt80=1"), row_make("R2", condition="opt80=0", body="DB"))
        == []
    )


def test_same_columns_and_body_are_a_duplicate() -> None:
    assert ("warning", "duplicate", ("R1", "R2")) in found(
        row_make("R1", usage="ROAD|PATH"), row_make("R2", usage="PATH|ROAD")
    )


def test_order_of_storage_does_not_change_what_is_found() -> None:
    assert sorted(found(*ROWS)) == sorted(found(*reversed(ROWS)))


def test_model_city_has_no_finding() -> None:
    found = ruleset_findings(
        ROWS,
        bodies=bodies(),
        categories=CATEGORIES,
        private=private_bodies(),
        works=city_works(),
    )
    assert found == []


def test_finding_reads_as_a_sentence() -> None:
    [finding] = ruleset_findings(
        [row_make("R1", usage="STREET")], bodies=bodies(), categories=CATEGORIES
    )
    assert str(finding).startswith("R1: column usage: “STREET” is not among ROAD, PATH, SQUARE")


def swallowed(*rows: RuleRow) -> list[tuple[str, str, tuple]]:
    return [one for one in found(*rows) if one[1] == "wildcard_swallows"]


def test_row_for_all_categories_may_not_go_before_one_that_names_the_category() -> None:
    every = row_make("ALL", priority=10, category="*", road_class="A", body="STRNRW")
    named = row_make("GAS", priority=20, body="EUV")
    assert swallowed(every, named) == [("error", "wildcard_swallows", ("ALL",))]
    # Whatever else it asks for, as long as the kind of place alone decides.
    outside = replace(every, condition="outside_built_up", road_class="N")
    assert swallowed(outside, named) == [("error", "wildcard_swallows", ("ALL",))]
    assert swallowed(replace(every, condition='not category("ROAD_SURFACE")'), named) == []
    assert swallowed(replace(every, condition="agreement_applies"), named) == []
    assert swallowed(replace(every, condition="bears_through_roads"), named) == []
    assert swallowed(replace(every, body="EUV"), named) == []
    assert swallowed(replace(every, priority=30), named) == []
    assert swallowed(every, replace(named, road_class="N")) == []


def test_row_that_leaves_open_what_a_later_one_names_may_not_go_before_it() -> None:
    wide = row_make("WIDE", priority=10, usage="FOREST", body="STRNRW")
    narrow = row_make("CITY", priority=20, usage="FOREST|AGRI", owner="CITY", body="EUV")
    assert swallowed(wide, narrow) == [("error", "wildcard_swallows", ("WIDE",))]
    assert swallowed(wide, replace(narrow, body="STRNRW")) == []
    assert swallowed(wide, replace(narrow, priority=5)) == []
    assert swallowed(replace(wide, owner="LAND"), narrow) == []
    # Neither is narrower in all columns.
    assert swallowed(wide, replace(narrow, usage="*")) == []
    assert swallowed(wide, replace(narrow, usage="AGRI")) == []
    # A row for many categories comes after those for one of them.
    assert swallowed(wide, replace(narrow, category=f"{narrow.category}|SIDEWALK")) == []


def test_row_that_leaves_a_later_one_some_of_its_places_is_looked_at() -> None:
    wide = row_make("WIDE", priority=10, usage="FOREST", body="STRNRW")
    narrow = row_make("CITY", priority=20, usage="FOREST|AGRI", owner="CITY", body="EUV")
    looked_at = [("warning", "wildcard_swallows", ("WIDE",))]
    assert swallowed(replace(wide, condition="outside_built_up"), narrow) == looked_at
    # Whom a computed body stands for is known at the place only: here the state's office either way.
    duty = row_make("DUTY", priority=30, road_class="B", body="STRNRW")
    computed = replace(narrow, road_class="B", body="(Baulast)")
    assert swallowed(replace(wide, road_class="B"), computed, duty) == looked_at


def test_row_that_holds_unless_somebody_answers_is_a_wildcard_too() -> None:
    wide = row_make("WIDE", priority=10, usage="FOREST", body="STRNRW")
    narrow = row_make("CITY", priority=20, usage="FOREST", owner="CITY", body="EUV")
    unless = replace(wide, condition='not answer("ORIGIN", "private")')
    assert swallowed(unless, narrow) == [("error", "wildcard_swallows", ("WIDE",))]
    assert swallowed(replace(wide, condition='answer("ORIGIN", "private")'), narrow) == []


def test_land_is_private_only_where_its_owner_may_be() -> None:
    def excluded(**columns: str) -> list[dict[str, str]]:
        rows = [row_make("R1", usage="FOREST", body="PRIV", **columns)]
        return [
            dict(one.values)
            for one in ruleset_findings(
                rows, bodies=bodies(), categories=CATEGORIES, private={"PRIV"}
            )
            if one.code == "body_excluded"
        ]

    public = "CITY, KREIS, LAND, BUND_STR, BUND_WSV, DB, EG, RVR"
    assert excluded() == [{"body": "PRIV", "owners": public}]
    assert excluded(condition="outside_built_up") == [{"body": "PRIV", "owners": public}]
    assert excluded(owner="PRIV|CITY") == [{"body": "PRIV", "owners": "CITY"}]
    assert excluded(owner="PRIV|CHURCH|UNKNOWN") == []
    assert excluded(condition='answer("ORIGIN", "private")') == []
    # Who says nothing has not said that it is private.
    assert excluded(condition='not answer("ORIGIN", "road")') == [
        {"body": "PRIV", "owners": public}
    ]
    assert excluded(owner="PRIV", condition='not answer("ORIGIN", "road")') == []


def test_city_s_works_go_to_private_ground_only_where_the_row_names_its_owner() -> None:
    def astray(**columns: str) -> list[dict[str, str]]:
        row = row_make("R1", **{"body": "EUV", "road_class": "N", **columns})
        findings = ruleset_findings(
            [row], bodies=bodies(), categories=CATEGORIES, works={"EUV", "GREEN"}
        )
        return [dict(one.values) for one in findings if one.code == "works_astray"]

    assert astray() == [{"body": "EUV"}]
    assert astray(road_class="*", usage="BUILT") == [{"body": "EUV"}]
    assert astray(road_class="P|G", body="GREEN") == [{"body": "GREEN"}]
    assert astray(condition='answer("PLACE", "public")') == [{"body": "EUV"}]
    assert astray(owner="CITY") == []
    assert astray(owner="CITY|CHURCH") == []
    assert astray(road_class="G|S") == []
    assert astray(body="ORD") == []
    assert astray(condition='owner("CITY")') == []
