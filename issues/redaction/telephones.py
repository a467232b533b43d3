"""Telephone numbers in every spelling, and what only looks like one: assets, dates, keys, prices.

A run of digits is cut into the longest pieces that Google's tables (`phonenumbers`) know as numbers. The word
before it decides what the tables cannot: "Mast 0172 3456789" is a mast, "Tel. 12 34 56" is a telephone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from issues.redaction.words import words_any, words_read

GROUPS_MAX: Final = 12
DIGITS_MAX: Final = 15
# Digits of a national number with its 0: where a word announces it, and where none does; and without an area code.
CALLED_MIN: Final = 6
NATIONAL_MIN: Final = 9
BEHIND_NOUN_MIN: Final = 10
LOCAL_MIN: Final = 5
LOCAL_MAX: Final = 13

# A mail breaks its lines wherever they are full.
_GAP: Final = r"(?:[ \t()\[\]./\\_'’*~|=-]{1,5}| ?: ?| ?\r?\n ?)"
_RUN: Final = re.compile(
    r"(?:(?<![\w@#])|(?<=tel)|(?<=fon)|(?<=mobil)|(?<=handy)|(?<=fax)|(?<=nummer))"
    rf"(?:\( ?)?(?:\+ ?)?\d(?:(?:{_GAP})?\+?\d)*",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"\d+")
_WORDS: Final = (
    "null|eins|zwei|zwo|drei|vier|fünf|fuenf|sechs|sieben|acht|neun"
    "|zero|one|two|three|four|five|six|seven|eight|nine"
)
_SPELLED: Final = re.compile(
    rf"\b(?:{_WORDS})(?:[ ,/-]{{1,3}}(?:{_WORDS}))" r"{5,}\b", re.IGNORECASE
)
# The end of a number behind its word; a short number before it.
_EXTENSION: Final = re.compile(
    r"\b(?:durchwahl|dw\.?|apparat|app\.|nebenstelle|nst\.?|ext\.?|extension)[ :/-]{0,4}(\d{2,5})(?!\w)"
    r"|\b(?:fax|telefax|unter|oder)[ .:]{0,3}-(\d{1,4})(?!\w|-)"
    r"|(?<![\w.,/-])(\d[\d /-]{3,14}\d) ist (?:meine|unsere) [\w-]{0,12}(?:nummer|nr)\b",
    re.IGNORECASE,
)
# The letter O in place of the digit.
_LETTER_O: Final = re.compile(r"(?<!\w)[oO](?=1[567]\d|2\d\d)")

# What has the shape of numbers with a meaning of their own.
_HARMLESS: Final = re.compile(
    r"""(?<![\d.])(?:0?[1-9]|[12]\d|3[01])\.\ ?(?:0?[1-9]|1[0-2])\.\ ?(?:(?:19|20)?\d\d)?(?![\d./]?\d)  # date
    | (?<![\d.])(?:0?[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])\.?\ ?[-/]\ ?(?=\d{1,2}\.\d)               # span of dates
    | (?<![\d.])\d{1,2}[.:][0-5]\d(?:\ ?Uhr)?\ ?[-/]\ ?\d{1,2}[.:][0-5]\d(?![\d.])                     # span of times
    | (?<!\d)\d{1,2}:[0-5]\d(?!\d)  # time
    | (?<!\d)[1-9]\d{3,5}-\d{1,3}-\d{1,5}(?:/\d{1,4})?(?!\d)  # parcel
    | (?<!\d)0\d{4,5}-\d{3}-(?:\d{5}|\d{1,5}/\d{1,4})(?!\d)  # parcel
    | (?<!\d)0\d{4}(?:\d{3})?[\ -]0\d{4}(?!\d)  # street key
    | (?<![\d/])\d{1,2}/\d{1,2}/(?:19|20)\d\d(?!\d)  # English date
    | (?<![\d.])\d{1,2}\.\d{4,8}(?![\d./-])  # degrees
    | (?<![\d/])0\d[/.](?:19|20)\d\d(?!\d)  # month
    """,
    re.VERBOSE | re.IGNORECASE,
)
_UNIT: Final = re.compile(
    r" ?(?:€|%|°|(?:EUR|Euro?|euro|Uhr|uhr|m|km|cm|mm|kg|kV|kW|Hz|Meter|Liter)\b|,\d)"
)
# Words that announce a telephone number, directly before it or with small words between.
_CALLED: Final = re.compile(
    r"""(?:telefon|rufnummer|\b(?:tel|tele?fon-?(?:nummer|nr)|fon|phone|telephone|fax|telefax|mobil(?:e|nummer)?|mob|handy(?:nummer|nr)?
    | (?:ruf|mobil|telefon|handy|fax|privat|festnetz|kontakt)-?nummer|rückruf|rueckruf|anruf|anrufen|rufen|ruft|ruf
    | erreichbar|erreichen|erreicht|durchwahl|dw|whatsapp|whats\ app|sms|signal|call|reach|anschluss
    | zentrale|sekretariat|meine\ (?:nummer|nr)|my\ number|kontakt|contact)
    )(?:[\s.:,;/(=-]|\b(?:nummer|number|nr|no|erbeten|erwünscht|gerne|möglich|unter|sie|mich|me|us|uns|bitte|an|auf|at|on|under|der|die|das|am|im|ist|is|lautet|fax|bin
    |ich|auch|gern|und|oder|tagsüber|abends|bei|privat|mobil|dienstlich|tel)\b){0,12}$""",
    re.VERBOSE | re.IGNORECASE,
)
# Words that say that the number behind them is something else: the ends of words, and whole words.
_NAMED: Final = re.compile(
    rf"""(?:{words_any("numbered")}|(?<![\w-])(?:{words_any("numbered_short")}|utm\ \d\d\w)|\b(?-i:[XYENRH])
    | (?<!telefon)(?<!ruf)(?<!mobil)(?<!handy)(?<!fax)(?<!privat)(?<!netz)(?<!takt)(?<!\b)nummer
    | (?<!telefo)(?<!\bte)(?<!hand)(?<!mobi)(?<!ru)(?<!\bfa)[^\W\d_]\.?-?nr\.?)
    (?:en|n|s|e|es|er)?(?:[\s.:#=-]|\b(?:nr|no|nummer|number|der|des|die|id|(?-i:[A-Z]{{1,2}}))\b){{0,6}}$""",
    re.VERBOSE | re.IGNORECASE,
)
# Behind a noun with "Nr.", and without blanks, only a mobile number is taken for a telephone; behind any noun only
# a long one, unless it is a name or says where somebody is reached.
_NUMBER: Final = re.compile(
    r"(\b(?-i:[A-ZÄÖÜ])[^\W\d_]{2,}[ :]{1,2})?\bnr\.?[ :]{0,2}$", re.IGNORECASE
)
_SOLID: Final = re.compile(r"\d{6}")
_NOUN: Final = re.compile(r"(?<![\w.])([^\W\d_]{3,})[ :]{1,2}$")
_MOBILE: Final = re.compile(r"01[567]\d{8,9}")
_AND: Final = re.compile(r"[\s,;/(]*(?:oder|und|or|and|bzw\.?)?[\s(]*")
_REACHED: Final = frozenset(
    [
        "zuhause",
        "hause",
        "büro",
        "arbeit",
        "privat",
        "dienstlich",
        "festnetz",
        "home",
        "office",
        "work",
    ]
)
_NAMES: Final = words_read("given_names") | words_read("surnames") | _REACHED
BEFORE: Final = 60


def telephones_find(text: str) -> Iterator[tuple[int, int]]:
    """The spans of telephone numbers in a folded text."""
    text = _LETTER_O.sub("0", text)
    for spelled in _SPELLED.finditer(text):
        yield spelled.span()
    for extension in _EXTENSION.finditer(text):
        yield extension.span(extension.lastindex or 0)
    blanked = _HARMLESS.sub(lambda found: "\x01" * len(found[0]), text)
    last = -1
    for run in _RUN.finditer(blanked):
        for start, end in _pieces(text, run.start(), run.end(), last=last):
            yield start, end
            last = end


def _pieces(text: str, start: int, end: int, *, last: int) -> Iterator[tuple[int, int]]:
    groups = [found.span() for found in _DIGITS.finditer(text, start, end)]
    before = text[max(0, start - BEFORE) : start]
    # The word before a run speaks of its first number.
    called = bool(_CALLED.search(before))
    is_named = not called and text[start] != "+" and bool(_NAMED.search(before))
    shortest = CALLED_MIN if called else _shortest(before, text[start:end])
    index = int(is_named)
    while index < len(groups):
        begin = groups[index][0]
        # A number does not begin in the middle of what hyphens and dots hold together.
        begins = not index or last == groups[index - 1][1] or text[begin - 1] in " (+\t"
        follows = last >= 0 and begin - last < 12 and bool(_AND.fullmatch(text, last, begin))
        count = 0
        if is_named and text[max(0, begin - 2) : begin] != ". ":
            # Beside the number of an asset a mobile number alone: "Netzknoten 4410 081 - 4410 082".
            shortest = DIGITS_MAX + 1
        if begins:
            window = groups[index : index + GROUPS_MAX]
            count = _longest(text, window, called=called or follows, shortest=shortest)
        called = called and not index and not count
        shortest = NATIONAL_MIN
        if count:
            last = groups[index + count - 1][1]
            yield _with_prefix(text, begin, start, last), last
        index += count or 1


def _shortest(before: str, run: str) -> int:
    """How many digits a number without an announcing word needs behind this text; with more than any, mobile alone."""
    number = _NUMBER.search(before)
    if number and (number[1] or _SOLID.match(run)):
        return DIGITS_MAX + 1
    noun = _NOUN.search(before)
    is_noun = noun is not None and noun[1][0].isupper() and noun[1].casefold() not in _NAMES
    return BEHIND_NOUN_MIN if is_noun else NATIONAL_MIN


def _with_prefix(text: str, begin: int, start: int, end: int) -> int:
    """Where the number begins with its plus, and with its bracket if that closes within."""
    leading = "+( " if ")" in text[begin:end] else "+ "
    while begin > start and text[begin - 1] in leading:
        begin -= 1
    return begin


def _longest(text: str, groups: list[tuple[int, int]], *, called: bool, shortest: int) -> int:
    """How many of the groups make up one telephone number: 0 for none, else as many as can."""
    begin = groups[0][0]
    plus = text[begin] != "0" and text[max(0, begin - 3) : begin].rstrip(" (").endswith("+")
    if not (called or plus or text[begin] == "0"):
        return 0
    for count in range(len(groups), 0, -1):
        digits = "".join(text[one:other] for one, other in groups[:count])
        # "0171 3920012mfg": a mobile number is one whatever word hangs on it.
        is_sure = called or bool(_MOBILE.fullmatch(digits))
        if _is_number(digits, plus=plus, called=called, shortest=shortest) and not _goes_on(
            text, groups[count - 1][1], is_sure=is_sure
        ):
            return count
    return 0


def _goes_on(text: str, end: int, *, is_sure: bool) -> bool:
    """Whether a letter or a unit behind the digits says that they are no telephone number."""
    return not is_sure and (text[end : end + 1].isalpha() or bool(_UNIT.match(text, end)))


def _is_number(digits: str, *, plus: bool, called: bool, shortest: int) -> bool:
    if plus:
        return 8 <= len(digits.replace("00", "0", 1)) <= DIGITS_MAX + 1
    if digits.startswith("00"):
        return len(digits) > 8 and _is_foreign(digits[2:])
    if digits.startswith("0"):
        if called:
            return CALLED_MIN <= len(digits) <= LOCAL_MAX
        is_long_enough = shortest <= len(digits) <= LOCAL_MAX or _MOBILE.fullmatch(digits)
        return bool(is_long_enough) and _is_listed("DE", digits[1:])
    return called and LOCAL_MIN <= len(digits) <= LOCAL_MAX


def _is_foreign(digits: str) -> bool:
    for length in (1, 2, 3):
        regions = COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length]), ())
        if regions and digits[0] != "0":
            national = digits[length:].removeprefix("0")
            return len(digits) <= DIGITS_MAX + 1 and _is_listed(regions[0], national)
    return False


def _is_listed(region: str, national: str) -> bool:
    """Whether the tables know numbers of this kind; `national` comes without the leading 0."""
    pattern = _pattern(region)
    return pattern is not None and bool(pattern.fullmatch(national))


@lru_cache(maxsize=300)
def _pattern(region: str) -> re.Pattern[str] | None:
    table = PhoneMetadata.metadata_for_region(region)
    if table is None:
        return None
    kinds = (
        table.fixed_line, table.mobile, table.toll_free, table.premium_rate, table.shared_cost,
        table.personal_number, table.voip, table.pager, table.uan, table.voicemail,
    )  # fmt: skip
    known = [kind.national_number_pattern for kind in kinds if kind is not None]
    return re.compile("|".join(f"(?:{pattern})" for pattern in known if pattern))
