"""The words of the sentences, a module for each language.

All are written when the decision is made, because the sentence is part of the record and must not change
with a later translation; so they stand here and not in the message catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from gis_core.languages import language_first
from routing.sentences.words.english import ENGLISH
from routing.sentences.words.form import Words
from routing.sentences.words.german import GERMAN

__all__ = ["WORDS", "Words", "one_of", "words_of"]

WORDS: Final[Mapping[str, Words]] = {"de": GERMAN, "en": ENGLISH}


def words_of(language: str) -> Words:
    """The words of a language; of one that has none those of the first."""
    return WORDS.get(language) or WORDS[language_first()]


def one_of(names: Sequence[str], words: Words, *, last: str = "") -> str:
    """“A, B or C”, or with another `last` word before the last one; empty for none."""
    head, tail = list(names[:-1]), list(names[-1:])
    return (last or words.or_).join([", ".join(head), *tail]) if head else "".join(tail)
