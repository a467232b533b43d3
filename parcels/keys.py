"""Parcel keys (Flurstückskennzeichen): parse, normalise, format. Never compare them as they come.

A key has 20 characters: state 2, Gemarkung 4, Flur 3, numerator 5, denominator 4, sequence 2; a missing Flur,
denominator or sequence is written as underscores. (Source: AdV, GeoInfoDok, definition of AX_Flurstueck.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from parcels.errors import ParcelKeyError

KEY_LENGTH = 20

_COMPACT = re.compile(
    r"^(?P<land>\d{2})(?P<gmk>\d{4})(?P<flur>\d{3}|_{3})(?P<num>\d{5})"
    r"(?:(?P<den>\d{4}|_{4})(?P<seq>[0-9A-Z]{2}|_{0,2})|_{0,3})?$",
    re.ASCII,
)
# Where Flur, numerator and denominator stand.
_FILLED = (slice(6, 9), slice(9, 14), slice(14, 18))
# "055287001     1      ", with as many blanks as somebody thought right.
_APART_BY_BLANKS = re.compile(
    r"^(?P<district>\d{9}) +(?P<num>\d{1,5})(?: +(?P<den>\d{1,4}))? *$", re.ASCII
)
_NUMBER = r"(?P<num>\d{1,5})(?:\s*/\s*(?P<den>\d{1,4}))?_*"
_LAND_GEMARKUNG = r"(?P<land>\d{2})?(?P<gmk>\d{4})"
_WHERE = rf"(?:{_LAND_GEMARKUNG}|(?P<name>[^\W\d_][^\d,;]*?))"
_GEMARKUNG = r"(?:Gemarkung\s+|Gem\.\s*|Gmkg\.?\s+)"
_BEHIND = rf"(?:[\s,;]+(?:(?:der|in|von|aus)\s+)*{_GEMARKUNG}?{_WHERE})?"
_FLUR = r"(?P<flur>\d{1,3})"
_FLUR_WORD = r"(?:Flur|Fl\.?)\s*"
_NO = r"(?:Nummer|Nr\.?)\s*"
_PARCEL_WORD = (
    r"(?:Flurst(?:ü|ue)ck[es]?|Flurst\.?|Flstc?k\.?|Flst(?:nr)?\.?|FS|Parzelle)[\s\-]*"
    rf"(?:{_NO})?"
)
# A slash stands before the denominator; between the others only where it does so everywhere.
_FIRST = r"(?:(?P<slash>\s*/\s*)|[\s\-.,]+)"
_SECOND = r"(?(slash)\s*/\s*|(?:[\s\-.,]+|/(?=\d+/)))"
# In a key that was taken apart the denominator has its zeros.
_APART = r"(?P<num>\d{1,5})(?:(?:\s*/\s*|[\s\-]+(?=\d{4}\b))(?P<den>\d{1,4}))?[\s_]*"
# What people write, most telling first. Not every Land has Fluren, not every city several Gemarkungen.
_WRITTEN = tuple(
    re.compile(rf"^{pattern}$", re.ASCII | re.IGNORECASE)
    for pattern in (
        # "5287-14-123/4", "05 5287 014 00123/0004", "055287-014-00123-0004"
        rf"(?:(?P<land>\d{{2}})[\s\-.]*)?(?P<gmk>\d{{4}}){_FIRST}{_FLUR}{_SECOND}{_APART}",
        # "Flur 14, Flurstück 123/4, Gemarkung Castrop"
        rf"{_FLUR_WORD}{_FLUR}[\s,;]+(?:{_PARCEL_WORD})?{_NUMBER}{_BEHIND}",
        # "Flurstück 123/4 der Flur 14 in der Gemarkung Castrop", "Flurstück 123/4"
        rf"{_PARCEL_WORD}{_NUMBER}(?:[\s,;]+(?:(?:der|in)\s+)*{_FLUR_WORD}{_FLUR})?{_BEHIND}",
        # "Gemarkung Castrop, Flur 14, Flurstück 123/4", "Castrop 14-123/4"
        rf"{_GEMARKUNG}?{_WHERE}[\s,;\-]+(?:{_FLUR_WORD})?{_FLUR}[\s,;\-]+(?:{_PARCEL_WORD}|{_NO})?{_NUMBER}",
        # "Castrop 14/123/4"
        rf"{_WHERE}[\s,]+{_FLUR}/(?P<num>\d{{1,5}})/(?P<den>\d{{1,4}})",
        # "Gemarkung München 123/4", "München Flst. 123/4"
        rf"{_GEMARKUNG}{_WHERE}[\s,;\-]+(?:{_PARCEL_WORD})?{_NUMBER}",
        rf"{_WHERE}[\s,;\-]+{_PARCEL_WORD}{_NUMBER}",
        # "098412-123/4", "8412-123/4"
        rf"(?P<land>\d{{2}})(?P<gmk>\d{{4}})[\s\-]+{_NUMBER}",
        r"(?P<gmk>\d{4})[\s\-]+(?P<num>\d{1,5})/(?P<den>\d{1,4})",
    )
)


class ParcelKey(NamedTuple):
    """A parcel key in its parts; `gemarkung` is the number of 4 digits within the state."""

    land: int
    gemarkung: int
    flur: int | None
    numerator: int
    denominator: int | None = None
    sequence: str = ""

    def __str__(self) -> str:
        """The 20 characters."""
        flur = "___" if self.flur is None else f"{self.flur:03}"
        denominator = "____" if self.denominator is None else f"{self.denominator:04}"
        return (
            f"{self.land:02}{self.gemarkung:04}{flur}{self.numerator:05}{denominator}"
            f"{self.sequence or '__'}"
        )

    @property
    def gemarkung_key(self) -> str:
        """State and Gemarkung, 6 digits."""
        return f"{self.land:02}{self.gemarkung:04}"

    @property
    def number(self) -> str:
        """Numerator and denominator as people write them: 123/4."""
        return f"{self.numerator}/{self.denominator}" if self.denominator else str(self.numerator)


@dataclass(frozen=True)
class ParcelReference:
    """A parcel as people name it: the Gemarkung by number (with or without state), by name, or not at all."""

    flur: int | None
    numerator: int
    denominator: int | None = None
    sequence: str = ""
    land: int | None = None
    gemarkung: int | None = None
    gemarkung_name: str = ""


def parcel_key_parse(text: str) -> ParcelKey:
    """Reads a key with its underscores, without them, with spaces or with zeros in their place.

    Raises ParcelKeyError for anything else.
    """
    raw = _blanks_filled(text.strip("\r\n\t").upper())
    # Exports write the missing parts as spaces: then the length is still that of a key.
    compact = raw.replace(" ", "_") if len(raw) == KEY_LENGTH else raw.strip()
    match = _COMPACT.match(compact)
    if match is None:
        raise ParcelKeyError(f"{text!r} is not a parcel key")
    numerator = int(match["num"])
    if numerator == 0:
        raise ParcelKeyError(f"{text!r} is not a parcel key: the numerator is 0")
    sequence = (match["seq"] or "").strip("_")
    return ParcelKey(
        land=int(match["land"]),
        gemarkung=int(match["gmk"]),
        flur=_optional(match["flur"]),
        numerator=numerator,
        denominator=_optional(match["den"]),
        sequence="" if sequence == "00" else sequence,
    )


def _blanks_filled(raw: str) -> str:
    """Zeros for blanks before the digits of a part ("055287 14   12    "); other texts as they are."""
    parts = [raw[part] for part in _FILLED]
    written = " " in raw and raw[:6].isdigit() and parts[1].strip() != ""
    if written and all(re.fullmatch(r" *\d*", part, re.ASCII) for part in parts):
        filled = (p.strip().zfill(len(p)) if p.strip() else "_" * len(p) for p in parts)
        return raw[:6] + "".join(filled) + raw[18:]
    match = _APART_BY_BLANKS.match(raw)
    if match is None:
        return raw
    return f"{match['district']}{match['num']:0>5}{match['den'] or '____':0>4}"


def parcel_key_normalise(text: str) -> str:
    """The 20 characters of a key in any of its spellings."""
    return str(parcel_key_parse(text))


def parcel_reference_parse(text: str) -> ParcelReference:
    """Reads a key or what people write instead; ParcelKeyError when it is neither.

    Understood are "5287-14-123/4", "05 5287 014 00123/0004", "Castrop 14-123/4", "Castrop Flur 014 Flst. 123/4",
    "Gemarkung Castrop, Flur 14, Flurstück 123/4", the same the other way round or without Flur or Gemarkung,
    and the keys of `parcel_key_parse`.
    """
    try:
        key = parcel_key_parse(text)
    except ParcelKeyError:
        words = " ".join(text.replace(":", " ").split())
        found = next((match for form in _WRITTEN if (match := form.match(words))), None)
        parts = {} if found is None else found.groupdict()
        if int(parts.get("num") or 0) == 0:
            raise ParcelKeyError(f"{text!r} names no parcel") from None
        return ParcelReference(
            flur=_optional(parts.get("flur")),
            numerator=int(parts["num"]),
            denominator=_optional(parts.get("den")),
            land=int(parts["land"]) if parts.get("land") else None,
            gemarkung=int(parts["gmk"]) if parts.get("gmk") else None,
            gemarkung_name=(parts.get("name") or "").strip(),
        )
    return ParcelReference(
        flur=key.flur,
        numerator=key.numerator,
        denominator=key.denominator,
        sequence=key.sequence,
        land=key.land,
        gemarkung=key.gemarkung,
    )


def parcel_label(key: str | ParcelKey, gemarkung_name: str = "") -> str:
    """As people read it: "Gemarkung Castrop, Flur 14, Flurstück 123/4". German, as the cadastre itself writes."""
    parts = key if isinstance(key, ParcelKey) else parcel_key_parse(key)
    flur = "" if parts.flur is None else f" Flur {parts.flur},"
    return f"Gemarkung {gemarkung_name or parts.gemarkung_key},{flur} Flurstück {parts.number}"


def _optional(digits: str | None) -> int | None:
    """A part that may be missing; 0 does not exist and is some exports' way to write none."""
    return int(digits) or None if digits and digits.isdigit() else None
