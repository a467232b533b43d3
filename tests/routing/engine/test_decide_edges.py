"""Edges of deciding, from both sides: thresholds, lead, ties and their shares, what is unknown, computed bodies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from routing.engine import CompiledRuleSet, RuleRow, ThresholdRow, decide
from routing.engine.ranking import NEVER_BY_ITSELF, Key, Share, candidates_ranked, outcome_of
from routing.enums import Outcome
from routing.types import AgreementFact, AreaFact, AssetFact, Candidate, Evidence, Result
from tests.routing.engine.test_engine import ROWS, bodies, evidence, parcel, road, section
from tests.routing.engine.test_engine_doubt import ON_G
from tests.routing.rule_factories import row_make

STEP = 1 / (1 << 20)


def rules(
    *rows: RuleRow,
    assign_from: float = 0.9,
    assign_margin: float = 0.3,
    thresholds: tuple[ThresholdRow, ...] = (),
) -> CompiledRuleSet:
    return CompiledRuleSet.compile(
        rows or ROWS,
        bodies=bodies(),
        assign_from=assign_from,
        assign_margin=assign_margin,
        thresholds=thresholds,
    )


def shared(first: float, *, accuracy_m: float | None = None) -> Evidence:
    """A disc on two roads: this share on a municipal street, the rest on a federal road."""
    street, federal = (evidence("ROAD_SURFACE", **road(one)).situations[0] for one in "GB")
    return replace(
        ON_G,
        accuracy_m=accuracy_m,
        situations=(replace(street, weight=first), replace(federal, weight=1 - first)),
    )


ON_STREET = row_make("STREET", road_class="G", body="EUV", confidence=1.0)
ON_FEDERAL = row_make("FEDERAL", road_class="B", body="STRNRW", confidence=1.0)


def candidate(body: str, probability: float, rule_id: str = "R", **known: Any) -> Candidate:
    known = {"confidence": 0.9, **known}
    return Candidate(
        body=body,
        probability=probability,
        rule_id=rule_id,
        legal_basis="",
        condition="",
        **known,
    )


def said(
    addressee: str, rule_id: str, probability: float, confidence: float = 1.0
) -> tuple[Key, Share]:
    return Key(addressee, rule_id, "", ""), Share(probability, confidence)


# --- Clear enough -------------------------------------------------------------------------------------

# Four digits are compared, because four are shown.
DIGITS = [(0.0, True), (-0.00004, True), (-0.00006, False), (-0.0001, False), (0.0001, True)]


@pytest.mark.parametrize(("off", "is_clear"), DIGITS)
@pytest.mark.parametrize("start", [0.6, 0.9, 0.95])
def test_decision_is_sent_from_the_threshold_on(
    start: float, off: float, *, is_clear: bool
) -> None:
    ruleset = rules(ON_STREET, ON_FEDERAL, assign_from=start, assign_margin=0)
    outcome = Outcome.ASSIGNED if is_clear else Outcome.TRIAGE
    assert decide(shared(start + off), ruleset).outcome == outcome


@pytest.mark.parametrize(("off", "is_clear"), DIGITS)
def test_decision_is_sent_by_rules_that_are_seven_tenths_sure(
    off: float, *, is_clear: bool
) -> None:
    """However low the threshold of the probability is: an open reading of the law is a person's."""
    ruleset = rules(row_make(confidence=0.7 + off), assign_from=0, assign_margin=0)
    outcome = Outcome.ASSIGNED if is_clear else Outcome.TRIAGE
    assert decide(ON_G, ruleset).outcome == outcome


@pytest.mark.parametrize(("share", "outcome"), [(2 / 3, Outcome.ASSIGNED), (0.666, Outcome.TRIAGE)])
def test_rules_of_a_body_are_as_sure_as_the_mean_of_their_shares(
    share: float, outcome: Outcome
) -> None:
    # 0.5 + 0.3 * share, so seven tenths at two thirds.
    both = rules(
        replace(ON_STREET, confidence=0.8), replace(ON_FEDERAL, body="EUV", confidence=0.5)
    )
    assert decide(shared(share), both).outcome == outcome
    # How sure the rules of another body are is no matter of this one.
    sure = rules(ON_STREET, replace(ON_FEDERAL, confidence=0.1))
    assert decide(shared(0.9), sure).outcome == Outcome.ASSIGNED
    unsure = rules(replace(ON_STREET, confidence=0.69), ON_FEDERAL)
    assert decide(shared(0.9), unsure).outcome == Outcome.TRIAGE


