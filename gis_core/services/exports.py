"""Geodata and findings as files that leave: GeoJSON, CSV and GeoPackage, batch by batch, whatever the size.

GeoJSON is in WGS84 (RFC 7946), the others in the storage CRS. Each file names its licence, attribution and date.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from io import SEEK_END, StringIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

import numpy as np
import pyogrio.raw
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import Field
from django.db.models.fields import DateField, DecimalField, FloatField, IntegerField

from gis_core.coordinates import crs_parse, transform_geometry
from gis_core.datasets import DatasetSpec
from gis_core.models import Edition, EditionCheck, Jurisdiction
from gis_core.selectors import editions_active, editions_origin
from gis_core.srids import WGS84, storage_srid

BATCH_ROWS: Final = 5000
DEGREE_DECIMALS: Final = 7
METRE_DECIMALS: Final = 3
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
# Where a row says of which source it is.
SOURCE_OF_ROW: Final = "edition_from__source_name"
# Of a sample of a finding: where it lies, the first that there is.
SHAPES: Final = ("wkt", "after", "before")

# The shape (WKB in the storage CRS, None without one), and the values in the order of the columns.
Row = tuple[bytes | None, Sequence[Any]]


@dataclass(frozen=True)
class Table:
    """What is exported. `columns`: name and kind of the values ("text", "integer", "number", "date").

    `editions` are where it comes from, one a source; none: nothing is active. `shapes`: the type of the geometry as
    OGC names it, "Unknown" for several, None for a table without geometry.
    """

    name: str
    editions: Sequence[Edition]
    columns: Sequence[tuple[str, str]]
    shapes: str | None
    rows: Callable[[], Iterator[Row]]

    @property
    def origin(self) -> dict[str, str]:
        """Licence, attribution and date of the data: of several sources all, and the oldest date."""
        return asdict(editions_origin(self.editions))

    def batches(self) -> Iterator[tuple[Any, list[Sequence[Any]]]]:
        """Arrays of shapes (shapely, storage CRS) with as many rows of values; one batch at least, if an empty one."""
        rows = self.rows()
        chunk = list(islice(rows, BATCH_ROWS))
        while True:
            shapes = shapely.from_wkb(np.array([shape for shape, _values in chunk], dtype=object))
            yield shapes, [values for _shape, values in chunk]
            chunk = list(islice(rows, BATCH_ROWS))
            if not chunk:
                return


def dataset_table(spec: DatasetSpec, jurisdiction: Jurisdiction) -> Table:
    """The active state of a dataset, by key."""
    name, field = spec.dataset.value, spec.geometry_field
    editions = list(editions_active(jurisdiction, name))
    names = [one.name for one in spec.attributes]
    columns = [(one.name, _kind(one)) for one in spec.attributes]
    if spec.same:
        names.append(SOURCE_OF_ROW)
        columns.append(("source_name", "text"))

    def rows() -> Iterator[Row]:
        found = spec.model.objects.active().filter(jurisdiction=jurisdiction).order_by("key")
        if field is None:
            for values in found.values_list(*names).iterator(BATCH_ROWS):
                yield None, values
            return
        shaped = found.annotate(shape=AsWKB(field.name)).values_list("shape", *names)
        for shape, *values in shaped.iterator(BATCH_ROWS):
            yield shape and bytes(shape), values

    shapes = None if field is None else _SHAPES[field.geom_type]
    return Table(name, editions, columns, shapes, rows)


_SHAPES: Final = {
    "POINT": "Point",
    "MULTILINESTRING": "MultiLineString",
    "MULTIPOLYGON": "MultiPolygon",
}


def findings_table(edition: Edition) -> Table:
    """What the checks found: a row for each sample, or one for a finding that has none. In the active language."""
    columns = ("severity", "check", "finding", "object")
    found = [
        (shape, (check.get_severity_display(), check.code, check.message, name))
        for check in edition.checks.order_by("pk")
        for shape, name in _samples(check)
    ]
    return Table(
        "findings", [edition], [(one, "text") for one in columns], "Unknown", lambda: iter(found)
    )


def _samples(check: EditionCheck) -> Iterator[tuple[bytes | None, str]]:
    samples = check.details.get("samples") or [{}]
    for sample in samples:
        text = next((sample[name] for name in SHAPES if sample.get(name)), None)
        shape = None if text is None else shapely.to_wkb(shapely.from_wkt(text))
        yield shape, str(sample.get("key") or sample.get("feature") or "")


def _kind(field: Field[Any, Any]) -> str:
    kinds = {
        IntegerField: "integer",
        FloatField: "number",
        DecimalField: "number",
        DateField: "date",
    }
    return next((kind for cls, kind in kinds.items() if isinstance(field, cls)), "text")


def cell_safe(value: Any) -> Any:
    """A text that a spreadsheet would calculate gets an apostrophe in front; numbers stay as they are."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value


