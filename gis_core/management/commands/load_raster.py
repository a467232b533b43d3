"""Loads a raster of this installation and puts it on the maps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import Progress

from gis_core.enums import RasterState, Visibility
from gis_core.errors import GisError
from gis_core.services.rasters import raster_order, raster_prepare, raster_remove


class Command(BaseCommand):
    help = "Loads a GeoTIFF, COG or JPEG 2000 and shows it on the maps; docs/maps.md tells more."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--title", required=True, help="name in the layer list")
        parser.add_argument("--attribution", required=True, help="text at the edge of the map")
        parser.add_argument("--licence", default="", help="e.g. dl-de/zero-2-0")
        parser.add_argument("--staff-only", action="store_true", help="on the triage map only")
        parser.add_argument(
            "--classes", type=Path, help="CSV (value;name): the values are classes, no colours"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            raster = raster_order(
                path=options["file"],
                title=options["title"],
                attribution=options["attribution"],
                licence=options["licence"],
                visibility=Visibility.STAFF if options["staff_only"] else Visibility.PUBLIC,
                classes=options["classes"].read_text("utf-8-sig") if options["classes"] else "",
            )
        except (GisError, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        with Progress(*Progress.get_default_columns(), transient=True) as bar:
            task = bar.add_task(options["file"].name, total=100)
            raster_prepare(raster=raster, tell=lambda percent: bar.update(task, completed=percent))
        raster.refresh_from_db()
        if raster.state != RasterState.READY:
            raster_remove(service=raster.service)
            raise CommandError(raster.problem_text)
        size = f"{raster.width} × {raster.height} pixels in {raster.crs}"
        self.stdout.write(f"{raster.service.slug}: {raster.service.title}, {size}")
        for note in raster.note_texts:
            self.stdout.write(note)
