"""sync_geodata: loads the state of a service as a new edition, or those of all services of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gis_core.dataset_names import dataset_names
from gis_core.enums import FetchKind
from gis_core.errors import GisError
from gis_core.management.edition_commands import editions_show, progress_bar, shown_on, shown_text
from gis_core.models import Edition
from gis_core.services.service_sync import GeodataService, service_sync, services_read

_OF_AN_ADDRESS = ("dataset", "kind", "type", "profile", "licence", "attribution")
_OF_ONE = ("jurisdiction", "activate", "changes", "source")


class Command(BaseCommand):
    help = (
        "Fetches geodata from a service, a file by its address or a preset and stages them as a new edition, or does so"
        " for all services of the setting GEODATA_SERVICES. Without a change nothing is kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", nargs="?", help="address; without it all services")
        parser.add_argument("--preset", default="", help="instead of an address; see list_presets")
        parser.add_argument("--jurisdiction", help="identifier, e.g. castrop-rauxel.de")
        parser.add_argument("--dataset", choices=dataset_names())
        parser.add_argument(
            "--kind", choices=FetchKind.values, help="of the address; wfs if not given"
        )
        parser.add_argument(
            "--type", default="", help="feature type, collection or layer, e.g. ave:Flurstueck"
        )
        parser.add_argument(
            "--source", default="", help="which of several sources of the dataset it is"
        )
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
                    shown = shown_on(bar, service.preset or service.dataset)
                    service_sync(service=service, progress=shown, created=editions.append)
        except (GisError, CommandError) as error:
            failure = error
            raise CommandError(shown_text(error)) from error
        finally:
            editions_show(self, editions, "geodata services", options["json"], failure)

    def _services(self, options: dict[str, Any]) -> list[GeodataService]:
        preset, url = options["preset"], options["url"]
        if preset or url is None:
            others = (*_OF_AN_ADDRESS, *(() if preset else _OF_ONE))
            if given := [name for name in others if options[name]]:
                named = ", ".join(f"--{name}" for name in given)
                raise CommandError(f"{named}: only together with an address")
        if preset:
            if url or not options["jurisdiction"]:
                raise CommandError("a preset needs --jurisdiction, and no address")
            return [
                GeodataService(
                    options["jurisdiction"],
                    activate=options["activate"],
                    changes=options["changes"],
                    preset=preset,
                    source=options["source"],
                )
            ]
        if url is None:
            if not settings.GEODATA_SERVICES:
                raise CommandError(
                    "give an address or a preset, or name a file in the setting GEODATA_SERVICES"
                )
            return services_read(Path(settings.GEODATA_SERVICES))
        if not (options["jurisdiction"] and options["dataset"]):
            raise CommandError("an address needs --jurisdiction and --dataset")
        return [
            GeodataService(
                options["jurisdiction"],
                options["dataset"],
                url,
                type_name=options["type"],
                profile=options["profile"],
                licence=options["licence"],
                attribution=options["attribution"],
                activate=options["activate"],
                changes=options["changes"],
                kind=options["kind"] or FetchKind.WFS,
                source=options["source"],
            )
        ]
