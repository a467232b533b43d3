"""Write a rule set down: the decision matrix or the priors as CSV, or everything as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from routing.management.arguments import arguments_add, jurisdiction_named, rule_set_named
from routing.rulebook.listed import rule_set_content
from routing.rulebook.written import content_csv, content_json, priors_csv


class Command(BaseCommand):
    help = "Write a rule set as CSV (the decision matrix, or its priors) or as JSON (everything)."

    def add_arguments(self, parser: CommandParser) -> None:
        arguments_add(parser)
        parser.add_argument("--rule-set", type=int, help="version; without it the one in effect")
        parser.add_argument("--format", choices=["csv", "json", "priors"], default="csv")
        parser.add_argument("--output", type=Path, help="file; without it standard output")

    def handle(self, *args: Any, jurisdiction: str, **options: Any) -> None:
        rule_set = rule_set_named(jurisdiction_named(jurisdiction), options["rule_set"])
        content = rule_set_content(rule_set)
        if options["format"] == "csv":
            text = content_csv(content)
        elif options["format"] == "priors":
            text = priors_csv(content)
        else:
            text = json.dumps(content_json(content), ensure_ascii=False, indent=2) + "\n"
        if options["output"] is None:
            self.stdout.write(text, ending="")
            return
        options["output"].write_text(text, encoding="utf-8", newline="")
        what, rows = (
            ("priors", content.priors) if options["format"] == "priors" else ("rules", content.rows)
        )
        self.stdout.write(f"Version {rule_set.version}: {len(rows)} {what} written.")
