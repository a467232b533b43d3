"""The shipped rules against the law, at every kind of place: what no row of them may ever do."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest

from routing.engine.checks.coverage import parts_of
from routing.engine.checks.places import NO
from routing.engine.checks.turns import Turn, Turns, turns_of
from routing.engine.columns import COLUMN_VALUES
from routing.engine.ruleset import COMPUTED_BODIES
from routing.sentences import legal_basis_shown
from tests.routing.engine.test_engine import FOLDER, ROWS, RULES, city_works
from tests.routing.engine.test_rule_coverage import CATEGORIES


def emergencies() -> list[str]:
    with (FOLDER / "categories.csv").open(encoding="utf-8", newline="") as file:
        return [
            row["code"] for row in csv.DictReader(file, delimiter=";") if row["is_emergency"] == "1"
        ]


PRIVATE = ("PRIV", "CHURCH")
PUBLIC = tuple(one for one in COLUMN_VALUES["owner"] if one not in {*PRIVATE, "UNKNOWN"})
MOTORWAY = "AUTOBAHN"
EMERGENCIES = emergencies()
# Who acts is the reporter's own answer, or the by-law about adjoining owners.
NOT_BY_OWNER = frozenset({"answer", "adjoining_owner", "cleaning_class"})
ON_LAND = (
    "WASTE_DUMP",
    "TREE_DANGER",
    "DEAD_ANIMAL",
    "GRAFFITI",
    "ROAD_SURFACE",
    "SIDEWALK",
    "STREET_CLEANING",
    "PARK_BENCH",
    "SIGN_DAMAGED",
    "STREET_LIGHT",
)
# The state's cycle highways run along roads of every class.
HIGHER_CLASS_DECIDES = (
    "junction with A or B",
    "road over road, A or B",
    "Radschnellverbindung Land",
)
EVERYWHERE = ("X01", "X02", "X05")


def turns(category: str) -> Turns:
    return turns_of(RULES, category, parts_of(CATEGORIES[category]))


def deciding(category: str, body: str) -> Iterator[Turn]:
    return (one for one in turns(category).turns if one.rule.row.body == body and one.decides)


@pytest.mark.parametrize("category", CATEGORIES)
def test_no_row_calls_public_land_private(category: str) -> None:
    """But for what the reporter answers and what a by-law says of adjoining owners."""
    places = turns(category).places
    public = places.where("owner", *PUBLIC) & places.where("beside_road", NO)
    for turn in deciding(category, "PRIV"):
        condition = turn.rule.condition
        if condition is None or condition.predicates.isdisjoint(NOT_BY_OWNER):
            assert not turn.decides & public, turn.rule.row.rule_id


@pytest.mark.parametrize("category", CATEGORIES)
def test_no_row_sends_the_citys_works_to_private_ground_unless_it_names_it(category: str) -> None:
    places = turns(category).places
    ground = places.where("owner", *PRIVATE) & places.where("road_class", "P", "N")
    ground &= places.where("beside_road", NO)
    for body in city_works():
        for turn in deciding(category, body):
            named = dict(turn.rule.columns).get("owner", frozenset())
            assert not turn.decides & ground or not named.isdisjoint(PRIVATE), turn.rule.row.rule_id


@pytest.mark.parametrize("category", EMERGENCIES)
def test_no_emergency_goes_to_the_motorway_alone(category: str) -> None:
    found = turns(category)
    motorway = found.places.where("road_class", "A")
    for turn in found.turns:
        row = turn.rule.row
        if row.body == MOTORWAY or row.body in COMPUTED_BODIES - {"(table)", "(asset owner)"}:
            assert row.notify == "POLICE" or not turn.decides & motorway, row.rule_id


@pytest.mark.parametrize(
    ("category", "rules"),
    [
        # Life and gas do not end at the border: neither does who comes.
        ("ACUTE_DANGER", ["X01a", "X01", "X03"]),
        ("GAS_SMELL", ["X01b", "X01", "U03"]),
        ("WATER_POLLUTION", ["X01", "W05"]),
        ("WASTE_HAZARD", ["X01", "A09"]),
    ],
)
def test_emergency_that_is_the_same_everywhere_has_one_row(category: str, rules: list[str]) -> None:
    found = turns(category)
    decides = [one.rule.row.rule_id for one in found.turns if one.decides]
    assert decides == rules
    assert not found.holes


@pytest.mark.parametrize("category", CATEGORIES)
def test_an_unknown_owner_is_never_taken_for_a_private_one(category: str) -> None:
    places = turns(category).places
    unknown = places.where("owner", "UNKNOWN") & places.where("beside_road", NO)
    for turn in deciding(category, "PRIV"):
        condition = turn.rule.condition
        if condition is None or condition.predicates.isdisjoint(NOT_BY_OWNER):
            assert not turn.decides & unknown, turn.rule.row.rule_id


def test_only_three_rows_ask_for_nothing() -> None:
    """A row for every category is about the border, an agreement, an asset, or the last resort."""
    assert [row.rule_id for row in ROWS if row.category == "*"] == [*EVERYWHERE, "P03"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.rule_id)
def test_basis_belongs_to_the_class_of_road(row) -> None:
    """The federal act speaks of federal roads, the state's act of all others, and of a junction the higher class."""
    if row.condition in HIGHER_CLASS_DECIDES:
        return
    classes = set(row.road_class.split("|"))
    if row.legal_basis.startswith("FStrG"):
        assert classes <= {"A", "B"}
    if row.legal_basis.startswith("StrWG"):
        assert classes <= {"L", "K", "G", "S", "N"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.rule_id)
def test_what_the_sources_leave_open_is_marked_and_only_proposed(row) -> None:
    if row.body == "TRIAGE":
        return
    shown = legal_basis_shown(row.legal_basis, "de")
    marked = any(word in shown for word in ("offen", "umstritten", "noch zu klären"))
    assert marked == (row.confidence < 0.7), shown


def test_row_that_asks_nothing_is_sure() -> None:
    """Its reason reads "this holds everywhere"; where something is open, the reason says what."""
    asking_nothing = [
        rule.row
        for rule in RULES.rules
        if rule.condition is None and dict(rule.columns).keys() == {"category"}
    ]
    assert asking_nothing
    assert [row.rule_id for row in asking_nothing if row.confidence < 0.7] == []


@pytest.mark.parametrize("category", ON_LAND)
def test_every_known_owner_of_open_land_has_a_row(category: str) -> None:
    found = turns(category)
    places = found.places
    here = places.where("road_class", "N") & places.where("beside_road", NO)
    here &= places.where("usage", "FOREST", "AGRI", "GREEN", "PATH", "WATER", "CANAL", "BUILT")
    here &= places.where("owner", *PUBLIC, *PRIVATE)
    assert not places.flat(found.holes) & places.flat(here)
