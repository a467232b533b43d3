"""load_geodata: loads sources as a new edition of a dataset, or all datasets of a manifest."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from gis_core.coordinates import crs_parse
from gis_core.enums import Dataset
from gis_core.errors import GisError
from gis_core.loading import LoadResult, Source, geodata_load
from gis_core.models import Jurisdiction
from gis_core.services import jurisdiction_boundary_refresh

# One load: the dataset and its sources.
Job = tuple[str, list[Source]]


class Command(BaseCommand):
    help = (
        "Loads geodata as a new edition and activates it. A source is a file (GML, NAS, GeoPackage, shapefile,"
        " FlatGeobuf, GeoJSON, CSV) or the directory of a NAS delivery; several sources make one edition."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sources", nargs="*", type=Path, metavar="SOURCE")
        parser.add_argument(
            "--jurisdiction", required=True, help="identifier, e.g. castrop-rauxel.de"
        )
        parser.add_argument("--dataset", choices=Dataset.values)
        parser.add_argument("--manifest", type=Path, help="JSON file that lists datasets and files")
        parser.add_argument("--profile", help="column mapping; chosen by content when not given")
        parser.add_argument("--layer", help="layer of a GeoPackage")
        parser.add_argument("--crs", help="CRS of sources that name none, e.g. EPSG:25832")
        parser.add_argument("--as-of", type=date.fromisoformat, help="date of the data, YYYY-MM-DD")
        parser.add_argument("--licence", default="")
        parser.add_argument("--attribution", default="")
        parser.add_argument("--json", action="store_true", help="one JSON object per dataset")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["manifest"]) == bool(options["dataset"] and options["sources"]):
            raise CommandError("give either --manifest, or --dataset and at least one SOURCE")
        try:
            jurisdiction = Jurisdiction.objects.get(identifier=options["jurisdiction"])
        except Jurisdiction.DoesNotExist as error:
            raise CommandError(
                f"no jurisdiction {options['jurisdiction']!r}; load_jurisdiction makes one"
            ) from error
        try:
            jobs, as_of = self._jobs(options)
            results = self._load(jurisdiction, jobs, as_of, options)
        except GisError as error:
            raise CommandError(f"nothing loaded from this source: {error}") from error
        if options["json"]:
            for result in results:
                self.stdout.write(json.dumps(_summary(result)))
        else:
            self._show(results, jurisdiction)

    def _jobs(self, options: dict[str, Any]) -> tuple[list[Job], date | None]:
        crs = crs_parse(options["crs"]) if options["crs"] else None
        if options["manifest"] is None:
            paths: list[Path] = options["sources"]
            sources = [Source(path, options["profile"], options["layer"], crs) for path in paths]
            return [(options["dataset"], sources)], options["as_of"]
        return _manifest_read(Path(options["manifest"]), options["as_of"])

    def _load(
        self,
        jurisdiction: Jurisdiction,
        jobs: list[Job],
        as_of: date | None,
        options: dict[str, Any],
    ) -> list[LoadResult]:
        results = []
        console = Console(stderr=True)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            for dataset, sources in jobs:
                task = bar.add_task(dataset, total=None)

                def show(
                    file: str, features: int, task: Any = task, dataset: str = dataset
                ) -> None:
                    bar.update(task, description=f"{dataset}: {file} {features:,}")

                results.append(
                    geodata_load(
                        jurisdiction=jurisdiction,
                        dataset=dataset,
                        sources=sources,
                        as_of=as_of,
                        licence=options["licence"],
                        attribution=options["attribution"],
                        progress=show,
                    )
                )
                bar.remove_task(task)
            bar.add_task("boundary", total=None)
            jurisdiction_boundary_refresh(jurisdiction=jurisdiction)
        return results

    def _show(self, results: list[LoadResult], jurisdiction: Jurisdiction) -> None:
        table = Table(title=f"{jurisdiction.name}: geodata")
        table.add_column("dataset")
        for heading in ("rows", "new", "changed", "vanished", "unchanged", "seconds", "rows/s"):
            table.add_column(heading, justify="right")
        for result in results:
            values = _summary(result)
            numbers = [
                f"{values[name]:,}" for name in ("rows", "new", "changed", "vanished", "unchanged")
            ]
            speed = f"{result.rows / result.seconds:,.0f}"
            table.add_row(values["dataset"], *numbers, f"{result.seconds:.2f}", speed)
        console = Console(width=110)
        with console.capture() as capture:
            console.print(table)
            for result in results:
                for note in result.edition.report["notes"]:
                    console.print(
                        f"{result.edition.dataset}: {note}", markup=False, highlight=False
                    )
        self.stdout.write(capture.get())


def _manifest_read(path: Path, as_of: date | None) -> tuple[list[Job], date | None]:
    """The jobs of a manifest in its order; entries of one dataset become one edition."""
    try:
        manifest = json.loads(path.read_text("utf-8"))
        jobs: dict[str, list[Source]] = {}
        for entry in manifest["datasets"]:
            source = Source(
                path.parent / entry["file"],
                entry.get("profile") or None,
                entry.get("layer") or None,
            )
            jobs.setdefault(entry["dataset"], []).append(source)
        dated = manifest.get("as_of")
        return list(jobs.items()), as_of or (date.fromisoformat(dated) if dated else None)
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise CommandError(f"{path}: is no manifest: {error!r}") from error


def _summary(result: LoadResult) -> dict[str, Any]:
    difference = result.difference
    return {
        "dataset": result.edition.dataset,
        "edition": result.edition.pk,
        "rows": result.rows,
        "new": difference.new,
        "changed": difference.changed,
        "vanished": difference.vanished,
        "unchanged": difference.unchanged,
        "seconds": round(result.seconds, 3),
    }
