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


# What files that name a wrong system, or none, are mostly in: the first that fits is the likely cause.
LIKELY_CRS: Final = (
    ETRS89_UTM32,
    25833,
    25831,
    4647,
    5652,
    5650,
    31466,
    31467,
    31468,
    31469,
    # RD/83 of Saxony, PD/83 of Thuringia, S42/83.
    3398,
    3399,
    3397,
    2398,
    2399,
    WGS84,
    WEB_MERCATOR,
)

# Names of the German surveying authorities (urn:adv:crs:NAME) → EPSG. A name that a Land refines by a suffix
# (DE_DHDN_3GK2_RP101) is looked up by its beginning.
ADV_CRS: Final = {
    "ETRS89_UTM31": 25831,
    "ETRS89_UTM32": ETRS89_UTM32,
    "ETRS89_UTM33": 25833,
    "ETRS89_Lat-Lon": 4258,
    "DE_DHDN_3GK2": 31466,
    "DE_DHDN_3GK3": 31467,
    "DE_DHDN_3GK4": 31468,
    "DE_DHDN_3GK5": 31469,
    "DE_RD-83_3GK4": 3398,
    "DE_RD-83_3GK5": 3399,
    "DE_PD-83_3GK4": 3397,
    "DE_42-83_3GK4": 2398,
    "DE_42-83_3GK5": 2399,
}
