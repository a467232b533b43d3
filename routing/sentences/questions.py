"""A question to the reporter and its answers in words; the words are data (`questions.csv`)."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from gis_core.languages import Texts, text_in, texts_made
from routing.engine.clarifications import ATTRIBUTE, NO_ROAD, SAYING_NOTHING
from routing.engine.levels import CROSSED_USES
from routing.engine.questions import LEVEL, QuestionAsked
from routing.sentences.places import road_phrase
from routing.sentences.words import one_of, words_of
from routing.types import UNKNOWN

# Up to so many answers are named in the question itself: “Auf der B 235 oder in der Straße „Im Winkel“?”
NAMED_MAX: Final = 3
NAMED_LENGTH_MAX: Final = 160
NAMED_KINDS: Final = frozenset({"ground", "road", "part", LEVEL})
TEXT: Final = ""


@dataclass(frozen=True)
class OptionWorded:
    code: str
    labels: Texts

    @property
    def label(self) -> str:
        return text_in(self.labels)


@dataclass(frozen=True)
class QuestionWorded:
    """What is shown: the text, and the answers with “I do not know” as the last one."""

    kind: str
    texts: Texts
    options: tuple[OptionWorded, ...]

    @property
    def text(self) -> str:
        return text_in(self.texts)

    def allows(self, kind: str, code: str) -> bool:
        """Whether this is one of its answers."""
        return kind == self.kind and any(option.code == code for option in self.options)


@dataclass(frozen=True)
class AttributeWords:
    """A category's own question: its text and, by code, its answers, in all languages."""

    text: Texts
    values: Mapping[str, Texts]


@cache
def _words() -> Mapping[tuple[str, str], Mapping[str, str]]:
    path = Path(__file__).with_name("questions.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["kind"], row["code"]): row for row in csv.DictReader(file, delimiter=";")}


def question_worded(
    question: QuestionAsked, *, attributes: Mapping[str, AttributeWords]
) -> QuestionWorded:
    """The question in all languages. Answers say where or what it is, by use and road, never by owner."""
    own = attributes.get(question.kind.removeprefix(ATTRIBUTE))
    # “On none of these” makes sense behind the others only.
    codes = sorted(question.options, key=lambda code: code == NO_ROAD)
    options = [_option(question, code, own) for code in codes]
    texts = texts_made(lambda language: _text(question, options, own, language))
    unknown = _words()["*", UNKNOWN]
    options.append(OptionWorded(UNKNOWN, texts_made(lambda language: text_in(unknown, language))))
    return QuestionWorded(question.kind, texts, tuple(options))


def _option(question: QuestionAsked, code: str, own: AttributeWords | None) -> OptionWorded:
    if own is not None:
        return OptionWorded(code, own.values[code])
    return OptionWorded(code, texts_made(lambda language: _label(question, code, language)))


def _label(question: QuestionAsked, code: str, language: str) -> str:
    """An answer; of two levels also which of them is the bridge, where that is known."""
    if code == NO_ROAD and len(question.options) == 2:
        return text_in(_words()[question.kind, "not_this"], language)
    if not question.above:
        return answer_phrase(question.kind, code, language)
    position = "above" if code == question.above else "below"
    land = _words().get((LEVEL, code))
    about = text_in(land, language) if land else code
    return text_in(_words()[LEVEL, position], language).format(about=about)


def _text(
    question: QuestionAsked,
    options: Sequence[OptionWorded],
    own: AttributeWords | None,
    language: str,
) -> str:
    kind = question.kind
    if own is not None:
        return text_in(own.text, language)
    if question.above:
        return text_in(_words()[kind, "bridge"], language)
    named = one_of([text_in(option.labels, language) for option in options], words_of(language))
    is_short = len(options) <= NAMED_MAX and len(named) <= NAMED_LENGTH_MAX
    if kind in NAMED_KINDS and is_short:
        return f"{named[0].upper()}{named[1:]}?"
    return text_in(_words()[kind, TEXT], language)


def answer_phrase(kind: str, code: str, language: str) -> str:
    """An answer in words, also one that was stored long ago; its code where the words do not know it."""
    if kind == LEVEL:
        kind = "ground" if code in CROSSED_USES else "road"
    if kind == "road" and code != NO_ROAD:
        return road_phrase(code, words_of(language))
    form = "number" if kind == "asset" else code
    found = _words().get((kind, form))
    return text_in(found, language).format(about=code) if found else code


def asked_phrase(question: QuestionWorded, language: str) -> str:
    """That the reporter is asked, and what."""
    return words_of(language).asks_reporter.format(question=text_in(question.texts, language))


def answers_phrase(clarifications: Sequence[tuple[str, str]], language: str) -> str:
    """The answers that say something, as a half sentence; empty: no answer says anything."""
    words = words_of(language)
    given = [
        answer_phrase(kind, code, language)
        for kind, code in clarifications
        if code not in SAYING_NOTHING and not kind.startswith(ATTRIBUTE)
    ]
    return words.asked_back.format(answers=words.and_.join(given)) if given else ""
