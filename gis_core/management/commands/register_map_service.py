"""Registers a WMS that the maps may show."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gis_core.enums import Visibility
from gis_core.errors import GisError
from gis_core.maps.registry import map_service_register


class Command(BaseCommand):
    help = "Registers a map service (WMS) after reading its capabilities; docs/maps.md tells more."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="short name, part of the address behind which it is shown")
        parser.add_argument("url", help="address of the service without WMS parameters")
        parser.add_argument(
            "layers",
            nargs="*",
            help="names of the layers to show; those of a known service if none",
        )
        parser.add_argument("--title", default="", help="name in the layer list")
        parser.add_argument("--attribution", default="", help="text at the edge of the map")
        parser.add_argument(
            "--background", action="store_true", help="a background map, not an overlay"
        )
        parser.add_argument("--staff-only", action="store_true", help="on the triage map only")
        parser.add_argument("--order", type=int, default=0, help="place in the layer list")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            service = map_service_register(
                slug=options["slug"],
                url=options["url"],
                layers=options["layers"],
                title=options["title"],
                attribution=options["attribution"],
                is_background=options["background"],
                visibility=Visibility.STAFF if options["staff_only"] else Visibility.PUBLIC,
                order=options["order"],
            )
        except GisError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{service.slug}: {service.title}, WMS {service.version}, {service.image_format}"
        )
