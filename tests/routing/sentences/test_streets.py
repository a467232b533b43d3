"""Streets stand in a sentence with the right preposition and article, or in a form that is right for any name."""

from __future__ import annotations

import csv

import pytest

from fixtures.modelcity.facts import STREET_LAST
from routing.engine.questions import QuestionAsked
from routing.sentences.places import road_phrase
from routing.sentences.questions import question_worded
from routing.sentences.streets import STREETS_FILE, street_preposition
from routing.sentences.words import words_of


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("Bahnhofstraße", "an der Bahnhofstraße"),
        ("Karl-Marx-Straße", "an der Karl-Marx-Straße"),
        ("Wittener Straße", "an der Wittener Straße"),
        ("Marktring", "am Marktring"),
        ("Igelwinkel", "im Igelwinkel"),
        ("Hirschkamp", "auf dem Hirschkamp"),
        ("Flözgasse", "in der Flözgasse"),
        ("Privatweg am Marktring", "auf dem Privatweg am Marktring"),
        ("Privatweg an der Zechenallee", "auf dem Privatweg an der Zechenallee"),
        # An adjective would be inflected: “am Alten Markt”.
        ("Alter Markt", "in der Straße „Alter Markt“"),
        ("Kleine Gasse", "in der Straße „Kleine Gasse“"),
        ("Im Winkel", "in der Straße „Im Winkel“"),
        ("An der Kirche", "in der Straße „An der Kirche“"),
        ("Ickern", "in der Straße „Ickern“"),
        ("B 235", "auf der B 235"),
        ("Am Hof 3", "in der Straße „Am Hof 3“"),
    ],
)
def test_road_in_a_german_sentence(name: str, phrase: str) -> None:
    assert road_phrase(name, words_of("de")) == phrase


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("Marktring", "on Marktring"),
        ("Im Winkel", "in the street “Im Winkel”"),
        ("K 14", "on the K 14"),
    ],
)
def test_road_in_an_english_sentence(name: str, phrase: str) -> None:
    assert road_phrase(name, words_of("en")) == phrase


def test_place_beside_a_numbered_road_is_not_on_it() -> None:
    assert road_phrase("K 14", words_of("de"), is_beside=True) == "an der K 14"
    assert road_phrase("K 14", words_of("en"), is_beside=True) == "beside the K 14"


def test_prepositions_agree_with_their_genders() -> None:
    with STREETS_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    forms = {
        "f": {"an der", "in der", "auf der"},
        "m": {"am", "im", "auf dem"},
        "n": {"am", "im", "auf dem"},
    }
    assert [row for row in rows if row["de"] not in forms[row["gender"]]] == []
    assert len({row["ending"] for row in rows}) == len(rows)


def test_every_street_of_the_model_city_has_a_preposition() -> None:
    assert [last for last in STREET_LAST if not street_preposition(last.title())] == []


@pytest.mark.parametrize(
    ("codes", "german", "english"),
    [
        (
            ("K 14", "none"),
            "Auf der K 14 oder nicht auf dieser Straße?",
            "On the K 14 or not on this road?",
        ),
        (
            ("L 511", "Amselstraße", "none"),
            "Auf der L 511, an der Amselstraße oder auf keiner dieser Straßen?",
            "On the L 511, on Amselstraße or on none of these roads?",
        ),
        (
            ("Marktring", "Im Winkel"),
            "Am Marktring oder in der Straße „Im Winkel“?",
            "On Marktring or in the street “Im Winkel”?",
        ),
    ],
)
def test_question_about_roads_is_right_for_one_and_for_many(
    codes: tuple[str, ...], german: str, english: str
) -> None:
    asked = QuestionAsked("road", codes, 1.0, 1.0)
    worded = question_worded(asked, attributes={})
    assert (worded.texts["de"], worded.texts["en"]) == (german, english)
