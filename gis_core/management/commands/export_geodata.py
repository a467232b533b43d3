"""export_geodata: the active state of a dataset, or the findings of an edition, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gis_core.dataset_names import dataset_names
from gis_core.datasets import dataset_spec
from gis_core.management.edition_commands import edition_find
from gis_core.models import Jurisdiction
from gis_core.services.exports import FORMATS, Table, dataset_table, findings_table, table_write


class Command(BaseCommand):
    help = (
        "Writes the active state of a dataset, or what the checks found of an edition, into FILE; its ending says the"
        " format: .gpkg, .geojson or .csv."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--jurisdiction", help="identifier, e.g. castrop-rauxel.de")
        parser.add_argument("--dataset", choices=dataset_names())
        parser.add_argument("--findings", type=int, metavar="EDITION", help="findings instead")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        if path.suffix.removeprefix(".").lower() not in FORMATS:
            raise CommandError(f"{path}: a file ends with .{', .'.join(FORMATS)}")
        try:
            table_write(_table(options), path)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error


def _table(options: dict[str, Any]) -> Table:
    named = bool(options["jurisdiction"]), bool(options["dataset"])
    if options["findings"] is not None:
        if any(named):
            raise CommandError("--findings does not go together with --jurisdiction and --dataset")
        return findings_table(edition_find(options["findings"]))
    if not all(named):
        raise CommandError("give --jurisdiction and --dataset, or --findings")
    try:
        jurisdiction = Jurisdiction.objects.get(identifier=options["jurisdiction"])
    except Jurisdiction.DoesNotExist as error:
        raise CommandError(f"no jurisdiction {options['jurisdiction']!r}") from error
    return dataset_table(dataset_spec(options["dataset"]), jurisdiction)
