"""What a rule asks for stands in the sentence in words, also where it was written as an expression."""

from __future__ import annotations

import pytest

from routing.sentences.conditions import condition_phrase, predicate_rows


@pytest.mark.parametrize(
    ("text", "german", "english"),
    [
        (
            "outside city polygon",
            "der Ort liegt außerhalb des Stadtgebiets",
            "the place lies outside the municipality",
        ),
        (
            'usage("ROAD", "PATH") and not bears_through_roads',
            (
                "die Nutzung des Flurstücks ist Straße oder Weg und es gilt nicht: die Stadt trägt die Baulast der"
                " Ortsdurchfahrten"
            ),
            (
                "the land use of the parcel is road or path and it is not the case that the city bears the duty"
                " for through-road stretches"
            ),
        ),
        (
            'answer("KIND", "own", "express") or cleaning_class("7")',
            "auf die Frage KIND wurde own oder express geantwortet oder die Straße hat die Reinigungsklasse 7",
            "the answer to the question KIND was own or express or the road has the cleaning class 7",
        ),
        (
            'owner("PRIV")',
            "die Eigentumsklasse des Flurstücks ist privat",
            "the owner class of the parcel is private",
        ),
        (
            'usage("NEW")',
            "die Nutzung des Flurstücks ist NEW",
            "the land use of the parcel is NEW",
        ),
    ],
)
def test_condition_phrase_in_both_languages(text: str, german: str, english: str) -> None:
    assert (condition_phrase(text, "de"), condition_phrase(text, "en")) == (german, english)


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_predicate_has_words_without_its_own_name(language: str) -> None:
    for name, row in predicate_rows().items():
        phrase = condition_phrase(row["example"], language)
        assert phrase
        assert not {"{", "}", "("} & set(phrase)
        assert "_" not in name or name not in phrase