@pytest.mark.parametrize(
    ("share", "outcome"),
    [
        (0.65, Outcome.ASSIGNED),
        # Its own share and that of the other: 0.29996 and 0.29992.
        (0.64998, Outcome.ASSIGNED),
        (0.64996, Outcome.TRIAGE),
        (0.6499, Outcome.TRIAGE),
    ],
)
def test_decision_is_sent_with_the_lead_and_not_with_less(share: float, outcome: Outcome) -> None:
    ruleset = rules(ON_STREET, ON_FEDERAL, assign_from=0.5)
    assert decide(shared(share), ruleset).outcome == outcome


@pytest.mark.parametrize(
    ("first", "others", "outcome"),
    [
        # Sums and differences that a float has just below the number that is meant.
        ([0.7], [0.4], Outcome.ASSIGNED),
        ([0.7], [0.4001], Outcome.TRIAGE),
        ([0.1] * 8, [], Outcome.ASSIGNED),
        ([*[0.1] * 7, 0.0999], [], Outcome.TRIAGE),
        # Only the next body is led over, not the sum of all others.
        ([0.7], [0.2, 0.2, 0.2], Outcome.ASSIGNED),
    ],
)
def test_threshold_and_lead_are_those_of_the_numbers_shown(
    first: list[float], others: list[float], outcome: Outcome
) -> None:
    ranked = [said("EUV", f"R{n}", one) for n, one in enumerate(first)]
    ranked += [said(f"OTHER{n}", "R", one) for n, one in enumerate(others)]
    ruleset = rules(assign_from=0.7 if others else 0.8)
    assert outcome_of(ranked, doubts=(), evidence=ON_G, ruleset=ruleset) == outcome


def test_lead_is_that_over_the_next_body_and_over_nothing_where_it_is_alone() -> None:
    known = {"doubts": (), "evidence": ON_G, "ruleset": rules(assign_from=0)}
    assert outcome_of([said("EUV", "R", 0.3)], **known) == Outcome.ASSIGNED
    assert outcome_of([said("EUV", "R", 0.2999)], **known) == Outcome.TRIAGE
    # Rules of one body add up, and do not lead over each other.
    both = rules(ON_STREET, replace(ON_FEDERAL, body="EUV"))
    assert decide(shared(0.5), both).outcome == Outcome.ASSIGNED


@pytest.mark.parametrize(
    ("first", "off"), [("EUV", 0.0), ("EUV", -0.0001), ("NEIGH/1", 0.0), ("NEIGH/1", -0.0001)]
)
def test_threshold_is_that_of_the_body_whatever_its_area(first: str, off: float) -> None:
    body = first.partition("/")[0]
    thresholds = (ThresholdRow("*", "*", 0.1, 0.0), ThresholdRow("*", body, 0.8, 0.3))
    outcome = outcome_of(
        [said(first, "R1", 0.5), said(first, "R2", 0.3 + off), said("GREEN", "R3", 0.2)],
        doubts=(),
        evidence=ON_G,
        ruleset=rules(thresholds=thresholds),
    )
    assert outcome == (Outcome.TRIAGE if off else Outcome.ASSIGNED)


@pytest.mark.parametrize(
    ("known", "counts"),
    [
        ((), "own"),
        (("*/*",), "*/*"),
        (("*/*", "ROAD_SURFACE/*"), "ROAD_SURFACE/*"),
        (("ROAD_SURFACE/*", "*/EUV"), "*/EUV"),
        (("*/EUV", "ROAD_SURFACE/EUV", "*/*"), "ROAD_SURFACE/EUV"),
        (("BRIDGE/EUV", "BRIDGE/*", "*/GREEN"), "own"),
    ],
)
def test_threshold_is_the_narrowest_one(known: tuple[str, ...], counts: str) -> None:
    rows = tuple(ThresholdRow(*name.split("/"), 0.5, 0.1) for name in known)
    found = rules(thresholds=rows).threshold("ROAD_SURFACE", "EUV")
    own = ThresholdRow("*", "*", 0.9, 0.3)
    assert found == (own if counts == "own" else ThresholdRow(*counts.split("/"), 0.5, 0.1))


