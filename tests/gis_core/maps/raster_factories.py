"""Real raster files, made by rasterio."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from rasterio import Affine

# The corner of the model rasters in EPSG:25832, in Castrop-Rauxel, and 20 cm a pixel.
WEST, NORTH, PIXEL = 380_000.0, 5_710_000.0, 0.2
PLACE = Affine(PIXEL, 0, WEST, 0, -PIXEL, NORTH)


def squares(side: int = 600, bands: int = 3, dtype: str = "uint8", step: int = 50) -> np.ndarray:
    """Bands of squares of `step` pixels; each square has values of its own."""
    rows, columns = np.mgrid[0:side, 0:side] // step
    most = np.iinfo(dtype).max if np.dtype(dtype).kind in "ui" else 1000
    values = [(rows * 37 + columns * 59 + band * 83) % 251 for band in range(bands)]
    return (np.array(values) * (most // 255)).astype(dtype)


def raster_write(path: Path, values: np.ndarray | None = None, **profile) -> Path:
    """A file at `path`; what `profile` does not say is a GeoTIFF in EPSG:25832 at PLACE."""
    values = squares() if values is None else values
    palette = profile.pop("palette", None)
    usual = {"driver": "GTiff", "crs": "EPSG:25832", "transform": PLACE}
    count, height, width = values.shape
    size = {"count": count, "height": height, "width": width, "dtype": values.dtype}
    with rasterio.open(path, "w", **{**usual, **size, **profile}) as file:
        if palette:
            file.write_colormap(1, palette)
        file.write(values)
    return path
