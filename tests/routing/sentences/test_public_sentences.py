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
from routing.deciding.public_answers import PUBLIC_GROUND, PublicAnswer, public_answer
from routing.engine import CompiledRuleSet, decide
from routing.engine.questions import question_best
from routing.rulebook import rules_read
from routing.sentences import public_sentence
from routing.sentences.questions import question_worded
from routing.sentences.words import WORDS
from routing.types import Evidence, ParcelFact, SectionFact, Situation

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
    """Code → the row of the authority that it acts through, else its own."""
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


def told(
    answer: PublicAnswer,
    language: str,
    authorities: dict[str, dict[str, str]],
    rules: CompiledRuleSet,
) -> str:
    """The sentence as the look-up makes it; the municipality is the City."""
    named, share = answer.shares()
    names = [authorities[one][f"public_name_{language}"] for one in named]
    facts, reason = answer.reason(rules)
    return public_sentence(
        facts,
        language=language,
        category="X",
        names=[*names, "City"] if share > 0 else names,
        is_clear=answer.leader is not None,
        is_municipality=share >= 0.7,
        reason=reason,
    )


@pytest.fixture(scope="module")
def answers(
    ruleset: CompiledRuleSet, authorities: dict[str, dict[str, str]]
) -> list[tuple[str, list[PublicAnswer]]]:
    """(land use, the answers for several owners) beside some roads and beside none, for every category."""
    municipality = {code for code, row in authorities.items() if row["code"] != code}
    return [
        (
            same[0].parcels[0].usage,
            [
                public_answer(evidence(category, one), ruleset, municipality=municipality)
                for one in same
            ],
        )
        for category in city_rows("categories.csv")
        for same in zip(*(situations(owner) for owner in ("CITY", "PRIV", "RVR")), strict=True)
        if same[0].built_up == "in"
        and {one.road_class for one in same[0].sections} <= {"K", "G", "P"}
    ]


def test_public_answer_is_the_same_whoever_owns_ground_that_is_not_public(
    answers: list[tuple[str, list[PublicAnswer]]],
) -> None:
    named: set[str] = set()
    for usage, (first, *others) in answers:
        ways = first.evidence.situations[0].sections
        is_in_register = usage == "PATH" and any(one.same_parcel for one in ways)
        if usage not in PUBLIC_GROUND and not is_in_register:
            assert all(one == first for one in others)
            named.update(first.shares()[0])
    # Somebody is named there, where the owner does not matter.
    assert {"GAS", "ORD", "LIGHT"} <= named


def test_public_sentence_never_tells_the_owner(
    answers: list[tuple[str, list[PublicAnswer]]],
    authorities: dict[str, dict[str, str]],
    ruleset: CompiledRuleSet,
) -> None:
    sentences = {
        told(answer, language, authorities, ruleset)
        for _usage, same in answers
        for answer in same
        for language in ("de", "en")
    }
    assert any("(Regel R12)" in one for one in sentences)
    assert [one for one in sorted(sentences) if TELLING.search(one)] == []
    phrases = {phrase for words in WORDS.values() for phrase in words.owner.values()}
    assert [one for one in sentences if any(phrase in one for phrase in phrases)] == []


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
