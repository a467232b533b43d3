"""What is asked about: a thing at a true place, and who must act there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.benchmarks.truth.ground import Ground
from config.benchmarks.truth.law import Answers, Expectation, expected


@dataclass(frozen=True)
class Case:
    """A thing of this category, with the reporter's answers, really at this place."""

    stratum: str
    ground: Ground
    category: str
    answers: Mapping[str, Any]
    expectation: Expectation


def case_of(stratum: str, ground: Ground, category: str, answers: Answers) -> Case:
    """With what the law says of it."""
    return Case(stratum, ground, category, answers, expected(ground, category, answers))
