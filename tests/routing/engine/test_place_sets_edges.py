"""Where conditions hold among all kinds of places: for certain, perhaps, or nowhere."""

from __future__ import annotations

from functools import reduce
from operator import and_

import pytest

from routing.engine.checks.places import OTHER, Places
from routing.engine.conditions import condition_compile
from routing.engine.predicates import NONE
from routing.engine.ruleset import CompiledRuleSet
from tests.routing.rule_factories import row_make

CATEGORY, PART = "ROAD_SURFACE", "carriageway"


def places_of(condition: str, *, asked: bool = True) -> Places:
    tree = condition_compile(condition).tree
    return Places(CATEGORY, (PART, "footway"), conditions=[tree] if asked else [])


def here(places: Places, where: str) -> int:
    """The kinds that can exist and have these values ("dimension=value|value …", a + stands for a blank)."""
    pairs = (one.split("=") for one in where.split())
    found = reduce(
        and_,
        (places.where(name.replace("+", " "), *values.split("|")) for name, values in pairs),
        places.everything,
    )
    assert found, where
    return found


def extent(condition: str, where: str, *, asked: bool = True) -> str:
    places = places_of(condition, asked=asked)
    some = here(places, where)
    reach = places.of_condition(condition_compile(condition).tree)
    assert not reach.sure & ~reach.may
    if not some & ~reach.sure:
        return "sure"
    assert not some & reach.sure, "only a part of these"
    return "perhaps" if not some & ~reach.may else "never" if not some & reach.may else "partly"


NO_ANSWER = f"answer+OBJECT={OTHER}"

HOLDS = [
    ("always", "usage=ROAD", "sure"),
    ("not always", "usage=ROAD", "never"),
    ('category("ROAD_SURFACE")', "usage=ROAD", "sure"),
    ('category("BRIDGE")', "usage=ROAD", "never"),
    ('part("footway")', "part=footway", "sure"),
    ('part("footway")', "part=carriageway", "never"),
    # A class may come from the owner alone; then there is no section.
    ("on_road_section", "road_class=A|B|L|K|S", "sure"),
    ("on_road_section", "road_class=G|P usage=PATH|BUILT", "sure"),
    ("on_road_section", "road_class=G|P usage=ROAD|SQUARE", "perhaps"),
    ("on_road_section", "road_class=N", "never"),
    ("independent_path", "road_class=N usage=PATH", "sure"),
    ("independent_path", "road_class=N usage=GREEN", "never"),
    ("independent_path", "road_class=G usage=PATH", "never"),
    ("outside_jurisdiction", "usage=ROAD", "perhaps"),
    ("bears_through_roads", "bears_through_roads=yes", "sure"),
    ("bears_through_roads", "bears_through_roads=no", "never"),
    ("outside_through_road", "through_road=out", "sure"),
    ("outside_through_road", "through_road=in built_up=out", "never"),
    ("inside_built_up", "built_up=in", "sure"),
    ("inside_built_up", "built_up=out through_road=in", "never"),
    ("outside_built_up", "built_up=out", "sure"),
    ("outside_built_up", "built_up=in through_road=out", "never"),
    ('road_class("A", "B")', "road_class=A|B", "sure"),
    ('road_class("A", "B")', "road_class=L", "never"),
    ('usage("ROAD")', "usage=ROAD", "sure"),
    ('usage("ROAD")', "usage=PATH", "never"),
    ('owner("EG")', "owner=EG", "sure"),
    ('owner("EG")', "owner=RVR", "never"),
    ("owner_known", "owner=PRIV|CHURCH", "sure"),
    ("owner_known", "owner=UNKNOWN", "never"),
    ("public_place", "usage=ROAD|PATH|SQUARE", "sure"),
    ("public_place", "usage=BUILT owner=CITY|DB", "sure"),
    ("public_place", "usage=BUILT owner=PRIV|CHURCH|UNKNOWN", "never"),
    ("rail_installation", "answer+OBJECT=barrier|cross|track usage=ROAD", "sure"),
    ("rail_installation", "answer+OBJECT=sign|road usage=RAIL", "never"),
    ("rail_installation", f"{NO_ANSWER} usage=RAIL", "sure"),
    ("rail_installation", f"{NO_ANSWER} usage=ROAD", "never"),
    ('answer("A", "x", "y")', "answer+A=x|y", "sure"),
    ('answer("A", "x", "y")', f"answer+A={OTHER}", "never"),
    ('not answer("A", "x")', "answer+A=x", "never"),
    ('bridge("road_over_road")', "bridge=road_over_road", "sure"),
    ('bridge("road_over_road")', f"bridge={OTHER}", "never"),
    ('cleaning_class("7")', "cleaning_class=7 road_class=G", "sure"),
    ('cleaning_class("7")', "cleaning_class=7 road_class=N", "never"),
    ('cleaning_class("7")', f"cleaning_class={OTHER} road_class=G", "never"),
    ('only_arms("G", "S")', "only_arms+G+S=yes road_class=G|S|N", "sure"),
    ('only_arms("G", "S")', "only_arms+G+S=yes road_class=B", "never"),
    ('only_arms("G", "S")', f"only_arms+G+S={OTHER} road_class=G", "never"),
    ('adjoining_owner("CITY")', "adjoining_owner=CITY", "sure"),
    ('adjoining_owner("CITY")', f"adjoining_owner={NONE}|{OTHER}", "never"),
    ('adjoining_owner_other_than("CITY")', f"adjoining_owner={OTHER}", "sure"),
    ('adjoining_owner_other_than("CITY")', f"adjoining_owner={NONE}|CITY", "never"),
    ("agreement_applies", "agreement_applies=yes", "sure"),
    ("agreement_applies", f"agreement_applies={OTHER}", "never"),
    ('usage("ROAD") and owner("CITY")', "usage=ROAD owner=CITY", "sure"),
    ('usage("ROAD") and owner("CITY")', "usage=ROAD owner=EG", "never"),
    ('usage("ROAD") and owner("CITY")', "usage=PATH owner=CITY", "never"),
    ('usage("ROAD") or owner("CITY")', "usage=PATH owner=CITY", "sure"),
    ('usage("ROAD") or owner("CITY")', "usage=ROAD owner=EG", "sure"),
    ('usage("ROAD") or owner("CITY")', "usage=PATH owner=EG", "never"),
    ('usage("ROAD") and outside_jurisdiction', "usage=ROAD", "perhaps"),
    ('usage("ROAD") and outside_jurisdiction', "usage=PATH", "never"),
    ('usage("ROAD") or outside_jurisdiction', "usage=ROAD", "sure"),
    ('usage("ROAD") or outside_jurisdiction', "usage=PATH", "perhaps"),
    ("not outside_jurisdiction", "usage=ROAD", "perhaps"),
    ("not on_road_section", "road_class=N", "sure"),
    ("not on_road_section", "road_class=B", "never"),
]


