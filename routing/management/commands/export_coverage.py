"""Write down who a rule set names where: the coverage matrix, category by category."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from routing.errors import RuleSetError
from routing.management.arguments import arguments_add, jurisdiction_named, rule_set_named
from routing.rulebook.checked import coverage_rows_all
from routing.rulebook.written import coverage_csv, coverage_json


class Command(BaseCommand):
    help = "Write the coverage matrix of a rule set as CSV or JSON: every kind of place with its answer or hole."

    def add_arguments(self, parser: CommandParser) -> None:
        arguments_add(parser)
        parser.add_argument("--rule-set", type=int, help="version; without it the one in effect")
        parser.add_argument("--format", choices=["csv", "json"], default="csv")

    def handle(self, *args: Any, jurisdiction: str, **options: Any) -> None:
        rule_set = rule_set_named(jurisdiction_named(jurisdiction), options["rule_set"])
        try:
            rows = list(coverage_rows_all(rule_set))
        except RuleSetError as error:
            raise CommandError(str(error)) from error
        if options["format"] == "csv":
            text = coverage_csv(rows)
        else:
            text = json.dumps(coverage_json(rows), ensure_ascii=False, indent=2) + "\n"
        self.stdout.write(text, ending="")
