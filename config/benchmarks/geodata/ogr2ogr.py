"""The yardstick of loads: `ogr2ogr` puts the same file into the same server."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

from django.db import connection

from gis_core.srids import storage_srid

_TABLE: Final = "bench_ogr2ogr"
# By the layer or the ending of a file: what ogr2ogr has to be told of it.
_PARCELS: Final = ["Flurstueck", "-nlt", "MULTIPOLYGON"]
_CSV: Final = ["-oo", "X_POSSIBLE_NAMES=ostwert", "-oo", "Y_POSSIBLE_NAMES=nordwert"]


def ogr2ogr(path: Path) -> None:
    """Loads the parcels or addresses of a file with a spatial index, schema look-ups over the network off."""
    database = connection.settings_dict
    target = (
        f"PG:dbname={database['NAME']} host={database['HOST']} port={database['PORT'] or 5432}"
        f" user={database['USER']}"
    )
    crs = f"EPSG:{storage_srid()}"
    told = _PARCELS if path.stem.startswith("alkis") else []
    if path.suffix == ".csv":
        told = _CSV
    systems = ["-s_srs", crs] if path.suffix in {".csv", ".gml"} else []
    options = ["-f", "PostgreSQL", target, str(path), *told, *systems, "-t_srs", crs]
    settings = ["PG_USE_COPY", "YES", "GML_DOWNLOAD_SCHEMA", "NO"]
    configured = [
        word
        for name, value in zip(settings[::2], settings[1::2], strict=True)
        for word in ("--config", name, value)
    ]
    command = ["ogr2ogr", *options, "-nln", _TABLE, "-overwrite", *configured]
    subprocess.run(command, check=True, capture_output=True)
