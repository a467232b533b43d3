"""How often reports come from a kind of ground: which row counts, and what a prior changes and what it cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine import CompiledRuleSet, decide
from routing.engine.priors import PriorRow, Priors
from routing.enums import Outcome
from routing.types import Evidence, PartFact
from tests.routing.engine.test_decide_edges import ON_FEDERAL, ON_STREET, shared
from tests.routing.engine.test_engine import ROWS, any_evidence, bodies, parcel, section
from tests.routing.engine.test_facts_edges import facts


def prior(weight: float, category: str = "*", **columns: str) -> PriorRow:
    known = {"road_class": "*", "usage": "*", "part": "*", "built_up": "*", **columns}
    return PriorRow(category=category, weight=weight, **known)


def weight(*rows: PriorRow, **known: Any) -> float:
    """At a place of ROAD_SURFACE on a municipal street, inside; the same in whatever order the rows are stored."""
    place = {"sections": (section("G"),), **known}
    [found] = {Priors(order).weight(facts(**place)) for order in (rows, rows[::-1])}
    return found


# --- Which row counts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "fits"),
    [
        ({}, True),
        ({"category": "ROAD_SURFACE"}, True),
        ({"category": "BRIDGE|ROAD_SURFACE"}, True),
        ({"category": "BRIDGE"}, False),
        ({"road_class": "G"}, True),
        ({"road_class": "B|G"}, True),
        ({"road_class": "B"}, False),
        ({"usage": "ROAD"}, True),
        ({"usage": "PATH"}, False),
        ({"built_up": "in"}, True),
        ({"built_up": "out"}, False),
        ({"part": "none"}, True),
        ({"part": "footway|none"}, True),
        ({"part": "footway"}, False),
        # Every column has to fit.
        ({"road_class": "G", "usage": "PATH"}, False),
    ],
)
def test_row_is_about_the_ground_that_its_columns_name(
    columns: dict[str, str], *, fits: bool
) -> None:
    assert weight(prior(3.0, **columns)) == (3.0 if fits else 1.0)


def test_ground_that_no_row_is_about_weighs_one() -> None:
    assert weight() == 1.0
    assert weight(prior(3.0, "BRIDGE"), prior(5.0, usage="CANAL")) == 1.0


@pytest.mark.parametrize(
    ("counts", "other"),
    [
        ({"category": "ROAD_SURFACE"}, {}),
        ({"usage": "ROAD"}, {}),
        ({"usage": "ROAD", "built_up": "in"}, {"part": "none"}),
        # A named category goes before any number of columns.
        (
            {"category": "ROAD_SURFACE"},
            {"road_class": "G", "usage": "ROAD", "part": "none", "built_up": "in"},
        ),
        ({"category": "ROAD_SURFACE", "usage": "ROAD"}, {"category": "ROAD_SURFACE"}),
        # Of as many columns the part goes before the use, the use before the class, the class before the limits.
        ({"part": "none"}, {"usage": "ROAD"}),
        ({"usage": "ROAD"}, {"road_class": "G"}),
        ({"road_class": "G"}, {"built_up": "in"}),
        ({"part": "none", "built_up": "in"}, {"usage": "ROAD", "road_class": "G"}),
    ],
)
def test_narrowest_row_counts(counts: dict[str, str], other: dict[str, str]) -> None:
    assert weight(prior(3.0, **counts), prior(5.0, **other)) == 3.0
    assert weight(prior(5.0, **counts), prior(3.0, **other)) == 5.0


def parts(*names: str) -> tuple[PartFact, ...]:
    return tuple(PartFact(name, "", "") for name in names)


ON_PARTS = (prior(10.0, part="footway"), prior(5.0, part="carriageway"), prior(3.0, part="none"))


@pytest.mark.parametrize(
    ("names", "counts"),
    [
        ((), 3.0),
        (("carriageway",), 5.0),
        (("carriageway", "footway"), 10.0),
        (("footway", "carriageway"), 10.0),
        # No row is about parking: there it weighs one, on the carriageway more.
        (("parking",), 1.0),
        (("parking", "carriageway"), 5.0),
        # The zone of the rails is no part of the road.
        (("rail",), 3.0),
        (("rail", "footway"), 10.0),
    ],
)
def test_of_several_parts_the_one_that_most_reports_come_from_counts(
    names: tuple[str, ...], counts: float
) -> None:
    assert weight(*ON_PARTS, parts=parts(*names)) == counts


@pytest.mark.parametrize(
    ("written", "counts"), [(0.01, 0.01), (0.009, 0.01), (100.0, 100.0), (101.0, 100.0)]
)
def test_nothing_is_made_impossible_or_certain(written: float, counts: float) -> None:
    assert weight(prior(written)) == counts


def test_classes_that_rows_for_a_category_name_are_told() -> None:
    rows = [
        prior(2.0, "ROAD_SURFACE", road_class="B|L"),
        prior(2.0, road_class="A"),
        prior(2.0, "BRIDGE", road_class="K"),
        prior(2.0, "ROAD_SURFACE", usage="ROAD"),
    ]
    assert Priors(rows).road_classes("ROAD_SURFACE") == {"A", "B", "L"}
    assert Priors(rows[3:]).road_classes("ROAD_SURFACE") == frozenset()
    assert Priors().road_classes("ROAD_SURFACE") == frozenset()


# --- What it does to a decision -----------------------------------------------------------------------


def rules(*priors: PriorRow, rows: Any = (ON_STREET, ON_FEDERAL)) -> CompiledRuleSet:
    return CompiledRuleSet.compile(
        rows, bodies=bodies(), assign_from=0.9, assign_margin=0.3, priors=priors
    )


def probabilities(found: Evidence, ruleset: CompiledRuleSet) -> dict[str, float]:
    return {one.body: one.probability for one in decide(found, ruleset).candidates}


def test_probability_is_the_share_of_the_place_times_that_of_its_ground() -> None:
    # 0.5 * 15 to 0.5 * 1; 0.25 * 15 to 0.75 * 1.
    fifteen = rules(prior(15.0, road_class="G"))
    assert probabilities(shared(0.5), fifteen) == {"EUV": 15 / 16, "STRNRW": 1 / 16}
    # To a step of 1 / 2^20.
    assert probabilities(shared(0.25), fifteen) == {
        "EUV": pytest.approx(5 / 6, abs=1e-6),
        "STRNRW": pytest.approx(1 / 6, abs=1e-6),
    }
    # Only ratios matter.
    both = rules(prior(7.5, road_class="G"), prior(0.5, road_class="B"))
    assert probabilities(shared(0.5), both) == {"EUV": 15 / 16, "STRNRW": 1 / 16}
    assert decide(shared(0.5), fifteen).outcome == Outcome.ASSIGNED
    assert decide(shared(0.5), rules()).outcome == Outcome.TRIAGE


@pytest.mark.parametrize("rate", [0.01, 1.0, 100.0])
def test_known_place_is_certain_whatever_its_prior(rate: float) -> None:
    found = shared(0.5)
    only = replace(found, situations=(replace(found.situations[0], weight=1.0),))
    assert probabilities(only, rules(prior(rate))) == {"EUV": 1.0}


def test_two_places_of_one_ground_are_as_likely_as_the_location_says() -> None:
    found = shared(0.75)
    street, federal = found.situations
    gardens = tuple(
        replace(one, parcels=(parcel("ROAD", owner),))
        for one, owner in ((street, "CITY"), (federal, "LAND"))
    )
    assert probabilities(replace(found, situations=gardens), rules(prior(40.0, usage="ROAD"))) == {
        "EUV": 0.75,
        "STRNRW": 0.25,
    }


@settings(max_examples=100, deadline=None)
@given(
    found=st.lists(any_evidence(), min_size=1, max_size=4),
    rate=st.sampled_from([0.25, 4.0, 16.0]),
)
def test_flat_priors_change_nothing(found: list[Evidence], rate: float) -> None:
    situations = tuple(replace(one.situations[0], weight=1 / len(found)) for one in found)
    whole = replace(found[0], situations=situations)
    assert decide(whole, rules(prior(rate), rows=ROWS)) == decide(whole, rules(rows=ROWS))


@settings(max_examples=100, deadline=None)
@given(
    found=st.lists(any_evidence(), min_size=1, max_size=4),
    weights=st.lists(st.integers(1, 255), min_size=4, max_size=4),
    rates=st.lists(st.floats(0.01, 100), min_size=5, max_size=5),
)
def test_probabilities_are_shares_of_exactly_one(
    found: list[Evidence], weights: list[int], rates: list[float]
) -> None:
    total = sum(weights[: len(found)])
    situations = tuple(
        replace(one.situations[0], weight=share / total)
        for one, share in zip(found, weights, strict=False)
    )
    kinds: list[dict[str, str]] = [
        {"usage": "ROAD"},
        {"usage": "BUILT|AGRI"},
        {"road_class": "A|B"},
        {"built_up": "out"},
        {"road_class": "N", "usage": "GREEN"},
    ]
    rows = [prior(rate, **kind) for rate, kind in zip(rates, kinds, strict=True)]
    result = decide(replace(found[0], situations=situations), rules(*rows, rows=ROWS))
    assert all(0 <= one.probability <= 1 for one in result.candidates)
    assert sum(one.probability for one in result.candidates) == 1
