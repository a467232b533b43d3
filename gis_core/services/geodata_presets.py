"""Sources of geodata that are known to be useful, each with what has to be said to load it.

They stand in a CSV file (setting GEODATA_PRESETS) with the columns of GeodataPreset; `#` begins a comment.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from gis_core.dataset_names import dataset_label
from gis_core.enums import FetchKind
from gis_core.errors import CodedError, GisError
from gis_core.loading.read.cut import boundary_drawn
from gis_core.models import Jurisdiction

# The dataset that the boundary of a municipality comes from.
BOUNDARIES: Final = "areas"


class PresetUnusable(CodedError):
    """The preset cannot be used for a municipality; the message says what to do first."""


@dataclass(frozen=True)
class GeodataPreset:
    """What is loaded from where; the columns are explained in docs/loading-geodata.md.

    `layer`: feature type, collection or layer. `read`: when address and names were read, `source`: where.
    In `url` `{district}` stands for the key of the Kreis or of the independent city, `*` for what nobody knows of the
    file's name.
    """

    name: str
    land: str
    title: str
    dataset: str
    kind: FetchKind
    url: str
    layer: str
    profile: str
    licence: str
    attribution: str
    read: date
    source: str

    @property
    def dataset_title(self) -> str:
        return dataset_label(self.dataset)

    def url_for(self, jurisdiction: Jurisdiction) -> str:
        """The address for a municipality."""
        return self.url.replace("{district}", f"{jurisdiction.municipality_key[:5]}000")


def presets_read(path: Path) -> list[GeodataPreset]:
    """The presets of a file. Raises GisError where it is none."""
    try:
        lines = [
            line for line in path.read_text("utf-8").splitlines() if line.strip() and line[0] != "#"
        ]
        return [_preset(row) for row in csv.DictReader(lines, strict=True)]
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise GisError(f"{path}: is no list of sources of geodata: {error}") from error


def _preset(row: dict[str, Any]) -> GeodataPreset:
    kind, read = FetchKind(row["kind"]), date.fromisoformat(row["read"])
    return GeodataPreset(**{**row, "kind": kind, "read": read})


def presets() -> list[GeodataPreset]:
    return presets_read(Path(settings.GEODATA_PRESETS)) if settings.GEODATA_PRESETS else []


def preset_named(name: str) -> GeodataPreset:
    """Raises PresetUnusable naming those that there are."""
    known = {one.name: one for one in presets()}
    if name not in known:
        raise PresetUnusable("preset_unknown", name=repr(name), known=sorted(known))
    return known[name]


def preset_check(preset: GeodataPreset, jurisdiction: Jurisdiction) -> None:
    """Raises PresetUnusable where a service of a whole Land would be asked for all it has."""
    is_service = preset.kind != FetchKind.FILE and preset.dataset != BOUNDARIES
    if is_service and boundary_drawn(jurisdiction) is None:
        first = [f"{one.title} – {one.name}" for one in presets() if one.dataset == BOUNDARIES]
        raise PresetUnusable("preset_without_boundary", name=preset.title, first=first)
