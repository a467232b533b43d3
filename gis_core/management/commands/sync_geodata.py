"""sync_geodata: loads the state of a WFS as a new edition, or those of all services of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gis_core.dataset_names import dataset_names
from gis_core.errors import GisError
from gis_core.management.edition_commands import editions_show, progress_bar, shown_on, shown_text
from gis_core.models import Edition
from gis_core.services.service_sync import GeodataService, service_sync, services_read

_OF_AN_ADDRESS = (
    *("jurisdiction", "dataset", "type", "profile", "licence", "attribution", "activate"),
    "changes",
)


class Command(BaseCommand):
    help = (
        "Fetches geodata from a WFS and stages them as a new edition, or does so for all services of the setting"
        " GEODATA_SERVICES. Without a change nothing is kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", nargs="?", help="address of a WFS; without it all services")
        parser.add_argument("--jurisdiction", help="identifier, e.g. castrop-rauxel.de")
        parser.add_argument("--dataset", choices=dataset_names())
        parser.add_argument("--type", default="", help="feature type, e.g. ave:Flurstueck")
        parser.add_argument("--profile", help="column mapping; chosen by content when not given")
        parser.add_argument("--licence", default="")
        parser.add_argument("--attribution", default="")
        parser.add_argument("--activate", action="store_true", help="activate what has no errors")
        parser.add_argument(
            "--changes",
            action="store_true",
            help="ask only for what changed since the active edition",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object per edition")

    def handle(self, *args: Any, **options: Any) -> None:
        editions: list[Edition] = []
        failure: Exception | None = None
        try:
            with progress_bar() as bar:
                for service in self._services(options):
                    shown = shown_on(bar, service.dataset)
                    service_sync(service=service, progress=shown, created=editions.append)
        except (GisError, CommandError) as error:
            failure = error
            raise CommandError(shown_text(error)) from error
        finally:
            editions_show(self, editions, "geodata services", options["json"], failure)

    def _services(self, options: dict[str, Any]) -> list[GeodataService]:
        if options["url"] is None:
            if given := [name for name in _OF_AN_ADDRESS if options[name]]:
                named = ", ".join(f"--{name}" for name in given)
                raise CommandError(f"{named}: only together with an address")
            if not settings.GEODATA_SERVICES:
                raise CommandError(
                    "give an address, or name a file in the setting GEODATA_SERVICES"
                )
            return services_read(Path(settings.GEODATA_SERVICES))
        if not (options["jurisdiction"] and options["dataset"]):
            raise CommandError("an address needs --jurisdiction and --dataset")
        return [
            GeodataService(
                options["jurisdiction"],
                options["dataset"],
                options["url"],
                options["type"],
                options["profile"],
                options["licence"],
                options["attribution"],
                options["activate"],
                options["changes"],
            )
        ]