@pytest.mark.parametrize("doubt", sorted(NEVER_BY_ITSELF))
def test_doubt_that_a_person_has_to_settle_outweighs_any_probability(doubt: str) -> None:
    given = {"evidence": ON_G, "ruleset": rules()}
    assert outcome_of([said("EUV", "R", 1.0)], doubts=(doubt,), **given) == Outcome.TRIAGE
    assert outcome_of([said("EUV", "R", 1.0)], doubts=("other",), **given) == Outcome.ASSIGNED


def test_doubts_that_a_person_has_to_settle_are_these() -> None:
    assert set(NEVER_BY_ITSELF) == {
        "agreements_clash",
        "location_vague",
        "no_place",
        "rests_on_missing_data",
        "rules_tie",
    }


@pytest.mark.parametrize(
    ("accuracy", "confidence", "outcome"),
    [
        (None, 0.95, Outcome.ASSIGNED),
        # Three standard deviations are 250 m: 83.333 m each, 95 % of the places within 2.44775 of them.
        (203.97, 0.95, Outcome.ASSIGNED),
        (203.99, 0.95, Outcome.TRIAGE),
        # And 63 % within 1.41014 of them.
        (117.51, 0.63, Outcome.ASSIGNED),
        (117.52, 0.63, Outcome.TRIAGE),
    ],
)
def test_nobody_is_assigned_beyond_250_metres(
    accuracy: float | None, confidence: float, outcome: Outcome
) -> None:
    result = decide(replace(ON_G, accuracy_m=accuracy, confidence=confidence), rules())
    assert (result.outcome, result.candidates[0].body) == (outcome, "EUV")


@pytest.mark.parametrize(
    ("shadowed", "outcome"),
    [
        ((), Outcome.ASSIGNED),
        (("STREET",), Outcome.PROPOSED),
        (("SMALL",), Outcome.PROPOSED),
        (("FEDERAL",), Outcome.ASSIGNED),
    ],
)
def test_one_rule_in_the_shadow_holds_its_own_body_back(
    shadowed: tuple[str, ...], outcome: Outcome
) -> None:
    ranked = [
        said("EUV", "STREET", 0.89),
        said("EUV", "SMALL", 0.01),
        said("STRNRW", "FEDERAL", 0.1),
    ]
    given = {"evidence": replace(ON_G, shadowed=shadowed), "ruleset": rules()}
    assert outcome_of(ranked, doubts=(), **given) == outcome


@pytest.mark.parametrize(("shadowed", "is_proposed_only"), [((), True), (("STREET",), False)])
def test_clear_decision_is_proposed_where_rule_or_threshold_hold_it_back(
    shadowed: tuple[str, ...], *, is_proposed_only: bool
) -> None:
    threshold = ThresholdRow("*", "*", 0.9, 0.3, is_proposed_only=is_proposed_only)
    ruleset = rules(ON_STREET, ON_FEDERAL, thresholds=(threshold,))
    clear, unclear = (replace(shared(share), shadowed=shadowed) for share in (0.9, 0.89))
    assert decide(clear, ruleset).outcome == Outcome.PROPOSED
    assert decide(unclear, ruleset).outcome == Outcome.TRIAGE


def test_triage_is_never_sent_however_low_the_threshold() -> None:
    nobody = rules(row_make(body="TRIAGE", confidence=1.0), assign_from=0, assign_margin=0)
    assert decide(ON_G, nobody).outcome == Outcome.TRIAGE
    somebody = rules(row_make(confidence=1.0), assign_from=0, assign_margin=0)
    assert decide(ON_G, somebody).outcome == Outcome.ASSIGNED


# --- The order of candidates --------------------------------------------------------------------------


