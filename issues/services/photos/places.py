"""Where a photo was taken: the position that a camera noted in the picture (Exif 2.32, GPS attributes)."""

from __future__ import annotations

import math
from typing import Final

from issues.services.photos.metadata import Value, gps_read
from issues.types import PhotoPlace

LATITUDE_REF: Final = 1
LATITUDE: Final = 2
LONGITUDE_REF: Final = 3
LONGITUDE: Final = 4
ERROR_M: Final = 31
_LIMITS: Final = {"N": 90.0, "S": 90.0, "E": 180.0, "W": 180.0}


def photo_place(exif: bytes) -> PhotoPlace | None:
    """The position noted in an Exif block, or None where there is none that can be read; never an error."""
    noted = gps_read(exif)
    latitude = _degrees(noted.get(LATITUDE), noted.get(LATITUDE_REF), "NS")
    longitude = _degrees(noted.get(LONGITUDE), noted.get(LONGITUDE_REF), "EW")
    # Cameras without a fix write zeros.
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None
    error = noted.get(ERROR_M)
    accuracy = error[0] if isinstance(error, tuple) else math.nan
    return PhotoPlace(latitude, longitude, accuracy if 0 < accuracy < math.inf else None)


def _degrees(values: Value | None, reference: Value | None, allowed: str) -> float | None:
    """Degrees, minutes and seconds as degrees; None for what is no position."""
    if not isinstance(values, tuple) or not isinstance(reference, str) or len(values) != 3:
        return None
    letter = reference.upper()
    found = values[0] + values[1] / 60 + values[2] / 3600
    if letter not in allowed or not letter or not 0 <= found <= _LIMITS.get(letter, -1):
        return None
    return -found if letter in "SW" else found
