"""Drawing a piece of the map by any kind of service: each is asked in its own way, the picture is in EPSG:3857."""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image
from pyproj import CRS, Transformer

from gis_core.enums import ServiceKind
from gis_core.maps.addresses import address_with
from gis_core.maps.images import (
    IMAGE_DEADLINE_S,
    MapServiceUnavailable,
    age_of_all,
    image_checked,
    image_decoded,
    image_encoded,
    image_fetch,
    is_same,
    usual_seconds,
)
from gis_core.maps.store import MapImage
from gis_core.models import MapService
from gis_core.srids import WEB_MERCATOR

MERCATOR: Final = f"EPSG:{WEB_MERCATOR}"
# The half of the circumference in EPSG:3857: no bounding box reaches further.
MERCATOR_LIMIT: Final = 20_037_508.342_789
MAX_SIDE: Final = 2048
TILE_SIDE: Final = 256
# A picture of 2,048 pixels needs eight by eight tiles, and one more row and column where it lies between them.
TILES_MAX: Final = 81
# What a service is asked in that does not draw EPSG:3857, the most accurate first: ETRS89, WGS 84, Gauss-Krüger.
OTHER_SYSTEMS: Final = (
    *("EPSG:25832", "EPSG:25833", "EPSG:25831", "EPSG:4258", "EPSG:4326", "CRS:84"),
    *("EPSG:31467", "EPSG:31466"),
)
# The wheels of pyproj and rasterio lack the grid BeTA2007, by which servers change the datum; Debian's PROJ has it.
DATUM_GRID: Final = Path("/usr/share/proj/BETA2007.gsb")
GAUSS_KRUEGER: Final = {
    "EPSG:31466": "+proj=tmerc +lat_0=0 +lon_0=6 +x_0=2500000",
    "EPSG:31467": "+proj=tmerc +lat_0=0 +lon_0=9 +x_0=3500000",
}
# So many more pixels than shown are asked for where a picture is warped, so that lines stay sharp.
OVERSAMPLING: Final = 1.5


@dataclass(frozen=True)
class ImageRequest:
    """A GetMap in EPSG:3857: bounds in metres (west, south, east, north), size in pixels."""

    bounds: tuple[float, float, float, float]
    width: int
    height: int
    transparent: bool


def picture_fetch(
    service: MapService, request: ImageRequest, known: MapImage | None = None
) -> MapImage:
    """The picture as the service draws it now. Raises MapServiceUnavailable.

    `known`: the picture drawn before; the service is asked whether it still holds, if it is one that can tell.
    """
    if service.kind == ServiceKind.RASTER:
        # It draws with what stands here.
        from gis_core.maps.rasters import raster_picture

        return raster_picture(service, request)
    if service.kind in {ServiceKind.WMTS, ServiceKind.XYZ}:
        return _tiles_joined(service, request)
    if service.crs != MERCATOR and service.kind == ServiceKind.WMS:
        return _warped(service, request, known)
    if service.kind == ServiceKind.OGC_MAPS:
        address = address_with(service.url, _ogc_parameters(request))
    else:
        address = address_with(service.url, image_parameters(service, request))
    image = image_fetch(address, usual_s=usual_seconds(service), known=known)
    return image_checked(image, (request.width, request.height), known)


def image_parameters(
    service: MapService, request: ImageRequest, crs: str = MERCATOR
) -> dict[str, str]:
    """A GetMap. The bounds of `request` are in `crs`, east before north; WMS 1.3.0 gets them in its axes' order."""
    west, south, east, north = request.bounds
    is_new = service.version == "1.3.0"
    if is_new and is_north_first(crs):
        west, south, east, north = south, west, north, east
    # Seven decimals of a degree are a centimetre.
    digits = 4 if crs == MERCATOR else 9
    return {
        "SERVICE": "WMS",
        "VERSION": service.version,
        "REQUEST": "GetMap",
        "LAYERS": service.layers,
        "STYLES": service.style,
        "CRS" if is_new else "SRS": crs if is_new or crs != "CRS:84" else "EPSG:4326",
        "BBOX": ",".join(f"{value:.{digits}f}" for value in (west, south, east, north)),
        "WIDTH": str(request.width),
        "HEIGHT": str(request.height),
        "FORMAT": service.image_format,
        "TRANSPARENT": "TRUE" if request.transparent else "FALSE",
    }


@lru_cache(maxsize=32)
def is_north_first(crs: str) -> bool:
    """Whether the system's own first axis is its northing or latitude: EPSG:4326, EPSG:4258, EPSG:31466 …"""
    return crs != "CRS:84" and str(CRS(crs).axis_info[0].direction) == "north"


@lru_cache(maxsize=32)
def _transformer(crs: str) -> Transformer:
    return Transformer.from_crs(MERCATOR, crs_definition(crs), always_xy=True)


def crs_definition(crs: str) -> str:
    """The system as pyproj and rasterio know it; Gauss-Krüger by the grid of the surveys, where that is there."""
    if crs in GAUSS_KRUEGER and DATUM_GRID.exists():
        return f"{GAUSS_KRUEGER[crs]} +k=1 +y_0=0 +ellps=bessel +nadgrids={DATUM_GRID} +type=crs"
    return "OGC:CRS84" if crs == "CRS:84" else crs


def _ogc_parameters(request: ImageRequest) -> dict[str, str]:
    system = f"http://www.opengis.net/def/crs/EPSG/0/{WEB_MERCATOR}"
    return {
        "bbox": ",".join(f"{value:.4f}" for value in request.bounds),
        "bbox-crs": system,
        "crs": system,
        "width": str(request.width),
        "height": str(request.height),
        "transparent": "true" if request.transparent else "false",
        "f": "png",
    }


