"""Where a photo was taken: the position that a camera noted in the picture (Exif 2.32, GPS attributes)."""

from __future__ import annotations

import math
import struct
from typing import Final

from PIL import Image
from PIL.ExifTags import GPS, IFD

from issues.types import PhotoPlace

# What Pillow raises on attributes that are damaged, and what comes of odd values in them.
_UNREADABLE: Final = (
    ArithmeticError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
_LIMITS: Final = {"N": 90.0, "S": 90.0, "E": 180.0, "W": 180.0}


def photo_place(image: Image.Image) -> PhotoPlace | None:
    """The position noted in the picture, or None where there is none that can be read; never an error."""
    try:
        noted = image.getexif().get_ifd(IFD.GPSInfo)
        latitude = _degrees(noted[GPS.GPSLatitude], noted[GPS.GPSLatitudeRef], "NS")
        longitude = _degrees(noted[GPS.GPSLongitude], noted[GPS.GPSLongitudeRef], "EW")
        accuracy = float(noted.get(GPS.GPSHPositioningError, math.nan))
    except _UNREADABLE:
        return None
    # Cameras without a fix write zeros.
    if latitude == longitude == 0:
        return None
    return PhotoPlace(latitude, longitude, accuracy if 0 < accuracy < math.inf else None)


def _degrees(values: tuple[float, float, float], reference: str, allowed: str) -> float:
    """Degrees, minutes and seconds as degrees; raises ValueError for what is no position."""
    letter = reference.strip("\0 ").upper()
    degrees, minutes, seconds = (float(value) for value in values)
    found = degrees + minutes / 60 + seconds / 3600
    if letter not in allowed or not letter or not 0 <= found <= _LIMITS[letter]:
        raise ValueError
    return -found if letter in "SW" else found
