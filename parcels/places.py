"""A place that somebody wrote into a search box."""

from __future__ import annotations

import re
from typing import Final

from django.contrib.gis.geos import Point

from gis_core.coordinates import point_from_wgs84
from gis_core.srids import storage_srid

# Two numbers with decimals; the decimal sign is a point, or a comma when something else separates the two.
_PAIR: Final = re.compile(
    r"^\s*(?P<first>-?\d{1,8}(?:\.\d+)?)\s*[,; ]\s*(?P<second>-?\d{1,8}(?:\.\d+)?)\s*$"
    r"|^\s*(?P<first_comma>-?\d{1,8},\d+)\s*[; ]\s*(?P<second_comma>-?\d{1,8},\d+)\s*$"
)
# Eastings of a projected CRS in metres are larger than any degree.
_SMALLEST_METRES: Final = 10_000


def place_parse(text: str) -> Point | None:
    """The point in the storage CRS that a text names; None when it names none.

    Understood are latitude and longitude in degrees (WGS84, "51.55, 7.31" or "51,55 7,31") and easting and
    northing in the storage CRS ("382943 5712374"). Two whole numbers of degrees are no place but a parcel.
    """
    match = _PAIR.match(text)
    if match is None:
        return None
    texts = (match["first"] or match["first_comma"], match["second"] or match["second_comma"])
    first, second = (float(number.replace(",", ".")) for number in texts)
    if abs(first) >= _SMALLEST_METRES and abs(second) >= _SMALLEST_METRES:
        return Point(first, second, srid=storage_srid())
    written_in_full = all("." in number or "," in number for number in texts)
    if written_in_full and abs(first) <= 90 and abs(second) <= 180:
        return point_from_wgs84(latitude=first, longitude=second)
    return None
