"""map_geodata: what a source holds, a column mapping for it, and the installation's own mappings."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gis_core.dataset_names import dataset_names
from gis_core.datasets import dataset_spec
from gis_core.enums import FetchKind
from gis_core.errors import GisError
from gis_core.loading.look import Layer, sample_fetch, source_look
from gis_core.loading.mapping import mapping_preview, mapping_propose
from gis_core.loading.read.profiles import profile_parse
from gis_core.management.edition_commands import shown_text, user_find
from gis_core.models import Jurisdiction, OwnProfile
from gis_core.services.profiles import profile_remove, profile_save


class Command(BaseCommand):
    help = (
        "Shows the layers and columns of SOURCE on standard error, and on standard output a column mapping for it as"
        " JSON; with --save stores it. Without SOURCE shows or removes an own mapping."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", metavar="SOURCE", help="a file, or an address")
        parser.add_argument(
            "--kind",
            choices=FetchKind.values,
            default=FetchKind.FILE.value,
            help="what is at the address (default: file)",
        )
        parser.add_argument("--jurisdiction", required=True, help="e.g. castrop-rauxel.de")
        parser.add_argument("--dataset", required=True, choices=dataset_names())
        parser.add_argument(
            "--layer", help="layer of a GeoPackage, feature type, collection; without it the first"
        )
        parser.add_argument("--crs", default="", help="CRS of a source that names none")
        parser.add_argument("--mapping", type=Path, metavar="FILE", help="instead of the proposal")
        parser.add_argument("--save", metavar="NAME", help="store the mapping under this name")
        parser.add_argument("--show", metavar="NAME", help="an own mapping as JSON")
        parser.add_argument("--remove", metavar="NAME", help="remove an own mapping")
        parser.add_argument("--user", help="name of the user who stores it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            jurisdiction = Jurisdiction.objects.get(identifier=options["jurisdiction"])
        except Jurisdiction.DoesNotExist as error:
            raise CommandError(f"no jurisdiction {options['jurisdiction']!r}") from error
        given = [name for name in ("source", "mapping", "show", "remove") if options[name]]
        try:
            if given == ["show"]:
                self._show(jurisdiction, options)
            elif given == ["remove"]:
                profile_remove(_stored(jurisdiction, options["dataset"], options["remove"]))
            elif given in (["source"], ["mapping"], ["source", "mapping"]):
                self._map(jurisdiction, options)
            else:
                raise CommandError("give SOURCE or --mapping, or one of --show and --remove")
        except (GisError, OSError, ValueError) as error:
            raise CommandError(shown_text(error)) from error

    def _show(self, jurisdiction: Jurisdiction, options: dict[str, Any]) -> None:
        stored = _stored(jurisdiction, options["dataset"], options["show"])
        self._print({"name": stored.name, **stored.content})

    def _map(self, jurisdiction: Jurisdiction, options: dict[str, Any]) -> None:
        said = options["source"] or ""
        if not said.startswith(("http://", "https://")):
            self._mapped(jurisdiction, options, Path(said) if said else None, {})
            return
        spec, layer = dataset_spec(options["dataset"]), options["layer"] or ""
        address = {"url": said, "kind": options["kind"], "layer": layer}
        with TemporaryDirectory(prefix="flurpost-") as folder:
            path = sample_fetch(
                FetchKind(options["kind"]),
                said,
                Path(folder) / "sample",
                spec=spec,
                jurisdiction=jurisdiction,
                layer=layer,
            )
            if options["kind"] != FetchKind.FILE:
                # The sample has no other one.
                options = {**options, "layer": None}
            self._mapped(jurisdiction, options, path, {"address": address})

    def _mapped(
        self,
        jurisdiction: Jurisdiction,
        options: dict[str, Any],
        path: Path | None,
        more: dict[str, Any],
    ) -> None:
        spec = dataset_spec(options["dataset"])
        layers = source_look(path) if path else []
        for one in layers:
            self._tell(one)
        if options["mapping"]:
            content = json.loads(options["mapping"].read_text("utf-8"))
        else:
            content = mapping_propose(spec, _chosen(layers, options["layer"])) | more
        profile = profile_parse({**content, "name": options["save"] or "mapping"})
        if profile.dataset != options["dataset"]:
            raise CommandError(f"the mapping is one for {profile.dataset}")
        if path:
            preview = mapping_preview(
                spec, jurisdiction, path, profile, layer=options["layer"], crs=options["crs"]
            )
            for line in (" | ".join(preview.columns), *preview.faults):
                self.stderr.write(line)
            for row in preview.rows:
                self.stderr.write(" | ".join("" if one is None else str(one) for one in row))
        if options["save"]:
            by = user_find(options["user"])
            profile_save(jurisdiction=jurisdiction, name=options["save"], content=content, by=by)
        self._print(content)

    def _tell(self, layer: Layer) -> None:
        self.stderr.write(f"{layer.name} {layer.shapes} {layer.crs}".rstrip())
        for name, samples in layer.samples().items():
            self.stderr.write(f"  {name}: {', '.join(samples)}")

    def _print(self, content: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(content, ensure_ascii=False, indent=2))


def _chosen(layers: list[Layer], name: str | None) -> Layer:
    for one in layers:
        if name in {None, one.name}:
            return one
    raise CommandError(f"no layer {name!r}")


def _stored(jurisdiction: Jurisdiction, dataset: str, name: str) -> OwnProfile:
    try:
        return OwnProfile.objects.get(jurisdiction=jurisdiction, dataset=dataset, name=name)
    except OwnProfile.DoesNotExist as error:
        raise CommandError(f"no mapping {name!r}") from error
