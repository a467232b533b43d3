"""Load how the authorities of a jurisdiction are reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gis_core.models import Jurisdiction
from routing.errors import RoutingError
from routing.forwarding.contacts import contacts_load


class Command(BaseCommand):
    help = "Load contacts.csv of a folder; contacts that vanished from it are switched off."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--jurisdiction", required=True, help="identifier, e.g. castrop-rauxel.de"
        )

    def handle(self, *args: Any, folder: Path, jurisdiction: str, **options: Any) -> None:
        try:
            found = Jurisdiction.objects.get(identifier=jurisdiction)
            count = contacts_load(jurisdiction=found, path=folder / "contacts.csv")
        except Jurisdiction.DoesNotExist as error:
            raise CommandError(f"There is no jurisdiction {jurisdiction}.") from error
        except RoutingError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{found}: {count} contacts.")