def order(*found: Candidate) -> list[str]:
    """Addressee, rule, hypothesis and level in their order, the same for any order of what is found."""
    forwards, backwards = (
        [" ".join(filter(None, (c.addressee, c.rule_id, c.hypothesis, c.level))) for c in ranked]
        for ranked in (candidates_ranked(found), candidates_ranked(found[::-1]))
    )
    assert forwards == backwards
    return forwards


def test_bodies_are_ordered_by_what_their_parts_sum_to() -> None:
    found = order(
        candidate("GREEN", 0.41), candidate("EUV", 0.21, "R1"), candidate("EUV", 0.21, "R2")
    )
    assert found == ["EUV R1", "EUV R2", "GREEN R"]


def test_parts_of_a_body_are_ordered_by_probability_then_rule_then_hypothesis_then_level() -> None:
    levels = [candidate("EUV", 0.1, "R1", level=level) for level in ("B 235", "A 42")]
    assert order(*levels) == ["EUV R1 A 42", "EUV R1 B 235"]
    parts = [
        candidate("EUV", 0.1, "R1", hypothesis="out"),
        candidate("EUV", 0.1, "R1", hypothesis="in"),
        candidate("EUV", 0.1, "R0", hypothesis="out"),
        candidate("EUV", 0.1001, "R2"),
    ]
    assert order(*parts) == ["EUV R2", "EUV R0 out", "EUV R1 in", "EUV R1 out"]


def test_equal_bodies_are_ordered_by_name_and_triage_comes_last() -> None:
    parts = [("GREEN", 0.2, "R1"), ("EUV", 0.1, "R8"), ("GREEN", 0.2, "R2"), ("EUV", 0.3, "R9")]
    together = order(*(candidate(*one) for one in parts))
    assert together == ["EUV R9", "EUV R8", "GREEN R1", "GREEN R2"]
    found = order(candidate("WATER", 0.2), candidate("TRIAGE", 0.2), candidate("EUV", 0.2))
    assert found == ["EUV R", "WATER R", "TRIAGE R"]
    assert order(candidate("TRIAGE", 0.2001), candidate("EUV", 0.2)) == ["TRIAGE R", "EUV R"]
    areas = [candidate("NEIGH", 0.2, area_code=code) for code in ("2", "1")]
    assert order(*areas) == ["NEIGH/1 R", "NEIGH/2 R"]


def test_candidate_of_several_places_has_their_sum_and_their_mean_confidence() -> None:
    parts = [candidate("EUV", 0.2, confidence=0.8), candidate("EUV", 0.1, confidence=0.7)]
    [found, other] = candidates_ranked([*parts, candidate("GREEN", 0.1)])
    assert (found.probability, other.probability) == (0.75, 0.25)
    # (0.2 * 0.8 + 0.1 * 0.7) / 0.3, to the four digits that are compared.
    assert (found.confidence, other.confidence) == (0.7667, 0.9)


def test_candidate_without_any_probability_is_as_sure_as_its_surest_rule() -> None:
    parts = [candidate("EUV", 0.0, confidence=c) for c in (0.8, 0.9)]
    [sure, other] = candidates_ranked([candidate("GREEN", 0.5), *parts])
    assert (sure.body, other.body, other.probability, other.confidence) == (
        "GREEN",
        "EUV",
        0.0,
        0.9,
    )


def details(*shares: tuple[str, tuple[str, ...], float]) -> tuple[str, tuple[str, ...]]:
    parts = [candidate("EUV", share, via=via, notify=copy) for via, copy, share in shares]
    found = {
        (one.via, one.notify) for given in (parts, parts[::-1]) for one in candidates_ranked(given)
    }
    [only] = found
    return only


def test_copies_and_the_duty_s_rule_are_those_of_the_greatest_share_together() -> None:
    split = [("R1", (), 0.4), ("R2", ("GREEN",), 0.25), ("R2", ("GREEN",), 0.25)]
    assert details(*split) == ("R2", ("GREEN",))
    assert details(split[0], split[1]) == ("R1", ())
    # Of equal shares the last by rule and copies.
    assert details(("R1", ("GREEN",), 0.5), ("R2", (), 0.5)) == ("R2", ())
    assert details(("R1", ("GREEN",), 0.5), ("R1", ("KREIS66",), 0.5)) == ("R1", ("KREIS66",))


