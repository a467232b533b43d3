"""Loading parcels, beside ogr2ogr on the same file into the same server."""

from __future__ import annotations

import subprocess
from pathlib import Path
from time import perf_counter
from typing import Final

from django.conf import settings
from django.db import connection

from config.benchmarks.city import SEED, database_use
from config.benchmarks.measure import Figure
from fixtures.modelcity.detail import SCALES
from fixtures.modelcity.generate import generate
from gis_core.enums import Dataset
from gis_core.loading.service import Source, geodata_load
from gis_core.models import Jurisdiction
from gis_core.srids import storage_srid

YARDSTICK_TABLE: Final = "bench_ogr2ogr"
TIMES_OF_OGR2OGR: Final = 4.0


def geodata() -> list[Figure]:
    """Parcels per second of a first load from GeoPackage and GML, beside ogr2ogr's."""
    database_use()
    folder = settings.VAR / "bench" / "city"
    generate(SCALES["city"], SEED, folder)
    return [_first_load(folder / f"alkis_vereinfacht.{suffix}") for suffix in ("gpkg", "gml")]


def _first_load(path: Path) -> Figure:
    yardstick_seconds = _ogr2ogr(path)
    jurisdiction, _created = Jurisdiction.objects.get_or_create(
        identifier=f"bench-{path.suffix[1:]}.example",
        defaults={"name": "Bench", "municipality_key": "05562004", "issue_prefix": "BEN"},
    )
    _forget(jurisdiction)
    result = geodata_load(
        jurisdiction=jurisdiction, dataset=Dataset.PARCELS, sources=[Source(path=path)]
    )
    return Figure(
        name=f"parcels loaded from {path.suffix[1:].upper()}",
        value=result.rows / result.seconds,
        unit="parcels/s",
        yardstick=result.rows / yardstick_seconds,
        limit=1 / TIMES_OF_OGR2OGR,
        limit_is_of_ratio=True,
        at_least=True,
    )


def _ogr2ogr(path: Path) -> float:
    """Seconds that ogr2ogr takes for the parcels of the file, schema look-ups over the network off."""
    database = connection.settings_dict
    target = (
        f"PG:dbname={database['NAME']} host={database['HOST']} port={database['PORT'] or 5432}"
        f" user={database['USER']}"
    )
    command = [
        "ogr2ogr",
        "-f",
        "PostgreSQL",
        target,
        str(path),
        "Flurstueck",
        "-nln",
        YARDSTICK_TABLE,
        "-nlt",
        "MULTIPOLYGON",
        "-a_srs",
        f"EPSG:{storage_srid()}",
        "-overwrite",
        "--config",
        "PG_USE_COPY",
        "YES",
        "--config",
        "GML_DOWNLOAD_SCHEMA",
        "NO",
    ]
    began = perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return perf_counter() - began


def _forget(jurisdiction: Jurisdiction) -> None:
    """The next load must be a first load."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM parcels_parcel WHERE jurisdiction_id = %s", [jurisdiction.pk])
    jurisdiction.editions.all().delete()
