"""list_presets: the sources of geodata that are known by name."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gis_core.errors import GisError
from gis_core.services.geodata_presets import presets


class Command(BaseCommand):
    help = "Lists the presets for sync_geodata --preset: name, Land, title, dataset, kind, licence."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = presets()
        except GisError as error:
            raise CommandError(str(error)) from error
        for one in found:
            cells = (one.name, one.land, one.title, one.dataset, one.kind.value, one.licence)
            self.stdout.write("\t".join(map(str, cells)))
