"""System checks: wrong set-up fails at start and says what to do."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register
from pyproj import CRS
from pyproj.exceptions import CRSError

from gis_core.srids import storage_srid


@register()
def storage_srid_is_metric(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """STORAGE_SRID must be a projected CRS in metres: distances and areas are computed in it."""
    try:
        crs = CRS.from_epsg(storage_srid())
    except CRSError:
        return [
            Error(
                f"STORAGE_SRID {storage_srid()} is not a CRS of the EPSG register.",
                hint="Set STORAGE_SRID to a projected CRS in metres such as 25832.",
                id="gis_core.E001",
            )
        ]
    if crs.is_projected and crs.axis_info[0].unit_name == "metre":
        return []
    return [
        Error(
            f"STORAGE_SRID {storage_srid()} ({crs.name}) is not a projected CRS in metres.",
            hint="Set STORAGE_SRID to a projected CRS in metres such as 25832.",
            id="gis_core.E002",
        )
    ]
