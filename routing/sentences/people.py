"""The sentence of a decision that a person made. The person's reason is for the staff and stands beside it."""

from __future__ import annotations

from typing import Final

SENTENCES: Final = {
    "de": "{category}: Zuständig ist {authority}. Das hat die Sichtung entschieden.",
    "en": "{category}: {authority} is responsible. Triage decided so.",
}


def sentence_of_person(*, language: str, category: str, authority: str) -> str:
    return SENTENCES[language].format(category=category, authority=authority)
