"""`./run bench truth`: draw, ask, compare, print."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Final
from zoneinfo import ZoneInfo

from config.benchmarks.city import city_load, database_use
from config.benchmarks.measure import Figure
from config.benchmarks.truth.asking import told_for
from config.benchmarks.truth.cases import Case
from config.benchmarks.truth.drawing import FOOTWAY_ERROR_M, cases_drawn, footway_cases
from config.benchmarks.truth.judging import figures_of
from config.benchmarks.truth.natural import natural_cases
from config.benchmarks.truth.pins import OF_68, OF_95, Pin, odd_pins_of, pins_of, shift
from config.benchmarks.truth.tables import cases_write, report
from config.benchmarks.truth.world import world_read

DATABASE: Final = "flurpost_bench_truth"
PLACES: Final = 2000
# The day of all reports: agreements hold on days.
AT: Final = datetime(2026, 11, 2, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))
NATURAL_ERRORS_M: Final = (5.0, 15.0)


def truth(
    *, seed: int = 1, places: int = PLACES, small: bool = False, listed: Path | None = None
) -> list[Figure]:
    """Prints the tables to the standard error output and gives the figures that must hold."""
    database_use(f"{DATABASE}_small" if small else DATABASE)
    city = city_load("small" if small else "city")
    world = world_read(city.jurisdiction)
    dice = random.Random(seed)
    day = AT.date().isoformat()
    began = perf_counter()
    cases = cases_drawn(world, places, day, dice)
    drawn_pins = [(one, pin) for one in cases for pin in pins_of(one.ground.x, one.ground.y, dice)]
    odd_pins = list(_odd(cases, dice))
    footway_pins = [
        (one, _phone(one, FOOTWAY_ERROR_M, dice)) for one in footway_cases(world, day, dice)
    ]
    natural_pins = [
        (one, _phone(one, error, dice))
        for one in natural_cases(world, places, day, dice)
        for error in NATURAL_ERRORS_M
    ]
    _say(f"{len(cases)} cases drawn in {perf_counter() - began:.0f} s")
    began = perf_counter()
    drawn, odd, footways, natural = (
        told_for(own, jurisdiction=city.jurisdiction, at=AT)
        for own in (drawn_pins, odd_pins, footway_pins, natural_pins)
    )
    told = [*drawn, *odd, *footways, *natural]
    _say(f"{len(told)} pins decided in {perf_counter() - began:.0f} s\n")
    _say(report(drawn, footways, natural, odd))
    if listed is not None:
        cases_write(listed, told)
    return figures_of(drawn, footways, natural)


def _odd(cases: Sequence[Case], dice: random.Random) -> Iterator[tuple[Case, Pin]]:
    """One error of each shape for every case, small ones and larger ones by turns."""
    for number, one in enumerate(cases):
        error = NATURAL_ERRORS_M[number % len(NATURAL_ERRORS_M)]
        for pin in odd_pins_of(one.ground.x, one.ground.y, error, dice):
            yield one, pin


def _phone(case: Case, error: float, dice: random.Random) -> Pin:
    """A normal error with its radius of 95 % stated."""
    east, north = shift("normal", error, dice)
    return Pin(case.ground.x + east, case.ground.y + north, error * OF_95 / OF_68, error)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
