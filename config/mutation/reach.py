"""Which tests reach which line: one run of a part's tests without any fault, watched by coverage.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Final

import pytest
from coverage import Coverage

from config.mutation.mutants import Mutant
from config.mutation.plan import ROOT

FIXTURE: Final = "fixture "
# How long the tests of a round take together at most, so that a survivor does not cost minutes.
# A fault that only slower tests would notice counts as a survivor: the share is at least what is told.
FIRST_S: Final = 30.0
LATER_S: Final = 10.0


@dataclass(frozen=True)
class Reach:
    """`seconds`: each test's time. `database`: tests that need one. `lines`: path → line → tests.

    A test's cases are one: its parameters may depend on what is mutated.
    """

    seconds: dict[str, float]
    database: frozenset[str]
    lines: dict[str, dict[int, frozenset[str]]]

    def rounds(self, mutant: Mutant) -> list[list[str]]:
        """The tests to try on a mutant, quick files first; a later round is for a mutant that survives the earlier.

        The first round are the tests that reach the statement. A cache or a fixture hides who else depends on it: the
        second round are those that reach the file. All tests of the part may depend on what runs at import. Without a
        round no test reaches the statement.
        """
        lines = self.lines.get(mutant.path, {})
        in_file = {test for tests in lines.values() for test in tests}
        first, last = mutant.lines
        here = {test for line in range(first, last + 1) for test in lines.get(line, ())}
        if mutant.at_import:
            here, in_file = in_file or {*self.seconds}, {*self.seconds}
        if not here:
            return []
        quick = self._quick_first(here)
        later = self._while_quick(self._quick_first(in_file - here), LATER_S)
        return [self._while_quick(quick, FIRST_S) or quick[:1], *([later] if later else [])]

    def _while_quick(self, tests: list[str], most_s: float) -> list[str]:
        times = accumulate(self.seconds[test] for test in tests)
        return [test for test, time in zip(tests, times, strict=True) if time < most_s]

    def _quick_first(self, tests: set[str]) -> list[str]:
        """Those of a file stay together, because they share fixtures."""
        files: defaultdict[str, float] = defaultdict(float)
        for test in tests:
            files[_file(test)] += self.seconds[test]
        return sorted(tests, key=lambda one: (files[_file(one)], _file(one), self.seconds[one]))

    def time(self, tests: Collection[str]) -> float:
        return sum(self.seconds[test] for test in tests)


@dataclass(eq=False)
class Watch:
    """A pytest plugin: notes for each line the test, or the shared fixture, during which it ran."""

    coverage: Coverage
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    database: set[str] = field(default_factory=set)
    users: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    context: str = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        test = _test(item.nodeid)
        fixtures = getattr(item, "fixturenames", [])
        for name in fixtures:
            self.users[FIXTURE + name].add(test)
        if item.get_closest_marker("django_db") or {"db", "transactional_db"} & {*fixtures}:
            self.database.add(test)
        return (yield from self._during(test))

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        """A fixture that several tests share runs in the first one only, but all of them depend on it."""
        if fixturedef.scope == "function":
            return (yield)
        return (yield from self._during(FIXTURE + fixturedef.argname))

    def _during(self, context: str) -> Iterator[Any]:
        before, self.context = self.context, context
        self.coverage.switch_context(context)
        try:
            return (yield)
        finally:
            self.context = before
            self.coverage.switch_context(before)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[_test(report.nodeid)] += report.duration

    def reach(self, paths: list[str]) -> Reach:
        data = self.coverage.get_data()
        return Reach(
            seconds=dict(self.seconds),
            database=frozenset(self.database),
            lines={
                path: {
                    line: self._tests(contexts)
                    for line, contexts in data.contexts_by_lineno(str(ROOT / path)).items()
                }
                for path in paths
            },
        )

    def _tests(self, contexts: list[str]) -> frozenset[str]:
        return frozenset(
            test
            for context in contexts
            if context
            for test in (self.users[context] if context.startswith(FIXTURE) else [context])
        )


@dataclass(frozen=True)
class Order:
    """A pytest plugin: keeps the tests in the given order, where pytest-django would begin with those of the database.

    Tests that empty its tables still come last, as pytest-django has it.
    """

    tests: Sequence[str]

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        ranks = {test: rank for rank, test in enumerate(self.tests)}
        items.sort(key=lambda item: (_empties(item), ranks[_test(item.nodeid)]))


def _empties(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    fixtures = getattr(item, "fixturenames", [])
    return bool(marker and marker.kwargs.get("transaction")) or bool(
        {"transactional_db", "live_server"}.intersection(fixtures)
    )


def _file(test: str) -> str:
    return test.partition("::")[0]


def _test(nodeid: str) -> str:
    return nodeid.partition("[")[0]
