"""What everybody may hear: the same whoever owns ground that is not public."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from parcels.enums import OwnerClass, Usage
from routing.deciding.public_answers import PUBLIC_GROUND, PublicAnswer, public_answer
from routing.engine import CompiledRuleSet
from routing.types import Evidence, ParcelFact, SectionFact, Situation
from tests.routing.rule_factories import row_make

RULES = CompiledRuleSet.compile(
    [
        row_make("GAS", category="GAS_SMELL", body="GAS"),
        row_make("STREET", category="DUMP", usage="ROAD", body="EUV", priority=5),
        row_make("WAY", category="DUMP", road_class="S", owner="CITY", body="EUV", priority=5),
        row_make("CITY", category="DUMP", owner="CITY", body="ESTATE"),
        row_make("PRIVATE", category="DUMP", owner="PRIV", body="PRIV"),
        row_make("HEDGE", category="HEDGE", body="PRIV"),
    ],
    bodies=("GAS", "EUV", "ESTATE", "PRIV"),
    assign_from=0.9,
    assign_margin=0.3,
)


def place(usage: str, owner: str, *, weight: float = 1.0, section: str = "") -> Situation:
    way = SectionFact("s", section, "Weg", "Weg", 2.0, 10.0, "in", "", True, owner)
    return Situation(
        weight=weight,
        inside=True,
        built_up="in",
        parcels=(ParcelFact("k", "Castrop", 1, "1", 100.0, usage, "", "", owner, ""),),
        sections=(way,) if section else (),
    )


def answer(*situations: Situation, category: str = "DUMP", part: str = "") -> PublicAnswer:
    evidence = Evidence(
        category=category,
        part=part,
        answers={},
        asset_kinds=(),
        bears_through_roads=False,
        on=date(2026, 3, 3),
        situations=situations,
        datasets=dict.fromkeys(("parcels", "land_use", "ownership", "road_sections"), 1),
    )
    return public_answer(evidence, RULES, municipality={"PRIV"})


@pytest.mark.parametrize("usage", [one for one in Usage if one not in PUBLIC_GROUND])
def test_answer_off_public_ground_is_the_municipality_whoever_owns_it(usage: str) -> None:
    told = [answer(place(usage, owner)) for owner in OwnerClass]
    assert all(one == told[0] for one in told)
    assert (told[0].leader, told[0].shares(), told[0].is_owners_matter) == (None, ({}, 1.0), True)
    assert told[0].reason(RULES)[1] is None


def test_answer_on_a_street_is_full() -> None:
    told = answer(place("ROAD", "CITY"))
    assert told.leader is not None
    assert (told.leader.body, told.is_owners_matter) == ("EUV", False)
    assert len(told.results) == 1
    facts, reason = told.reason(RULES)
    assert (facts.usage, reason) == ("ROAD", told.leader)


def test_path_is_public_ground_only_where_the_register_of_roads_has_it() -> None:
    known = answer(place("PATH", "CITY", section="S"))
    assert known.leader is not None
    assert (known.leader.body, len(known.results)) == ("EUV", 1)
    beside = place("PATH", "CITY", section="S")
    beside = replace(
        beside, sections=tuple(replace(one, same_parcel=False) for one in beside.sections)
    )
    assert len(answer(beside).results) > 1


@pytest.mark.parametrize("owner", OwnerClass)
def test_answer_speaks_of_the_street_where_the_point_lies_beside_it(owner: str) -> None:
    told = answer(place("BUILT", owner, weight=0.05), place("ROAD", "CITY", weight=0.95))
    facts, reason = told.reason(RULES)
    assert facts.usage == "ROAD"
    assert reason is not None
    assert (reason.rule_id, told.is_owners_matter) == ("STREET", False)


def test_answer_in_doubt_shares_with_the_municipality() -> None:
    told = answer(place("ROAD", "CITY", weight=0.6), place("BUILT", "PRIV", weight=0.4))
    named, municipality = told.shares()
    assert (list(named), told.leader, told.is_owners_matter) == (["EUV"], None, True)
    assert municipality == pytest.approx(0.4, abs=1e-5)


def test_answer_that_no_owner_changes_is_full_off_public_ground() -> None:
    told = answer(place("BUILT", "PRIV"), category="GAS_SMELL")
    assert told.leader is not None
    assert (told.leader.body, told.is_owners_matter) == ("GAS", False)
    facts, reason = told.reason(RULES)
    assert reason is not None
    assert (facts.usage, reason.rule_id) == ("BUILT", "GAS")


def test_private_owner_is_the_municipality_on_public_ground_too() -> None:
    told = answer(place("ROAD", "CITY"), category="HEDGE")
    assert (told.shares(), told.is_owners_matter) == (({}, 1.0), True)
    assert told.reason(RULES)[1] is None


def test_owner_of_a_way_beside_is_hidden_with_the_ground() -> None:
    told = [
        answer(place("AGRI", owner, section="S"), part="carriageway") for owner in ("CITY", "PRIV")
    ]
    assert told[0] == told[1]
    assert told[0].leader is None


def test_owner_of_public_ground_counts() -> None:
    on_road = place("SQUARE", "CITY")
    other = replace(on_road, parcels=(replace(on_road.parcels[0], owner="PRIV"),))
    assert [answer(one).shares() for one in (on_road, other)] == [
        ({"ESTATE": 1.0}, 0.0),
        ({}, 1.0),
    ]


def test_answer_without_a_place_is_nobodys() -> None:
    told = answer()
    assert (told.shares(), told.leader, told.is_owners_matter) == (({}, 0.0), None, False)
