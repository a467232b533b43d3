"""A question to the reporter and its answers in words; the words are data (`questions.csv`)."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from routing.engine.clarifications import ATTRIBUTE, NO_ROAD, SAYING_NOTHING
from routing.engine.questions import QuestionAsked
from routing.sentences.words import WORDS, one_of
from routing.types import UNKNOWN

LANGUAGES: Final = ("de", "en")
# Up to so many answers are named in the question itself: “Auf der B 235 oder in der Straße „Im Winkel“?”
NAMED_MAX: Final = 3
NAMED_LENGTH_MAX: Final = 160
NAMED_KINDS: Final = frozenset({"ground", "road", "part"})
_NUMBERED: Final = re.compile(r"^[ABLK] \d")
TEXT: Final = ""


@dataclass(frozen=True)
class OptionWorded:
    code: str
    label_de: str
    label_en: str

    def label(self, language: str) -> str:
        return self.label_en if language == "en" else self.label_de


@dataclass(frozen=True)
class QuestionWorded:
    """What is shown: the text, and the answers with “I do not know” as the last one."""

    kind: str
    text_de: str
    text_en: str
    options: tuple[OptionWorded, ...]

    def text(self, language: str) -> str:
        return self.text_en if language == "en" else self.text_de

    def allows(self, kind: str, code: str) -> bool:
        """Whether this is one of its answers."""
        return kind == self.kind and any(option.code == code for option in self.options)


@dataclass(frozen=True)
class AttributeWords:
    """A category's own question: its text and, by code, its answers, in both languages."""

    text: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]


@cache
def _words() -> Mapping[tuple[str, str], Mapping[str, str]]:
    path = Path(__file__).with_name("questions.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["kind"], row["code"]): row for row in csv.DictReader(file, delimiter=";")}


def question_worded(
    question: QuestionAsked, *, attributes: Mapping[str, AttributeWords]
) -> QuestionWorded:
    """The question in both languages. Answers say where or what it is, by use and road, never by owner."""
    own = attributes.get(question.kind.removeprefix(ATTRIBUTE))
    # “On none of these” makes sense behind the others only.
    codes = sorted(question.options, key=lambda code: code == NO_ROAD)
    options = [_option(question.kind, code, own) for code in codes]
    texts = {language: _text(question.kind, options, own, language) for language in LANGUAGES}
    unknown = _words()["*", UNKNOWN]
    options.append(OptionWorded(UNKNOWN, unknown["de"], unknown["en"]))
    return QuestionWorded(question.kind, texts["de"], texts["en"], tuple(options))


def _option(kind: str, code: str, own: AttributeWords | None) -> OptionWorded:
    if own is not None:
        return OptionWorded(code, own.values[code]["de"], own.values[code]["en"])
    return OptionWorded(code, *(answer_phrase(kind, code, language) for language in LANGUAGES))


def _text(
    kind: str, options: Sequence[OptionWorded], own: AttributeWords | None, language: str
) -> str:
    if own is not None:
        return own.text[language]
    named = one_of([option.label(language) for option in options], WORDS[language])
    is_short = len(options) <= NAMED_MAX and len(named) <= NAMED_LENGTH_MAX
    if kind in NAMED_KINDS and is_short:
        return f"{named[0].upper()}{named[1:]}?"
    return _words()[kind, TEXT][language]


def answer_phrase(kind: str, code: str, language: str) -> str:
    """An answer in words, also one that was stored long ago; its code where the words do not know it."""
    form = code
    if kind == "road" and code != NO_ROAD:
        form = "numbered" if _NUMBERED.match(code) else "named"
    elif kind == "asset":
        form = "number"
    found = _words().get((kind, form))
    return found[language].format(about=code) if found else code


def asked_phrase(question: QuestionWorded, language: str) -> str:
    """That the reporter is asked, and what."""
    return WORDS[language].asks_reporter.format(question=question.text(language))


def answers_phrase(clarifications: Sequence[tuple[str, str]], language: str) -> str:
    """The answers that say something, as a half sentence; empty where there is none."""
    words = WORDS[language]
    given = [
        answer_phrase(kind, code, language)
        for kind, code in clarifications
        if code not in SAYING_NOTHING and not kind.startswith(ATTRIBUTE)
    ]
    return words.asked_back.format(answers=words.and_.join(given)) if given else ""