# --- Shares -------------------------------------------------------------------------------------------


def probabilities(*weights: float) -> list[float]:
    """Those of bodies in the order of their names."""
    parts = [candidate(f"B{n}", weight) for n, weight in enumerate(weights)]
    found = {one.body: one.probability for one in candidates_ranked(parts)}
    return [found[body] for body in sorted(found)]


THIRD = 349525 * STEP


def test_shares_are_whole_steps_and_the_rest_goes_to_the_largest_remainder() -> None:
    assert probabilities(1, 1, 1) == [THIRD + STEP, THIRD, THIRD]
    assert probabilities(0.5, 0.25, 0.25) == [0.5, 0.25, 0.25]
    # Remainders of 0.2, 0.2 and 0.6 of a step for one, then of 0.6, 0.6 and 0.8 for two.
    assert probabilities(1.2, 1.2, (1 << 20) - 2.4) == [STEP, STEP, 1 - 2 * STEP]
    assert probabilities(1.6, 1.6, (1 << 20) - 3.2) == [2 * STEP, STEP, 1 - 3 * STEP]


def test_shares_of_nothing_are_equal() -> None:
    assert probabilities(0, 0) == [0.5, 0.5]
    assert probabilities(0, 0.001) == [0.0, 1.0]


def parts_of(result: Result) -> list[tuple[str, str, float, float]]:
    """Body, hypothesis, confidence of the rule, probability."""
    return [(c.body, c.hypothesis, c.confidence, c.probability) for c in result.candidates]


def test_tie_is_shared_equally_by_its_bodies() -> None:
    rows = [row_make(f"R{n}", body=body, confidence=0.6) for n, body in enumerate(("EUV", "GREEN"))]
    result = decide(ON_G, rules(*rows))
    assert parts_of(result) == [("EUV", "", 0.6, 0.5), ("GREEN", "", 0.6, 0.5)]
    three = decide(ON_G, rules(*rows, row_make("R2", body="DB", confidence=0.6)))
    assert [(c.body, c.probability) for c in three.candidates] == [
        ("DB", THIRD + STEP),
        ("EUV", THIRD),
        ("GREEN", THIRD),
    ]


def test_tie_under_one_hypothesis_shares_the_half_of_it() -> None:
    rows = [
        row_make("OUT", through_road="out", body="STRNRW", confidence=0.9),
        row_make("IN1", through_road="in", body="EUV", confidence=0.9),
        row_make("IN2", through_road="in", body="GREEN", confidence=0.7),
    ]
    result = decide(evidence("ROAD_SURFACE", **road("B", "unknown")), rules(*rows))
    assert parts_of(result) == [
        ("STRNRW", "out", 0.6, 0.5),
        ("EUV", "in", 0.6, 0.25),
        ("GREEN", "in", 0.4, 0.25),
    ]


@pytest.mark.parametrize(
    ("confidence", "left"),
    [(0.95, 0.65), (0.99, 0.69), (1.0, 0.69), (0.31, 0.01), (0.3, 0.0), (0.2, 0.0)],
)
def test_unknown_limits_take_three_tenths_where_they_change_the_answer(
    confidence: float, left: float
) -> None:
    rows = [
        row_make("IN", through_road="in", body="EUV", confidence=confidence),
        row_make("OUT", through_road="out", body="STRNRW", confidence=confidence),
    ]
    unknown = evidence("ROAD_SURFACE", **road("B", "unknown"))
    assert parts_of(decide(unknown, rules(*rows))) == [
        ("EUV", "in", left, 0.5),
        ("STRNRW", "out", left, 0.5),
    ]
    # The same rule under both costs nothing, though the body alone is not enough.
    same = decide(unknown, rules(row_make(confidence=confidence)))
    assert parts_of(same) == [("EUV", "", confidence, 1.0)]
    alike = [replace(one, body="EUV") for one in rows]
    result = decide(unknown, rules(*alike))
    assert parts_of(result) == [("EUV", "in", left, 0.5), ("EUV", "out", left, 0.5)]
    # The body is certain, by which law is not: a person looks at it.
    assert result.outcome == Outcome.TRIAGE


