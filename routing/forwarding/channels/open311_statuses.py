"""What the statuses of Open311 receivers mean: `open311_statuses.csv`, and what a contact's settings say otherwise."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from routing.enums import ForeignMeaning

TABLE: Final = Path(__file__).with_name("open311_statuses.csv")
_GAPS: Final = re.compile(r"[\s_\-–/]+")


@cache
def meanings() -> Mapping[str, ForeignMeaning]:
    """Status (`status_plain`) → what it means."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter=";")
        return {row["status"]: ForeignMeaning(row["means"]) for row in rows}


def status_plain(status: str) -> str:
    """As the table writes it: `IN PROGRESS` and `in-progress` are `in_progress`; ä is one letter."""
    return _GAPS.sub("_", unicodedata.normalize("NFC", status).strip().lower())


def status_meaning(status: str, own: Mapping[str, Any]) -> ForeignMeaning:
    """What a status means at a receiver whose table is `own`; what nobody knows, a person has to read."""
    plain = status_plain(status)
    for known, means in own.items():
        if status_plain(known) == plain:
            return ForeignMeaning(means)
    return meanings().get(plain, ForeignMeaning.LOOK)
