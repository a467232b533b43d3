"""make_reader: lets a role of PostgreSQL read views of the active geodata, and nothing else."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from gis_core.errors import GisError
from gis_core.services.readers import reader_grant


class Command(BaseCommand):
    help = (
        "Makes views of the active state of every dataset in the schema geodata, for QGIS and the like, and lets the"
        " role read them and nothing else."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "role", nargs="?", default="flurpost_reader", help="default: flurpost_reader"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                reader_grant(options["role"])
        except GisError as error:
            raise CommandError(error.shown()) from error
        self.stdout.write(f"{options['role']} reads the views of the schema geodata")
