"""load_geodata: stages sources as new editions and shows what they would change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from rich.progress import Progress

from gis_core.coordinates import crs_parse
from gis_core.dataset_names import dataset_names
from gis_core.datasets import dataset_spec
from gis_core.errors import GisError
from gis_core.loading import Source
from gis_core.loading.stage.sources import source_place
from gis_core.management.edition_commands import (
    edition_find,
    editions_show,
    progress_bar,
    shown_on,
    shown_text,
    user_find,
)
from gis_core.models import Edition, Jurisdiction
from gis_core.selectors import editions_active
from gis_core.services.editions import edition_activate, edition_create, edition_resume
from gis_core.services.sources import source_end, source_lead, source_rename


@dataclass
class Job:
    """One load: a dataset, the name of its source, and the files, with what is said of their licences."""

    dataset: str
    name: str = ""
    sources: list[Source] = field(default_factory=list)
    licences: dict[str, None] = field(default_factory=dict)
    attributions: dict[str, None] = field(default_factory=dict)


class Command(BaseCommand):
    help = (
        "Loads geodata as a new edition beside the active state and shows what it would change; --activate also"
        " activates it. A source is a file (GML, NAS, GeoPackage, shapefile, FlatGeobuf, GeoJSON, CSV, .osm.pbf) or the"
        " directory of a NAS delivery; several sources make one edition."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sources", nargs="*", type=Path, metavar="SOURCE")
        parser.add_argument("--jurisdiction", help="identifier, e.g. castrop-rauxel.de")
        parser.add_argument("--dataset", choices=dataset_names())
        parser.add_argument(
            "--source", metavar="NAME", help="which of several sources of the dataset it is"
        )
        parser.add_argument("--end", action="store_true", help="end that source; without SOURCE")
        parser.add_argument(
            "--first", action="store_true", help="let that source count first; without SOURCE"
        )
        parser.add_argument(
            "--rename", metavar="NAME", help="give that source another name; without SOURCE"
        )
        parser.add_argument("--manifest", type=Path, help="JSON file that lists datasets and files")
        parser.add_argument(
            "--resume", type=int, metavar="EDITION", help="go on with a load that was interrupted"
        )
        parser.add_argument("--profile", help="column mapping; chosen by content when not given")
        parser.add_argument("--layer", help="layer of a GeoPackage")
        parser.add_argument("--crs", help="CRS of sources that name none, e.g. EPSG:25832")
        parser.add_argument("--as-of", type=date.fromisoformat, help="date of the data, YYYY-MM-DD")
        parser.add_argument("--licence", default="")
        parser.add_argument("--attribution", default="")
        parser.add_argument("--activate", action="store_true", help="activate what has no errors")
        parser.add_argument(
            "--override",
            default="",
            metavar="REASON",
            help="activate in spite of errors; needs --user",
        )
        parser.add_argument("--user", help="name of the user who loads")
        parser.add_argument("--json", action="store_true", help="one JSON object per dataset")

    def handle(self, *args: Any, **options: Any) -> None:
        editions: list[Edition] = []
        title = ""
        failure: Exception | None = None
        try:
            _options_check(options)
            options["by"] = user_find(options["user"])
            if options["rename"]:
                active = _active(self._jurisdiction(options), options)
                self.stdout.write(source_rename(edition=active, name=options["rename"]))
                return
            if options["resume"] is not None:
                editions.append(edition_find(options["resume"]))
                title = editions[0].jurisdiction.name
                with progress_bar() as bar:
                    self._load(editions[0], options, bar)
            else:
                jurisdiction = self._jurisdiction(options)
                title = jurisdiction.name
                with progress_bar() as bar:
                    for edition in self._ordered(jurisdiction, options):
                        editions.append(edition)
                        self._load(edition, options, bar)
        except CommandError as error:
            failure = error
            raise
        except GisError as error:
            failure = error
            text = _("nothing loaded from this source: %(error)s") % {"error": error.shown()}
            raise CommandError(text) from error
        finally:
            editions_show(self, editions, f"{title}: geodata", options["json"], failure)

    def _jurisdiction(self, options: dict[str, Any]) -> Jurisdiction:
        given = any(options[name] for name in ("sources", "end", "first", "rename"))
        if bool(options["manifest"]) == bool(options["dataset"] and given):
            raise CommandError("give either --manifest, or --dataset and at least one SOURCE")
        if not options["jurisdiction"]:
            raise CommandError("give --jurisdiction")
        try:
            return Jurisdiction.objects.get(identifier=options["jurisdiction"])
        except Jurisdiction.DoesNotExist as error:
            raise CommandError(
                f"no jurisdiction {options['jurisdiction']!r}; load_jurisdiction makes one"
            ) from error

    def _ordered(self, jurisdiction: Jurisdiction, options: dict[str, Any]) -> Iterator[Edition]:
        """The editions to be loaded; each is made when the one before is loaded."""
        if options["end"] or options["first"]:
            yield _without_file(jurisdiction, options)
            return
        jobs, as_of = self._jobs(options)
        for job in jobs:
            yield self._create(jurisdiction, job, as_of, options)

    def _jobs(self, options: dict[str, Any]) -> tuple[list[Job], date | None]:
        try:
            crs = crs_parse(options["crs"]) if options["crs"] else None
        except GisError as error:
            raise CommandError(error.shown()) from error
        if options["manifest"] is None:
            paths: list[Path] = options["sources"]
            sources = [Source(path, options["profile"], options["layer"], crs) for path in paths]
            return [Job(options["dataset"], options["source"] or "", sources)], options["as_of"]
        return _manifest_read(Path(options["manifest"]), options["as_of"])

    def _create(
        self,
        jurisdiction: Jurisdiction,
        job: Job,
        as_of: date | None,
        options: dict[str, Any],
    ) -> Edition:
        return edition_create(
            jurisdiction=jurisdiction,
            dataset=job.dataset,
            sources=job.sources,
            source_name=job.name,
            as_of=as_of,
            licence=options["licence"] or "; ".join(job.licences),
            attribution=options["attribution"] or "; ".join(job.attributions),
            created_by=options["by"],
        )

    def _load(self, edition: Edition, options: dict[str, Any], bar: Progress) -> None:
        edition_resume(edition=edition, progress=shown_on(bar, edition.dataset))
        if options["activate"] or options["override"]:
            edition_activate(edition=edition, by=options["by"], override_reason=options["override"])


def _without_file(jurisdiction: Jurisdiction, options: dict[str, Any]) -> Edition:
    """What is ordered of the source that the options name, or of the one without a name."""
    order = source_end if options["end"] else source_lead
    return order(edition=_active(jurisdiction, options), by=options["by"])


def _active(jurisdiction: Jurisdiction, options: dict[str, Any]) -> Edition:
    """The active edition of that source."""
    name, _rank = source_place(
        jurisdiction, dataset_spec(options["dataset"]), options["source"] or ""
    )
    active = editions_active(jurisdiction, options["dataset"]).filter(source_name=name).first()
    if active is None:
        raise CommandError(f"no edition of this source of {options['dataset']} is active")
    return active


# What has no effect beside the option that says what is loaded.
_OF_FILES = ("sources", "profile", "layer", "crs")
_OF_DATA = (*_OF_FILES, "manifest", "as_of", "licence", "attribution")
_BESIDE = {
    "rename": (*_OF_DATA, "resume", "end", "first", "activate", "override"),
    "resume": (*_OF_DATA, "jurisdiction", "dataset", "source", "end", "first"),
    "manifest": (*_OF_FILES, "dataset", "source", "end", "first"),
    "end": (*_OF_DATA, "first"),
    "first": _OF_DATA,
}
_MANIFEST_KEYS = {"datasets", "jurisdiction", "as_of", "crs"}
_ENTRY_KEYS = {"dataset", "source", "file", "layer", "profile", "crs", "licence", "attribution"}


def _options_check(options: dict[str, Any]) -> None:
    """CommandError for options that would be ignored."""
    for name, others in _BESIDE.items():
        given = [other for other in others if options[other]]
        if options[name] not in (None, False) and given:
            named = ", ".join("SOURCE" if one == "sources" else _flag(one) for one in given)
            raise CommandError(f"{_flag(name)} does not go together with {named}")


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _manifest_read(path: Path, as_of: date | None) -> tuple[list[Job], date | None]:
    """The jobs of a manifest in its order; entries of one source of a dataset become one edition."""
    try:
        manifest = json.loads(path.read_text("utf-8"))
        _keys_check(manifest, _MANIFEST_KEYS, path)
        jobs: dict[tuple[str, str], Job] = {}
        for entry in manifest["datasets"]:
            _keys_check(entry, _ENTRY_KEYS, path)
            crs = entry.get("crs") or manifest.get("crs")
            source = Source(
                path.parent / entry["file"],
                entry.get("profile") or None,
                entry.get("layer") or None,
                crs_parse(crs) if crs else None,
            )
            named = (entry["dataset"], entry.get("source") or "")
            job = jobs.setdefault(named, Job(*named))
            job.sources.append(source)
            for names, key in ((job.licences, "licence"), (job.attributions, "attribution")):
                if entry.get(key):
                    names.setdefault(entry[key])
        dated = manifest.get("as_of")
        return list(jobs.values()), as_of or (date.fromisoformat(dated) if dated else None)
    except (OSError, ValueError, GisError) as error:
        raise CommandError(f"{path}: {shown_text(error)}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise CommandError(f"{path}: is no manifest: {error!r}") from error


def _keys_check(values: dict[str, Any], known: set[str], path: Path) -> None:
    """CommandError for keys that would be ignored."""
    if unknown := sorted(values.keys() - known):
        raise CommandError(
            f"{path}: unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}"
        )
