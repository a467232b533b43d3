"""Golden cases as a file: out of the database, or into it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gis_core.models import Jurisdiction
from routing.errors import RoutingError
from routing.trying.golden_files import golden_export, golden_import


class Command(BaseCommand):
    help = "Print the active golden cases as CSV, or load them from a file of that form."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--jurisdiction", required=True, help="identifier, e.g. castrop-rauxel.de"
        )
        parser.add_argument("--load", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        identifier, path = options["jurisdiction"], options["load"]
        city = Jurisdiction.objects.filter(identifier=identifier).first()
        if city is None:
            raise CommandError(f"There is no jurisdiction {identifier}.")
        if path is None:
            self.stdout.write(golden_export(city), ending="")
            return
        try:
            loaded = golden_import(jurisdiction=city, text=path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, RoutingError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{city}: {loaded.added} added, {loaded.changed} changed.")
