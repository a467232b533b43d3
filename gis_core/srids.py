"""The only module in which SRID numbers stand (EPSG codes)."""

from __future__ import annotations

from typing import Final

from django.conf import settings

WGS84: Final = 4326
WEB_MERCATOR: Final = 3857
ETRS89_UTM32: Final = 25832


def storage_srid() -> int:
    """EPSG code of the projected CRS in metres in which this installation stores geometry."""
    return int(settings.STORAGE_SRID)
