"""The colours of the variants, from a table that a city may change."""

from __future__ import annotations

import csv
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

TABLE: Final = Path(__file__).with_name("colours.csv")


class Variant(StrEnum):
    """MAP for everybody, GREY where data lie on top, PRINT for paper."""

    MAP = "map"
    GREY = "grey"
    PRINT = "print"


@cache
def colours(variant: Variant) -> dict[str, str]:
    """The colour (`#rrggbb`) of each name in a variant."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row[variant.value] for row in csv.DictReader(file)}
