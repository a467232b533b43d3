"""A sample of a part's mutants, each against its tests."""

from __future__ import annotations

import os
import pickle
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from config.mutation.mutants import Mutant, mutants_of
from config.mutation.plan import Plan, direct_tests, files_of
from config.mutation.reach import Order, Reach, Watch
from config.mutation.running import (
    BROKEN,
    LOG,
    NO_TESTS,
    TEMPLATE,
    Fault,
    Fork,
    RunError,
    ends_with_parent,
    run,
    run_tests,
)

# How long a run with a fault may take: the start, and a multiple of what its tests took without.
START_S = 20.0
TIMES_LONGER = 4.0


class Outcome(StrEnum):
    KILLED = "killed"
    TIMEOUT = "timeout"
    SURVIVED = "survived"
    NO_TEST = "no test"
    EQUIVALENT = "equivalent"


def mutants_all(plan: Plan, name: str) -> list[Mutant]:
    return [mutant for path in files_of(name) for mutant in mutants_of(path, plan)]


def mutants_drawn(mutants: Sequence[Mutant], *, count: int, seed: int) -> list[Mutant]:
    """So many of them by chance, in the order of files and lines; fewer where there are not as many."""
    order = list(range(len(mutants)))
    random.Random(seed).shuffle(order)
    # An operator may make what is no Python (a `*` before an argument is no product).
    drawn: list[int] = []
    for number in order:
        if len(drawn) == count:
            break
        if mutants[number].compiles():
            drawn.append(number)
    return [mutants[number] for number in sorted(drawn)]


def reach_measure(plan: Plan, part: str) -> Reach:
    """Runs the part's tests without a fault. Raises `RunError` when one fails."""
    tests = direct_tests(plan, part)
    paths = files_of(part)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "reach"

        def measure() -> int:
            from coverage import Coverage

            coverage = Coverage(data_file=None, config_file=False, include=[f"{part}/*"])
            watch = Watch(coverage)
            coverage.start()
            status = run_tests(tests, database=f"{TEMPLATE}_0", plugins=[watch])
            coverage.stop()
            file.write_bytes(pickle.dumps(watch.reach(paths)))
            return status

        if run(measure, seconds=None) != 0:
            raise RunError(f"{part}: a test fails without a fault; see {LOG.name} in var/log")
        return cast(Reach, pickle.loads(file.read_bytes()))  # noqa: S301 - our own child wrote it


def mutants_try(
    mutants: Sequence[Mutant], reach: Reach, *, workers: int
) -> Iterator[tuple[Mutant, Outcome]]:
    """The outcome of each as soon as it is known."""
    numbers = Fork.SimpleQueue()
    for number in range(workers):
        numbers.put(number)
    with ProcessPoolExecutor(
        workers, mp_context=Fork, initializer=_begin, initargs=(mutants, reach, numbers)
    ) as pool:
        futures = {pool.submit(_try, place): one for place, one in enumerate(mutants)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            # After an error nobody asks for the rest.
            pool.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class Worker:
    """What a worker process inherits: nothing of it has to be sent."""

    mutants: Sequence[Mutant]
    reach: Reach
    database: str

    def outcome(self, mutant: Mutant) -> Outcome:
        rounds = self.reach.rounds(mutant)
        if not rounds:
            return Outcome.NO_TEST
        for tests in rounds:
            outcome = self._outcome_of(mutant, tests)
            if outcome is not Outcome.SURVIVED:
                return outcome
        return Outcome.SURVIVED

    def _outcome_of(self, mutant: Mutant, tests: Sequence[str]) -> Outcome:
        database = self.database if self.reach.database.intersection(tests) else None

        def work() -> int:
            Fault(mutant.path, mutant.source).put_in()
            return run_tests(tests, database=database, plugins=[Order(tuple(tests))])

        status = run(work, seconds=START_S + TIMES_LONGER * self.reach.time(tests))
        if status in {BROKEN, NO_TESTS}:
            raise RunError(
                f"{mutant.path}:{mutant.line}: the tests did not start; see {LOG.name} in var/log"
            )
        if status is None:
            return Outcome.TIMEOUT
        return Outcome.SURVIVED if status == 0 else Outcome.KILLED


# Set once in each worker process.
_worker: Worker


def _begin(mutants: Sequence[Mutant], reach: Reach, numbers: SimpleQueue[int]) -> None:
    global _worker  # noqa: PLW0603 - a pool's workers have no other place
    ends_with_parent(os.getppid())
    _worker = Worker(mutants, reach, f"{TEMPLATE}_{numbers.get()}")


def _try(place: int) -> Outcome:
    return _worker.outcome(_worker.mutants[place])
