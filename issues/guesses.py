"""What a report may be about, by its words: a proposal to a person where the reporter found no fitting category.

Each word of the report has one vote. The categories that know the word, by a name or a keyword, share the vote. A
keyword of several words counts only where the report has all of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

# The category for what fits no other; a city that calls it otherwise keeps this code.
CATCH_ALL: Final = "OTHER"
GUESSES_MAX: Final = 3
# A guess with less than this share of the best one's votes is left out.
SHARE_MIN: Final = 0.34
# How surely a word is known: it is the keyword; it is built with it (Laternenmast); the keyword is built with the word.
SAME: Final = 1.0
BUILT_WITH: Final = 0.7
PART_OF: Final = 0.4
# Shorter ones would be found inside too many others.
KEYWORD_LENGTH_MIN: Final = 4
WORD_LENGTH_MIN: Final = 6

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
# Words in names of categories that say nothing of what they are about.
EMPTY_WORDS: Final = """
    an am auf aus bei das dem den der des die ein eine einer einem für im in ist kein mit nach nicht oder ohne und von
    vom zu zum zur schaden defekt beschädigt fehlt öffentlich groß klein mangel
    a at by for from in of on or out the to and with problem damage damaged missing order
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A category by what it is called: names in all languages, and keywords of one word or several."""

    code: str
    names: Sequence[str]
    keywords: Sequence[str]


def categories_guessed(text: str, categories: Iterable[Known]) -> list[str]:
    """The codes of the categories that a text may be about, the likeliest first, at most `GUESSES_MAX`."""
    words = list(dict.fromkeys(_words(text)))
    votes: dict[str, dict[str, float]] = defaultdict(dict)
    for category in categories:
        for word, sureness in _known_words(words, category).items():
            votes[word][category.code] = sureness
    scores: dict[str, float] = defaultdict(float)
    for shared in votes.values():
        for code, sureness in shared.items():
            scores[code] += sureness * sureness / sum(shared.values())
    ranked = sorted(scores, key=lambda code: (-scores[code], code))[:GUESSES_MAX]
    return [code for code in ranked if scores[code] >= SHARE_MIN * scores[ranked[0]]]


def _known_words(words: Sequence[str], category: Known) -> Mapping[str, float]:
    """Those of the words that the category knows, each with how surely."""
    known: dict[str, float] = {}
    for term in _terms(category):
        found = [_nearest(words, keyword) for keyword in term]
        if all(sureness for sureness, _word in found):
            for sureness, word in found:
                known[word] = max(sureness, known.get(word, 0.0))
    return known


def _terms(category: Known) -> Iterator[tuple[str, ...]]:
    yield from filter(None, (tuple(_words(keyword)) for keyword in category.keywords))
    for name in category.names:
        yield from ((word,) for word in _words(name) if word not in _empty_words())


@cache
def _empty_words() -> frozenset[str]:
    return frozenset(_words(EMPTY_WORDS))


def _nearest(words: Sequence[str], keyword: str) -> tuple[float, str]:
    """The word that is the keyword most surely; 0 where none is."""
    return max(((_sureness(word, keyword), word) for word in words), default=(0.0, ""))


def _sureness(word: str, keyword: str) -> float:
    if word == keyword:
        return SAME
    if len(keyword) >= KEYWORD_LENGTH_MIN and _is_end_of(keyword, word):
        return BUILT_WITH
    if len(word) >= WORD_LENGTH_MIN and _is_end_of(word, keyword):
        return PART_OF
    return 0.0


def _is_end_of(part: str, whole: str) -> bool:
    return whole.startswith(part) or whole.endswith(part)


def _words(text: str) -> Iterator[str]:
    folded = text.casefold().replace("-", "")
    for written, alike in FOLDED:
        folded = folded.replace(written, alike)
    yield from map(_stem, re.findall(r"[^\W\d_]+", folded))


def _stem(word: str) -> str:
    """The word without the ending that changes with case and number."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= STEM_LENGTH_MIN:
            return word.removesuffix(ending)
    return word
