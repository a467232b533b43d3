"""What a source holds, before anybody knows what it means: layers, columns, and values of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

from gis_core.datasets import DatasetSpec
from gis_core.enums import FetchKind
from gis_core.errors import LoadError
from gis_core.loading.fetch.client import PAGE_DEADLINE_S
from gis_core.loading.fetch.download import file_fetch
from gis_core.loading.fetching import box_of
from gis_core.loading.gml.look import feature_types_look
from gis_core.loading.ogcapi.features import ogcapi_sample
from gis_core.loading.read.archives import archive_unpack, is_zip
from gis_core.loading.read.csv_source import csv_look
from gis_core.loading.read.encodings import text_options
from gis_core.loading.read.formats import Format, data_files, format_recognise
from gis_core.loading.read.geojson import geojson_batches, geojson_look
from gis_core.loading.wfs.features import wfs_sample
from gis_core.models import Jurisdiction

# A mapping is made while somebody waits.
BYTES_MAX: Final = 64 * 1024**2
ROWS_SEEN: Final = 200
# Of a service so many objects are asked for.
FEATURES_ASKED: Final = 500
SAMPLES: Final = 5
SAMPLE_LENGTH: Final = 60


@dataclass(frozen=True)
class Layer:
    """`columns`: the first values of each, as texts without blanks. `shapes`: kind of geometry, "" for none.

    `has_header`: None for what is no CSV. `namespace` of a feature type of GML, and the property that holds its place.
    """

    name: str
    shapes: str
    crs: str
    columns: dict[str, list[str]] = field(default_factory=dict)
    has_header: bool | None = None
    namespace: str = ""
    geometry: str = ""

    @property
    def header(self) -> list[str]:
        """What a mapping calls the columns where no line of the file says so; [] where one does."""
        return list(self.columns) if self.has_header is False else []

    def reading(self) -> dict[str, Any]:
        """What a mapping says of how the layer is read."""
        if self.namespace:
            names = {"features": [self.name], "geometry": [self.geometry] if self.geometry else []}
            return {"formats": ["xml"], "namespace": self.namespace, **names}
        return {"formats": ["table"], **({"header": self.header} if self.header else {})}

    def samples(self) -> dict[str, list[str]]:
        """Some different values of each column."""
        return {
            name: [one[:SAMPLE_LENGTH] for one in list(dict.fromkeys(values))[:SAMPLES]]
            for name, values in self.columns.items()
        }


def sample_fetch(
    kind: FetchKind,
    url: str,
    directory: Path,
    *,
    spec: DatasetSpec,
    jurisdiction: Jurisdiction,
    layer: str,
) -> Path:
    """What a mapping is made for: the file behind an address, or the first page of a service.

    It lies in `directory`. LoadError names address and cause; a file is at most BYTES_MAX large.
    """
    if kind != FetchKind.FILE:
        fetch = wfs_sample if kind == FetchKind.WFS else ogcapi_sample
        box = box_of(spec, jurisdiction)
        return fetch(url, directory, name=layer, box=box, features=FEATURES_ASKED)
    try:
        return file_fetch(url, directory, max_bytes=BYTES_MAX, deadline_s=PAGE_DEADLINE_S)
    except LoadError as error:
        if error.message.code != "wfs_large":
            raise
        most = BYTES_MAX // 1024**2
        raise LoadError("mapping_too_large", file=error.file, most=most) from error


@contextmanager
def source_unpacked(path: Path) -> Iterator[tuple[Path, Format]]:
    """The file with data and its format; of an archive the first one in it. LoadError for what cannot be mapped."""
    if path.stat().st_size > BYTES_MAX:
        raise LoadError("mapping_too_large", file=path.name, most=BYTES_MAX // 1024**2)
    with TemporaryDirectory(prefix="flurpost-") as folder:
        found = path
        if is_zip(path):
            names = data_files(archive_unpack(path, Path(folder)))
            if not names:
                raise LoadError("zip_without_data", file=path.name)
            found = Path(folder) / names[0]
        kind = format_recognise(found)
        if kind is Format.OSM:
            raise LoadError("mapping_of_osm", file=path.name)
        yield found, kind


def source_look(path: Path, *, has_header: bool | None = None) -> list[Layer]:
    """The layers of a table, or the feature types of GML.

    For CSV, whether the first line names columns is judged unless somebody said it.
    """
    with source_unpacked(path) as (found, kind):
        if kind is Format.CSV:
            return [_csv_layer(found, has_header)]
        if kind is Format.XML:
            return _xml_layers(found)
        if kind is Format.GEOJSON and (layer := _geojson_layer(found)):
            return [layer]
        try:
            return [_table_layer(found, str(name)) for name, _kind in pyogrio.list_layers(found)]
        except (DataSourceError, DataLayerError, FieldError, GeometryError) as error:
            raise LoadError("file_unreadable", file=path.name, cause=str(error)) from error


def _csv_layer(path: Path, has_header: bool | None) -> Layer:
    has_header, header, rows = csv_look(path, has_header=has_header, rows=ROWS_SEEN)
    columns = {
        name: [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
        for place, name in enumerate(header)
    }
    return Layer(path.stem, "", "", columns, has_header)


def _xml_layers(path: Path) -> list[Layer]:
    return [
        Layer(
            one.name,
            ", ".join(one.shapes),
            one.crs,
            one.columns,
            namespace=one.namespace,
            geometry=one.geometry,
        )
        for one in feature_types_look(path, ROWS_SEEN)
    ]


def _geojson_layer(path: Path) -> Layer | None:
    found = geojson_look(path)
    if not found.is_collection:
        return None
    batches = geojson_batches(found, {name: name for name in found.names}, ROWS_SEEN)
    batch = next(batches, None)
    if batch is None:
        raise LoadError("layers_none", file=path.name)
    kinds = {shape.geom_type for shape in batch.geometry if shape is not None}  # type: ignore[union-attr]
    columns = {name: _texts(values) for name, values in batch.columns.items()}
    return Layer(found.layer, ", ".join(sorted(kinds)), found.crs or "EPSG:4326", columns)


def _table_layer(path: Path, name: str) -> Layer:
    texts = text_options(path)
    info = pyogrio.read_info(path, layer=name, **texts)
    meta, _fids, _shapes, data = pyogrio.raw.read(
        path, layer=name, max_features=ROWS_SEEN, read_geometry=False, **texts
    )
    columns = {
        str(column): _texts(np.asarray(values).tolist())
        for column, values in zip(meta["fields"], data, strict=True)
    }
    return Layer(name, info["geometry_type"] or "", info["crs"] or "", columns)


def _texts(values: list[Any]) -> list[str]:
    texts = (str(value).strip() for value in values if value is not None)
    return list(islice((text for text in texts if text and text != "nan"), ROWS_SEEN))
