"""Mail addresses, accounts, bank details and number plates: what has a shape of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stdnum import iban

from issues.redaction.words import words_any, words_read

# --- Mail and accounts ------------------------------------------------------------------------------
_AT: Final = r"(?: ?@ ?| ?[(\[{<] ?(?:at|ät|aet|@|a) ?[)\]}>] ?)"
_DOT: Final = r"(?: ?\. ?| ?[(\[{<] ?(?:dot|punkt|pkt|\.) ?[)\]}>] ?| (?:dot|punkt) )"
_LABEL: Final = r"[\w-]{1,63}"
_ENDS: Final = r"(?:de|com|org|net|eu|info|at|ch|nl|fr|pl|tr|uk|email|online|biz|io|me|ruhr|nrw)"
_MAIL: Final = re.compile(
    # A blank inside is believed only where an end follows that domains have.
    rf"(?<![\w.+%-])(?:[^\W\d_]{{2,30}} (?:punkt|dot) ){{0,2}}[\w.+%'-]{{1,64}}"
    rf"(?:@{_LABEL}(?:\.{_LABEL}|,{_ENDS}\b){{0,6}}|{_AT}{_LABEL}(?:{_DOT}{_LABEL}){{0,4}}{_DOT}{_ENDS}\b"
    rf"| (?:at|ät) {_LABEL}(?:{_DOT}{_LABEL}){{0,3}} ?(?:punkt|dot|\.) ?{_ENDS}\b)",
    re.IGNORECASE,
)
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
            yield found.span(1)


# --- Bank details -----------------------------------------------------------------------------------
_IBAN: Final = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2} ?\d{2}(?:[ .-]?[A-Z0-9]){11,30}(?![A-Za-z0-9])", re.IGNORECASE
)
_GERMAN_IBAN: Final = re.compile(r"DE ?\d{2}(?:[ .-]?\d){18}(?!\d)", re.IGNORECASE)
_BANK: Final = re.compile(
    r"\b(?:iban|konto(?:nummer|nr)?|kto\.?(?:-?nr)?)\b[\s.:-]{0,4}"
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


# --- Number plates ----------------------------------------------------------------------------------
_CODE: Final = r"[A-ZÄÖÜ]{1,3}"
_END: Final = r"\d{1,4} ?[EH]?(?: (?:0[1-9]|1[0-2])[-/](?:0[1-9]|1[0-2]))?(?![\w-]|,\d)"
_HYPHEN: Final = re.compile(rf"(?<![\w-]){_CODE} ?[-:] ?[A-ZÄÖÜ]{{1,2}}[ -]?{_END}")
_SPACED: Final = re.compile(rf"(?<![\w-]){_CODE} [A-ZÄÖÜ]{{1,2}} ?{_END}")
_SMALL: Final = re.compile(rf"(?<![\w-]){_CODE}-[A-ZÄÖÜ]{{1,2}} ?{_END}", re.IGNORECASE)
_LOOSE: Final = re.compile(
    rf"(?<![\w-])(?:{_CODE}[ :-]{{1,3}}[A-ZÄÖÜ]{{1,2}}[ -]?{_END}|[A-ZÄÖÜ]{{2,5}} ?\d{{2,4}} ?[EH]?(?![\w-])"
    rf"|{_CODE}[ -]?0[67]\d{{3,4}}(?!\w)|\d{{3}}[ -]?[A-Z]{{3}}(?!\w))",
    re.IGNORECASE,
)
_PLATE_WORD: Final = re.compile(
    r"(?:kennzeichen|kennz|kfz|nummernschild|plate|registration|\bauto|wagen|pkw|fahrzeug|transporter|moped|mofa)\.?"
    r"(?:[\s:(,.-]|\b(?:ist|mit|dem|is|nr|nummer|war|lautet|heißt|endet|auf|amtl|amtliches|des|vom)\b){0,8}$",
    re.IGNORECASE,
)
_VEHICLE: Final = re.compile(words_any("vehicles"), re.IGNORECASE)
# Letters and digits that name other things: by the word before them, and by abbreviations that no district has.
_NO_PLATE: Final = re.compile(
    rf"(?:\b(?:typ|en|vz|az|bus|zug|din|iso|vde|ral)|(?<!kenn)zeichen|(?<!kennzeichen)nummer"
    rf"|{words_any('no_plates_behind')})[\s.:-]{{0,3}}$",
    re.IGNORECASE,
)
_STANDARDS: Final = re.compile(
    rf"(?:DIN[ -](?:EN|VDE)|EN(?= )|{words_any('no_plate_codes').upper()})[ -]"
)
# In capitals: AN DER B 235, BEI KM 12. Three of these words are codes of districts, too; they need the hyphen.
_SHOUTED: Final = re.compile(
    r"(?:AM|AN|IN|AUF|DER|DIE|DAS|UND|VON|ZUR|ZUM|BEI|UM|AB|BIS|VOR|NR|HAUS|KM) "
)
_CAPITALS: Final = re.compile(r"[A-ZÄÖÜ]{4,}")
# The codes of the districts, from memory: one that is missing counts beside a word for plate or vehicle only.
_CODES: Final = words_read("plate_codes")
_CODE_ALONE: Final = re.compile(r"[^\W\d_]{1,3}")
_PATTERNS: Final = ((_HYPHEN, None), (_SPACED, None), (_SMALL, _VEHICLE), (_LOOSE, _PLATE_WORD))
AROUND: Final = 30


def plates_find(text: str) -> Iterator[tuple[int, int]]:
    """German plates as they are written; loosely written ones only where a word speaks of a vehicle."""
    seen: set[int] = set()
    for pattern, needed in _PATTERNS:
        for found in pattern.finditer(text):
            start, end = found.span()
            if start in seen:
                continue
            before = text[max(0, start - AROUND) : start]
            around = (
                before if needed is _PLATE_WORD else text[max(0, start - AROUND) : end + AROUND]
            )
            if needed is None or needed.search(around):
                seen.add(start)
                if _is_plate(text, found, before):
                    yield start, end


def _is_plate(text: str, found: re.Match[str], before: str) -> bool:
    if _PLATE_WORD.search(before):
        return True
    code = _CODE_ALONE.match(found[0])
    if code is None or code[0].casefold() not in _CODES:
        return False
    if _STANDARDS.match(found[0]) or _SHOUTED.match(found[0]) or _NO_PLATE.search(before):
        return False
    # Two words and a number in a text that is all capitals say nothing.
    return "-" in found[0] or not _CAPITALS.search(
        text[max(0, found.start() - 12) : found.end() + 12]
    )
