"""Load the categories of a jurisdiction from a folder of CSV files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from issues.errors import IssuesError
from issues.importers.categories import categories_load
from issues.selectors import jurisdiction_find


class Command(BaseCommand):
    help = "Load categories.csv and category_attributes.csv of a folder; what vanished is switched off."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--jurisdiction", required=True, help="identifier, e.g. castrop-rauxel.de"
        )

    def handle(self, *args: Any, folder: Path, jurisdiction: str, **options: Any) -> None:
        try:
            found = jurisdiction_find(jurisdiction)
            counts = categories_load(jurisdiction=found, folder=folder)
        except IssuesError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"{found}: {counts.categories} categories with {counts.questions} questions,"
            f" {counts.deactivated} switched off."
        )
