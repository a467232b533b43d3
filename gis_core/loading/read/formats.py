"""What a file is, judged by its content; a name that says something else is an error, not a hint."""

from __future__ import annotations

import glob
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Final

from gis_core.errors import LoadError
from gis_core.loading.read.archives import RATIO_FREE_BYTES, RATIO_MAX


class Format(StrEnum):
    """Formats by how they are read: XML is streamed by gis_core.loading.gml.geometry, tables by GDAL, CSV by Python,
    OpenStreetMap by pyosmium."""

    XML = "xml"
    GEOPACKAGE = "GeoPackage"
    SHAPEFILE = "shapefile"
    FLATGEOBUF = "FlatGeobuf"
    GEOJSON = "GeoJSON"
    CSV = "csv"
    OSM = "OpenStreetMap"


# What stands between the cells of a CSV.
DELIMITERS: Final = ";,\t|"
_PAGE_START: Final = 20
GZIP_MAGIC: Final = b"\x1f\x8b"
_MAGIC: Final = {
    b"SQLite format 3\x00": Format.GEOPACKAGE,
    b"\x00\x00\x27\x0a": Format.SHAPEFILE,
    b"fgb\x03": Format.FLATGEOBUF,
}
# Behind the length of the first block.
_OSM_MAGIC: Final = b"\n\tOSMHeader"
_OSM_START: Final = 4
_SUFFIXES: Final = {
    ".gml": Format.XML,
    ".xml": Format.XML,
    ".gpkg": Format.GEOPACKAGE,
    ".shp": Format.SHAPEFILE,
    ".fgb": Format.FLATGEOBUF,
    ".geojson": Format.GEOJSON,
    ".json": Format.GEOJSON,
    ".csv": Format.CSV,
    ".pbf": Format.OSM,
}
_TABLE_SUFFIXES: Final = (".gpkg", ".shp", ".fgb")
_DELIVERY: Final = (".gml", ".xml", ".gml.gz", ".xml.gz", ".zip")
# Sidecars of shapefiles and the like, which are no data of their own.
_SIDECARS: Final = (".shp.xml", ".aux.xml", ".qmd")
# What GDAL reads with a file: the other files of a shapefile, what SQLite has not yet put into the database.
_COMPANIONS: Final = {
    Format.SHAPEFILE: (".dbf", ".shx", ".prj", ".cpg"),
    Format.GEOPACKAGE: (".gpkg-wal", ".gpkg-journal"),
}
GZIP_ERRORS: Final = (gzip.BadGzipFile, EOFError, zlib.error)


class _Unpacked(gzip.GzipFile):
    """Stops where a small file grows beyond all measure."""

    packed_bytes = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if self.tell() > max(RATIO_FREE_BYTES, RATIO_MAX * self.packed_bytes):
            raise gzip.BadGzipFile(f"grows beyond {RATIO_MAX} times its size: refused as a bomb")
        return data


@contextmanager
def file_open(path: Path) -> Iterator[IO[bytes]]:
    """The file's content, unpacked where it is gzip; a bomb is a BadGzipFile."""
    with path.open("rb") as raw:
        packed = raw.read(2) == GZIP_MAGIC
    if not packed:
        with path.open("rb") as stream:
            yield stream
        return
    with _Unpacked(path, "rb") as unpacked:
        unpacked.packed_bytes = path.stat().st_size
        yield unpacked  # type: ignore[misc]


def companions(path: Path, kind: Format) -> list[Path]:
    """The files beside it without which a file does not say all that is read from it."""
    suffixes = _COMPANIONS.get(kind, ())
    return sorted(
        other
        for other in path.parent.glob(f"{glob.escape(path.stem)}.*")
        if other.suffix.lower() in suffixes
    )


def files_expand(path: Path) -> list[Path]:
    """The files of a source: the file itself, or the parts of a delivery directory in the order of their names."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise LoadError("file_missing", file=str(path))
    parts = sorted(part for part in path.iterdir() if part.name.lower().endswith(_DELIVERY))
    if not parts:
        raise LoadError("directory_empty", file=path.name)
    return parts


def data_files(names: list[str]) -> list[str]:
    """Of the names in an archive those that hold data: tables go before XML, which then is their description."""
    lower = {name: name.lower().removesuffix(".gz") for name in names}
    known = [
        name
        for name, plain in lower.items()
        if Path(plain).suffix in _SUFFIXES and not plain.endswith(_SIDECARS)
    ]
    tables = [name for name in known if Path(lower[name]).suffix in _TABLE_SUFFIXES]
    return tables or known


def format_recognise(path: Path) -> Format:
    """The format of a file by its first bytes; LoadError when unknown or when the name says another."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == GZIP_MAGIC
        with file_open(path) as stream:
            start = stream.read(4096)
    except (*GZIP_ERRORS, OSError) as error:
        raise LoadError("file_unreadable", file=path.name, cause=str(error)) from error
    named_packed = path.suffix.lower() == ".gz"
    if packed != named_packed:
        raise LoadError("file_is_gzip" if packed else "file_is_no_gzip", file=path.name)
    found = _by_content(start, path.name)
    suffix = Path(path.stem).suffix if named_packed else path.suffix
    named = _SUFFIXES.get(suffix.lower())
    if named is not None and named is not found:
        raise LoadError("file_named_otherwise", file=path.name, suffix=suffix, found=found.value)
    if packed and found not in {Format.XML, Format.CSV}:
        raise LoadError("gzip_of_other", file=path.name, found=found.value)
    return found


def _by_content(start: bytes, name: str) -> Format:
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            return kind
    if start.startswith(_OSM_MAGIC, _OSM_START):
        return Format.OSM
    if not start.strip():
        raise LoadError("file_empty", file=name)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        if b"<" not in start[2:4]:
            raise LoadError("text_utf16", file=name)
        return Format.XML
    return _by_text(start, name)


def _by_text(start: bytes, name: str) -> Format:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:_PAGE_START].lower().startswith((b"<!doctype html", b"<html")):
        raise LoadError("file_web_page", file=name)
    if text.startswith(b"<"):
        return Format.XML
    if text.startswith(b"{"):
        return Format.GEOJSON
    line = text.splitlines()[0]
    if b"\x00" not in start and any(one.encode() in line for one in DELIMITERS):
        return Format.CSV
    raise LoadError("format_unknown", file=name)
