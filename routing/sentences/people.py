"""The sentence of a decision that a person made. The person's reason is for the staff and stands beside it."""

from __future__ import annotations

from routing.sentences.words import words_of


def sentence_of_person(*, language: str, category: str, authority: str) -> str:
    return words_of(language).person_decided.format(category=category, authority=authority)
