"""A sentence tells what the rule asks for, with the values that hold, and never what the rule denies."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issues.enums import RoadPart
from parcels.enums import OwnerClass, Usage
from routing.engine import CompiledRuleSet, RuleRow, decide
from routing.enums import Outcome, RoadClass
from routing.sentences import sentence
from routing.sentences.places import ground_phrase
from routing.sentences.reasons import reason_phrase
from routing.sentences.words import WORDS, Words, words_of
from routing.types import AgreementFact, Evidence, Result, Situation
from tests.routing.engine.test_engine import (
    ROWS,
    RULES,
    any_evidence,
    bodies,
    evidence,
    parcel,
    road,
    section,
)
from tests.routing.rule_factories import row_make
from tests.routing.sentences.cases import cases

BY_ID = {row.rule_id: row for row in ROWS}
NAMES = {row.body: f"<{row.body}>" for row in ROWS} | {code: f"<{code}>" for code in bodies()}
ON_NUMBERED = re.compile(r"(?:an|auf) der ([ABLK]) \d")
DENIED = {
    "in": ("außerhalb der Ortsdurchfahrt", "außerorts"),
    "out": ("innerhalb der Ortsdurchfahrt", "innerorts"),
}


def told(found: Evidence, rules: CompiledRuleSet = RULES, language: str = "de") -> str:
    result = decide(found, rules)
    return sentence(result, language=language, category="X", authorities=NAMES)


def rules(*rows: RuleRow) -> CompiledRuleSet:
    return CompiledRuleSet.compile(rows, bodies=bodies(), assign_from=0.5, assign_margin=0.1)


def denied(text: str, row: RuleRow, words: Words) -> list[str]:
    """What a German text states and the row's columns deny."""
    classes, owners = row.road_class.split("|"), row.owner.split("|")
    found = [
        phrase
        for code, phrase in words.road_class.items()
        if phrase in text and row.road_class != "*" and code not in classes
    ]
    if row.road_class != "*":
        found += [name for name in ON_NUMBERED.findall(text) if name not in classes]
    if row.through_road in DENIED:
        found += [phrase for phrase in DENIED[row.through_road] if phrase in text]
    if row.owner != "*":
        found += [
            phrase for code, phrase in words.owner.items() if phrase in text and code not in owners
        ]
    if words.everywhere in text and any(
        value != "*" for value in (row.road_class, row.through_road, row.part, row.usage, row.owner)
    ):
        found.append(words.everywhere)
    return found


def contradictions(result: Result) -> list[str]:
    words = words_of("de")
    found = []
    for candidate, facts in zip(result.candidates, result.grounds, strict=True):
        if candidate.rule_id:
            text = (
                f"{ground_phrase(candidate, facts, words)}; {reason_phrase(candidate, facts, 'de')}"
            )
            against = denied(text, BY_ID[candidate.rule_id], words)
            found += [f"{candidate.rule_id}: {text}: {one}" for one in against]
    return found


@st.composite
def vague_evidence(draw: st.DrawFn) -> Evidence:
    """Evidence of up to three situations, each drawn by itself."""
    drawn = [draw(any_evidence()) for _number in range(draw(st.integers(1, 3)))]
    situations = tuple(replace(one.situations[0], weight=1 / len(drawn)) for one in drawn)
    return replace(drawn[0], situations=situations)


@settings(max_examples=600, deadline=None)
@given(found=vague_evidence())
def test_sentence_contradicts_no_rule_of_the_model_city(found: Evidence) -> None:
    result = decide(found, RULES)
    assert contradictions(result) == []
    for language in WORDS:
        text = sentence(result, language=language, category="X", authorities=NAMES)
        assert not {"{", "}"} & set(text)


@pytest.mark.parametrize("owner", OwnerClass.values)
def test_sentence_contradicts_no_rule_beside_any_road(owner: str) -> None:
    """Beside a road, rules for the road and rules for its neighbour both apply."""
    found: set[str] = set()
    beside = 0
    for category, part in {(row.category, row.part) for row in ROWS}:
        for usage in Usage.values:
            for road_class in RoadClass.values:
                if "*" in category or road_class == "N":
                    continue
                place = evidence(
                    category.split("|")[0],
                    "green" if part == "*" else part.split("|")[0],
                    parcels=(parcel(usage, owner),),
                    sections=(section(road_class, "out", distance=5.0, owner="CITY"),),
                )
                result = decide(place, RULES)
                beside += result.facts.beside_road
                found.update(contradictions(result))
    assert beside > 1000
    assert found == set()


