"""What is mutated, how and against which tests (`[tool.flurpost.mutation]` in pyproject.toml); equivalent mutants."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
EQUIVALENT: Final = Path(__file__).with_name("equivalent_mutants.csv")


class PlanError(Exception):
    """A part, a file or a test is named that does not exist."""


@dataclass(frozen=True)
class Plan:
    """`threshold`: least share of killed mutants in percent. `parts`: each with patterns of its direct tests."""

    threshold: float
    sample: int
    operators: re.Pattern[str]
    calls_left_out: re.Pattern[str]
    calls_symmetric: re.Pattern[str]
    keywords_left_out: frozenset[str]
    parts: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Equivalent:
    """A mutant that no test can tell from the program: the file, its line before and after, and why."""

    path: str
    before: str
    after: str
    reason: str


def plan_read() -> Plan:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["flurpost"][
        "mutation"
    ]
    return Plan(
        threshold=data["threshold"],
        sample=data["sample"],
        operators=re.compile("|".join(data["operators"])),
        calls_left_out=re.compile("|".join(data["calls_left_out"])),
        calls_symmetric=re.compile("|".join(data["calls_symmetric"])),
        keywords_left_out=frozenset(data["keywords_left_out"]),
        parts=data["parts"],
    )


def equivalents_read() -> list[Equivalent]:
    with EQUIVALENT.open(encoding="utf-8", newline="") as file:
        return [Equivalent(**row) for row in csv.DictReader(file, delimiter=";")]


def part_of(plan: Plan, name: str) -> str:
    """The part that a name on the command line means: itself, or the one that holds this file. Raises `PlanError`."""
    for part in plan.parts:
        if name == part or (name.startswith(f"{part}/") and (ROOT / name).is_file()):
            return part
    raise PlanError(f"{name} is neither a part nor a file of one; parts: {', '.join(plan.parts)}")


def files_of(name: str) -> list[str]:
    """The Python files of a part, or the one file; paths from the root of the checkout."""
    if name.endswith(".py"):
        return [name]
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / name).rglob("*.py"))


def direct_tests(plan: Plan, part: str) -> list[str]:
    """The test files of a part in the order of their patterns. Raises `PlanError` for a pattern without any."""
    found: dict[str, None] = {}
    for pattern in plan.parts[part]:
        paths = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))
        if not paths:
            raise PlanError(f"{part}: no test file is called {pattern}")
        found.update(dict.fromkeys(paths))
    return list(found)