def value_plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def shapes_geojson(
    shapes: Any, source: int, target: int, *, is_swapped: bool = False
) -> list[str | None]:
    """Texts of GeoJSON of an array of shapes in another CRS, x first unless swapped; outer rings run anticlockwise."""
    target_crs = crs_parse(target)
    decimals = DEGREE_DECIMALS if target_crs.crs.is_geographic else METRE_DECIMALS
    turned = shapely.orient_polygons(transform_geometry(shapes, source, target_crs))
    step = -1 if is_swapped else 1
    rounded = shapely.transform(turned, lambda xy: np.round(xy[:, ::step], decimals))
    return list(shapely.to_geojson(rounded))


def _geojson(table: Table) -> Iterator[str]:
    origin = json.dumps(table.origin, ensure_ascii=False)
    yield f'{{"type":"FeatureCollection","name":{json.dumps(table.name)},{origin[1:-1]},"features":['
    names, between = [name for name, _kind in table.columns], ""
    for shapes, rows in table.batches():
        for shape, values in zip(shapes_geojson(shapes, storage_srid(), WGS84), rows, strict=True):
            properties = dict(zip(names, map(value_plain, values), strict=True))
            told = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
            yield f'{between}{{"type":"Feature","geometry":{shape or "null"},"properties":{told}}}'
            between = ",\n"
    yield "]}\n"


def _csv(table: Table) -> Iterator[str]:
    """`;` between cells, UTF-8 with a mark; the shape as WKT, and in each row what the file is under."""
    text = StringIO("\ufeff")
    text.seek(0, SEEK_END)
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    placed = ["geometry", "crs"] if table.shapes else []
    told = [f"EPSG:{storage_srid()}"] if table.shapes else []
    writer.writerow([*(name for name, _kind in table.columns), *placed, *table.origin])
    for shapes, rows in table.batches():
        places = shapely.to_wkt(shapes, rounding_precision=METRE_DECIMALS)
        for place, values in zip(places, rows, strict=True):
            cells = [_cell(value) for value in values]
            writer.writerow(
                [
                    *cells,
                    *([place] if table.shapes else []),
                    *told,
                    *map(cell_safe, table.origin.values()),
                ]
            )
        yield text.getvalue()
        text.seek(0)
        text.truncate()


def _cell(value: Any) -> Any:
    plain = value_plain(value)
    return json.dumps(plain, ensure_ascii=False) if isinstance(plain, list) else cell_safe(plain)


# Pieces of text by the format's name.
STREAMED: Final[dict[str, tuple[str, Callable[[Table], Iterator[str]]]]] = {
    "geojson": ("application/geo+json", _geojson),
    "csv": ("text/csv; charset=utf-8", _csv),
}
GEOPACKAGE: Final = "gpkg"
FORMATS: Final = (GEOPACKAGE, *STREAMED)


def geopackage_write(table: Table, path: Path) -> None:
    """A GeoPackage with one layer; what the data are under stands in the layer's description and metadata."""
    told = "; ".join(text for text in table.origin.values() if text)
    for number, (shapes, rows) in enumerate(table.batches()):
        columns = list(zip(*rows, strict=True)) or [()] * len(table.columns)
        arrays = [
            _array(kind, values)
            for (_name, kind), values in zip(table.columns, columns, strict=True)
        ]
        more: dict[str, Any] = (
            {}
            if number
            else {
                "layer_options": {"IDENTIFIER": table.name, "DESCRIPTION": told},
                "layer_metadata": table.origin,
            }
        )
        pyogrio.raw.write(
            path,
            shapely.to_wkb(shapes) if table.shapes else None,
            [values for values, _mask in arrays],
            [name for name, _kind in table.columns],
            [mask for _values, mask in arrays],
            layer=table.name,
            driver="GPKG",
            geometry_type=table.shapes,
            crs=f"EPSG:{storage_srid()}" if table.shapes else None,
            append=number > 0,
            **more,
        )


_DTYPES: Final = {
    "integer": "int64",
    "number": "float64",
    "date": "datetime64[D]",
    "text": "object",
}


def _array(kind: str, values: Sequence[Any]) -> tuple[Any, Any]:
    """The values of a column, and which of them are none."""
    empty = np.array([value is None for value in values], dtype=bool)
    if kind == "text":
        texts = [
            value if value is None or isinstance(value, str) else json.dumps(value)
            for value in values
        ]
        return np.array(texts, dtype=object), empty
    filled = [0 if value is None else value for value in values]
    return np.array(filled, dtype=_DTYPES[kind]), empty


def geopackage_open(table: Table) -> IO[bytes]:
    """The file, which is gone when it is closed."""
    with TemporaryDirectory(prefix="flurpost-") as folder:
        path = Path(folder) / f"{table.name}.gpkg"
        geopackage_write(table, path)
        return path.open("rb")


def table_write(table: Table, path: Path) -> None:
    """A file in the format that its name ends with; KeyError for another one. What is there already is replaced."""
    kind = path.suffix.removeprefix(".").lower()
    if kind == GEOPACKAGE:
        with geopackage_open(table) as file, path.open("wb") as target:
            shutil.copyfileobj(file, target)
        return
    _media_type, pieces = STREAMED[kind]
    with path.open("w", encoding="utf-8", newline="") as target:
        target.writelines(pieces(table))
