"""Number plates: German ones as they are written, loose ones beside vehicles, any behind a word for plate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from issues.redaction.words import words_any, words_read

AROUND: Final = 30
# Letters and digits of a plate behind its word: of any country, in up to four groups.
GROUPS_MAX: Final = 4
SIGNS_MIN: Final = 4
SIGNS_MAX: Final = 11
LETTERS_MAX: Final = 3

_CODE: Final = r"([A-ZÄÖÜ]{1,3})"
_LETTERS: Final = r"([A-ZÄÖÜ]{1,2})"
_NUMBER: Final = (
    r"\d{1,4} ?[EH]?(?: (?:0[1-9]|1[0-2])[-/](?:0[1-9]|1[0-2]))?(?![^\W_]|-(?!$|\W)|,\d| ?[Uu]hr)"
)
_WRITTEN: Final = (
    re.compile(rf"(?<![\w-]){_CODE} ?[-:] ?{_LETTERS} ?[-:]? ?{_NUMBER}"),
    re.compile(rf"(?<![\w-]){_CODE} {{1,2}}{_LETTERS} {{0,2}}{_NUMBER}"),
)
_SIGN: Final = r"[ \t]{0,2}[-:._/]?[ \t]{0,2}"
_LOOSE: Final = re.compile(
    rf"(?<![^\W_])(?<!-){_CODE}(?![^\W\d_]){_SIGN}{_LETTERS}{_SIGN}{_NUMBER}", re.IGNORECASE
)
# In one word, for a season, for export, of an insurance: right behind a vehicle only.
_ODD: Final = re.compile(
    r"[A-ZÄÖÜ]{2,5} ?\d{2,4} ?[EH]?(?![\w-])|[A-ZÄÖÜ]{1,3}[ -]?0[67]\d{3,4}(?!\w)|\d{3}[ -]?(?-i:[A-Z]{3})(?!\w)",
    re.IGNORECASE,
)
_FILLED: Final = (
    r"(?:[\s:(,.>-]"
    r"|\b(?:ist|mit|dem|der|is|nr|nummer|war|lautet|heißt|endet|auf|amtl|amtliches|des|vom)\b){0,8}"
)
_PLATE_WORD: Final = re.compile(
    rf"(?<!ohne )(?:(?<!stück)(?<!stücks)(?<!akten)kennzeichen|\b(?:kenn|k)z"
    rf"|nummernschild|\bnr\.? ?schild|plate|registration)\.?{_FILLED}",
    re.IGNORECASE,
)
_VEHICLE_WORD: Final = re.compile(
    r"(?:\bkfz|\bauto|wagen|pkw|\blkw|fahrzeug|transporter|\bmoped|\bmofa|roller|falschparker|parksünder|plate)\.?"
    rf"{_FILLED}",
    re.IGNORECASE,
)
_VEHICLE: Final = re.compile(words_any("vehicles"), re.IGNORECASE)
# "Traktor" ends like a gate.
_VEHICLE_LAST: Final = re.compile(
    rf"(?:{words_any('vehicles')})\w{{0,2}}[\s:.,(-]{{0,3}}$", re.IGNORECASE
)
_GROUP: Final = re.compile(r"[ \t.:/_-]{0,3}([^\W_]{1,8})(?![^\W_])")
_ROAD: Final = re.compile(r"[ABKLS] ?\d{1,3}", re.IGNORECASE)
# Letters and digits that name other things: by the word before them, and by abbreviations that no district has.
_NO_PLATE: Final = re.compile(
    rf"(?:\b(?:typ|en|vz|az|din|iso|vde|ral)|(?<!kenn)zeichen|(?<!kennzeichen)nummer"
    rf"|{words_any('no_plates_behind')})[\s.:-]{{0,3}}$",
    re.IGNORECASE,
)
# "Bus RE AB 12" is a line, "Bus RE-AB 12" is not.
_LINE: Final = re.compile(r"\b(?:bus|zug)[\s.:-]{0,3}$", re.IGNORECASE)
_STANDARDS: Final = re.compile(
    rf"(?:HD-PE|DIN[ -](?:EN|VDE|[A-C]\d)|EN(?= )|(?:{words_any('no_plate_codes').upper()})[ -])"
)
_NO_CODES: Final = words_read("no_plate_codes")
# In capitals: AN DER B 235, BEI KM 12. Three of these words are codes of districts, too; they need the hyphen.
_SHOUTED: Final = frozenset(
    ["AM", "AN", "IN", "AUF", "DER", "DIE", "DAS", "UND", "VON", "ZUR", "ZUM", "BEI", "UM", "AB", "BIS",
     "VOR", "NR", "KM"]
)  # fmt: skip
# The same in small letters, "ab 12 Uhr"; more of them are codes.
_SMALL: Final = words_read("no_plate_words") | _SHOUTED
_CAPITALS: Final = re.compile(r"[A-ZÄÖÜ]{4,}")
# The codes of the districts, from memory: one that is missing counts behind a word for plate or vehicle only.
_CODES: Final = words_read("plate_codes")


def plates_find(text: str) -> Iterator[tuple[int, int]]:
    """Plates as they are written anywhere; loosely written ones where a word speaks of a plate or a vehicle."""
    for word in _PLATE_WORD.finditer(text):
        yield from _announced(text, word.end())
    behind = {word.end() for word in _VEHICLE_WORD.finditer(text)}
    for position in behind:
        odd = _ODD.match(text, position)
        if odd and not {first := odd[0].split()[0], first.casefold()} & (_SMALL | _NO_CODES):
            yield odd.span()
    for pattern, is_plate in ((_LOOSE, _is_loose), *((one, _is_written) for one in _WRITTEN)):
        for found in pattern.finditer(text):
            if is_plate(text, found, is_behind=found.start() in behind):
                yield found.span()


def _announced(text: str, position: int) -> Iterator[tuple[int, int]]:
    """The plate behind its word: groups of digits and of few letters, of which at least one has a digit."""
    start, end, signs = position, position, ""
    for _turn in range(GROUPS_MAX):
        group = _GROUP.match(text, end)
        if not group or len(signs + group[1]) > SIGNS_MAX:
            break
        # "Kennzeichen ab 12 Uhr", "Kennzeichen D AB 12 am Tor".
        is_small = group[1] in _SMALL - _SHOUTED and (not signs or signs[-1].isdigit())
        is_word = group[1].isalpha() and (
            len(group[1]) > (LETTERS_MAX + 2 if group[1].isupper() else LETTERS_MAX) or is_small
        )
        if is_word:
            break
        start = start if signs else group.start(1)
        signs, end = signs + group[1], group.end()
    digits = sum(sign.isdigit() for sign in signs)
    is_enough = len(signs) >= SIGNS_MIN and digits and (digits < len(signs) or digits > SIGNS_MIN)
    if is_enough and not _ROAD.fullmatch(text, start, end):
        yield start, end


def _is_loose(text: str, found: re.Match[str], *, is_behind: bool) -> bool:
    """Whether a vehicle is near and the letters are no small words: "auto ab 12 uhr"."""
    code = found[1].casefold()
    if "-" not in found[0] and (found[1] in _SMALL or code in _NO_CODES):
        return False
    before, after = _around(text, found)
    # "cas rx 12" in a text without capitals: no words, so a plate.
    is_odd = text.islower() and not {*found.groups()} & _SMALL and len(code) > 1
    is_near = is_odd or _VEHICLE.search(before) or _VEHICLE.search(after)
    return is_behind or (code in _CODES and bool(is_near) and not _NO_PLATE.search(before))


def _is_written(text: str, found: re.Match[str], *, is_behind: bool) -> bool:
    """Whether the code is a district's and nothing speaks against a plate."""
    code, letters = found[1].casefold(), found[2].casefold()
    before, _after = _around(text, found)
    is_hyphened = "-" in found[0]
    if code not in _CODES or _STANDARDS.match(found[0]) or _NO_PLATE.search(before):
        return is_hyphened and (is_behind or bool(_VEHICLE_LAST.search(before)))
    if is_hyphened or _LINE.search(before):
        return is_hyphened
    # Two words and a number in a text that is all capitals say nothing.
    near = text[max(0, found.start() - 12) : found.end() + 12]
    return found[1] not in _SMALL and letters not in _NO_CODES and not _CAPITALS.search(near)


def _around(text: str, found: re.Match[str]) -> tuple[str, str]:
    """Some characters before and behind."""
    start, end = found.span()
    return text[max(0, start - AROUND) : start], text[end : end + AROUND]
