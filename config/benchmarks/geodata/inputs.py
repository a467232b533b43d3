"""What is loaded: addresses in four formats, and tables of which one row in a hundred was changed."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from gis_core.srids import storage_srid

DRIVERS: Final = {"gpkg": "GPKG", "fgb": "FlatGeobuf", "geojson": "GeoJSON"}
FORMATS: Final = (*DRIVERS, "csv")
# Every so many rows differ.
ONE_IN: Final = 100
_SEED: Final = 7
_STREETS: Final = 900
# West, south, east and north of the addresses, in the storage CRS.
_BOX: Final = (378_000.0, 5_708_000.0, 388_000.0, 5_718_000.0)
_FIELDS: Final = ("oid", "str", "hnr", "adz", "plz", "ort")


def addresses_write(folder: Path, count: int) -> dict[str, Path]:
    """So many house numbers in each of FORMATS, by its ending; what is there already stays."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {ending: folder / f"addresses_{count}.{ending}" for ending in FORMATS}
    missing = {ending: path for ending, path in paths.items() if not path.exists()}
    if not missing:
        return paths
    numbers = np.arange(count)
    xy = np.random.default_rng(_SEED).uniform(_BOX[:2], _BOX[2:], size=(count, 2)).round(3)
    columns = [
        np.array([f"DENW{number:012}" for number in numbers], dtype=object),
        np.array([f"Straße der Probe {number % _STREETS}" for number in numbers], dtype=object),
        np.array([str(1 + number // _STREETS) for number in numbers], dtype=object),
        np.array(["a" if number % 7 == 0 else None for number in numbers], dtype=object),
        np.full(count, "44575", dtype=object),
        np.full(count, "Castrop-Rauxel", dtype=object),
    ]
    for ending, path in missing.items():
        if ending == "csv":
            _csv_write(path, columns, xy)
        else:
            _table_write(path, np.asarray(shapely.to_wkb(shapely.points(xy))), columns)
    return paths


def _table_write(path: Path, shapes: NDArray[np.object_], columns: list[Any]) -> None:
    pyogrio.raw.write(
        path,
        shapes,
        columns,
        list(_FIELDS),
        layer="Hauskoordinaten",
        driver=DRIVERS[path.suffix[1:]],
        geometry_type="Point",
        crs=f"EPSG:{storage_srid()}",
    )


def _csv_write(path: Path, columns: list[Any], xy: NDArray[np.float64]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow([*_FIELDS, "ostwert", "nordwert"])
        out.writerows(zip(*columns, *xy.T.tolist(), strict=True))


def parcels_changed(path: Path, *, changed: bool) -> Path:
    """The parcels of a GeoPackage written anew; with `changed` every ONE_IN-th has another street."""
    copy = path.with_name(f"{path.stem}_{'changed' if changed else 'anew'}.gpkg")
    meta, _fids, shapes, data = pyogrio.raw.read(path, layer="Flurstueck")
    names = list(map(str, meta["fields"]))
    if changed:
        streets = data[names.index("lagebeztxt")]
        streets[::ONE_IN] = "Neue Straße 1"
    copy.unlink(missing_ok=True)
    pyogrio.raw.write(
        copy,
        shapes,
        data,
        names,
        layer="Flurstueck",
        driver="GPKG",
        geometry_type=meta["geometry_type"],
        crs=meta["crs"],
    )
    return copy
