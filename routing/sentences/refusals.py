"""What refusals say: the sentence of the decision that one led to, and what everybody reads of it.

The body's own words stand beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gis_core.languages import Texts, text_in
from routing.sentences.words import words_of


@dataclass(frozen=True, kw_only=True)
class AfterRefusal:
    """Names in one language. `refusers`: the last one last. `named`: whom it named, `following`: who is next, or "".

    `is_sent`: it goes there by itself. `is_by_rules`: the rules name it as well. `is_clearing`: too many have refused;
    `clearing` is the unit that decides, "" where the city has none.
    """

    category: str
    refusers: Sequence[str]
    named: str
    following: str
    is_sent: bool
    is_by_rules: bool
    is_clearing: bool
    clearing: str


def sentence_after_refusal(told: AfterRefusal, *, language: str) -> str:
    words = words_of(language)
    head = words.refused_naming if told.named else words.refused
    parts = [head.format(category=told.category, refuser=told.refusers[-1], named=told.named)]
    if told.is_sent:
        parts.append(words.refused_sent.format(authority=told.following))
    elif told.following:
        if told.following != told.named:
            parts.append(words.refused_next.format(authority=told.following))
        if not told.is_by_rules:
            parts.append(words.refused_unnamed.format(authority=told.following))
    else:
        parts.append(words.refused_open)
    if told.is_clearing:
        parts.append(words.refused_again.format(bodies=", ".join(dict.fromkeys(told.refusers))))
        unit = words.clearing.format(unit=told.clearing)
        parts.append(unit if told.clearing else words.no_clearing)
    return " ".join(parts)


def refused_phrase(names: Sequence[Texts], language: str) -> str:
    """That these bodies say that they are not responsible, for everybody."""
    bodies = ", ".join(text_in(one, language) for one in names)
    return words_of(language).refused_public.format(bodies=bodies)