@pytest.mark.parametrize(("condition", "where", "wanted"), HOLDS)
def test_condition_holds_among_kinds_of_places(condition: str, where: str, wanted: str) -> None:
    assert extent(condition, where) == wanted


@pytest.mark.parametrize(
    ("condition", "where", "wanted"),
    [
        ('answer("A", "x")', "usage=ROAD", "perhaps"),
        ("rail_installation", "usage=ROAD", "perhaps"),
        ('cleaning_class("7")', "road_class=G", "perhaps"),
        ('cleaning_class("7")', "road_class=N", "never"),
        ('only_arms("G")', "road_class=G|N", "perhaps"),
        ('only_arms("G")', "road_class=B", "never"),
        ('usage("ROAD")', "usage=ROAD", "sure"),
    ],
)
def test_condition_that_tells_no_kinds_apart_may_hold_where_it_can(
    condition: str, where: str, wanted: str
) -> None:
    assert extent(condition, where, asked=False) == wanted


@pytest.mark.parametrize(
    ("columns", "where", "matches"),
    [
        ({"road_class": "B|N"}, "road_class=B", True),
        ({"road_class": "B|N"}, "road_class=N", True),
        # Beside a road the rules for no road apply, too.
        ({"road_class": "N"}, "road_class=B beside_road=yes", True),
        ({"road_class": "N"}, "road_class=B beside_road=no", False),
        ({"road_class": "L"}, "road_class=B beside_road=yes", False),
        ({"part": "footway"}, "part=footway", True),
        ({"part": "footway"}, "part=carriageway", False),
        ({"category": "ROAD_SURFACE|BRIDGE"}, "usage=ROAD", True),
        ({"usage": "ROAD", "condition": "always"}, "usage=PATH", False),
        ({"usage": "ROAD", "condition": "always"}, "usage=ROAD", True),
        ({"usage": "ROAD", "condition": "not always"}, "usage=ROAD", False),
    ],
)
def test_rule_matches_among_kinds_of_places(
    columns: dict[str, str], where: str, *, matches: bool
) -> None:
    ruleset = CompiledRuleSet.compile(
        [row_make(**columns)], bodies=["EUV"], assign_from=0, assign_margin=0
    )
    places = Places(CATEGORY, (PART, "footway"))
    reach = places.of_rule(ruleset.rules[0])
    some = here(places, where)
    assert (some & reach.sure, some & reach.may) == ((some, some) if matches else (0, 0))


def test_rule_can_be_asked_as_if_the_report_were_about_another_part() -> None:
    places = Places(CATEGORY, (PART,))
    for part, matches in (("footway", True), (PART, False)):
        ruleset = CompiledRuleSet.compile(
            [row_make(part="footway|parking")], bodies=["EUV"], assign_from=0, assign_margin=0
        )
        reach = places.of_rule(ruleset.rules[0], part=part)
        assert reach.sure == (places.everything if matches else 0)


@pytest.mark.parametrize(
    ("where", "exists"),
    [
        ("road_class=N usage=ROAD owner=CITY", False),
        ("road_class=N usage=SQUARE owner=PRIV", False),
        ("road_class=N usage=PATH owner=CITY", True),
        ("road_class=N usage=ROAD owner=CHURCH", True),
        ("road_class=G through_road=in built_up=out", False),
        ("road_class=G through_road=out built_up=out", True),
        ("road_class=K through_road=in built_up=out", True),
        ("beside_road=yes usage=PATH", False),
        ("beside_road=yes road_class=N", False),
        ("beside_road=yes road_class=G usage=BUILT part=footway", True),
        ("beside_road=yes road_class=G usage=BUILT part=", False),
        ("beside_road=no road_class=G usage=BUILT part=", True),
    ],
)
def test_kinds_of_places_that_can_exist(where: str, *, exists: bool) -> None:
    places = Places(CATEGORY, ("", "footway"))
    pairs = (one.split("=") for one in where.split())
    found = reduce(and_, (places.where(name, value) for name, value in pairs), places.everything)
    assert bool(found) is exists


def test_kinds_are_flat_without_what_only_conditions_ask_for() -> None:
    places = places_of('answer("A", "x")')
    base = Places(CATEGORY, (PART, "footway"))
    some = here(places, "usage=ROAD answer+A=x")
    assert places.flat(some) == here(base, "usage=ROAD")
    assert places.flat(0) == 0
    assert places.flat(places.everything) == base.everything
