"""Hold the golden cases against rules or an edition that do not count yet."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import IO, Any, cast

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from gis_core.errors import GisError
from gis_core.models import Edition, Jurisdiction
from routing.errors import RoutingError
from routing.models import RuleSet
from routing.trying.golden import GoldenFinding, golden_check, golden_summary


class Command(BaseCommand):
    help = (
        "Decide every golden case as today and as a rule set or a staged edition would; the exit status is 1 when one"
        " comes out otherwise than it should."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--jurisdiction", required=True, help="identifier, e.g. castrop-rauxel.de"
        )
        parser.add_argument("--rule-set", type=int, metavar="VERSION")
        parser.add_argument("--edition", type=int, metavar="NUMBER", help="a staged edition")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            city = Jurisdiction.objects.get(identifier=options["jurisdiction"])
            version, edition = options["rule_set"], options["edition"]
            findings = golden_check(
                jurisdiction=city,
                rule_set=version and RuleSet.objects.get(jurisdiction=city, version=version),
                edition=edition and Edition.objects.get(jurisdiction=city, pk=edition),
            )
        except (ObjectDoesNotExist, RoutingError, GisError) as error:
            raise CommandError(str(error)) from error
        failing = [one for one in findings if not one.holds]
        if options["json"]:
            facts = {**golden_summary(findings), "cases": [_facts(one) for one in failing]}
            self.stdout.write(json.dumps(facts, ensure_ascii=False, indent=1))
        else:
            self._print(findings, failing)
        if failing:
            raise SystemExit(1)

    def _print(self, findings: list[GoldenFinding], failing: list[GoldenFinding]) -> None:
        if failing:
            table = Table("case", "expected", "today", "then")
            for one in failing:
                table.add_row(one.case.name, one.expected, one.present, one.tried)
            Console(file=cast(IO[str], self.stdout)).print(table)
        counts = golden_summary(findings)
        self.stdout.write(
            f"{len(findings)} golden cases: {counts['holds'] + counts['mends']} hold"
            f" ({counts['mends']} of them mended), {counts['breaks']} break, {counts['fails']} fail today too."
        )


def _facts(finding: GoldenFinding) -> dict[str, Any]:
    return {
        "name": finding.case.name,
        "expected": finding.expected,
        "today": finding.present,
        "then": finding.tried,
        "breaks": finding.breaks,
    }
