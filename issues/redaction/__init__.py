"""What in a text tells who somebody is: telephone, mail, bank details, number plate, account, name.

`findings` says where, `masked` puts a word of the text's own language in its place. Both take time in proportion
to the text's length and never fail, whatever the text is. How good they are is measured on labelled lists
(fixtures/redaction, `./run bench redaction`, docs/releasing.md).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final, NamedTuple

from django.utils.translation import override

from issues.enums import FindingKind
from issues.redaction.folding import text_fold
from issues.redaction.marks import accounts_find, banks_find, mails_find
from issues.redaction.names import names_find
from issues.redaction.plates import plates_find
from issues.redaction.telephones import telephones_find

__all__ = [
    "CONTACTS",
    "Finding",
    "findings",
    "kinds_found",
    "mask_word",
    "masked",
    "text_language",
    "text_marked",
]

# In this order the first takes what several claim.
_FINDERS: Final = (
    (FindingKind.MAIL, mails_find),
    (FindingKind.IBAN, banks_find),
    (FindingKind.ACCOUNT, accounts_find),
    (FindingKind.PLATE, plates_find),
    (FindingKind.TELEPHONE, telephones_find),
    (FindingKind.NAME, names_find),
)
# How to reach or pay somebody: what an authority that gets the report does not need.
CONTACTS: Final = frozenset(
    {FindingKind.MAIL, FindingKind.IBAN, FindingKind.ACCOUNT, FindingKind.TELEPHONE}
)
LANGUAGES: Final = ("de", "en")
# Words that the other language does not have.
_ENGLISH: Final = frozenset(
    [
        "the",
        "is",
        "and",
        "of",
        "please",
        "my",
        "near",
        "this",
        "are",
        "it",
        "call",
        "from",
        "with",
        "there",
    ]
)
_GERMAN: Final = frozenset(
    [
        "der",
        "die",
        "das",
        "ist",
        "und",
        "ein",
        "eine",
        "mit",
        "von",
        "bitte",
        "ich",
        "im",
        "auf",
        "den",
    ]
)
_WORD: Final = re.compile(r"[^\W\d_]+")


class Finding(NamedTuple):
    """Characters `start` to `end` (exclusive) of the text, and what they are."""

    start: int
    end: int
    kind: FindingKind


def findings(text: str) -> list[Finding]:
    """What the text tells of persons, in its order; no two overlap."""
    folded = text_fold(text)
    taken = [found.span() for found in _masks().finditer(text)]
    found: list[Finding] = []
    for kind, find in _FINDERS:
        for start, end in find(folded.text):
            if start < end:
                found.append(Finding(*folded.span(start, end), kind))
    return _without_overlaps(found, taken)


def text_marked(text: str) -> list[tuple[str, str]]:
    """The text in pieces: (characters, what they are), the latter "" for what tells nothing of a person.

    `mapui/templates/mapui/site/_marked.html` shows them.
    """
    parts, last = list[tuple[str, str]](), 0
    for start, end, kind in findings(text):
        parts += [(text[last:start], ""), (text[start:end], str(kind.label))]
        last = end
    return [part for part in [*parts, (text[last:], "")] if part[0]]


def kinds_found(*texts: str) -> list[str]:
    """What the texts tell of persons, in words, once each."""
    return sorted({str(one.kind.label) for text in texts for one in findings(text)})


def masked(text: str, *, kinds: Collection[FindingKind] | None = None) -> str:
    """The text with a word in brackets for each finding, e.g. "Rückruf bei [Name]"; of the `kinds` only, if given.

    Masking again changes nothing.
    """
    return _masked(text, frozenset(FindingKind if kinds is None else kinds))


@lru_cache(maxsize=1024)
def _masked(text: str, kinds: frozenset[FindingKind]) -> str:
    language = text_language(text)
    # What stood in the way of a second finding may be gone after the first; each turn leaves less.
    while found := [one for one in findings(text) if one.kind in kinds]:
        parts, last = [], 0
        for start, end, kind in found:
            parts += [text[last:start], mask_word(kind, language)]
            last = end
        text = "".join([*parts, text[last:]])
    return text


def mask_word(kind: FindingKind, language: str) -> str:
    """What stands in place of a finding, e.g. "[Telefonnummer]"."""
    with override(language):
        return f"[{kind.label}]"


def text_language(text: str) -> str:
    """The language in which the text is written: "en" where it has more of the small English words, else "de"."""
    words = [word.casefold() for word in _WORD.findall(text)]
    english, german = (sum(word in known for word in words) for known in (_ENGLISH, _GERMAN))
    return "en" if english > german else "de"


@lru_cache(maxsize=1)
def _masks() -> re.Pattern[str]:
    """What was masked before is never masked again."""
    words = {mask_word(kind, language) for kind in FindingKind for language in LANGUAGES}
    return re.compile("|".join(re.escape(word) for word in sorted(words)))


def _without_overlaps(found: list[Finding], taken: list[tuple[int, int]]) -> list[Finding]:
    """Of findings that overlap one: the longest stretch that they cover together, named by the first kind."""
    ranks = {kind: rank for rank, (kind, _find) in enumerate(_FINDERS)}
    kept: list[Finding] = []
    masks = iter(sorted(taken))
    mask = next(masks, None)
    for one in sorted(found, key=lambda each: (each.start, each.end)):
        while mask is not None and mask[1] <= one.start:
            mask = next(masks, None)
        if mask is not None and mask[0] < one.end:
            continue
        if kept and one.start < kept[-1].end:
            former = kept[-1]
            kind = min(former.kind, one.kind, key=lambda each: ranks[each])
            kept[-1] = Finding(former.start, max(former.end, one.end), kind)
        else:
            kept.append(one)
    return kept