def test_share_of_the_disc_is_the_probability_and_leaves_the_confidence_alone() -> None:
    ruleset = rules(replace(ON_STREET, confidence=0.8), replace(ON_FEDERAL, confidence=0.6))
    assert parts_of(decide(shared(0.75), ruleset)) == [
        ("EUV", "", 0.8, 0.75),
        ("STRNRW", "", 0.6, 0.25),
    ]


def test_report_without_any_situation_is_inside_and_nothing_more_is_known() -> None:
    nowhere = replace(ON_G, situations=())
    ruleset = rules(row_make(condition="not outside_jurisdiction", confidence=0.9))
    result = decide(nowhere, ruleset)
    assert parts_of(result) == [("EUV", "", 0.9, 1.0)]
    assert result.doubts == ("no_parcel", "built_up_unknown", "no_place")
    assert result.outcome == Outcome.TRIAGE


def test_doubts_are_those_of_the_report_then_of_its_places_then_of_its_answers() -> None:
    one = ON_G.situations[0]
    gap, both = replace(one, parcels=(parcel(distance=1.0),)), replace(one, parcels=(parcel(),) * 2)
    found = replace(
        ON_G,
        accuracy_m=250.01,
        clarifications=(("ground", "RAIL"),),
        situations=(
            replace(gap, weight=0.5),
            replace(both, weight=0.25),
            replace(gap, weight=0.25),
        ),
    )
    assert decide(found, rules(row_make())).doubts == (
        "location_vague",
        "gap_between_parcels",
        "several_parcels",
        "answer_unfitting",
    )


def test_facts_and_trace_are_those_of_the_place_that_speaks_most_for_the_first() -> None:
    result = decide(shared(0.1), rules(ON_STREET, ON_FEDERAL))
    assert result.candidates[0].body == "STRNRW"
    assert result.facts.road_class == "B"
    assert [one.rule_id for one in result.trace if one.matched] == ["FEDERAL"]
    # The reported point is the first situation, whoever has it.
    assert result.at_point.road_class == "G"


@pytest.mark.parametrize(("shares", "where"), [((0.2, 0.3), "2"), ((0.3, 0.2), "1")])
def test_place_that_speaks_most_is_one_of_the_first_candidate(
    shares: tuple[float, float], where: str
) -> None:
    street, federal = (shared(0.5).situations[n] for n in (0, 1))
    spots = [
        replace(street, weight=share, parcels=(parcel(key=str(n)),))
        for n, share in enumerate(shares, start=1)
    ]
    # The largest single place, but of another body.
    found = replace(ON_G, situations=(replace(federal, weight=0.45), *spots))
    result = decide(found, rules(ON_STREET, ON_FEDERAL))
    assert (result.candidates[0].body, result.facts.parcel.key) == ("EUV", where)
    assert result.at_point.road_class == "B"


# --- Which rule ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "first"),
    [
        ({"priority": 9}, "OTHER"),
        ({"priority": 11}, "R1"),
        ({"usage": "ROAD"}, "OTHER"),
        ({"condition": "always"}, "OTHER"),
        ({"category": "*"}, "R1"),
        # A named category counts double: as much as two other columns, more than one.
        ({"category": "*", "usage": "ROAD"}, "R1"),
        ({"category": "*", "usage": "ROAD", "owner": "CITY"}, "EUV and GREEN"),
        ({"category": "*", "usage": "ROAD", "owner": "CITY", "condition": "always"}, "OTHER"),
        ({"usage": "-"}, "EUV and GREEN"),
    ],
)
def test_rule_of_the_lower_priority_then_the_narrower_one_goes_first(
    other: dict[str, Any], first: str
) -> None:
    rows = [row_make("R1", body="EUV"), row_make("OTHER", body="GREEN", **other)]
    result = decide(ON_G, rules(*rows))
    if first == "EUV and GREEN":
        assert result.doubts == ("rules_tie",)
    else:
        assert [one.rule_id for one in result.candidates] == [first]


def test_rules_of_one_body_are_no_tie_and_the_first_by_name_gives_the_reason() -> None:
    result = decide(ON_G, rules(row_make("R2"), row_make("R1")))
    assert ([one.rule_id for one in result.candidates], result.doubts) == (["R1"], ())


