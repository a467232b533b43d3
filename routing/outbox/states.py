"""What may follow what in the life of a delivery: the rows of `states.csv`. A trigger in the database guards the same.

An answer proves that the message arrived, whatever the program took the delivery for. So does a receipt that comes
late, from a worker whose lease had run out.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from routing.enums import DeliveryState

TABLE: Final = Path(__file__).with_name("states.csv")


@cache
def changes() -> Mapping[DeliveryState, frozenset[DeliveryState]]:
    """From → to."""
    found: dict[DeliveryState, set[DeliveryState]] = {state: set() for state in DeliveryState}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            found[DeliveryState(row["from"])].add(DeliveryState(row["to"]))
    return {state: frozenset(after) for state, after in found.items()}


def is_change(former: str, state: str) -> bool:
    """Whether a delivery in the one state may come to the other."""
    return state in changes()[DeliveryState(former)]
