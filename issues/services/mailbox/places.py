"""Where a mail is about: the address that it names and the cadastre knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gis_core.models import Jurisdiction
from issues.services.addresses import addresses_named

# A house number and the words before it, among which the name of the street is.
_NUMBERED: Final = re.compile(
    r"((?:[^\W\d_][\w.\-]*\s+){1,4})(\d{1,4}(?:\s?[a-z])?)(?![\w/:])", re.IGNORECASE
)
NUMBERS_MAX: Final = 12


def address_in(jurisdiction: Jurisdiction, text: str) -> str:
    """Street and house number that the text names; "" where the cadastre knows none, or several: a person chooses."""
    found: dict[tuple[float, ...], str] = {}
    for numbered in list(_NUMBERED.finditer(text[:4000]))[:NUMBERS_MAX]:
        for written in _written(numbered[1].split(), numbered[2]):
            known = addresses_named(jurisdiction, written)
            if known:
                found.setdefault(known[0].geometry.coords, written)
                break
    return next(iter(found.values())) if len(found) == 1 else ""


def _written(words: list[str], number: str) -> Iterator[str]:
    """The address with more and fewer words before the number, the longest first."""
    for first in range(len(words)):
        street = " ".join(words[first:])
        yield f"{street} {number}"
        if " " in number:
            # "3 auf" reads as 3 a nowhere, but "3 a" may be the beginning of a sentence.
            yield f"{street} {number.split(maxsplit=1)[0]}"