def _warped(service: MapService, request: ImageRequest, known: MapImage | None) -> MapImage:
    """Asked for in the service's own system, a little finer, and warped into EPSG:3857."""
    from rasterio.warp import Resampling, reproject

    asked = request_in(service.crs, request)
    address = address_with(service.url, image_parameters(service, asked, service.crs))
    image = image_fetch(address, usual_s=usual_seconds(service), known=known)
    if is_same(image, known):
        return image
    # Colours times opacity, as plain numbers: where GDAL knows of opacity, thin lines vanish in stretches.
    pixels = Image.fromarray(image_decoded(image, (asked.width, asked.height))).convert("RGBa")
    target = np.zeros((4, request.height, request.width), np.uint8)
    reproject(
        np.moveaxis(np.asarray(pixels), 2, 0),
        target,
        src_transform=_placed(asked),
        src_crs=crs_definition(service.crs),
        dst_transform=_placed(request),
        dst_crs=MERCATOR,
        resampling=Resampling.bilinear,
    )
    size = (request.width, request.height)
    warped = Image.frombytes("RGBa", size, np.moveaxis(target, 0, 2).tobytes())
    return image_encoded(warped.convert("RGBA"), image)


def _placed(request: ImageRequest) -> Any:
    """From pixels to metres or degrees, as rasterio wants it."""
    from rasterio import Affine

    west, south, east, north = request.bounds
    return Affine(
        (east - west) / request.width, 0, west, 0, (south - north) / request.height, north
    )


def request_in(crs: str, request: ImageRequest) -> ImageRequest:
    """The same piece of the earth in another system, with a margin of two pixels, at least as fine."""
    west, south, east, north = request.bounds
    margin = 2 * (east - west) / request.width
    bounds = _transformer(crs).transform_bounds(
        west - margin, south - margin, east + margin, north + margin, densify_pts=21
    )
    if not all(map(math.isfinite, bounds)):
        raise MapServiceUnavailable(f"{crs} does not reach there.")
    return _squared(bounds, request)


def _squared(bounds: tuple[float, float, float, float], request: ImageRequest) -> ImageRequest:
    """These bounds in square pixels, a little finer than those of `request`.

    A server may widen a box whose pixels are no squares (QGIS Server does), and says nothing of it.
    """
    west, south, east, north = bounds
    # The piece is turned against the map, so its box is larger than it.
    pixel = min(
        (east - west) / ((request.width + 4) * OVERSAMPLING),
        (north - south) / ((request.height + 4) * OVERSAMPLING),
    )
    pixel = max(pixel, (east - west) / MAX_SIDE, (north - south) / MAX_SIDE)
    # A rounding error must not ask for one pixel too many.
    width, height = (math.ceil(side / pixel - 1e-6) for side in (east - west, north - south))
    return ImageRequest(
        (west, south, west + width * pixel, south + height * pixel),
        width,
        height,
        request.transparent,
    )


def _tiles_joined(service: MapService, request: ImageRequest) -> MapImage:
    """The tiles of the grid below the picture, joined and cut."""
    west, south, east, north = request.bounds
    finest = 2 * MERCATOR_LIMIT * request.width / ((east - west) * TILE_SIDE)
    zoom = max(0, min(22, round(math.log2(finest))))
    name = str(zoom)
    if service.matrices:
        name = service.matrices[zoom] if zoom < len(service.matrices) else ""
    if not name:
        raise MapServiceUnavailable(f"{service.slug} has no tiles of zoom {zoom}.")
    side = 2 * MERCATOR_LIMIT / 2**zoom
    last = 2**zoom - 1

    columns = _tiles_between(west + MERCATOR_LIMIT, east + MERCATOR_LIMIT, side, last)
    rows = _tiles_between(MERCATOR_LIMIT - north, MERCATOR_LIMIT - south, side, last)
    if not 0 < len(columns) * len(rows) <= TILES_MAX:
        raise MapServiceUnavailable(f"{service.slug}: the picture would need too many tiles.")
    joined = Image.new("RGBA", (len(columns) * TILE_SIDE, len(rows) * TILE_SIDE))
    images, ends = [], time.monotonic() + IMAGE_DEADLINE_S
    for column in columns:
        for row in rows:
            image = image_fetch(
                _tile_address(service.url, name, column, row, last),
                usual_s=usual_seconds(service),
                deadline_s=max(ends - time.monotonic(), 0.01),
            )
            images.append(image)
            tile = Image.fromarray(image_decoded(image, (TILE_SIDE, TILE_SIDE)))
            place = ((column - columns.start) * TILE_SIDE, (row - rows.start) * TILE_SIDE)
            joined.paste(tile, place)
    left = columns.start * side - MERCATOR_LIMIT
    top = MERCATOR_LIMIT - rows.start * side
    scale = TILE_SIDE / side
    cut = (
        (west - left) * scale,
        (top - north) * scale,
        (east - left) * scale,
        (top - south) * scale,
    )
    size = (request.width, request.height)
    drawn = joined.transform(size, Image.Transform.EXTENT, cut, Image.Resampling.BILINEAR)
    return image_encoded(drawn, age_of_all(images))


def _tiles_between(first: float, end: float, side: float, last: int) -> range:
    """The numbers of the tiles that the stretch touches, in metres from the grid's corner.

    A stretch that ends on an edge ends with the tile before, whatever the last digit of a sum says.
    """
    start = math.floor(first / side + 1e-4)
    stop = max(start + 1, math.ceil(end / side - 1e-4))
    return range(max(0, start), min(last + 1, stop))


def _tile_address(template: str, zoom: str, column: int, row: int, last: int) -> str:
    values = {"{z}": zoom, "{x}": str(column), "{y}": str(row), "{-y}": str(last - row)}
    return re.sub(r"\{-?[zxy]\}", lambda found: values[found[0]], template)
