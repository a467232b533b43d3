"""Whatever the place: nobody calls public land private, and the city's works stay off private ground.

The shipped rules keep to it by what they say, any others because the check of the whole refuses those that do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routing.engine import CompiledRuleSet, RuleRow, decide
from routing.engine.checks.validation import ruleset_findings
from routing.engine.checks.wildcards import PRIVATE_OWNERS, PUBLIC_OWNERS
from routing.engine.columns import COLUMN_VALUES
from routing.engine.levels import readings
from routing.types import Evidence, Result
from tests.routing.engine.test_engine import (
    RULES,
    any_evidence,
    bodies,
    city_works,
    private_bodies,
)
from tests.routing.rule_factories import row_make

WORKS, PRIVATE = frozenset(city_works()), frozenset(private_bodies())
CATEGORIES = {"ROAD_SURFACE": "carriageway", "TREE_DANGER": "green", "WASTE_DUMP": ""}
REFUSED = {"body_excluded", "works_astray"}
CONDITIONS = (
    "",
    "outside_built_up",
    "not on_road_section",
    'answer("ORIGIN", "private")',
    'not answer("ORIGIN", "road")',
    'owner("CITY", "PRIV")',
    'not owner("PRIV")',
)


def astray(result: Result) -> Iterator[str]:
    """Rules that name somebody who has no business on the ground on which they name them."""
    for one, ground in zip(result.candidates, result.grounds, strict=True):
        if one.body in PRIVATE and ground.owner in PUBLIC_OWNERS:
            yield one.rule_id
        is_private = ground.owner in PRIVATE_OWNERS and ground.road_class in "NP"
        # Whoever bears a road's duty does so on any ground.
        if one.body in WORKS and is_private and "owner" not in one.narrowed and not one.via:
            yield one.rule_id


@settings(max_examples=1000, deadline=None)
@given(found=any_evidence())
def test_shipped_rules_name_nobody_who_has_no_business_there(found: Evidence) -> None:
    assert list(astray(decide(found, RULES))) == []


def columns(name: str) -> st.SearchStrategy[str]:
    values = COLUMN_VALUES[name]
    some = st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)
    return st.one_of(st.just("*"), some.map("|".join))


rows = st.lists(
    st.builds(
        row_make,
        priority=st.integers(1, 3),
        category=st.one_of(st.just("*"), st.sampled_from(list(CATEGORIES))),
        road_class=columns("road_class"),
        usage=columns("usage"),
        owner=columns("owner"),
        condition=st.sampled_from(CONDITIONS),
        body=st.sampled_from(["EUV", "GREEN", "PRIV", "STRNRW"]),
    ),
    min_size=1,
    max_size=4,
).map(lambda some: [replace(one, rule_id=f"R{number}") for number, one in enumerate(some)])


@settings(max_examples=400, deadline=None)
@given(some=rows, found=any_evidence(), category=st.sampled_from(list(CATEGORIES)))
def test_rules_that_the_check_lets_pass_name_nobody_who_has_no_business_there(
    some: list[RuleRow], found: Evidence, category: str
) -> None:
    findings = ruleset_findings(
        some, bodies=bodies(), categories=CATEGORIES, private=PRIVATE, works=WORKS
    )
    assume(REFUSED.isdisjoint(one.code for one in findings))
    found = replace(found, category=category, part=CATEGORIES[category])
    # Beside a road the owner of the road's land counts for some rules, the neighbour for others.
    read = [facts for one in found.situations for facts in readings(found, one)]
    assume(not any(facts.beside_road for facts in read))
    ruleset = CompiledRuleSet.compile(some, bodies=bodies(), assign_from=0.9, assign_margin=0.3)
    assert list(astray(decide(found, ruleset))) == []
