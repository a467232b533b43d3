"""Writes the map file of the installation's own map server."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mapui.maps.mapserver.mapfile import mapfile_write


class Command(BaseCommand):
    help = "Writes the map file of the own map server from the settings (MAPFILE says where)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(mapfile_write()))
