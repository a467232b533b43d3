"""The model city at city scale in a database of its own, so that benchmarks never touch an installation's data."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from fixtures.modelcity.detail import SCALES
from fixtures.modelcity.generate import generate
from gis_core.models import Jurisdiction

SEED = 1
CITY = settings.ROOT / "fixtures" / "castrop_rauxel"


@dataclass(frozen=True)
class City:
    folder: Path
    jurisdiction: Jurisdiction
    places: list[dict[str, Any]]


def database_use(name: str) -> None:
    """Make a benchmark's own database this process's; create it where it is missing, and migrate it.

    One for each: the loads of one would lie upon the city of the other and slow its look-ups down.
    """
    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=True)


def city_load(scale: str = "city") -> City:
    """Generate and load the model city; what is loaded already is recognised as unchanged."""
    folder = settings.VAR / "bench" / scale
    generate(SCALES[scale], SEED, folder)
    manifest = folder / "manifest.json"
    with redirect_stdout(StringIO()):
        return _load(folder, manifest)


def _load(folder: Path, manifest: Path) -> City:
    call_command("load_jurisdiction", manifest, verbosity=0)
    identifier = json.loads(manifest.read_text("utf-8"))["jurisdiction"]["id"]
    call_command(
        "load_geodata", jurisdiction=identifier, manifest=manifest, activate=True, verbosity=0
    )
    for command in ("load_categories", "load_rules", "load_contacts"):
        call_command(command, CITY, jurisdiction=identifier, verbosity=0)
    return City(
        folder=folder,
        jurisdiction=Jurisdiction.objects.get(identifier=identifier),
        places=json.loads((folder / "places.json").read_text("utf-8")),
    )
