"""What a class raster of this installation says about a place."""

from __future__ import annotations

from gis_core.maps.feature_info.answer import FeatureInfo, Found, InfoUnavailable, info_of
from gis_core.maps.raster_files import RasterRefused
from gis_core.maps.rasters import raster_value
from gis_core.models import MapService


def raster_info(service: MapService, longitude: float, latitude: float) -> FeatureInfo:
    """The class as one object with the attributes `Code` and `Name`; no object where the raster has none.

    Raises InfoUnavailable.
    """
    try:
        value = raster_value(service, longitude, latitude)
    except RasterRefused as error:
        raise InfoUnavailable("info_failed", cause=error.message) from error
    if value is None:
        return info_of([], media_type="image/tiff")
    named = [("Code", str(value)), ("Name", service.raster.classes.get(str(value), ""))]
    return info_of([Found("", named)], media_type="image/tiff")
