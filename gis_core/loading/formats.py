"""What a file is, judged by its content; a name that says something else is an error, not a hint."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

from gis_core.errors import LoadError


class Format(StrEnum):
    """Formats by how they are read: XML is streamed by gis_core.gml, tables by GDAL, CSV by Python."""

    XML = "xml"
    GEOPACKAGE = "GeoPackage"
    SHAPEFILE = "shapefile"
    FLATGEOBUF = "FlatGeobuf"
    GEOJSON = "GeoJSON"
    CSV = "csv"


GZIP_MAGIC: Final = b"\x1f\x8b"
_MAGIC: Final = {
    b"SQLite format 3\x00": Format.GEOPACKAGE,
    b"\x00\x00\x27\x0a": Format.SHAPEFILE,
    b"fgb\x03": Format.FLATGEOBUF,
}
_SUFFIXES: Final = {
    ".gml": Format.XML,
    ".xml": Format.XML,
    ".gpkg": Format.GEOPACKAGE,
    ".shp": Format.SHAPEFILE,
    ".fgb": Format.FLATGEOBUF,
    ".geojson": Format.GEOJSON,
    ".json": Format.GEOJSON,
    ".csv": Format.CSV,
}
_DELIVERY: Final = ("*.gml", "*.xml", "*.gml.gz", "*.xml.gz")
_ZIP_MAGIC: Final = b"PK\x03\x04"
_GZIP_ERRORS: Final = (gzip.BadGzipFile, EOFError, OSError)


@contextmanager
def file_open(path: Path) -> Iterator[IO[bytes]]:
    """The file's content, unpacked where it is gzip."""
    with path.open("rb") as raw:
        packed = raw.read(2) == GZIP_MAGIC
    with gzip.open(path, "rb") if packed else path.open("rb") as stream:
        yield stream  # type: ignore[misc]


def files_expand(path: Path) -> list[Path]:
    """The files of a source: the file itself, or the parts of a delivery directory in the order of their names."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise LoadError("no such file or directory", file=str(path))
    parts = sorted({part for pattern in _DELIVERY for part in path.glob(pattern)})
    if not parts:
        raise LoadError("the directory holds no .gml, .xml, .gml.gz or .xml.gz", file=path.name)
    return parts


def format_recognise(path: Path) -> Format:
    """The format of a file by its first bytes; LoadError when unknown or when the name says another."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == GZIP_MAGIC
        with file_open(path) as stream:
            start = stream.read(4096)
    except _GZIP_ERRORS as error:
        raise LoadError(f"cannot be read: {error}", file=path.name) from error
    named_packed = path.suffix.lower() == ".gz"
    if packed != named_packed:
        raise LoadError(f"is {'' if packed else 'not '}gzip, against its name", file=path.name)
    found = _by_content(start, path.name)
    suffix = Path(path.stem).suffix if named_packed else path.suffix
    named = _SUFFIXES.get(suffix.lower())
    if named is not None and named is not found:
        raise LoadError(f"is named {suffix} but its content is {found}", file=path.name)
    if packed and found not in {Format.XML, Format.CSV}:
        raise LoadError(f"gzip is read for XML and CSV only, this is {found}", file=path.name)
    return found


def _by_content(start: bytes, name: str) -> Format:
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            return kind
    if start.startswith(_ZIP_MAGIC):
        raise LoadError("is a zip archive: unpack it first", file=name)
    if not start.strip():
        raise LoadError("is empty", file=name)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Format.XML
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        return Format.XML
    if text.startswith(b"{"):
        return Format.GEOJSON
    line = text.splitlines()[0]
    if b"\x00" not in start and any(delimiter in line for delimiter in (b";", b",", b"\t")):
        return Format.CSV
    raise LoadError(
        "is of no known format (GML/NAS, GeoPackage, shapefile, FlatGeobuf, GeoJSON, CSV)",
        file=name,
    )
