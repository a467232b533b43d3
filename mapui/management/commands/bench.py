"""Benchmarks with their yardsticks, as a table or one JSON object a line."""

from __future__ import annotations

import json
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.table import Table

from mapui.benchmarks.geodata import geodata
from mapui.benchmarks.intake import intake
from mapui.benchmarks.measure import Figure

BENCHMARKS: Final = {"intake": intake, "geodata": geodata}


class Command(BaseCommand):
    help = "Measure the benchmarks, each beside a yardstick of the same run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", choices=sorted(BENCHMARKS))
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, name: str | None, json: bool, **options: Any) -> None:
        figures: list[Figure] = []
        for benchmark in [name] if name else list(BENCHMARKS):
            measured = BENCHMARKS[benchmark]()
            figures += measured
            if json:
                for figure in measured:
                    self.stdout.write(_line(figure))
        if not json:
            Console().print(_table(figures))


def _line(figure: Figure) -> str:
    return json.dumps(figure.as_json(), ensure_ascii=False)


def _table(figures: list[Figure]) -> Table:
    table = Table("name", "value", "unit", "yardstick", "ratio", "limit", "holds")
    for figure in figures:
        shown = figure.as_json()
        limit = "–" if shown["limit"] is None else f"{shown['limit']:g}"
        if figure.limit_is_of_ratio:
            limit = f"ratio {limit}"
        table.add_row(
            shown["name"],
            f"{shown['value']:.1f}",
            shown["unit"],
            f"{shown['yardstick']:.1f}",
            f"{shown['ratio']:.2f}",
            limit,
            {True: "yes", False: "NO", None: "–"}[shown["holds"]],
        )
    return table
