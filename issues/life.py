"""What may follow what in the life of an issue: the rows of `life.csv`. A trigger in the database guards the same."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from issues.enums import IssueStatus

TABLE: Final = Path(__file__).with_name("life.csv")


@cache
def steps() -> Mapping[IssueStatus, Mapping[IssueStatus, bool]]:
    """From → to → whether a person has to say why, with a reason from the city's list."""
    found: dict[IssueStatus, dict[IssueStatus, bool]] = {status: {} for status in IssueStatus}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            found[IssueStatus(row["from"])][IssueStatus(row["to"])] = row["reason"] == "1"
    return found


def is_step(former: str, status: str) -> bool:
    """Whether an issue in the one state may come to the other."""
    return status in steps()[IssueStatus(former)]


def needs_reason(former: str, status: str) -> bool:
    return steps()[IssueStatus(former)].get(IssueStatus(status), False)
