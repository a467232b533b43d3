"""The fuzzers with a small budget: at the borders to foreign libraries nothing is raised that nobody foresaw."""

from __future__ import annotations

import random

import pytest

from config.benchmarks.fuzz import FUZZERS
from config.benchmarks.fuzzing import bytes_damaged, cases_run

BUDGETS = {
    "photos": 120,
    "capabilities": 80,
    "feature info": 300,
    "mails": 120,
    "answers of receivers": 150,
}


@pytest.mark.parametrize(("name", "fuzzer"), [(name, fuzzer) for name, fuzzer, _count in FUZZERS])
@pytest.mark.parametrize("seed", [1, 2])
def test_fuzzer_finds_nothing(name, fuzzer, seed):
    fuzzed = fuzzer(BUDGETS[name], seed)
    assert fuzzed.failures == []
    assert fuzzed.tried >= BUDGETS[name]
    assert len(fuzzed.outcomes) > 1


def test_cases_that_raise_are_failures_with_their_names():
    def fail() -> str:
        raise KeyError("x")

    fuzzed = cases_run([("good", lambda: "taken"), ("bad", fail), ("good", lambda: "taken")])
    assert fuzzed.failures == ["bad: KeyError: 'x'"]
    assert fuzzed.outcomes == {"taken": 2, "failed": 1}
    assert fuzzed.tried == 3


def test_bytes_are_damaged_the_same_way_with_the_same_seed():
    content = bytes(range(200))
    assert bytes_damaged(content, random.Random(1)) == bytes_damaged(content, random.Random(1))
    assert bytes_damaged(content, random.Random(1)) != content
