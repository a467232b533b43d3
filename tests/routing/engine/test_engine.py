"""The engine on evidence made by hand: the regression cases, ordering, hypotheses, properties."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_core.dataset_names import dataset_names
from routing.engine import CompiledRuleSet, decide
from routing.engine.conditions import condition_compile
from routing.enums import Outcome
from routing.errors import RuleSetError
from routing.rulebook import rules_read
from routing.sentences import legal_basis_shown, tried_phrase
from routing.types import (
    AgreementFact,
    AreaFact,
    AssetFact,
    Evidence,
    ParcelFact,
    SectionFact,
    Situation,
)

FOLDER = Path(__file__).resolve().parents[3] / "fixtures" / "castrop_rauxel"


def authorities() -> list[dict[str, str]]:
    with (FOLDER / "authorities.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def bodies() -> list[str]:
    return [row["code"] for row in authorities()]


def private_bodies() -> list[str]:
    return [row["code"] for row in authorities() if row["acts_through"]]


def city_works() -> list[str]:
    return [row["code"] for row in authorities() if row["is_city_works"]]


ROWS = rules_read(FOLDER / "rules.csv")
RULES = CompiledRuleSet.compile(ROWS, bodies=bodies(), assign_from=0.9, assign_margin=0.3)


def parcel(usage: str = "ROAD", owner: str = "CITY", **facts: object) -> ParcelFact:
    known = {
        "key": "055287014001230004__",
        "gemarkung": "Castrop",
        "flur": 14,
        "number": "123/4",
        "area": 500.0,
        "usage": usage,
        "use_type": "",
        "use_description": "",
        "owner": owner,
        "location_text": "",
    }
    return ParcelFact(**{**known, **facts})


def section(road_class: str, through_road: str = "in", **facts: object) -> SectionFact:
    known = {
        "key": f"4410001A4410002{road_class}",
        "road_class": road_class,
        "road": f"{road_class} 1",
        "name": "",
        "distance": 2.0,
        "station": 100.0,
        "through_road": through_road,
        "cleaning_class": "",
        "same_parcel": True,
    }
    return SectionFact(**{**known, **facts})


def evidence(category: str, part: str = "", **facts: object) -> Evidence:
    situation = {
        "weight": 1.0,
        "inside": True,
        "built_up": "in",
        "parcels": (parcel(),),
        **{key: facts.pop(key) for key in list(facts) if key in Situation.__slots__},
    }
    known = {
        "answers": {},
        "asset_kinds": (),
        "bears_through_roads": False,
        "on": date(2026, 3, 3),
        "datasets": dict.fromkeys(dataset_names(), 1),
    }
    return Evidence(
        category=category, part=part, situations=(Situation(**situation),), **{**known, **facts}
    )


def road(road_class: str, through_road: str = "in", **facts: object) -> dict[str, object]:
    return {"sections": (section(road_class, through_road),), **facts}


CASES = {
    "1": (evidence("ROAD_SURFACE", "carriageway", **road("B")), "STRNRW", ()),
    "2": (evidence("SIDEWALK", "footway", **road("B")), "EUV", ()),
    "4": (evidence("STREET_LIGHT", "lighting", **road("B")), "LIGHT", ("EUV",)),
    "6": (evidence("SIDEWALK", "footway", **road("L", "out"), built_up="out"), "STRNRW", ()),
    "7": (evidence("ROAD_SURFACE", "carriageway", **road("K")), "KREIS66", ()),
    "8": (evidence("GULLY_BLOCKED", "drainage", **road("K")), "EUV", ("KREIS66",)),
    "9": (evidence("ROAD_SURFACE", "carriageway", **road("G")), "EUV", ()),
    "10": (evidence("ROAD_OBSTACLE", "carriageway", **road("A")), "AUTOBAHN", ("POLICE",)),
    "13": (
        evidence("ROAD_SURFACE", "carriageway", parcels=(parcel("FOREST", "RVR"),)),
        "RVR",
        (),
    ),
    "15": (evidence("WATERBODY", parcels=(parcel("WATER", "EG"),)), "EG", ("UWB",)),
    "17": (
        evidence("WASTE_DUMP", parcels=(parcel("FOREST", "PRIV"),), built_up="out"),
        "PRIV",
        ("EUV",),
    ),
    "18": (evidence("WASTE_DUMP", parcels=(parcel("BUILT", "PRIV"),)), "UAB", ("ORD",)),
    "20": (evidence("ABANDONED_VEHICLE", **road("G")), "ORD", ("UAB",)),
    "21": (
        evidence("DETOUR_SIGN_BAB", "equip", **road("G"), parcels=(parcel("SQUARE"),)),
        "AUTOBAHN",
        ("STRNRW",),
    ),
    "22": (evidence("SIGN_REQUEST", **road("G")), "STVB", ()),
    "26 (1)": (
        evidence("ROAD_SURFACE", "carriageway", **road("B"), bears_through_roads=True),
        "EUV",
        (),
    ),
    "26 (7)": (
        evidence("ROAD_SURFACE", "carriageway", **road("K"), bears_through_roads=True),
        "EUV",
        (),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_decide_regression_case(case: str) -> None:
    found, body, notify = CASES[case]
    result = decide(found, RULES)
    assert (result.candidates[0].body, result.candidates[0].notify) == (body, notify)
    assert result.outcome == Outcome.ASSIGNED


def test_decide_through_road_unknown_goes_to_triage_with_both_rules() -> None:
    result = decide(evidence("ROAD_SURFACE", "carriageway", **road("B", "unknown")), RULES)
    assert result.outcome == Outcome.TRIAGE
    assert [(c.body, c.rule_id, c.hypothesis) for c in result.candidates] == [
        ("STRNRW", "R03", "out"),
        ("STRNRW", "R04", "in"),
    ]
    assert result.doubts == ("through_road_unknown",)


def test_decide_through_road_unknown_costs_nothing_where_no_rule_asks() -> None:
    result = decide(evidence("SIGN_REQUEST", **road("B", "unknown")), RULES)
    assert (result.outcome, result.candidates[0].body) == (Outcome.ASSIGNED, "STVB")


def test_decide_outside_names_the_neighbour() -> None:
    result = decide(
        evidence("ROAD_SURFACE", inside=False, areas=(AreaFact("neighbour", "05916000", "Herne"),)),
        RULES,
    )
    assert (result.candidates[0].body, result.candidates[0].area_code) == ("NEIGH", "05916000")


def test_decide_outside_names_the_neighbour_whatever_its_code() -> None:
    rows = [
        replace(ROWS[0], rule_id="01", condition="outside_jurisdiction", body="NACHBAR"),
        replace(ROWS[0], rule_id="02", priority=0, category="BRIDGE", condition="", body="BAB"),
    ]
    rules = CompiledRuleSet.compile(
        rows, bodies={"NACHBAR", "BAB"}, assign_from=0.9, assign_margin=0.3
    )
    herne = AreaFact("neighbour", "05916000", "Herne")
    named = [
        decide(evidence(category, inside=False, areas=(herne,)), rules).candidates[0].addressee
        for category in ("ROAD_SURFACE", "BRIDGE")
    ]
    # Only who is meant as the neighbour is one of several; the other body is the same everywhere.
    assert named == ["NACHBAR/05916000", "BAB"]


def test_decide_agreement_beats_every_rule() -> None:
    agreement = AgreementFact("V1", "KREIS66", "Vertrag 7/2019", ("GULLY_BLOCKED",))
    result = decide(
        evidence("GULLY_BLOCKED", "drainage", **road("B"), agreements=(agreement,)), RULES
    )
    assert (result.candidates[0].body, result.candidates[0].rule_id) == ("KREIS66", "X02")


def test_decide_agreement_about_another_category_is_no_agreement() -> None:
    agreement = AgreementFact("V1", "KREIS66", "Vertrag 7/2019", ("BRIDGE",))
    result = decide(
        evidence("ROAD_SURFACE", "carriageway", **road("G"), agreements=(agreement,)), RULES
    )
    assert result.candidates[0].body == "EUV"


def test_decide_asset_owner_goes_before_the_law() -> None:
    lamp = AssetFact("l1", "street_light", "4711", "STRNRW", "", 3.0)
    found = evidence(
        "STREET_LIGHT", "lighting", **road("G"), assets=(lamp,), asset_kinds=("street_light",)
    )
    result = decide(found, RULES)
    assert (result.candidates[0].body, result.candidates[0].rule_id) == ("STRNRW", "X05")


def test_decide_asset_whose_owner_the_law_names_too_gives_the_laws_reason_and_copies() -> None:
    gully = AssetFact("g1", "gully", "99", "EUV", "", 3.0)
    found = evidence(
        "GULLY_BLOCKED", "drainage", **road("K"), assets=(gully,), asset_kinds=("gully",)
    )
    result = decide(found, RULES)
    first = result.candidates[0]
    assert (first.body, first.rule_id, first.notify, first.confidence) == (
        "EUV",
        "D03",
        ("KREIS66",),
        0.95,
    )


def test_decide_shares_of_the_disc_are_the_probabilities_of_the_candidates() -> None:
    base = evidence("ROAD_SURFACE", "carriageway")
    on_b = Situation(0.25, True, "in", (parcel(),), (section("B"),))
    on_g = Situation(0.75, True, "in", (parcel(),), (section("G"),))
    result = decide(replace(base, situations=(on_b, on_g)), RULES)
    assert result.outcome == Outcome.TRIAGE
    # How sure the rows R12 and R04 are is no matter of the place.
    assert [(c.body, c.rule_id, c.probability, c.confidence) for c in result.candidates] == [
        ("EUV", "R12", 0.75, 0.95),
        ("STRNRW", "R04", 0.25, 0.93),
    ]


def test_decide_private_parcel_beside_a_street_keeps_both_readings() -> None:
    beside = {"parcels": (parcel("BUILT", "PRIV"),), "sections": (section("G", distance=7.0),)}
    assert decide(evidence("OVERGROWTH", "green", **beside), RULES).candidates[0].rule_id == "T24"
    assert decide(evidence("TREE_DANGER", "green", **beside), RULES).candidates[0].rule_id == "T08"
    assert (
        decide(evidence("ROAD_SURFACE", "carriageway", **beside), RULES).candidates[0].body == "EUV"
    )


def test_decide_no_parcel_at_all_is_triage_and_says_so() -> None:
    result = decide(evidence("ROAD_SURFACE", "carriageway", parcels=()), RULES)
    assert (result.outcome, result.candidates[0].body) == (Outcome.TRIAGE, "TRIAGE")
    assert "no_parcel" in result.doubts


def test_decide_does_not_depend_on_the_order_of_storage() -> None:
    for seed in range(5):
        rows = ROWS[:]
        random.Random(seed).shuffle(rows)
        shuffled = CompiledRuleSet.compile(
            rows, bodies=bodies(), assign_from=0.9, assign_margin=0.3
        )
        for found, _body, _notify in CASES.values():
            assert decide(found, shuffled) == decide(found, RULES)


USES = [
    "ROAD",
    "PATH",
    "SQUARE",
    "RAIL",
    "WATER",
    "CANAL",
    "FOREST",
    "GREEN",
    "BUILT",
    "AGRI",
    "UNKNOWN",
]
OWNERS = [
    "CITY",
    "KREIS",
    "LAND",
    "BUND_STR",
    "BUND_WSV",
    "DB",
    "EG",
    "RVR",
    "CHURCH",
    "PRIV",
    "UNKNOWN",
]
CATEGORIES = sorted({code for row in ROWS for code in row.category.split("|")} - {"*"})
PARTS = [
    "",
    "carriageway",
    "footway",
    "cycle_own",
    "equip",
    "lighting",
    "drainage",
    "green",
    "structure",
]
states = st.sampled_from(["in", "out", "unknown"])


@st.composite
def any_evidence(draw: st.DrawFn) -> Evidence:
    classes = draw(st.lists(st.sampled_from("ABLKGSP"), max_size=3))
    sections = tuple(
        section(c, draw(states), key=f"{c}{n}", distance=draw(st.floats(0, 30)))
        for n, c in enumerate(classes)
    )
    parcels = tuple(
        parcel(draw(st.sampled_from(USES)), draw(st.sampled_from(OWNERS)), key=str(n))
        for n in range(draw(st.integers(0, 2)))
    )
    return evidence(
        draw(st.sampled_from(CATEGORIES)),
        draw(st.sampled_from(PARTS)),
        inside=draw(st.booleans()),
        built_up=draw(states),
        parcels=parcels,
        sections=sections,
        bears_through_roads=draw(st.booleans()),
    )


@settings(max_examples=300, deadline=None)
@given(found=any_evidence())
def test_decide_is_total_and_survives_a_round_trip_through_json(found: Evidence) -> None:
    result = decide(found, RULES)
    assert result.candidates
    assert all(0 <= candidate.probability <= 1 for candidate in result.candidates)
    assert all(0 <= candidate.confidence <= 1 for candidate in result.candidates)
    assert all(candidate.body in {*bodies(), "TRIAGE"} for candidate in result.candidates)
    assert result.outcome == Outcome.TRIAGE or result.candidates[0].body != "TRIAGE"
    assert sum(candidate.probability for candidate in result.candidates) == 1
    again = Evidence.from_json(json.loads(json.dumps(found.to_json())))
    # Also the facts, which hold the evidence itself.
    assert decide(again, RULES) == result


def test_rows_of_one_priority_do_not_need_their_order_in_the_file() -> None:
    """First row wins in the matrix; here the more specific row does. They must agree for every place."""
    by_file = {row.rule_id: number for number, row in enumerate(ROWS)}
    in_order = [rule.row.rule_id for rule in RULES.rules]
    clashes = [
        (earlier, later)
        for position, earlier in enumerate(in_order)
        for later in in_order[position + 1 :]
        if by_file[earlier] > by_file[later] and _may_both_match(earlier, later)
    ]
    assert clashes == []


def _may_both_match(one: str, other: str) -> bool:
    a, b = (next(rule for rule in RULES.rules if rule.row.rule_id == name) for name in (one, other))
    if a.row.priority != b.row.priority or a.row.body == b.row.body:
        return False
    columns_a, columns_b = dict(a.columns), dict(b.columns)
    return all(
        not columns_a[column].isdisjoint(columns_b[column])
        for column in columns_a.keys() & columns_b.keys()
    )


@pytest.mark.parametrize(
    ("because", "german"),
    [
        (
            "road_class: G ≠ B|L",
            "Straßenklasse: Gemeindestraße; verlangt: Bundesstraße oder Landesstraße",
        ),
        ("condition: opt80=1", "nicht erfüllt: die Stadt trägt die Baulast der Ortsdurchfahrten"),
        ("body: (contractor)", "die Stelle ist hier nicht zu bestimmen: (contractor)"),
        ("validity: EUV", "Bauhof ist an diesem Tag nicht zuständig"),
    ],
)
def test_rule_that_did_not_match_says_why_in_german(because: str, german: str) -> None:
    assert tried_phrase(because, "de", {"EUV": "Bauhof"}) == german


def test_legal_basis_is_written_out_for_every_row() -> None:
    short = {
        row.legal_basis
        for row in ROWS
        if legal_basis_shown(row.legal_basis, "de") == row.legal_basis
    }
    # The names of whole statutes need nothing more; the catch-all has no basis.
    assert short == {"PBefG", "KrWG", "-"}
    assert legal_basis_shown("FStrG 5 III", "de") == "§ 5 Abs. 3 FStrG"
    assert legal_basis_shown("owner", "en") == "ownership of the land"


def test_condition_unknown_predicate_is_named() -> None:
    with pytest.raises(RuleSetError, match="unknown predicate: is_raining"):
        condition_compile("is_raining and usage('ROAD')")


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "usage(open('x'))",
        "1 + 1",
        "usage('ROAD').x",
        "lambda: 1",
    ],
)
def test_condition_that_is_no_predicate_is_refused(text: str) -> None:
    with pytest.raises(RuleSetError):
        condition_compile(text)


def test_rule_set_names_every_faulty_rule() -> None:
    rows = [
        replace(ROWS[0], rule_id="X01", body="NOBODY"),
        replace(ROWS[1], rule_id="X02", condition="is_raining"),
        replace(ROWS[2], rule_id="X03", confidence=1.5),
        replace(ROWS[3], rule_id="X04"),
        replace(ROWS[3], rule_id="X04"),
    ]
    with pytest.raises(RuleSetError) as error:
        CompiledRuleSet.compile(rows, bodies=bodies(), assign_from=0.9, assign_margin=0.3)
    text = str(error.value)
    assert "X01: the authority NOBODY does not exist." in text
    assert "X02: The condition “is_raining” names an unknown predicate" in text
    assert "X03: the confidence 1.5" in text
    assert "X04: the rule id stands twice." in text


def test_rows_that_leave_a_report_to_a_person_say_so_in_the_sentence() -> None:
    # A row without any confidence is told as "no rule names an authority"; only the last one, of no match, means that.
    silent = [row.rule_id for row in ROWS if row.body == "TRIAGE" and not row.confidence]
    assert silent == ["P03"]
