"""Services that are known to be useful, with the attribution and licence that their providers ask for.

They stand in a CSV file (setting MAP_SERVICE_PRESETS) with the columns of Preset; `#` begins a comment.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from gis_core.errors import GisError


@dataclass(frozen=True)
class Preset:
    """`layers`: names worth picking, separated by spaces. `background`: `yes` for a background map.

    `keep_days`: how many days pictures hold; empty for one.
    """

    name: str
    url: str
    layers: str
    background: str
    attribution: str
    licence: str
    keep_days: str = ""

    @property
    def days(self) -> int:
        """How long pictures are kept where the service does not say it."""
        return int(self.keep_days or 1)

    @property
    def is_background(self) -> bool:
        return self.background == "yes"


def presets_read(path: Path) -> list[Preset]:
    """The presets of a file. Raises GisError where it is none."""
    try:
        lines = [
            line for line in path.read_text("utf-8").splitlines() if line.strip() and line[0] != "#"
        ]
        found = [Preset(**row) for row in csv.DictReader(lines, strict=True)]
        if not all(1 <= one.days <= 365 for one in found):
            raise GisError(f"{path}: keep_days must be from 1 to 365.")
    except (OSError, ValueError, csv.Error, TypeError) as error:
        raise GisError(f"{path}: is no list of map services: {error}") from error
    return found


def presets() -> list[Preset]:
    return presets_read(Path(settings.MAP_SERVICE_PRESETS)) if settings.MAP_SERVICE_PRESETS else []


def preset_of(url: str) -> Preset | None:
    """What is known of the service at this address."""
    return next((one for one in presets() if one.url == url), None)
