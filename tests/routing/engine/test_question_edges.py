"""Edges of the question to the reporter, from both sides: worth it or not, which one, what an answer changes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from routing.engine import CompiledRuleSet
from routing.engine.clarifications import clarified, roads_shares, uses_shares
from routing.engine.questions import AttributeAsked, QuestionAsked, question_best
from routing.types import AssetFact, Evidence, PartFact, Situation
from tests.routing.engine.test_decide_edges import rules
from tests.routing.engine.test_engine import evidence, parcel, section
from tests.routing.rule_factories import row_make

EMPTY = evidence("RATS")


def settling(*answers: str, body: str = "EUV", code: str = "Q") -> CompiledRuleSet:
    """Each of these answers names a body of its own, surely; any other leaves it to a person."""
    bodies = ["EUV", "GREEN", "DB", "RVR", "WATER", "GAS"]
    rows = [
        row_make(f"R{n}", category="*", condition=f'answer("{code}", "{answer}")', body=bodies[n])
        for n, answer in enumerate(answers)
    ]
    return rules(*rows, row_make("LAST", priority=99, category="*", body="TRIAGE"))


def best(
    found: Evidence, ruleset: CompiledRuleSet, **attributes: tuple[str, ...]
) -> QuestionAsked | None:
    asked = [AttributeAsked(code, values) for code, values in attributes.items()]
    return question_best(found, ruleset, attributes=asked)


# --- Worth somebody's time ----------------------------------------------------------------------------


def test_question_is_asked_from_a_quarter_of_settling_answers_on() -> None:
    found = best(EMPTY, settling("a"), Q=("a", "b", "c", "d"))
    assert found is not None
    assert (found.kind, found.settled) == ("attribute:Q", 0.25)
    assert best(EMPTY, settling("a"), Q=("a", "b", "c", "d", "e")) is None
    assert best(EMPTY, settling(), Q=("a", "b")) is None


def test_question_is_asked_from_a_quarter_of_the_disc_on() -> None:
    ruleset = rules(
        row_make("R1", category="RATS", usage="GREEN"),
        row_make("LAST", priority=99, category="*", body="TRIAGE"),
    )

    def asked(share: float) -> QuestionAsked | None:
        return best(on(("GREEN", share), ("BUILT", 1 - share)), ruleset)

    assert asked(0.2499) is None
    assert asked(0.25 - 4e-6) is None
    # What differs beyond six digits is the same.
    for share in (0.25, 0.25 - 4e-7):
        found = asked(share)
        assert found is not None
        assert (found.kind, found.options) == ("ground", ("BUILT", "GREEN"))


def test_answer_that_only_lets_something_be_proposed_settles_it_too() -> None:
    found = best(replace(EMPTY, shadowed=("R0",)), settling("a"), Q=("a", "b", "c", "d"))
    assert found is not None
    assert found.settled == 0.25


def test_question_has_two_answers_at_least_and_five_at_most() -> None:
    codes = ("a", "b", "c", "d", "e", "f")
    ruleset = settling(*codes)
    assert best(EMPTY, ruleset, Q=("a",)) is None
    for count in (2, 5, 6):
        found = best(EMPTY, ruleset, Q=codes[:count])
        assert found is not None
        assert found.options == codes[: min(count, 5)]
        assert found.information == pytest.approx(math.log2(min(count, 5)))
        assert found.settled == pytest.approx(1.0)


def test_answers_that_say_nothing_are_no_options() -> None:
    found = best(EMPTY, settling("a", "b"), Q=("unknown", "a", "b"))
    assert found is not None
    assert found.options == ("a", "b")
    assert best(EMPTY, settling("a"), Q=("unknown", "a")) is None


def test_question_is_asked_once_and_not_what_was_told() -> None:
    ruleset = settling("a", "b")
    assert best(replace(EMPTY, answers={"Q": "unknown"}), ruleset, Q=("a", "b")) is None
    for answer in (("attribute:P", "a"), ("ground", "unknown")):
        assert best(replace(EMPTY, clarifications=(answer,)), ruleset, Q=("a", "b")) is None


# --- Which one ----------------------------------------------------------------------------------------


def test_information_is_in_bits_over_the_bodies() -> None:
    for count, bits in ((2, 1.0), (4, 2.0)):
        codes = ("a", "b", "c", "d")[:count]
        found = best(EMPTY, settling(*codes), Q=codes)
        assert found is not None
        assert found.information == pytest.approx(bits, abs=1e-9)
    # One answer is sure, the other leaves two: 0.811 bits are open before, half a bit after.
    half = best(
        EMPTY,
        rules(
            row_make("A", category="*", condition='answer("Q", "a")', body="EUV"),
            row_make("B1", category="*", condition='answer("Q", "b")', body="EUV"),
            row_make("B2", category="*", condition='answer("Q", "b")', body="GREEN"),
        ),
        Q=("a", "b"),
    )
    assert half is not None
    assert (half.information, half.settled) == (pytest.approx(0.311278, abs=1e-6), 0.5)
    same = best(EMPTY, rules(row_make("R", category="*")), Q=("a", "b"))
    assert same is not None
    assert (same.information, same.settled) == (0.0, 1.0)


def test_question_that_tells_more_goes_first_then_the_one_that_settles_more() -> None:
    def rows(**known: str) -> CompiledRuleSet:
        found = [
            row_make(
                f"{code}{answer}", category="*", condition=f'answer("{code}", "{answer}")', body=b
            )
            for (code, answer), b in ((tuple(name), body) for name, body in known.items())
        ]
        return rules(*found, row_make("LAST", priority=99, category="*", body="TRIAGE"))

    two, four = ("a", "b"), ("a", "b", "c", "d")
    more = best(EMPTY, rows(Pa="EUV", Pb="GREEN", Qa="EUV", Qb="GREEN", Qc="DB"), P=two, Q=four)
    assert more is not None
    assert more.kind == "attribute:Q"
    # One bit each: EUV or nobody, EUV or GREEN.
    settles = best(EMPTY, rows(Pa="EUV", Qa="EUV", Qb="GREEN"), P=two, Q=two)
    assert settles is not None
    assert (settles.kind, settles.information, settles.settled) == ("attribute:Q", 1.0, 1.0)
    first = best(EMPTY, rows(Pa="EUV", Pb="GREEN", Qa="EUV", Qb="GREEN"), P=two, Q=two)
    assert first is not None
    assert first.kind == "attribute:P"


def on(*shares: tuple[str, float], **known: Any) -> Evidence:
    """A disc on several kinds of ground, each with its share."""
    one = EMPTY.situations[0]
    situations = tuple(
        replace(one, parcels=(parcel(usage),), weight=share, **known) for usage, share in shares
    )
    return replace(EMPTY, situations=situations)


def test_options_are_in_order_of_likelihood_then_of_their_codes() -> None:
    ruleset = rules(
        *(
            row_make(usage, category="*", usage=usage, body=body)
            for usage, body in (("GREEN", "GREEN"), ("BUILT", "EUV"), ("FOREST", "RVR"))
        )
    )
    found = best(on(("FOREST", 0.3), ("BUILT", 0.3), ("GREEN", 0.4)), ruleset)
    assert found is not None
    assert found.options == ("GREEN", "BUILT", "FOREST")
    # A disc that has no share of anything is no reason to ask.
    assert best(on(("FOREST", 0.0), ("BUILT", 0.0)), ruleset) is None


def test_built_up_is_asked_only_where_it_is_unknown() -> None:
    ruleset = rules(
        row_make("IN", category="*", condition="inside_built_up", body="EUV"),
        row_make("OUT", category="*", condition="outside_built_up", body="GREEN"),
    )
    unknown = best(on(("BUILT", 1.0), built_up="unknown"), ruleset)
    assert unknown is not None
    assert (unknown.kind, unknown.options) == ("built_up", ("in", "out"))
    assert best(on(("BUILT", 1.0), built_up="in"), ruleset) is None


# --- What an answer changes ---------------------------------------------------------------------------


def after(found: Evidence, *answers: tuple[str, str]) -> tuple[Evidence, tuple[str, ...]]:
    return clarified(replace(found, clarifications=answers))


def weights(found: Evidence) -> list[float]:
    return [one.weight for one in found.situations]


@pytest.mark.parametrize("code", ["unknown", "expired", "withdrawn"])
def test_answer_that_says_nothing_changes_nothing(code: str) -> None:
    found = on(("GREEN", 0.25), ("BUILT", 0.75))
    narrowed, doubts = after(found, ("ground", code))
    assert (narrowed.situations, doubts) == (found.situations, ())


def test_answer_that_fits_nothing_changes_nothing_and_is_named_once() -> None:
    found = on(("GREEN", 0.25), ("BUILT", 0.75))
    for answer in (("ground", "RAIL"), ("nothing", "x"), ("part", "roof"), ("built_up", "maybe")):
        narrowed, doubts = after(found, answer, answer)
        assert (narrowed.situations, doubts) == (found.situations, ("answer_unfitting",))


def test_answer_keeps_what_fits_and_shares_sum_to_one_again() -> None:
    found = on(("GREEN", 0.25), ("BUILT", 0.25), ("GREEN", 0.5))
    narrowed, doubts = after(found, ("ground", "GREEN"))
    assert (weights(narrowed), doubts) == ([0.25 / 0.75, 0.5 / 0.75], ())
    # No share at all is as good as nothing that fits.
    assert after(on(("GREEN", 0.0), ("BUILT", 1.0)), ("ground", "GREEN"))[1] == (
        "answer_unfitting",
    )


def test_place_on_an_edge_counts_for_each_of_its_uses_in_equal_parts() -> None:
    both = (parcel("GREEN"), parcel("BUILT"), parcel("UNKNOWN"))
    one = replace(EMPTY.situations[0], parcels=both, weight=0.5)
    other = replace(EMPTY.situations[0], parcels=(parcel("BUILT"),), weight=0.5)
    found = replace(EMPTY, situations=(one, other))
    assert uses_shares(found) == {"GREEN": 0.25, "BUILT": 0.75}
    narrowed, _doubts = after(found, ("ground", "BUILT"))
    assert weights(narrowed) == [0.25 / 0.75, 0.5 / 0.75]
    assert [[p.usage for p in s.parcels] for s in narrowed.situations] == [["BUILT"], ["BUILT"]]


def test_place_of_which_nothing_is_known_is_like_the_rest() -> None:
    known = on(("GREEN", 0.3), ("BUILT", 0.3)).situations
    beyond = replace(EMPTY.situations[0], parcels=(), inside=False, weight=0.4)
    found = replace(EMPTY, situations=(*known, beyond))
    narrowed, _doubts = after(found, ("ground", "GREEN"))
    assert weights(narrowed) == pytest.approx([0.6, 0.4])
    assert after(found, ("ground", "RAIL"))[1] == ("answer_unfitting",)


def roads(*shares: tuple[str, float]) -> Evidence:
    """A disc on several roads; an empty one is a field beside them."""
    found = evidence("ROAD_SURFACE", "")
    situations = tuple(
        replace(
            found.situations[0],
            parcels=(parcel("ROAD" if road else "AGRI"),),
            sections=(section("G", road=road or "beside", key=road or "beside"),),
            weight=share,
        )
        for road, share in shares
    )
    return replace(found, situations=situations)


def test_answer_about_the_road_keeps_the_places_where_it_is_meant() -> None:
    found = roads(("K 14", 0.5), ("L 511", 0.3), ("", 0.2))
    assert roads_shares(found) == {"K 14": 0.5, "L 511": 0.3, "none": 0.2}
    for answer, kept in (("K 14", ["K 14"]), ("L 511", ["L 511"]), ("none", ["beside"])):
        narrowed, doubts = after(found, ("road", answer))
        assert (weights(narrowed), doubts) == ([1.0], ())
        assert [s.sections[0].key for s in narrowed.situations] == kept
    assert after(found, ("road", "B 235"))[1] == ("answer_unfitting",)
    # The road beside the field is not meant there, though it is in sight.
    assert after(found, ("road", "beside"))[1] == ("answer_unfitting",)


def test_place_beyond_the_boundary_without_a_road_is_like_the_rest() -> None:
    known = roads(("K 14", 0.5), ("", 0.2))
    beyond = replace(known.situations[0], parcels=(), sections=(), inside=False, weight=0.3)
    found = replace(known, situations=(*known.situations, beyond))
    assert roads_shares(found) == {"K 14": 0.5, "none": 0.2}
    narrowed, _doubts = after(found, ("road", "K 14"))
    assert weights(narrowed) == pytest.approx([0.7, 0.3])
    # One that has a road there is about that road, or about none of the others.
    abroad = replace(known.situations[0], inside=False, weight=0.3)
    found = replace(known, situations=(*known.situations, abroad))
    assert roads_shares(found) == {"K 14": 0.8, "none": 0.2}
    narrowed, _doubts = after(found, ("road", "none"))
    assert weights(narrowed) == [1.0]


def test_road_is_asked_where_roads_name_different_bodies() -> None:
    ruleset = rules(
        row_make("K", road_class="K", body="KREIS66"), row_make("L", road_class="L", body="STRNRW")
    )
    one = evidence("ROAD_SURFACE").situations[0]
    found = replace(
        evidence("ROAD_SURFACE"),
        situations=tuple(
            replace(one, sections=(section(road[0], road=road),), weight=share)
            for road, share in (("K 14", 0.4), ("L 511", 0.6))
        ),
    )
    asked = best(found, ruleset)
    assert asked is not None
    assert (asked.kind, asked.options) == ("road", ("L 511", "K 14"))


def test_answer_about_the_road_leaves_only_that_road_in_sight() -> None:
    both = tuple(section("G", road=one, key=one) for one in ("K 14", "L 511"))
    found = evidence("ROAD_SURFACE", "carriageway", sections=both)
    narrowed, _doubts = after(found, ("road", "L 511"))
    assert [one.key for one in narrowed.situations[0].sections] == ["L 511"]


def test_road_without_a_name_is_none() -> None:
    assert roads_shares(evidence("ROAD_SURFACE", sections=(section("G", road=""),))) == {
        "none": 1.0
    }


@pytest.mark.parametrize(
    ("state", "answer", "left"),
    [
        ("unknown", "in", "in"),
        ("unknown", "out", "out"),
        ("in", "in", "in"),
        ("in", "out", None),
    ],
)
def test_answer_about_houses_settles_what_is_unknown(
    state: str, answer: str, left: str | None
) -> None:
    narrowed, doubts = after(on(("BUILT", 1.0), built_up=state), ("built_up", answer))
    assert doubts == (() if left else ("answer_unfitting",))
    assert [one.built_up for one in narrowed.situations] == [left or state]


@pytest.mark.parametrize(
    ("part", "category"),
    [
        ("carriageway", "ROAD_SURFACE"),
        ("footway", "SIDEWALK"),
        ("cycle_own", "CYCLEPATH"),
        ("cycle_shared", "CYCLEPATH"),
        ("parking", "PARKING_AREA"),
    ],
)
def test_answer_about_the_part_makes_it_a_report_about_that_part(part: str, category: str) -> None:
    narrowed, _doubts = after(evidence("SIDEWALK", "footway"), ("part", part))
    assert (narrowed.category, narrowed.part) == (category, part)


def test_answer_of_a_number_or_of_the_category_is_an_answer() -> None:
    found = replace(EMPTY, answers={"Q": "b", "P": "c"})
    narrowed, _doubts = after(found, ("attribute:Q", "a"), ("asset", "4711"))
    assert narrowed.answers == {"Q": "a", "P": "c", "ASSET_NUMBER": "4711"}


# --- Questions about parts and assets -----------------------------------------------------------------


def kinds(found: Evidence, ruleset: CompiledRuleSet) -> str:
    asked = best(found, ruleset)
    return f"{asked.kind} {' '.join(asked.options)}" if asked else ""


def test_part_is_asked_where_the_category_is_about_damage_to_one() -> None:
    ruleset = rules(
        row_make("ROAD", category="ROAD_SURFACE", body="EUV"),
        row_make("WALK", category="SIDEWALK", body="GREEN"),
    )

    def around(category: str, part: str, *parts: tuple[str, float]) -> Evidence:
        found = evidence(category, part)
        situations = tuple(
            replace(found.situations[0], parts=(PartFact(one, "k", ""),), weight=share)
            for one, share in parts
        )
        return replace(found, situations=situations)

    parts = (("carriageway", 0.6), ("footway", 0.4))
    assert (
        kinds(around("ROAD_SURFACE", "carriageway", *parts), ruleset) == "part carriageway footway"
    )
    # Whoever chose the pavement has said which part it is.
    assert kinds(around("SIDEWALK", "footway", *parts), ruleset) == ""
    assert kinds(around("ROAD_SURFACE", "", *parts), ruleset) == ""
    assert kinds(around("ROAD_SURFACE", "lighting", *parts), ruleset) == ""
    assert kinds(around("ROAD_SURFACE", "carriageway", ("footway", 1.0)), ruleset) == ""
    # Two parts at one place are half of it each.
    both = around("ROAD_SURFACE", "carriageway", ("carriageway", 0.4), ("footway", 0.6))
    two = tuple(PartFact(one, "k", "") for one in ("carriageway", "parking"))
    half = replace(both.situations[0], parts=two)
    both = replace(both, situations=(half, *both.situations[1:]))
    assert kinds(both, ruleset) == "part footway carriageway parking"
    # A part that no category is about is no answer.
    other = (("green", 0.6), ("footway", 0.4))
    assert kinds(around("ROAD_SURFACE", "carriageway", *other), ruleset) == ""


def test_asset_is_asked_by_its_number() -> None:
    ruleset = rules(row_make("OWNER", category="*", body="(asset owner)"))

    def lamps(*numbers: str) -> Evidence:
        found = evidence("STREET_LIGHT", asset_kinds=("street_light",))
        both = [
            AssetFact(str(n), "street_light", number, body, "", 1.0)
            for n, (number, body) in enumerate(zip(numbers, ("EUV", "GREEN"), strict=True))
        ]
        situations: tuple[Situation, ...] = tuple(
            replace(found.situations[0], assets=order, weight=0.5)
            for order in (
                (both[0], replace(both[1], distance=2.0)),
                (both[1], replace(both[0], distance=2.0)),
            )
        )
        return replace(found, situations=situations)

    assert kinds(lamps("12", "11"), ruleset) == "asset 11 12"
    assert kinds(lamps("12", ""), ruleset) == ""
