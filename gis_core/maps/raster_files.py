"""Raster files: opened with care, and looked at before anything is made of them.

Only GeoTIFF (COG among them) and JPEG 2000 are opened, each by its own driver and whatever the
name says, so no file can name another one. What lies beside a file is never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings

from gis_core.errors import LoadError
from gis_core.messages import Message
from gis_core.srids import WGS84

# By the first bytes of a file: TIFF and BigTIFF in both orders of bytes, JPEG 2000 boxed and bare.
DRIVERS: Final = {
    **dict.fromkeys((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"), "GTiff"),
    **dict.fromkeys((b"\x00\x00\x00\x0c", b"\xff\x4f\xff\x51"), "JP2OpenJPEG"),
}
GDAL_OPTIONS: Final = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    # Bytes that GDAL may hold of blocks.
    "GDAL_CACHEMAX": 256 * 1024**2,
}
# A block is decoded whole: a file of one huge block needs as much memory.
BLOCK_BYTES_MAX: Final = 512 * 1024**2


class RasterRefused(LoadError):
    """The raster cannot be shown; it names the file, what is wrong with it and where."""


@dataclass(frozen=True)
class RasterFacts:
    """What the delivered file holds, and which of it is drawn.

    `box`: west, south, east, north in WGS84 degrees. `colours`: the numbers of the bands that are drawn; one is grey,
    a palette or classes. `is_masked`: some pixels are not to be seen. `notes`: what is changed or left out.
    """

    crs: str
    box: tuple[float, float, float, float]
    width: int
    height: int
    bands: int
    dtype: str
    colours: tuple[int, ...]
    is_palette: bool
    is_masked: bool
    notes: tuple[Message, ...]


@contextmanager
def raster_opened(path: Path) -> Iterator[Any]:
    """The file as rasterio reads it. Raises RasterRefused."""
    import rasterio
    from rasterio.errors import RasterioIOError

    try:
        with path.open("rb") as file:
            driver = DRIVERS.get(file.read(4))
    except OSError as error:
        raise RasterRefused("raster_missing", file=path.name, cause=error.strerror) from error
    if driver is None:
        raise RasterRefused("raster_format", file=path.name)
    with rasterio.Env(**GDAL_OPTIONS):
        try:
            opened = rasterio.open(path.resolve(), driver=driver)
        except RasterioIOError as error:
            raise RasterRefused("raster_unreadable", file=path.name, cause=str(error)) from error
        with opened:
            yield opened


def raster_check(path: Path, *, has_classes: bool) -> RasterFacts:
    """Looks at the head of the file. Raises RasterRefused for what cannot be shown."""
    with raster_opened(path) as delivered:
        crs, box = _placed(delivered, path.name)
        _values_check(delivered, path.name, has_classes=has_classes)
        colours, notes = _colours(delivered)
        facts = RasterFacts(
            crs=crs,
            box=box,
            width=delivered.width,
            height=delivered.height,
            bands=delivered.count,
            dtype=delivered.dtypes[0],
            colours=colours,
            is_palette=_is_palette(delivered),
            is_masked=_is_masked(delivered),
            notes=tuple(notes),
        )
    _size_check(facts, path.name, has_classes=has_classes)
    return facts


def _placed(delivered: Any, name: str) -> tuple[str, tuple[float, float, float, float]]:
    """The system's name and where the raster lies in WGS84 degrees."""
    from rasterio.errors import RasterioError
    from rasterio.warp import transform_bounds

    if delivered.crs is None:
        raise RasterRefused("raster_no_crs", file=name)
    place = delivered.transform
    if place.is_identity or not np.all(np.isfinite(place[:6])) or place.determinant == 0:
        raise RasterRefused("raster_no_place", file=name)
    epsg = delivered.crs.to_epsg()
    crs = f"EPSG:{epsg}" if epsg else str(delivered.crs.to_wkt()).split('"')[1][:200]
    try:
        box = transform_bounds(delivered.crs, f"EPSG:{WGS84}", *delivered.bounds, densify_pts=21)
    except RasterioError as error:
        raise RasterRefused("raster_elsewhere", file=name, crs=crs) from error
    west, south, east, north = box
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise RasterRefused("raster_elsewhere", file=name, crs=crs)
    return crs, (west, south, east, north)


def _values_check(delivered: Any, name: str, *, has_classes: bool) -> None:
    kinds = {np.dtype(one).kind for one in delivered.dtypes if not one.startswith("complex_")}
    if len(set(delivered.dtypes)) > 1 or not kinds <= set("uif") or not kinds:
        raise RasterRefused("raster_values", file=name, types=sorted(set(delivered.dtypes)))
    if has_classes and (delivered.count > 1 or kinds == {"f"}):
        raise RasterRefused("raster_classes", file=name, bands=delivered.count)
    item = np.dtype(delivered.dtypes[0]).itemsize
    block = max(rows * columns for rows, columns in delivered.block_shapes) * item
    if block > BLOCK_BYTES_MAX:
        raise RasterRefused("raster_block", file=name, megabytes=block // 1024**2)


def _colours(delivered: Any) -> tuple[tuple[int, ...], list[Message]]:
    """The bands that are drawn as colours: those named red, green and blue, else the first three, else the first."""
    from rasterio.enums import ColorInterp

    kinds = dict(zip(delivered.indexes, delivered.colorinterp, strict=True))
    others = [index for index, kind in kinds.items() if kind is not ColorInterp.alpha]
    named = {kind: index for index, kind in reversed(kinds.items())}
    wanted = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    if all(kind in named for kind in wanted):
        colours = tuple(named[kind] for kind in wanted)
    else:
        colours = tuple(others[: 3 if len(others) >= 3 else 1])
    left = [index for index in others if index not in colours]
    notes = [Message("raster_bands_left", {"bands": left})] if left else []
    if delivered.dtypes[0] != "uint8":
        notes.append(Message("raster_stretched", {"type": delivered.dtypes[0]}))
    return colours, notes


def _is_palette(delivered: Any) -> bool:
    from rasterio.enums import ColorInterp

    return bool(delivered.colorinterp[0] is ColorInterp.palette)


def _is_masked(delivered: Any) -> bool:
    """Whether the file says that pixels are not to be seen; numbers that are none never are."""
    from rasterio.enums import MaskFlags

    flags = (flag for band in delivered.mask_flag_enums for flag in band[:1])
    is_told = any(flag is not MaskFlags.all_valid for flag in flags)
    return is_told or np.dtype(delivered.dtypes[0]).kind == "f"


def _size_check(facts: RasterFacts, name: str, *, has_classes: bool) -> None:
    """By the pixels of the made file: a small file may hold many, and a palette becomes colours with opacity."""
    is_coloured = facts.is_palette and not has_classes
    bands = 4 if is_coloured else len(facts.colours) + facts.is_masked
    needed = facts.width * facts.height * bands
    if needed > settings.RASTER_MAX_BYTES:
        raise RasterRefused(
            "raster_large",
            file=name,
            size=f"{facts.width} × {facts.height}",
            megabytes=needed // 1024**2,
            most=settings.RASTER_MAX_BYTES // 1024**2,
        )
