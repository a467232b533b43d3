"""Own rasters as maps: pieces drawn in EPSG:3857 by rio-tiler, and the class at a place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont
from pyproj import Transformer

from gis_core.enums import RasterState
from gis_core.maps.images import MapServiceUnavailable, image_encoded, usual_seconds
from gis_core.maps.pictures import MERCATOR, ImageRequest, crs_definition
from gis_core.maps.raster_files import RasterRefused, raster_opened
from gis_core.maps.store import MapImage
from gis_core.models import MapService, OwnRaster
from gis_core.srids import WGS84

# Pixels of a row of the legend, and of its letters.
LEGEND_ROW: Final = 24
LEGEND_LETTERS: Final = 13


def raster_root() -> Path:
    root = Path(settings.RASTER_ROOT)
    root.mkdir(mode=0o750, parents=True, exist_ok=True)
    return root


def raster_path(service: MapService) -> Path:
    """The file that the raster is drawn from, once it is ready."""
    return raster_root() / service.layers


def raster_picture(service: MapService, request: ImageRequest) -> MapImage:
    """A piece of the raster, transparent where it has nothing to show. Raises MapServiceUnavailable."""
    from rasterio.errors import RasterioError

    try:
        with _reader(service) as reader:
            method = "nearest" if reader.colormap else "bilinear"
            piece = reader.part(
                request.bounds,
                bounds_crs=MERCATOR,
                dst_crs=MERCATOR,
                width=request.width,
                height=request.height,
                reproject_method=method,
                resampling_method=method,
                vrt_options={"src_crs": _system(reader.dataset)},
            )
            content = piece.render(img_format="PNG", colormap=reader.colormap or None)
    except (RasterRefused, RasterioError) as error:
        raise MapServiceUnavailable(f"{service.slug} cannot be drawn: {error}") from error
    now = time.time()
    return MapImage(content, "image/png", drawn_at=now, fresh_until=now + usual_seconds(service))


def raster_value(service: MapService, longitude: float, latitude: float) -> int | None:
    """The value of a class raster at a place in WGS84 degrees; None where it has none. Raises RasterRefused."""
    from rio_tiler.errors import PointOutsideBounds

    with _reader(service) as reader:
        x, y = _transformer(_system(reader.dataset)).transform(longitude, latitude)
        try:
            point = reader.point(x, y, coord_crs=reader.dataset.crs)
        except PointOutsideBounds:
            return None
        return None if point.array.mask.any() else int(point.array[0])


def raster_legend(service: MapService) -> MapImage:
    """The colours of a class raster with their names. Raises MapServiceUnavailable."""
    try:
        with _reader(service) as reader:
            palette = reader.colormap
    except RasterRefused as error:
        raise MapServiceUnavailable(f"{service.slug} has no legend: {error}") from error
    names = sorted((int(value), name) for value, name in service.raster.classes.items())
    font = ImageFont.truetype("DejaVuSans.ttf", LEGEND_LETTERS)
    width = 2 * LEGEND_ROW + round(max(font.getlength(name) for _value, name in names))
    legend = Image.new("RGBA", (width, LEGEND_ROW * len(names)), "white")
    pen = ImageDraw.Draw(legend)
    for row, (value, name) in enumerate(names):
        top = row * LEGEND_ROW
        box = (4, top + 4, LEGEND_ROW + 4, top + LEGEND_ROW - 4)
        pen.rectangle(box, fill=tuple(palette[value]), outline="black")
        pen.text((LEGEND_ROW + 12, top + LEGEND_ROW // 2), name, "black", font, anchor="lm")
    now = time.time()
    drawn = MapImage(b"", "image/png", drawn_at=now, fresh_until=now + usual_seconds(service))
    return image_encoded(legend, drawn)


def is_sampled(service: MapService) -> bool:
    """Whether the classes of this own raster can be asked."""
    raster: OwnRaster = service.raster
    return raster.is_classes and raster.state == RasterState.READY


@contextmanager
def _reader(service: MapService) -> Iterator[Any]:
    """rio-tiler's reader of the file. Raises RasterRefused."""
    from rio_tiler.io import Reader

    with raster_opened(raster_path(service)) as dataset, Reader(None, dataset=dataset) as reader:
        yield reader


def _system(dataset: Any) -> str:
    """The raster's system; Gauss-Krüger by the grid of the surveys."""
    epsg = dataset.crs.to_epsg()
    return crs_definition(f"EPSG:{epsg}") if epsg else str(dataset.crs.to_wkt())


@lru_cache(maxsize=32)
def _transformer(system: str) -> Transformer:
    return Transformer.from_crs(WGS84, system, always_xy=True)
