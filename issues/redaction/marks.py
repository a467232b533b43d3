"""Mail addresses, accounts and bank details: what has a shape of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stdnum import iban

from issues.redaction.words import words_read

# --- Mail and accounts ------------------------------------------------------------------------------
_SAID: Final = r"(?:at|ät|ätt|äd|aet|aett|klammeraffe|affe)"
_AT: Final = rf"(?: ?@ ?| ?[(\[{{<] ?(?:{_SAID}|@|a) ?[)\]}}>] ?)"
_DOT: Final = r"(?: ?\. ?| ?[(\[{<] ?(?:dot|punkt|pkt|\.) ?[)\]}>] ?| (?:dot|punkt) )"
_LABEL: Final = r"[\w-]{1,63}"
_ENDS: Final = r"(?:de|com|org|net|eu|info|at|ch|nl|fr|pl|tr|uk|email|online|biz|io|me|ruhr|nrw)"
_MAIL: Final = re.compile(
    # A blank inside is believed only where an end follows that domains have.
    rf"(?<![\w.+%-])(?:[^\W\d_]{{1,30}}(?: ?[(\[](?:punkt|dot)[)\]] ?| (?:punkt|dot|\.) )){{0,2}}[\w.+%'-]{{1,64}}"
    rf"(?:@{_LABEL}(?:\.{_LABEL}|,{_ENDS}\b){{0,6}}(?: ?\. ?{_ENDS}\b)?"
    rf"|{_AT}{_LABEL}(?:{_DOT}{_LABEL}){{0,4}}{_DOT}{_ENDS}\b"
    rf"|(?: {_SAID} |[-_*]{_SAID}[-_*]){_LABEL}(?:{_DOT}{_LABEL}){{0,3}} ?(?:punkt|dot|\.) ?{_ENDS}\b)",
    re.IGNORECASE,
)
_NO_NAMES: Final = words_read("no_names")
_ACCOUNT: Final = re.compile(r"(?<![\w@.])@(\w[\w.]{1,38}\w)")
_NETWORKS: Final = "facebook|instagram|twitter|tiktok|linkedin|xing|youtube|threads|snapchat|telegram|github|t|fb|wa"
_PROFILE: Final = re.compile(
    rf"(?<![\w.])(?:https?://)?(?:www\.|m\.|de\.|de-de\.)?(?:{_NETWORKS})\.(?:com|de|me|net|org)/"
    r"(?:in/|profile/|people/|add/|@)?([\w.@%+=?-]{2,80}(?:/[\w.@%+=?-]{1,80}){0,4})",
    re.IGNORECASE,
)
_HANDLE: Final = re.compile(
    r"\b(?:instagram|insta|facebook|twitter|tiktok|telegram|snapchat|skype|discord|threema|xing|linkedin)"
    r"(?:[- ]?(?:name|account|profil|id))?(?: (?:ist|lautet|heißt|is))?(?:: ?| (?=\w*[_.\d]))([\w.-]{2,40}\w)",
    re.IGNORECASE,
)


def mails_find(text: str) -> Iterator[tuple[int, int]]:
    """Mail addresses, written out or disguised."""
    for found in _MAIL.finditer(text):
        yield found.span()


def accounts_find(text: str) -> Iterator[tuple[int, int]]:
    """Names in social networks: `@name`, an address of a profile, "Insta: name"."""
    for pattern in (_ACCOUNT, _PROFILE, _HANDLE):
        for found in pattern.finditer(text):
            # "@Stadt" speaks to an office.
            if found[1].casefold() not in _NO_NAMES:
                yield found.span(1)


# --- Bank details -----------------------------------------------------------------------------------
_IBAN: Final = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2} ?\d{2}(?:[ .-]?[A-Z0-9]){11,30}(?![A-Za-z0-9])", re.IGNORECASE
)
_GERMAN_IBAN: Final = re.compile(r"DE ?\d{2}(?:[ .-]?\d){18}(?!\d)", re.IGNORECASE)
_BANK: Final = re.compile(
    r"\b(?:iban|konto(?:-?(?:nummer|nr))?|blz|kto\.?(?:-?nr)?)\b[\s.:-]{0,4}"
    r"((?:[A-Z]{2} ?)?\d(?:[ .-]?(?-i:[\dA-Z])){6,30})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_SEPARATORS: Final = re.compile(r"[ .-]")


def banks_find(text: str) -> Iterator[tuple[int, int]]:
    """IBAN by their check digits; also with a slip of the pen where the word or the German length says so."""
    for found in _GERMAN_IBAN.finditer(text):
        if not text[found.start() - 1 : found.start()].isalnum():
            yield found.span()
    for found in _IBAN.finditer(text):
        yield from _iban_in(text, *found.span())
    for found in _BANK.finditer(text):
        if sum(sign.isdigit() for sign in found[1]) >= 6:
            yield found.span(1)


def _iban_in(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The IBAN at the start of what may hold further words: the first end at which the check digits fit."""
    cuts = [end, *(start + cut.start() for cut in _SEPARATORS.finditer(text[start:end]))]
    for cut in sorted(cuts, reverse=True):
        if cut - start >= 15 and iban.is_valid(_SEPARATORS.sub("", text[start:cut])):
            yield start, cut
            return
