"""What differs between two rule sets, row by row and cell by cell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from routing.engine.checks.content import Change, Difference, RuleSetDifference, difference_of
from routing.management.arguments import arguments_add, jurisdiction_named, rule_set_named
from routing.rulebook.listed import rule_set_content

SIGNS = {"added": "+", "removed": "-", "changed": "~"}


class Command(BaseCommand):
    help = "Show what differs between two versions of the rules."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("before", type=int, help="version")
        parser.add_argument("after", type=int, nargs="?", help="version; else the one in effect")
        arguments_add(parser)
        parser.add_argument("--json", action="store_true")

    def handle(
        self, *args: Any, before: int, after: int | None, jurisdiction: str, **options: Any
    ) -> None:
        found = jurisdiction_named(jurisdiction)
        difference = difference_of(
            rule_set_content(rule_set_named(found, before)),
            rule_set_content(rule_set_named(found, after)),
        )
        if options["json"]:
            self.stdout.write(json.dumps(difference.to_json(), ensure_ascii=False, indent=2))
            return
        for line in _lines(difference):
            self.stdout.write(line)
        self.stdout.write(
            f"{len(difference.rules)} rules, {len(difference.thresholds)} thresholds"
            f" and {len(difference.priors)} priors differ."
        )


def _lines(difference: RuleSetDifference) -> Iterator[str]:
    for change in difference.settings:
        yield _cell(change)
    for one in (*difference.rules, *difference.thresholds, *difference.priors):
        yield f"{SIGNS[one.kind]} {one.name}"
        yield from _cells(one)


def _cells(one: Difference) -> Iterator[str]:
    if one.kind == "changed":
        for change in one.changes:
            yield f"    {_cell(change)}"


def _cell(change: Change) -> str:
    return f"{change.field}: {change.before} → {change.after}"