@pytest.mark.parametrize(
    ("lapsed", "bodies_named", "doubts"),
    [
        ((), ["EUV"], ()),
        (("EUV",), ["GREEN"], ("authority_lapsed:EUV",)),
        (("EUV", "GREEN"), ["TRIAGE"], ("authority_lapsed:EUV", "authority_lapsed:GREEN")),
    ],
)
def test_rule_of_an_authority_that_does_not_act_lets_the_next_have_its_turn(
    lapsed: tuple[str, ...], bodies_named: list[str], doubts: tuple[str, ...]
) -> None:
    ruleset = rules(row_make("R1"), row_make("R2", body="GREEN", priority=11))
    result = decide(replace(ON_G, lapsed=lapsed), ruleset)
    assert ([one.body for one in result.candidates], result.doubts) == (bodies_named, doubts)


def test_agreement_of_one_authority_that_does_not_act_leaves_the_other() -> None:
    both = tuple(AgreementFact(body, body, "", ("*",)) for body in ("EUV", "GREEN"))
    found = replace(ON_G, situations=(replace(ON_G.situations[0], agreements=both),))
    result = decide(replace(found, lapsed=("EUV",)), rules())
    assert [one.body for one in result.candidates] == ["GREEN"]


@pytest.mark.parametrize(
    ("notify", "told"), [("GREEN", ("GREEN",)), ("EUV", ()), ("TRIAGE", ()), ("", ()), ("DB", ())]
)
def test_copy_goes_to_another_authority_that_acts(notify: str, told: tuple[str, ...]) -> None:
    result = decide(replace(ON_G, lapsed=("DB",)), rules(row_make(notify=notify)))
    assert result.candidates[0].notify == told


HERNE, BOCHUM, TOWN = (
    AreaFact("neighbour", "05916000", "Herne"),
    AreaFact("neighbour", "05911000", "Bochum"),
    AreaFact("district", "0", "Mitte"),
)


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ({"inside": False, "areas": (HERNE, BOCHUM)}, "05911000"),
        ({"inside": False, "areas": (TOWN, HERNE)}, "05916000"),
        ({"inside": False, "areas": (TOWN,)}, ""),
        ({"inside": True, "areas": (HERNE,)}, ""),
    ],
)
def test_neighbour_is_the_first_by_code_and_only_outside(known: dict[str, Any], code: str) -> None:
    condition = "outside_jurisdiction or always"
    ruleset = rules(row_make(body="NEIGH", condition=condition))
    assert decide(evidence("ROAD_SURFACE", **known), ruleset).candidates[0].area_code == code


@pytest.mark.parametrize(
    ("law", "rule_id", "counts"), [(0.92, "LAW", 0.95), (0.95, "LAW", 0.95), (0.97, "LAW", 0.97)]
)
def test_law_that_names_the_owner_too_gives_the_reason_and_the_higher_confidence_counts(
    law: float, rule_id: str, counts: float
) -> None:
    lamp = AssetFact("l1", "street_light", "", "EUV", "", 3.0)
    found = evidence("ROAD_SURFACE", assets=(lamp,), asset_kinds=("street_light",))
    owner = row_make("OWNER", priority=5, body="(asset owner)", confidence=0.95)
    first = decide(found, rules(owner, row_make("LAW", confidence=law))).candidates[0]
    assert (first.rule_id, first.confidence) == (rule_id, counts)
    # The next row that matches says what the law is, not any later one.
    other = row_make("GREEN", body="GREEN", priority=9)
    assert decide(found, rules(owner, other, row_make("LAW"))).candidates[0].rule_id == "OWNER"


def test_another_row_for_the_owner_is_not_the_law() -> None:
    lamp = AssetFact("l1", "street_light", "", "EUV", "", 3.0)
    found = evidence("ROAD_SURFACE", assets=(lamp,), asset_kinds=("street_light",))
    own = row_make("OWN", priority=4, body="(asset owner)", notify="GREEN")
    any_other = row_make("ANY", priority=5, body="(asset owner)")
    first = decide(found, rules(own, any_other)).candidates[0]
    assert (first.rule_id, first.notify) == ("OWN", ("GREEN",))
    law = row_make("LAW", priority=6, notify="AUTOBAHN")
    first = decide(found, rules(own, any_other, law)).candidates[0]
    assert (first.rule_id, first.notify) == ("LAW", ("AUTOBAHN",))


