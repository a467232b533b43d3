"""Registers the layers of the installation's own map server."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gis_core.maps.services import MapServiceError
from mapui.maps.mapserver.services import own_map_services_register


class Command(BaseCommand):
    help = "Registers the background map and the overlays of the own map server, which must be running."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            registered = own_map_services_register()
        except MapServiceError as error:
            raise CommandError(str(error)) from error
        for service in registered:
            self.stdout.write(f"{service.slug}: {service.title}")
