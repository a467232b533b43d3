"""Load authorities and the decision matrix of a jurisdiction from a folder of CSV files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from gis_core.models import Jurisdiction
from routing.errors import RuleSetError
from routing.rulebook import authorities_load, rule_set_load


class Command(BaseCommand):
    help = "Load authorities.csv and rules.csv of a folder and activate the rules as the next rule set."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--jurisdiction", required=True, help="identifier, e.g. castrop-rauxel.de"
        )

    def handle(self, *args: Any, folder: Path, jurisdiction: str, **options: Any) -> None:
        try:
            found = Jurisdiction.objects.get(identifier=jurisdiction)
        except Jurisdiction.DoesNotExist as error:
            raise CommandError(f"There is no jurisdiction {jurisdiction}.") from error
        try:
            with transaction.atomic():
                count = authorities_load(jurisdiction=found, path=folder / "authorities.csv")
                rule_set = rule_set_load(jurisdiction=found, path=folder / "rules.csv")
        except RuleSetError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{found}: {count} authorities, rule set {rule_set.version}"
            f" with {rule_set.rules.count()} rules is active."
        )
