"""The file that maps are drawn from, made of a delivered one.

A GeoTIFF in tiles with overviews, in the delivered system: colours of 8 bits with opacity, or classes with their
palette.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from gis_core.maps.raster_files import RasterFacts, RasterRefused, raster_opened

# Pixels of a side of the made file's tiles; so many of them a piece is high at most; bytes of a piece that is read.
TILE: Final = 512
BLOCKS_HIGH: Final = 4
PIECE_BYTES: Final = 64 * 1024**2
# Values of other than 8 bits become 8 bits from this to that percentile of a sample of so many squares a side.
PERCENTILES: Final = (2.0, 98.0)
SAMPLES: Final = 8
SAMPLE_SIDE: Final = 128
# The share of the work that lies before the overviews, in percent.
COPIED_PERCENT: Final = 80

Tell = Callable[[int], None]


def raster_make(
    path: Path, target: Path, facts: RasterFacts, classes: Mapping[str, str], tell: Tell
) -> None:
    """Writes the file that maps are drawn from; `tell` is told how many percent are done.

    Raises RasterRefused; what was written so far is left.
    """
    import rasterio
    from rasterio.enums import Resampling
    from rasterio.errors import RasterioError

    with raster_opened(path) as delivered:
        change = _Change.of(delivered, facts, classes, path.name)
        try:
            with rasterio.open(target, "w", **_profile(delivered, change)) as made:
                if change.palette:
                    made.write_colormap(1, change.palette)
                for window, share in _windows(delivered):
                    values = change.of_piece(delivered, window, path.name)
                    made.write(values, window=window)
                    tell(int(COPIED_PERCENT * share))
            with rasterio.open(target, "r+", driver="GTiff") as made:
                kind = Resampling.mode if classes else Resampling.average
                made.build_overviews(_factors(facts), kind)
        except (RasterioError, OSError) as error:
            raise RasterRefused("raster_unwritable", file=path.name, cause=str(error)) from error


def _profile(delivered: Any, change: _Change) -> dict[str, Any]:
    return {
        "driver": "GTiff",
        "width": delivered.width,
        "height": delivered.height,
        "count": change.bands,
        "dtype": "uint8",
        "crs": delivered.crs,
        "transform": delivered.transform,
        "nodata": change.nodata,
        **({"photometric": "RGB"} if change.bands >= 3 else {}),
        **({"alpha": "YES"} if change.bands in {2, 4} else {}),
        "tiled": True,
        "blockxsize": TILE,
        "blockysize": TILE,
        "compress": "DEFLATE",
        "bigtiff": "IF_SAFER",
    }


def _windows(delivered: Any) -> Iterator[tuple[Any, float]]:
    """Pieces of whole tiles, and the share of the rows that is done with each."""
    from rasterio.windows import Window

    item = np.dtype(delivered.dtypes[0]).itemsize * delivered.count
    # As high as the delivered blocks, so that none of a few hundred rows is decoded twice.
    high = TILE * max(1, min(BLOCKS_HIGH, math.ceil(delivered.block_shapes[0][0] / TILE)))
    columns = max(1, PIECE_BYTES // (high * TILE * item)) * TILE
    for top in range(0, delivered.height, high):
        rows = min(high, delivered.height - top)
        for left in range(0, delivered.width, columns):
            window = Window(left, top, min(columns, delivered.width - left), rows)
            yield window, (top + rows) / delivered.height


def _factors(facts: RasterFacts) -> list[int]:
    """Halves until the smallest fits into a tile."""
    factors, factor = [], 2
    while max(facts.width, facts.height) * 2 / factor > TILE:
        factors.append(factor)
        factor *= 2
    return factors


@dataclass(frozen=True)
class _Change:
    """How values become those of the made file.

    `table`: 256 or 65,536 colours with opacity by value, for a palette. `limits`: what becomes 0 and 255. `nodata`:
    the value of the made file's pixels without a class.
    """

    facts: RasterFacts
    table: Any = None
    limits: tuple[float, float] | None = None
    palette: dict[int, tuple[int, int, int, int]] | None = None
    nodata: int | None = None

    @classmethod
    def of(
        cls, delivered: Any, facts: RasterFacts, classes: Mapping[str, str], name: str
    ) -> _Change:
        if classes:
            palette = delivered.colormap(1) if facts.is_palette else _hues()
            palette = {value: colour for value, colour in palette.items() if value < 256}
            return cls(facts, palette=palette, nodata=_nodata(delivered.nodata, classes))
        if facts.is_palette:
            table = np.zeros((65_536, 4), np.uint8)
            for value, colour in delivered.colormap(1).items():
                table[value] = colour
            return cls(facts, table=table)
        if facts.dtype == "uint8":
            return cls(facts)
        return cls(facts, limits=_limits(delivered, facts, name))

    @property
    def bands(self) -> int:
        if self.palette:
            return 1
        return 4 if self.table is not None else len(self.facts.colours) + self.facts.is_masked

    def of_piece(self, delivered: Any, window: Any, name: str) -> Any:
        """Bands by rows by columns, in 8 bits. Raises RasterRefused where the file is broken."""
        values = _read(delivered, self.facts.colours, window, name)
        if self.palette:
            return self._classes(values, delivered.nodata, window, name)
        seen = delivered.dataset_mask(window=window) if self.facts.is_masked else None
        if self.table is not None:
            drawn = np.moveaxis(self.table[values[0]], 2, 0).copy()
            if seen is not None:
                drawn[3] = np.minimum(drawn[3], seen)
            return drawn
        if self.limits:
            seen = (
                seen & (np.isfinite(values).all(axis=0) * np.uint8(255))
                if seen is not None
                else None
            )
            low, high = self.limits
            scaled = (np.nan_to_num(values.astype(np.float32)) - low) * (255 / (high - low))
            values = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
        return values if seen is None else np.concatenate([values, seen[np.newaxis]])

    def _classes(self, values: Any, nodata: float | None, window: Any, name: str) -> Any:
        if nodata is not None:
            values = np.where(values == nodata, self.nodata, values)
        if values.min() < 0 or values.max() > 255:
            rows = f"{window.row_off}–{window.row_off + window.height - 1}"
            raise RasterRefused("raster_class_range", file=name, rows=rows)
        return values.astype(np.uint8)


def _read(delivered: Any, bands: tuple[int, ...], window: Any, name: str) -> Any:
    from rasterio.errors import RasterioIOError

    try:
        return delivered.read(bands, window=window)
    except RasterioIOError as error:
        rows = f"{window.row_off}–{window.row_off + window.height - 1}"
        cause = str(error.__cause__ or error).removeprefix(f"{name}, ")
        raise RasterRefused("raster_broken", file=name, rows=rows, cause=cause) from error


def _limits(delivered: Any, facts: RasterFacts, name: str) -> tuple[float, float]:
    """The percentiles of all colours together, so that their balance stays; of squares spread over the raster."""
    from rasterio.windows import Window

    found = []
    for row in range(SAMPLES):
        for column in range(SAMPLES):
            top, left = (
                max(0, round((number + 0.5) / SAMPLES * length) - SAMPLE_SIDE // 2)
                for number, length in ((row, facts.height), (column, facts.width))
            )
            width = min(SAMPLE_SIDE, facts.width - left)
            window = Window(left, top, width, min(SAMPLE_SIDE, facts.height - top))
            values = _read(delivered, facts.colours, window, name)
            seen = (delivered.dataset_mask(window=window) > 0) & np.isfinite(values)
            found.append(values[seen])
    values = np.concatenate(found)
    if not values.size:
        raise RasterRefused("raster_empty", file=name)
    low, high = np.percentile(values, PERCENTILES)
    return float(low), float(high if high > low else low + 1)


def _nodata(delivered: float | None, classes: Mapping[str, str]) -> int | None:
    """The delivered value where 8 bits hold it, else one that is no class."""
    if delivered is None or (0 <= delivered <= 255 and delivered == int(delivered)):
        return None if delivered is None else int(delivered)
    return next((value for value in range(255, -1, -1) if str(value) not in classes), None)


def _hues() -> dict[int, tuple[int, int, int, int]]:
    """A colour to each value; neighbours differ by the golden ratio of the circle of hues."""
    colours = {}
    for value in range(256):
        red, green, blue = colorsys.hls_to_rgb(value * 0.618034 % 1, 0.6, 0.6)
        colours[value] = (round(red * 255), round(green * 255), round(blue * 255), 255)
    return colours
