"""Addresses as people write them: made equal for searching, taken apart into street and house number."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

# A house number: 12, 12a, 12 A, 12-14, 12/1, 33 1/3. Of several in a text the last: "Straße des 17. Juni 5".
_NUMBER: Final = r"\d{1,4}(?:\s+\d/\d|\s*[a-z]?(?:\s*[-–/]\s*\d{1,4}\s*[a-z]?)?)"
_BLANK: Final = re.compile(r"\s+(?=\D)|(?<=\D)\s+")
_ADDRESS: Final = re.compile(rf"^(?P<street>.*[^\W\d]\.?)\s*(?P<number>{_NUMBER})$", re.IGNORECASE)
_POSTCODE: Final = re.compile(r"^\d{5}\b", re.ASCII)
_FOLDED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_STREET: Final = re.compile(r"stra(?:ss|ß)e\b")


class AddressText(NamedTuple):
    """Street as it was written, and house number ("" for none)."""

    street: str
    number: str


def address_parse(text: str) -> AddressText | None:
    """Street and house number of "Musterstraße 12 a, 44575 Castrop-Rauxel"; None where no street is named.

    Of parts between commas the first with a house number counts, else the first that is no postcode and town.
    """
    parts = [part.strip() for part in text.split(",")]
    named = [part for part in parts if part and not _POSTCODE.match(part)]
    for part in named:
        if match := _ADDRESS.match(part):
            return AddressText(match["street"].strip(), house_number(match["number"]))
    return next((AddressText(part, "") for part in named if any(c.isalpha() for c in part)), None)


@lru_cache(maxsize=4096)
def house_number(text: str) -> str:
    """A house number in one spelling: "12 A" and "12a" are "12a"; "33 1/3" stays."""
    return _BLANK.sub("", text.strip()).replace("–", "-").lower()


@lru_cache(maxsize=4096)
def street_search_text(street: str) -> str:
    """A street in one spelling: case, "Straße" and "Str.", umlauts, blanks and hyphens do not matter."""
    folded = _STREET.sub("str", unicodedata.normalize("NFC", street).lower())
    folded = folded.translate(_FOLDED).casefold()
    return "".join(character for character in folded if character.isalnum())


def address_search_text(street: str, number: str) -> str:
    """What is compared of an address: "musterstr 12a"."""
    return f"{street_search_text(street)} {house_number(number)}"
