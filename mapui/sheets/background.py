"""The map service that lies below a sheet's own lines, drawn in the storage CRS."""

from __future__ import annotations

import logging
from typing import Final

from gis_core.maps.entries import entry_of
from gis_core.maps.images import MapServiceUnavailable, image_decoded
from gis_core.maps.pictures import MAX_SIDE, ImageRequest
from gis_core.maps.services import map_image_fetch
from gis_core.models import MapService
from gis_core.srids import WEB_MERCATOR, storage_srid
from mapui.sheets.frame import HEIGHT_MM, WIDTH_MM, Frame

logger = logging.getLogger(__name__)

DPI: Final = 150
WIDTH_PX: Final = round(WIDTH_MM / 25.4 * DPI)
HEIGHT_PX: Final = round(HEIGHT_MM / 25.4 * DPI)
# So many more pixels are asked for than shown: the picture is turned against the sheet.
OVERSAMPLING: Final = 1.3
# So much white lies upon it that our own lines and numbers stay in front.
PALE: Final = 0.35
QUALITY: Final = 85


def background_service() -> MapService | None:
    """The one that the administrators of geodata chose."""
    return MapService.objects.filter(is_on_sheets=True, is_active=True).first()


def background_draw(service: MapService, frame: Frame) -> bytes | None:
    """The piece of the ground in the frame as JPEG, 150 dots an inch; None where the service does not draw it."""
    import numpy as np
    import pyvips
    from rasterio import Affine
    from rasterio.warp import Resampling, reproject, transform_bounds

    west, south, east, north = frame.box.bounds
    bounds = transform_bounds(
        f"EPSG:{storage_srid()}", f"EPSG:{WEB_MERCATOR}", west, south, east, north
    )
    pixel = (bounds[2] - bounds[0]) / (WIDTH_PX * OVERSAMPLING)
    width, height = (round((bounds[at + 2] - bounds[at]) / pixel) for at in (0, 1))
    request = ImageRequest(bounds, width, min(height, MAX_SIDE), transparent=False)
    try:
        drawn = map_image_fetch(entry_of(service), request)
        pixels = image_decoded(drawn, (request.width, request.height))
    except MapServiceUnavailable as error:
        logger.warning("A sheet has no background: %s", error)
        return None
    target = np.full((3, HEIGHT_PX, WIDTH_PX), 255, np.uint8)
    reproject(
        np.moveaxis(pixels[:, :, :3], 2, 0),
        target,
        src_transform=Affine(
            pixel, 0, bounds[0], 0, (bounds[1] - bounds[3]) / request.height, bounds[3]
        ),
        src_crs=f"EPSG:{WEB_MERCATOR}",
        dst_transform=Affine(
            (east - west) / WIDTH_PX, 0, west, 0, (south - north) / HEIGHT_PX, north
        ),
        dst_crs=f"EPSG:{storage_srid()}",
        resampling=Resampling.bilinear,
    )
    pale = (target * (1 - PALE) + 255 * PALE).astype(np.uint8)
    picture = pyvips.Image.new_from_array(np.ascontiguousarray(np.moveaxis(pale, 0, 2)))
    written: bytes = picture.jpegsave_buffer(Q=QUALITY)
    return written
