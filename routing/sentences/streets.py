"""Names of streets in a sentence: the preposition and article of a name come from its ending (`streets.csv`)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from routing.sentences.words import Words

STREETS_FILE: Final = Path(__file__).with_name("streets.csv")
FEMININE: Final = "f"


@cache
def _endings() -> Mapping[str, Mapping[str, str]]:
    """By ending, longer ones first: “Privatweg” is no “Weg” of its own."""
    with STREETS_FILE.open(encoding="utf-8", newline="") as file:
        rows = {row["ending"]: row for row in csv.DictReader(file, delimiter=";")}
    return dict(sorted(rows.items(), key=lambda item: -len(item[0])))


@lru_cache(maxsize=4096)
def street_preposition(name: str) -> str:
    """“an der” for “Bahnhofstraße”, “am” for “Marktring”; empty where the name's gender or case is not certain.

    Of several words the noun counts: the first one of “Privatweg am Marktring”, the last one of “Wittener Straße”. An
    adjective would be inflected (“Alter Markt”, “am Alten Markt”); one on “-er” before a feminine noun never is.
    """
    first, *others = name.split() or [""]
    if not others or others[0][0].islower():
        return _row(first).get("de", "")
    row = _row(others[-1])
    is_certain = len(others) == 1 and first.endswith("er") and row.get("gender") == FEMININE
    return row["de"] if is_certain else ""


def _row(noun: str) -> Mapping[str, str]:
    found = (row for ending, row in _endings().items() if noun.lower().endswith(ending))
    return next(found, {})


def street_phrase(name: str, words: Words) -> str:
    """Where a street with a name is: “am Marktring”, or “in der Straße „Im Winkel“”, which is right for any name."""
    preposition = street_preposition(name)
    if not preposition:
        return words.in_street.format(road=name)
    return words.on_street.format(preposition=preposition, road=name)