def test_neighbours_tree_is_told_without_the_road_beside_it() -> None:
    beside = {"parcels": (parcel("BUILT", "PRIV"),), "sections": (section("G", distance=7.0),)}
    text = told(evidence("TREE_DANGER", "green", **beside))
    assert "auf bebautem Grund (Gemarkung Castrop, Flur 14, Flurstück 123/4)" in text
    assert "das Flurstück ist in privatem Eigentum" in text
    assert "Straße" not in text


def test_owner_of_the_road_is_not_the_owner_of_the_parcel_beside_it() -> None:
    beside = {
        "parcels": (parcel("AGRI", "PRIV"),),
        "sections": (section("S", distance=3.0, road="Im Felde", owner="CITY"),),
    }
    text = told(evidence("ROAD_SURFACE", "carriageway", **beside))
    assert "in der Straße „Im Felde“" in text
    assert "das Land der Straße gehört der Stadt" in text


def test_limits_are_told_once() -> None:
    text = told(evidence("ROAD_SURFACE", "carriageway", **road("B", "out")))
    assert "auf der B 1 (Gemarkung" in text
    assert "die Straße ist eine Bundesstraße außerhalb der Ortsdurchfahrt. Grundlage" in text
    # Where the rule asks for none, they stand with the place.
    text = told(evidence("SIGN_REQUEST", **road("B", "out")))
    assert text.count("außerhalb der Ortsdurchfahrt") == 1


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({}, "für diese Kategorie gilt das überall"),
        ({"part": "footway"}, "es geht um den Gehweg"),
        ({"usage": "BUILT"}, "der Ort liegt auf bebautem Grund"),
        ({"road_class": "N"}, "der Ort gehört zu keiner bekannten Straße"),
        ({"through_road": "in"}, "der Ort liegt innerorts"),
        ({"road_class": "N", "owner": "CITY"}, "das Flurstück gehört der Stadt"),
        (
            {"through_road": "in", "condition": "not bears_through_roads"},
            "der Ort liegt innerorts und es gilt nicht: die Stadt trägt die Baulast der Ortsdurchfahrten",
        ),
        (
            {"usage": "BUILT", "condition": "tree on the road's land", "through_road": "in"},
            (
                "der Ort liegt innerorts; der Baum steht auf dem Straßengrundstück, und die Stadt trägt die"
                " Straßenbaulast hier nicht"
            ),
        ),
    ],
)
def test_reason_tells_what_the_rule_asks_for(columns: dict[str, str], reason: str) -> None:
    place = evidence("SIDEWALK", "footway", parcels=(parcel("BUILT", "CITY"),))
    text = told(place, rules(row_make("R1", category="SIDEWALK", **columns)))
    assert f"; {reason}. Grundlage:" in text


def test_reason_of_a_hypothesis_says_what_it_supposes() -> None:
    text = told(evidence("WASTE_DUMP", parcels=(parcel("BUILT", "PRIV"),), built_up="unknown"))
    assert "falls der Ort außerorts liegt, denn das Flurstück ist in privatem Eigentum" in text


def test_rule_that_another_one_goes_before_inside_holds_outside_and_not_everywhere() -> None:
    inside = row_make("R1", category="WASTE_DUMP", through_road="in", body="EUV")
    found = rules(inside, row_make("R2", priority=11, category="WASTE_DUMP", body="UAB"))
    unknown = evidence("WASTE_DUMP", parcels=(parcel("BUILT", "PRIV"),), built_up="unknown")
    text = told(unknown, found)
    assert "<EUV> – 50 %: falls der Ort innerorts liegt;" in text
    assert "<UAB> – 50 %: falls der Ort außerorts liegt. Grund" in text


def test_body_that_acts_under_every_hypothesis_supposes_nothing() -> None:
    text = told(evidence("ROAD_SURFACE", "carriageway", **road("B", "unknown")))
    assert "<STRNRW> – 100 %: die Straße ist eine Bundesstraße. Grund" in text


def test_place_on_two_levels_is_on_neither() -> None:
    text = told(cases()["road over motorway"])
    assert "auf der B 235 auf der Brücke über eine andere Straße, die Straße ist" in text
    assert "; (2) <AUTOBAHN> – 50 %: auf der A 42, die Straße ist" in text
    assert "an einem Ort mit zwei Ebenen (Gemarkung" in text


