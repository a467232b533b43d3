"""Names of persons: after a salutation, an introduction or a greeting, or a given name with a family name.

Names of streets, schools and firms are told by the word behind them; words that are no names stand in
`words/no_names.txt`. The lists of given and family names are the usual ones of the region, made for this purpose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from issues.redaction.openings import ALL_SMALL, CALLING, EXPECTED, POSSIBLE, SMALL, SMALL_END, WEAK
from issues.redaction.words import words_read

GIVEN: Final = words_read("given_names")
FAMILY: Final = words_read("surnames")
# Things that reports speak of: no names behind a role, though anybody may be called so behind a salutation.
_NOUNS: Final = words_read("nouns")
NO_NAMES: Final = words_read("no_names")
# Ends that family names have and hardly a word: "-owski", "-oğlu".
_FAMILY_ENDS: Final = tuple(words_read("surname_ends"))
# Given names that stand for something else when they stand alone; family names that are words when written small.
_NOT_ALONE: Final = words_read("not_alone")
_ALSO_WORDS: Final = words_read("also_words")
_NO_SMALL_NAMES: Final = words_read("no_small_names")
_NO_NAME_ENDS: Final = tuple(words_read("no_name_ends"))
# Words that are no names elsewhere, but behind a salutation: "Frau Damm", "Herr Hofmeister".
_CALLED_TOO: Final = words_read("called_too")
TOKENS_MAX: Final = 4
# Letters of a word that is judged by its end.
ENDS_MIN: Final = 6

_TOKEN: Final = re.compile(
    r"[^\W\d_](?:[^\W\d_]|['’](?=[^\W\d_]))*(?:-[^\W\d_][^\W\d_'’]*){0,3}\.?"
)
_GAP: Final = re.compile(r"[ \t]{1,3}")
# Between or before the parts of a name; only those of the first line begin one.
_FIRST: Final = frozenset(
    ["von", "van", "de", "di", "da", "del", "el", "al", "bin", "ben", "ten", "ter"]
)
_PARTICLE: Final = _FIRST | {"vom", "der", "den", "dem", "zu", "zur", "zum", "la"}
# Behind a salutation these begin a name, too; behind a family name they lengthen it: "Frau Meyer zu Beispiel".
_HOUSE: Final = re.compile(r"(?:von[ \t]und[ \t]zu|vom|zu[rm]?)[ \t](?=[^\W\d_])")
_SUFFIX: Final = re.compile(r"[ \t](?:(?:jun|jr|sen|sr)\b\.?|junior\b|senior\b|[IVX]{1,4}\.)")
_TITLE: Final = re.compile(
    r"""(?:(?:prof|dr|dipl|ing|med|jur|phil|rer|nat|h\.?\ ?c|ra|mag)\b\.?(?:-ing\.?)?[ \t]{0,2}
    | (?:(?:ober)?bürgermeister(?:in)?|landrat|landrätin|minister(?:in)?|pfarrer(?:in)?|doktor|professor)[ \t]){1,5}""",
    re.VERBOSE | re.IGNORECASE,
)
# What makes a street, a school or a firm of the names before it.
_PLACE: Final = re.compile(
    r"""[ \t-]{0,2}(?:\w{0,20}(?:straße|strasse|weg|platz|allee|gasse|schule|gymnasium|kirche|brücke|haus)\b
    | str\.|e\.?\ ?k\.|&\ ?co\b|(?:ring|park|ufer|damm|hof|siedlung|institut|hospital|krankenhaus|stiftung|gmbh|kg|ag
    |ug|ohg|mbh|bau|tiefbau|logistik|street|road|school)\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_FIRM: Final = re.compile(
    r"\b(?:firma|fa\.|st\.|sankt|zeche|schloss|café|kita|villa|haus|schule|kirche|kapelle|hotel|gasthaus)[ \t]{0,2}$",
    re.IGNORECASE,
)

_AND: Final = re.compile(r"[ \t](?:und|u\.|&|and)[ \t]|[ \t]?/[ \t]?")
_LINE_END: Final = re.compile(r"[ \t]*[.!]?[ \t]*(?:\n|\Z)")
_REVERSED: Final = re.compile(
    r"(?<![\w-])([^\W\d_][\w-]{1,30}),[ \t]([^\W\d_][\w-]{1,30})(?![\w@-])"
)
# What makes a place of a given name.
_BEHIND: Final = re.compile(r"[ \t]{0,2}(?:[-/&]|(?:und|u\.|van|von|de)\b|[A-ZÄÖÜ])")
_JOINED: Final = re.compile(r"(?:und|u\.|&|[-/.])[ \t]{0,2}$")
_BEGINS: Final = re.compile(r"(?:\A|[:(\n]|\b(?:durch|von|ist|lautet))\s{0,2}\Z", re.IGNORECASE)
_OUGHT: Final = re.compile(r"(?<![\w-])[^\W\d_][\w-]{0,30}(?![\w-])")


class Trust(IntEnum):
    """How sure it is that a name stands behind an opening."""

    POSSIBLE = 0
    EXPECTED = 1
    CALLED = 2


def names_find(text: str) -> Iterator[tuple[int, int]]:
    """The spans of names, without salutation and title."""
    for opening in (*EXPECTED, POSSIBLE):
        for found in opening.finditer(text):
            if opening not in WEAK or not _is_noun(text, found.end()):
                trust = Trust.CALLED if opening in CALLING else Trust(opening is not POSSIBLE)
                yield from _names_at(text, found.end(), trust=trust)
    for found in _OUGHT.finditer(text):
        if _is_given(found[0]) and _is_capital(found[0]):
            yield from _full_name(text, found.start())
            yield from _first_name(text, *found.span())
    for found in _REVERSED.finditer(text):
        family, given = found.groups()
        # "Halter: Beispiel, Erika", also where the family name is a rare one.
        is_family = _is_family(family) or _BEGINS.search(
            text[max(0, found.start() - 8) : found.start()]
        )
        if is_family and _is_given(given) and _is_capital(family) and _is_capital(given):
            yield found.span()
    small = (SMALL, SMALL_END, ALL_SMALL) if text.islower() else (SMALL, SMALL_END)
    for found in (found for pattern in small for found in pattern.finditer(text)):
        if not {_plain(word) for word in found[1].split()} & (NO_NAMES | _NO_SMALL_NAMES):
            yield found.span(1)


def _names_at(text: str, position: int, *, trust: Trust) -> Iterator[tuple[int, int]]:
    """The name that begins here and, joined by "und", the next one."""
    title = _TITLE.match(text, position)
    start = title.end() if title else position
    house = _HOUSE.match(text, start) if trust is Trust.CALLED else None
    end = _name_end(text, house.end() if house else start, trust=trust)
    if end is None:
        return
    suffix = _SUFFIX.match(text, end)
    yield start, suffix.end() if suffix else end
    joined = _AND.match(text, end)
    if joined:
        other = _name_end(text, joined.end(), trust=trust)
        # A word that no list holds is a name at the end of the line only: "Grüße von A und B".
        is_name = other is not None and (
            _name_end(text, joined.end(), trust=Trust.POSSIBLE)
            or _LINE_END.match(text, other)
            or " " in text[joined.end() : other]
        )
        if other is not None and is_name:
            yield joined.end(), other


def _full_name(text: str, start: int) -> Iterator[tuple[int, int]]:
    """A given name with what follows it as family name."""
    tokens = _tokens(text, start)
    last = next((one for one in reversed(tokens) if not _is_particle(one[2])), None)
    if len(tokens) < 2 or last is None or last == tokens[0]:
        return
    if not (_PLACE.match(text, last[1]) or _FIRM.search(text[max(0, start - 12) : start])):
        yield start, last[1]


def _first_name(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A given name alone, unless it is a word as well or belongs to a saint, a street or a house."""
    parts = _plain(text[start:end]).split("-")
    if set(parts) - GIVEN or set(parts) <= _NOT_ALONE or _BEHIND.match(text, end):
        return
    if not _JOINED.search(text[max(0, start - 5) : start]) and not _FIRM.search(
        text[max(0, start - 12) : start]
    ):
        yield start, end


def _name_end(text: str, start: int, *, trust: Trust) -> int | None:
    """Where the name ends that begins at `start`; None where none does."""
    tokens = _tokens(text, start, is_called=trust is Trust.CALLED)
    if not tokens:
        return _small_name_end(text, start) if trust else None
    if _PLACE.match(text, tokens[-1][1]):
        return None
    first = next((one[2] for one in tokens if not _is_particle(one[2])), "")
    is_known = _is_given(first) or _is_family(first)
    if not first or (not trust and not is_known):
        return None
    end = _cut(tokens, trust=trust)[-1][1]
    house = _HOUSE.match(text, end + 1)
    seat = _tokens(text, house.end()) if house else []
    return seat[0][1] if seat else end


def _cut(tokens: list[tuple[int, int, str]], *, trust: Trust) -> list[tuple[int, int, str]]:
    """A family name alone ends the name: what follows it is the sentence, or behind a salutation its second half."""
    if _plain(tokens[0][2]) in FAMILY and not _is_given(tokens[0][2]):
        is_double = trust and len(tokens) > 1 and not _is_particle(tokens[1][2])
        return tokens[: 2 if is_double else 1]
    if tokens[0][2].isupper() and len(tokens[0][2]) > 3 and not _is_given(tokens[0][2]):
        return tokens[:1]
    return tokens


def _small_name_end(text: str, start: int) -> int | None:
    """A name in small letters: only where it is known as one."""
    found = _TOKEN.match(text, start)
    if not found or not (
        _is_given(found[0]) or (_is_family(found[0]) and _plain(found[0]) not in _ALSO_WORDS)
    ):
        return None
    gap = _GAP.match(text, found.end())
    following = _TOKEN.match(text, gap.end()) if gap and _is_given(found[0]) else None
    if following and _is_family(following[0]):
        return following.end()
    return found.end()


def _tokens(text: str, start: int, *, is_called: bool = False) -> list[tuple[int, int, str]]:
    """Up to four capitalised words in a row with what may stand between them, as (start, end, word)."""
    tokens: list[tuple[int, int, str]] = []
    position = start
    while len(tokens) < TOKENS_MAX:
        found = _TOKEN.match(text, position)
        is_name = is_called and not tokens and found and _is_called(found[0])
        if not found or not (is_name or _is_part(found[0], is_first=not tokens)):
            break
        # A full stop belongs to an initial alone.
        end = found.end() - (found[0].endswith(".") and len(found[0]) > 2)
        tokens.append((position, end, text[position:end]))
        gap = _GAP.match(text, end)
        is_initial = text[end - 1] == "."
        if not (gap or is_initial) or end < found.end():
            break
        position = gap.end() if gap else end
    while tokens and _is_particle(tokens[-1][2]):
        tokens.pop()
    return tokens


def _is_part(word: str, *, is_first: bool) -> bool:
    if _is_particle(word):
        return word in _FIRST or not is_first
    if len(word) == 2 and word.endswith("."):
        return word[0].isupper()
    plain = _plain(word)
    is_known = plain in NO_NAMES or NO_NAMES.issuperset(plain.split("-"))
    return _is_capital(word) and not is_known and not plain.endswith(_NO_NAME_ENDS)


def _is_called(word: str) -> bool:
    return _is_capital(word) and _plain(word) in FAMILY | _CALLED_TOO


def _is_particle(word: str) -> bool:
    return word in _PARTICLE


def _is_noun(text: str, start: int) -> bool:
    """Whether the word that begins here is a thing of every report, and no known name."""
    word = _TOKEN.match(text, start)
    if word is None or _is_given(word[0]) or _is_family(word[0]):
        return False
    return _plain(word[0]) in _NOUNS


def _is_capital(word: str) -> bool:
    return word[0].isupper()


def _is_given(word: str) -> bool:
    return any(part in GIVEN for part in _plain(word).split("-")[:1])


def _is_family(word: str) -> bool:
    plain = _plain(word)
    return plain in FAMILY or (len(plain) >= ENDS_MIN and plain.endswith(_FAMILY_ENDS))


def _plain(word: str) -> str:
    return word.rstrip(".").casefold()
