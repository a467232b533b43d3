"""`python -m config.benchmarks [NAME] [--json]`, called by `./run bench` once the servers run.

`truth` also takes `--seed N`, `--places N`, `--small` (the small model city) and `--list FILE` (every case as CSV).
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import django
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.benchmarks.measure import Figure

NAMES: Final = (
    "intake",
    "geodata",
    "decision",
    "activation",
    "state",
    "redaction",
    "fuzz",
    "truth",
    "sheet",
    "maps",
    "triage",
    "public",
    "forwarding",
)
# Measured without being named; the others take minutes.
USUAL: Final = ("intake", "geodata")


def main(arguments: list[str]) -> int:
    """Prints the figures; the exit status says nothing about them, because machines are noisy."""
    parser = argparse.ArgumentParser(prog="./run bench", description="Figures with yardsticks.")
    parser.add_argument("name", nargs="?", choices=NAMES)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    of_truth = parser.add_argument_group("truth")
    of_truth.add_argument("--seed", type=int, default=1, help="another draw of places and errors")
    of_truth.add_argument("--places", type=int, default=2000, help="how many places are drawn")
    of_truth.add_argument("--small", action="store_true", help="the small model city")
    of_truth.add_argument("--list", type=Path, help="write every case to this CSV file")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    django.setup()
    from config.benchmarks.activation import activation
    from config.benchmarks.decision import decision
    from config.benchmarks.forwarding import forwarding
    from config.benchmarks.fuzz import fuzz
    from config.benchmarks.geodata import geodata
    from config.benchmarks.intake import intake
    from config.benchmarks.maps import maps
    from config.benchmarks.public import public
    from config.benchmarks.redaction import redaction
    from config.benchmarks.sheet import sheet
    from config.benchmarks.state import state
    from config.benchmarks.triage import triage
    from config.benchmarks.truth.run import truth

    truth_asked = partial(
        truth, seed=options.seed, places=options.places, small=options.small, listed=options.list
    )
    measured_by = (
        intake,
        geodata,
        decision,
        activation,
        state,
        redaction,
        fuzz,
        truth_asked,
        sheet,
        maps,
        triage,
        public,
        forwarding,
    )
    benchmarks: dict[str, Callable[[], list[Figure]]] = dict(zip(NAMES, measured_by, strict=True))
    figures: list[Figure] = []
    for name in [options.name] if options.name else USUAL:
        measured = benchmarks[name]()
        figures += measured
        if options.json:
            for figure in measured:
                print(json.dumps(figure.as_json(), ensure_ascii=False), flush=True)
    if not options.json:
        Console().print(_table(figures))
    return 0


def _table(figures: list[Figure]) -> Table:
    table = Table("name", "value", "unit", "yardstick", "ratio", "limit", "holds")
    for figure in figures:
        shown = figure.as_json()
        limit = "–" if shown["limit"] is None else f"{shown['limit']:g}"
        table.add_row(
            shown["name"],
            f"{shown['value']:.1f}",
            shown["unit"],
            f"{shown['yardstick']:.1f}",
            f"{shown['ratio']:.2f}",
            f"ratio {limit}" if figure.limit_is_of_ratio else limit,
            {True: "yes", False: "NO", None: "–"}[shown["holds"]],
        )
    return table


if __name__ == "__main__":
    # What is logged for each report would be measured, and would hide the figures.
    logging.disable(logging.WARNING)
    sys.exit(main(sys.argv[1:]))
