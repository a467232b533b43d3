"""`python -m config.mutation [PART or FILE ...]`, called by `./run mutate` once the servers run."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, partial

from config.mutation.mutants import Mutant
from config.mutation.plan import Plan, PlanError, equivalents_read, part_of, plan_read
from config.mutation.reach import Reach
from config.mutation.running import RunError, alone, database_make, libraries_load
from config.mutation.trial import (
    Outcome,
    mutants_all,
    mutants_drawn,
    mutants_try,
    reach_measure,
)

SHOWN = (Outcome.SURVIVED, Outcome.NO_TEST)
HEADER = ("part", "mutants", "tried", *Outcome, "killed %")


def main(arguments: Sequence[str]) -> int:
    """Prints survivors and figures. Exit status 1: a part's share lies under the threshold; 2: nothing was measured."""
    plan = plan_read()
    options = _parser(plan).parse_args(arguments)
    names = options.name or list(plan.parts)
    print(f"Seed {options.seed}, sample {options.sample}", flush=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    try:
        parts = [part_of(plan, name) for name in names]
        with alone():
            libraries_load()
            database_make()
            # Files of one part share its run without a fault.
            reach_of = cache(partial(reach_measure, plan))
            rows = [
                _measured(plan, name, partial(reach_of, part), options)
                for name, part in zip(names, parts, strict=True)
            ]
    except (PlanError, RunError) as error:
        print(f"mutate: {error}", file=sys.stderr)
        return 2
    print()
    for row in [HEADER, *rows]:
        name, *figures = row
        print(f"{name:<40}" + "".join(f"{figure!s:>11}" for figure in figures))
    low = [row[0] for row in rows if float(row[-1]) < plan.threshold]
    if low:
        print(f"Under {plan.threshold} %: {', '.join(low)}")
    return 1 if low else 0


def _parser(plan: Plan) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run mutate", description="Mutation testing.")
    parser.add_argument("name", nargs="*", help=f"a part or a file of one: {', '.join(plan.parts)}")
    parser.add_argument("--sample", type=int, default=plan.sample, help="mutants drawn of each")
    parser.add_argument(
        "--seed", type=int, default=random.randrange(10_000), help="draws the same mutants again"
    )
    parser.add_argument("--workers", type=int, default=1, help="processes, each with a database")
    return parser


def _measured(
    plan: Plan, name: str, reach_of: Callable[[], Reach], options: argparse.Namespace
) -> tuple[str, ...]:
    """The figures of a part or file; survivors are printed as soon as they are known."""
    began = time.monotonic()
    mutants = mutants_all(plan, name)
    drawn = mutants_drawn(mutants, count=options.sample, seed=options.seed)
    equivalents = {(one.path, one.before, one.after) for one in equivalents_read()}
    tried = [
        one for one in drawn if (one.path, one.changed("-"), one.changed("+")) not in equivalents
    ]
    counts = Counter({Outcome.EQUIVALENT: len(drawn) - len(tried)})
    print(f"\n{name}: {len(mutants)} mutants, {len(tried)} tried", flush=True)
    reach = reach_of()
    print(f"{len(reach.seconds)} tests measured after {time.monotonic() - began:.0f} s", flush=True)
    for mutant, outcome in mutants_try(tried, reach, workers=options.workers):
        counts[outcome] += 1
        if outcome in SHOWN:
            tests = [test for group in reach.rounds(mutant)[:1] for test in group]
            print(_told(mutant, outcome, tests), flush=True)
    took = time.monotonic() - began
    print(f"{name}: {took:.0f} s", flush=True)
    return _row(name, len(mutants), counts)


def _told(mutant: Mutant, outcome: Outcome, tests: Sequence[str]) -> str:
    reached = f"reached by {len(tests)} tests, the quickest {tests[0]}" if tests else ""
    return "\n".join(
        [
            f"\n{mutant.path}:{mutant.line}: {outcome} ({mutant.name})",
            *(f"  {line}" for line in mutant.difference),
            *([f"  {reached}"] if reached else []),
        ]
    )


def _row(name: str, total: int, counts: Counter[Outcome]) -> tuple[str, ...]:
    """A mutant that no test reaches is as alive as one that no test notices; one that runs on and on was noticed."""
    tried = counts.total() - counts[Outcome.EQUIVALENT]
    share = 100 * (counts[Outcome.KILLED] + counts[Outcome.TIMEOUT]) / max(tried, 1)
    return (name, str(total), str(tried), *(str(counts[one]) for one in Outcome), f"{share:.1f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