# --- Computed bodies ----------------------------------------------------------------------------------

BAULAST = row_make("D", priority=1, category="GULLY_BLOCKED", body="(Baulast)")


def duty(*rows: RuleRow, body: str = "(Baulast)", **known: Any) -> str:
    """Whom the rule names, and by which row."""
    found = evidence("GULLY_BLOCKED", "drainage", **{**road("G"), **known})
    first = decide(found, rules(replace(BAULAST, body=body), *rows)).candidates[0]
    return f"{first.body} {first.via}".strip()


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ({"priority": 9}, "GREEN LAW"),
        ({"priority": 8}, "EUV LATER"),
        ({"category": "*"}, "EUV LATER"),
        ({"body": "(table)"}, "EUV LATER"),
        ({"part": "carriageway"}, "GREEN LAW"),
        ({"part": "footway"}, "EUV LATER"),
        ({"road_class": "B"}, "EUV LATER"),
    ],
)
def test_duty_is_by_the_first_rule_for_carriageways_that_overrides_nothing(
    known: dict[str, Any], found: str
) -> None:
    law = row_make("LAW", **{"body": "GREEN", "priority": 9, **known})
    assert duty(law, row_make("LATER", priority=20)) == found


CLASSES = [
    row_make("A", road_class="A", body="AUTOBAHN"),
    row_make("B in", road_class="B", through_road="in", body="EUV"),
    row_make("B out", road_class="B", through_road="out", body="STRNRW"),
    row_make("K", road_class="K", body="KREIS66"),
    row_make("G", road_class="G", body="GREEN"),
]


@pytest.mark.parametrize("body", ["(higher class)", "(highest class arm)"])
@pytest.mark.parametrize(
    ("sections", "found"),
    [
        ([("G", "in", 0.0), ("K", "in", 30.0)], "KREIS66 K"),
        ([("A", "in", 30.0), ("B", "in", 0.0)], "AUTOBAHN A"),
        ([("B", "in", 1.0), ("B", "out", 1.01)], "EUV B in"),
        ([("B", "in", 1.01), ("B", "out", 1.0)], "STRNRW B out"),
        ([("B", "in", 1.0), ("B", "out", 1.0)], "EUV B in"),
        ([("B", "out", 1.0), ("B", "in", 1.0)], "STRNRW B out"),
        # Its own limits are not known: those of the road that is meant stand in.
        ([("G", "in", 0.0), ("B", "unknown", 9.0)], "STRNRW B out"),
        ([], "TRIAGE"),
    ],
)
def test_highest_class_is_that_of_all_roads_in_sight_then_the_nearest_then_the_first_by_key(
    body: str, sections: list[tuple[str, str, float]], found: str
) -> None:
    roads = [
        section(road_class, state, key=str(n), distance=distance)
        for n, (road_class, state, distance) in enumerate(sections)
    ]
    for arms in (roads, roads[::-1]):
        known = {"sections": tuple(arms), "built_up": "out", "parcels": (parcel("ROAD", "RVR"),)}
        assert duty(*CLASSES, body=body, **known) == found


def test_body_of_a_register_is_passed_over_where_it_is_no_authority_s_code() -> None:
    agreements = tuple(
        AgreementFact(str(n), b, "", ("*",)) for n, b in enumerate(("X", "DB", "DB"))
    )
    assert duty(body="(table)", agreements=agreements) == "DB"
    assert duty(body="(table)", agreements=agreements[:1]) == "TRIAGE"


def test_contractor_is_the_owner_of_the_first_construction_site() -> None:
    sites = [
        AssetFact("1", "gully", "", "EUV", "", 1.0),
        AssetFact("2", "construction_site", "", "GREEN", "", 2.0),
        AssetFact("3", "construction_site", "", "DB", "", 3.0),
    ]
    assert duty(body="(contractor)", assets=tuple(sites)) == "GREEN"
    assert duty(body="(contractor)", assets=tuple(sites[:1])) == "TRIAGE"
