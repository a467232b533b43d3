"""Hostile input at the borders to foreign libraries: each fuzzer says how many it tried and what went wrong.

What is drawn depends on the seed alone, so that a failure can be had again. `./run bench fuzz` spends a large budget,
the suite a small one. A fuzzer is a function of a count and a seed, in a module of its own, and a line in FUZZERS.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

from config.benchmarks.fuzz_capabilities import fuzz_capabilities
from config.benchmarks.fuzz_feature_info import fuzz_feature_info
from config.benchmarks.fuzz_mails import fuzz_answers, fuzz_mails
from config.benchmarks.fuzz_photos import fuzz_photos
from config.benchmarks.fuzz_requests import requests_measured
from config.benchmarks.fuzzing import Fuzzed
from config.benchmarks.measure import Figure

__all__ = [
    "FUZZERS",
    "fuzz",
    "fuzz_answers",
    "fuzz_capabilities",
    "fuzz_feature_info",
    "fuzz_mails",
    "fuzz_photos",
]

# What is tried, by what, and how much of it in a bench.
FUZZERS: Final[tuple[tuple[str, Callable[[int, int], Fuzzed], int], ...]] = (
    ("photos", fuzz_photos, 2000),
    ("capabilities", fuzz_capabilities, 500),
    ("feature info", fuzz_feature_info, 2000),
    ("mails", fuzz_mails, 500),
    ("answers of receivers", fuzz_answers, 2000),
)
SEED: Final = 1
SHOWN: Final = 10


def fuzz() -> list[Figure]:
    """All fuzzers with their large budgets; of each the number of failures beside the number of cases."""
    figures = [_figure(name, fuzzer(count, SEED)) for name, fuzzer, count in FUZZERS]
    # Requests need the model city, so they bring their own figure.
    return [*figures, *requests_measured()]


def _figure(name: str, fuzzed: Fuzzed) -> Figure:
    for failure in fuzzed.failures[:SHOWN]:
        print(f"{name}: {failure}", file=sys.stderr)
    ended = ", ".join(f"{count} {outcome}" for outcome, count in fuzzed.outcomes.most_common())
    return Figure(
        name=f"fuzz {name}: failures of all tried ({ended})",
        value=float(len(fuzzed.failures)),
        unit="cases",
        yardstick=float(fuzzed.tried),
        limit=0.0,
    )