def two_places(share: float) -> Evidence:
    """Most likely on a street, reported on a private parcel beside it."""
    pin = Situation(1 - share, True, "in", (parcel("BUILT", "PRIV", key="pin"),))
    street = Situation(
        share, True, "in", (parcel(key="street"),), (section("G", road="Marktring"),)
    )
    return replace(evidence("WASTE_DUMP"), situations=(pin, street))


def test_sentence_says_that_the_place_is_not_the_reported_point() -> None:
    text = told(two_places(0.95), rules(row_make(category="WASTE_DUMP", road_class="G")))
    assert (
        "wahrscheinlich am Marktring innerorts (Gemarkung Castrop, Flur 14, Flurstück 123/4),"
        " neben dem gemeldeten Punkt auf bebautem Grund; die Straße ist eine Gemeindestraße."
    ) in text


def test_triage_names_the_leader_first_with_share_reason_and_place() -> None:
    street = row_make("R1", category="WASTE_DUMP", road_class="G", body="EUV")
    yard = row_make("R2", category="WASTE_DUMP", owner="PRIV", body="UAB")
    names = {"EUV": "Werke, Bereich A, und Co", "UAB": "Kreis (Abfall)"}
    found = rules(replace(street, confidence=0.5), yard)
    result = decide(two_places(0.6), found)
    assert result.outcome == Outcome.TRIAGE
    assert sentence(result, language="de", category="Müll", authorities=names) == (
        "Bitte prüfen, wer zuständig ist: (1) Werke, Bereich A, und Co – 60 %: am Marktring, die Straße ist eine"
        " Gemeindestraße; (2) Kreis (Abfall) – 40 %: das Flurstück ist in privatem Eigentum. Grund der Sichtung: die"
        " Regel R1 allein genügt nicht, um ohne Sichtung weiterzuleiten; die Ortsangabe lässt mehrere Orte zu, an"
        " denen Verschiedene zuständig sind. Gemeldet ist „Müll“ auf bebautem"
        " Grund (Gemarkung Castrop, Flur 14, Flurstück 123/4)."
    )


def test_triage_names_three_and_counts_the_others() -> None:
    situations = tuple(
        Situation(weight, True, "in", (parcel("BUILT", owner, key=owner),))
        for owner, weight in zip(
            ("CITY", "KREIS", "LAND", "RVR", "DB"), (0.4, 0.3, 0.2, 0.095, 0.005), strict=True
        )
    )
    owners = {"CITY": "EUV", "KREIS": "KREIS66", "LAND": "STRNRW", "RVR": "RVR", "DB": "DB"}
    rows = [row_make(body, owner=owner, body=body) for owner, body in owners.items()]
    text = told(replace(evidence("ROAD_SURFACE"), situations=situations), rules(*rows))
    assert (
        "(3) <STRNRW> – 20 %: auf einem anderen Flurstück (Gemarkung Castrop, Flur 14, Flurstück 123/4),"
        " das Flurstück gehört dem Land; und 2 weitere." in text
    )


def test_triage_counts_what_no_rule_names() -> None:
    text = told(
        two_places(0.6), rules(row_make(category="WASTE_DUMP", road_class="G", confidence=0.5))
    )
    assert "(1) <EUV> – 60 %: " in text
    assert "; (2) zu 40 % nennt keine Regel eine Stelle. Grund" in text


def test_triage_of_one_candidate_has_no_list() -> None:
    text = told(evidence("ROAD_SURFACE", **road("G")), rules(row_make(confidence=0.5)))
    assert "zuständig ist: <EUV> – 100 %: für diese" in text


def test_source_of_an_agreement_stands_behind_its_reason() -> None:
    agreement = AgreementFact("V1", "KREIS66", "Vertrag 7/2019", ("GULLY_BLOCKED",))
    text = told(evidence("GULLY_BLOCKED", "drainage", **road("B"), agreements=(agreement,)))
    assert "für diesen Ort gilt eine Vereinbarung (Vertrag 7/2019)" in text


@pytest.mark.parametrize("language", WORDS)
def test_words_know_every_value_of_every_column(language: str) -> None:
    words = words_of(language)
    assert words.owner.keys() == {*OwnerClass.values}
    assert words.usage.keys() >= {*Usage.values, "UNKNOWN", ""}
    assert words.part.keys() == {*RoadPart.values} - {""}
    assert words.road_class.keys() | {"N"} == {*RoadClass.values}
