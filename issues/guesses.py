"""What a report may be about, by its words: a proposal to a person where the reporter found no fitting category.

Words are compared as words: by their stem, as the head or the beginning of a compound, or with a typing error. The
rarer a term is among the categories, the more its words count. A keyword of several words counts only where the report
has all of them, and then each word counts as much as a keyword of its own.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from rapidfuzz.distance import OSA

# The category for what fits no other; a city that calls it otherwise keeps this code.
CATCH_ALL: Final = "OTHER"
GUESSES_MAX: Final = 3
# A guess with less than this share of the best one's score is left out.
SHARE_MIN: Final = 0.34
# How surely a word is a term's: it is the same; it is a kind of it (Straßenlaterne); it is built with it
# (Laternenmast); the term is a kind of what the word says.
SAME: Final = 1.0
KIND_OF: Final = 0.8
BUILT_WITH: Final = 0.5
MEANT_BY: Final = 0.4
# With a typing error it is less sure.
MISTYPED: Final = 0.75
# A word of a name alone says less than a keyword.
IN_NAME: Final = 0.5
# A danger that is overlooked costs more than one click too many.
EMERGENCY_BONUS: Final = 2.0
# Where it is says less than what it is: am Spielplatz, auf dem Gehweg, at the bus stop.
WHERE: Final = 0.6
PREPOSITIONS: Final = """
    an am auf bei beim hinter im in neben unter unterm vor vorm
    at behind beside by in near on under
"""
# Shorter parts would be found inside too many compounds; a shorter rest is an ending.
PART_LENGTH_MIN: Final = 5
REST_LENGTH_MIN: Final = 3
# From so many letters on, so many typing errors are forgiven.
ERRORS_FORGIVEN: Final = ((9, 2), (6, 1))

ENDINGS: Final = ("ern", "em", "er", "en", "es", "e", "n", "s")
STEM_LENGTH_MIN: Final = 4
# Baum and Bäume, Straße and Strasse, Müll and Muell become alike.
FOLDED: Final = (
    ("ß", "ss"),
    ("ae", "a"),
    ("oe", "o"),
    ("ue", "u"),
    ("ä", "a"),
    ("ö", "o"),
    ("ü", "u"),
)
# Words that say nothing anywhere.
SMALL_WORDS: Final = """
    aus das dem den der des die ein eine einem einer für ist mit nach oder meinem meiner und unserem unserer von
    vom zu zum zur
    a for from is my of or our out the to and with
"""
# Words of names that say nothing of what the category is about.
EMPTY_WORDS: Final = """
    akute beschädigt defekt fehlt gefahr gefährlich groß klein lage laut mangel menschen nicht offen öffentlich
    schaden tot voll wild
    acute damage damaged danger dangerous dirty loud missing open order people problem public street
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A category by what it is called: names in all languages, and keywords of one word or several."""

    code: str
    names: Sequence[str]
    keywords: Sequence[str]
    is_emergency: bool = False


Term = tuple[str, ...]


class Vocabulary:
    """What the categories are called, made ready to guess by."""

    def __init__(self, categories: Iterable[Known]) -> None:
        self._emergencies: set[str] = set()
        self._knowing: dict[Term, dict[str, float]] = defaultdict(dict)
        codes = set()
        for category in categories:
            codes.add(category.code)
            if category.is_emergency:
                self._emergencies.add(category.code)
            for term, sureness in _terms(category):
                self._knowing[term].setdefault(category.code, sureness)
        self._count = len(codes)
        self._parts = {part for term in self._knowing for part in term}

    def guesses(self, text: str) -> list[str]:
        """The codes of the categories that a text may be about, the likeliest first, at most `GUESSES_MAX`."""
        scores = self._scores(_words_weighed(text))
        ranked = sorted(scores, key=lambda code: (-scores[code], code))[:GUESSES_MAX]
        return [code for code in ranked if scores[code] >= SHARE_MIN * scores[ranked[0]]]

    def _scores(self, weights: Mapping[str, float]) -> dict[str, float]:
        nearest = {part: _nearest(weights, part) for part in self._parts}
        best: dict[tuple[str, str], float] = defaultdict(float)
        for term, knowing in self._knowing.items():
            found = [nearest[part] for part in term]
            if not all(sureness for sureness, _word in found):
                continue
            rarity = math.log1p(self._count / len(knowing))
            for code, known in knowing.items():
                for sureness, word in found:
                    best[code, word] = max(best[code, word], rarity * known * sureness)
        scores: dict[str, float] = defaultdict(float)
        for (code, word), score in best.items():
            bonus = EMERGENCY_BONUS if code in self._emergencies else 1.0
            scores[code] += score * weights[word] * bonus
        return scores


def _terms(category: Known) -> Iterator[tuple[Term, float]]:
    """What the category is called, the surest first."""
    for keyword in category.keywords:
        if term := tuple(_words_weighed(keyword)):
            yield term, SAME
    for name in category.names:
        yield from (
            ((word,), IN_NAME) for word in _words_weighed(name) if word not in _stems(EMPTY_WORDS)
        )


def _nearest(words: Iterable[str], part: str) -> tuple[float, str]:
    """The word that is the term's part most surely; 0 where none is."""
    return max(((_sureness(word, part), word) for word in words), default=(0.0, ""))


def _sureness(word: str, part: str) -> float:
    if word == part:
        return SAME
    if _is_built_with(word, part):
        return KIND_OF if word.endswith(part) else BUILT_WITH
    if _is_built_with(part, word) and part.endswith(word):
        return MEANT_BY
    return MISTYPED if _is_mistyped(word, part) else 0.0


def _is_built_with(compound: str, part: str) -> bool:
    if len(part) < PART_LENGTH_MIN or len(compound) < len(part) + REST_LENGTH_MIN:
        return False
    return compound.startswith(part) or compound.endswith(part)


def _is_mistyped(word: str, part: str) -> bool:
    shorter = min(len(word), len(part))
    for length_min, errors in ERRORS_FORGIVEN:
        if shorter >= length_min:
            return OSA.distance(word, part, score_cutoff=errors) <= errors
    return False


def _words_weighed(text: str) -> dict[str, float]:
    """The words that say something, each with how much it says."""
    weights: dict[str, float] = {}
    is_where = False
    for word in map(_stem, _letters(text)):
        if word in _stems(PREPOSITIONS):
            is_where = True
        elif word not in _stems(SMALL_WORDS):
            weights[word] = max(weights.get(word, 0.0), WHERE if is_where else 1.0)
            is_where = False
    return weights


@cache
def _stems(words: str) -> frozenset[str]:
    return frozenset(map(_stem, _letters(words)))


def _letters(text: str) -> list[str]:
    """The words as they stand there, folded."""
    folded = text.casefold().replace("-", "")
    for written, alike in FOLDED:
        folded = folded.replace(written, alike)
    return re.findall(r"[^\W\d_]+", folded)


def _stem(word: str) -> str:
    """The word without the ending that changes with case and number."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= STEM_LENGTH_MIN:
            return word.removesuffix(ending)
    return word
