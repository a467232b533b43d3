"""What the public is told of a decision never says who owns the land, whatever body and owner it is about."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from issues.enums import RoadPart
from parcels.enums import OwnerClass, Usage
from routing.engine import CompiledRuleSet, decide
from routing.engine.questions import question_best
from routing.rulebook import rules_read
from routing.sentences import public_sentence
from routing.sentences.questions import question_worded
from routing.sentences.words import WORDS
from routing.types import Evidence, ParcelFact, SectionFact, Situation
from tests.routing.rule_factories import row_make

CITY = Path(__file__).resolve().parents[3] / "fixtures" / "castrop_rauxel"
# Words that would say it, in both languages; none of them stands in the name of a category or an authority.
TELLING = re.compile(
    r"privat|eigent|eigen\b|gehör|grundstück|privately|private|belong|own(s|ed|er|ership)\b"
    r"|BGB|\bPRIV\b|CHURCH|Kirche|church",
    re.IGNORECASE,
)
DATASETS = {"parcels": 1, "land_use": 2, "ownership": 3, "road_sections": 4, "assets": 5}


def city_rows(name: str) -> list[dict[str, str]]:
    with (CITY / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture(scope="module")
def authorities() -> dict[str, dict[str, str]]:
    rows = {row["code"]: row for row in city_rows("authorities.csv")}
    return {code: rows[row["acts_through"] or code] for code, row in rows.items()}


@pytest.fixture(scope="module")
def ruleset(authorities: dict[str, dict[str, str]]) -> CompiledRuleSet:
    return CompiledRuleSet.compile(
        rules_read(CITY / "rules.csv"), bodies=authorities, assign_from=0.7, assign_margin=0.3
    )


def situations(owner: str) -> Iterator[Situation]:
    """Every land use of this owner, beside roads of several classes and beside none."""
    for usage in Usage.values:
        parcel = ParcelFact("k", "Castrop", 1, "1", 100.0, usage, "", "", owner, "")
        for road_class in ("", "A", "B", "K", "G", "P"):
            name = f"{road_class} 14" if road_class in {"A", "B", "K"} else "Ring"
            section = SectionFact("s", road_class, name, "Ring", 2.0, 10.0, "in", "3", True)
            for built_up in ("in", "out"):
                yield Situation(
                    weight=1.0,
                    inside=True,
                    built_up=built_up,
                    parcels=(parcel,),
                    sections=(section,) if road_class else (),
                    adjoining_owner=owner,
                )


def evidence(category: dict[str, str], situation: Situation) -> Evidence:
    return Evidence(
        category=category["code"],
        part=category["part"] if category["part"] in RoadPart.values else "",
        answers={},
        asset_kinds=(),
        bears_through_roads=False,
        on=date(2026, 3, 3),
        situations=(situation,),
        datasets=DATASETS,
    )


@pytest.mark.parametrize("owner", OwnerClass.values)
def test_public_sentence_of_every_body_never_tells_the_owner(
    owner: str, ruleset: CompiledRuleSet, authorities: dict[str, dict[str, str]]
) -> None:
    told: set[str] = set()
    bodies: set[str] = set()
    for category in city_rows("categories.csv"):
        for situation in situations(owner):
            result = decide(evidence(category, situation), ruleset)
            bodies.update(one.body for one in result.candidates)
            for language in ("de", "en"):
                names = {code: row[f"public_name_{language}"] for code, row in authorities.items()}
                told.add(
                    public_sentence(result, language=language, category="X", authorities=names)
                )
    assert len(bodies) > 15
    assert [sentence for sentence in sorted(told) if TELLING.search(sentence)] == []
    phrases = {phrase for words in WORDS.values() for phrase in words.owner.values()}
    assert [one for one in told if any(phrase in one for phrase in phrases)] == []


@pytest.mark.parametrize(
    ("columns", "condition"), [({"road_class": "P"}, ""), ({}, 'road_class("P")')]
)
def test_public_sentence_of_a_private_street_by_class_alone_never_tells_the_owner(
    columns: dict[str, str], condition: str, authorities: dict[str, dict[str, str]]
) -> None:
    """A street without a section is a private one because of its owner, also where a rule asks for the class."""
    row = row_make("07", body="PRIV", legal_basis="BGB 823", condition=condition, **columns)
    rules = CompiledRuleSet.compile([row], bodies=authorities, assign_from=0.7, assign_margin=0.3)
    parcel = ParcelFact("k", "Castrop", 1, "1", 100.0, "ROAD", "", "", "PRIV", "")
    place = Situation(weight=1.0, inside=True, built_up="in", parcels=(parcel,))
    category = {"code": "ROAD_SURFACE", "part": "carriageway"}
    result = decide(evidence(category, place), rules)
    names = {code: row["public_name_de"] for code, row in authorities.items()}
    told = public_sentence(result, language="de", category="X", authorities=names)
    assert (result.candidates[0].rule_id, TELLING.search(told)) == ("07", None)
    assert "Regel" not in told


def test_every_body_of_the_rules_is_seen_by_the_walk(
    ruleset: CompiledRuleSet, authorities: dict[str, dict[str, str]]
) -> None:
    """The walk above is worth something only if it meets the bodies whose names could tell something."""
    seen = {
        one.body
        for owner in OwnerClass.values
        for category in city_rows("categories.csv")
        for situation in situations(owner)
        if situation.built_up == "in"
        for one in decide(evidence(category, situation), ruleset).candidates
    }
    # Only outside, only after an answer, and only for information.
    assert set(authorities) - seen <= {"NEIGH", "WATER", "UNB"}
    assert {"PRIV", "ESTATE", "RVR", "DB", "EG", "FOREST"} <= seen


def test_questions_never_tell_the_owner(ruleset: CompiledRuleSet) -> None:
    for owner in OwnerClass.values:
        road = ParcelFact("r", "Castrop", 1, "2", 100.0, "ROAD", "", "", "CITY", "")
        street = SectionFact("s", "G", "Ring", "Ring", 2.0, 10.0, "out", "3", True)
        for beside in situations(owner):
            if beside.sections or beside.built_up == "out":
                continue
            on_street = Situation(0.5, True, "in", parcels=(road,), sections=(street,))
            halves = (on_street, Situation(0.5, True, "in", parcels=beside.parcels))
            for category in city_rows("categories.csv"):
                asked = evidence(category, halves[0])
                question = question_best(
                    Evidence(**{**{f: getattr(asked, f) for f in Evidence.__slots__}, "situations": halves}),
                    ruleset,
                )  # fmt: skip
                if question is None:
                    continue
                worded = question_worded(question, attributes={})
                told = [worded.texts["de"], worded.texts["en"]]
                told += [
                    text for one in worded.options for text in (one.labels["de"], one.labels["en"])
                ]
                allowed = "auf einem Grundstück neben der Straße"
                assert not TELLING.search(re.sub(allowed, "", " ".join(told), flags=re.IGNORECASE))
