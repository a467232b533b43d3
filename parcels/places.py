"""A place that somebody wrote into a search box."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from django.contrib.gis.geos import Point

from gis_core.coordinates import axes_normalise, point_from_wgs84, storage_crs
from gis_core.errors import CoordinateError
from gis_core.srids import storage_srid

# Two numbers with decimals; the decimal sign is a point, or a comma when something else or a blank behind it
# separates the two.
_PAIR: Final = re.compile(
    r"^\s*(?P<first>-?\d{1,8}(?:\.\d+)?)\s*[,; ]\s*(?P<second>-?\d{1,8}(?:\.\d+)?)\s*$"
    r"|^\s*(?P<first_comma>-?\d{1,8},\d+)\s*(?:[; ]|,\s)\s*(?P<second_comma>-?\d{1,8},\d+)\s*$"
)
# Degrees as maps write them: 51.55° N, 7.31° E (German: O); latitude goes first as everywhere.
_DEGREES: Final = re.compile(
    r"^\s*N?\s*(?P<latitude>\d{1,2}[.,]\d+)\s*°?\s*N?\s*[,; ]"
    r"\s*[EO]?\s*(?P<longitude>\d{1,3}[.,]\d+)\s*°?\s*[EO]?\s*$",
    re.IGNORECASE,
)
# Eastings of a projected CRS in metres are larger than any degree.
_SMALLEST_METRES: Final = 10_000


def place_parse(text: str) -> Point | None:
    """The point in the storage CRS that a text names; None: the text names no point.

    Understood are latitude and longitude in degrees (WGS84, "51.55, 7.31", "51,55 7,31" or "51.55° N, 7.31° E")
    and easting and northing in the storage CRS ("382943 5712374", also the other way round or with the zone in
    front: "32382943 5712374"). Two whole numbers of degrees mean a parcel.
    """
    if match := _DEGREES.match(text):
        text = f"{match['latitude']}; {match['longitude']}".replace(",", ".")
    match = _PAIR.match(text)
    if match is None:
        return None
    texts = (match["first"] or match["first_comma"], match["second"] or match["second_comma"])
    first, second = (float(number.replace(",", ".")) for number in texts)
    if abs(first) >= _SMALLEST_METRES and abs(second) >= _SMALLEST_METRES:
        return _metres(first, second)
    written_in_full = all("." in number or "," in number for number in texts)
    if written_in_full and abs(first) <= 90 and abs(second) <= 180:
        return point_from_wgs84(latitude=first, longitude=second)
    return None


def _metres(first: float, second: float) -> Point | None:
    try:
        xy, _ = axes_normalise(np.array([[first, second]]), storage_crs())
    except CoordinateError:
        return None
    x, y = xy[0].tolist()
    return Point(x, y, srid=storage_srid())
