"""Where a report is: coordinates, a parcel key or an address become one checked point."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from dataclasses import replace
from typing import Final

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from gis_core.coordinates import point_from_wgs84, storage_to_wgs84
from gis_core.errors import CoordinateError
from gis_core.models import Jurisdiction
from issues.enums import LocationSource
from issues.errors import (
    AccuracyInvalid,
    AddressUnknown,
    GeodataMissing,
    IssuesError,
    LocationMissing,
    LocationNotANumber,
    LocationOutOfRange,
    LocationOutside,
    LocationSwapped,
    ReportInvalid,
)
from issues.models import Issue
from issues.selectors import jurisdiction_accepts, jurisdiction_middle
from issues.services.addresses import address_point, parcel_point
from issues.services.texts import Problems, field_length, text_checked
from issues.types import Location, LocationInput, PhotoPlace

ACCURACY_MAX_M: Final = 5000.0
# What programs write that know nothing; both degrees as 0 say the same.
_NOTHING: Final = frozenset({"", "null", "(null)", "none", "nil", "undefined", "nan"})
# A decimal point or a decimal comma: many German clients send the comma, and it cannot mean anything else.
_NUMBER: Final = re.compile(r"[+-]?\d{1,4}(?:[.,]\d{1,30})?", re.ASCII)


def location_received(
    jurisdiction: Jurisdiction,
    given: LocationInput,
    *,
    photo: PhotoPlace | None = None,
    is_needed: bool = True,
) -> Location:
    """The location of a new report: as `location_checked`, but an address or key that is not found loses nothing.

    Then another text that was given is tried, then where a photo was taken; where none of them leads to a place, the
    report stays to be placed by a person (`LocationSource.UNPLACED`), and its point is the middle of the municipality.
    Coordinates that say nothing (0 and 0, "null" …) count as not given where something else is. Unless a place
    `is_needed`, a report that names none, or whose photo was taken elsewhere, is left to a person as well.
    """
    if _is_nowhere(given) and (photo or _says(given.address_id) or _says(given.address_string)):
        given = replace(given, lat=None, long=None)
    try:
        return location_checked(jurisdiction, given, photo=photo)
    except (LocationMissing, LocationOutside):
        if is_needed:
            raise
        found = _unplaced(jurisdiction)
    except AddressUnknown:
        found = _found_otherwise(jurisdiction, given, photo) or _unplaced(jurisdiction)
    return replace(
        found, address_text=given.address_string.strip(), address_id=given.address_id.strip()
    )


def _found_otherwise(
    jurisdiction: Jurisdiction, given: LocationInput, photo: PhotoPlace | None
) -> Location | None:
    with suppress(AddressUnknown, LocationMissing):
        return location_checked(jurisdiction, replace(given, address_id=""))
    if photo is not None:
        with suppress(LocationOutside):
            nothing_else = LocationInput(accuracy=given.accuracy)
            return location_checked(jurisdiction, nothing_else, photo=photo)
    return None


def _unplaced(jurisdiction: Jurisdiction) -> Location:
    point = jurisdiction_middle(jurisdiction)
    if point is None:
        raise _boundary_missing(jurisdiction)
    longitude, latitude = storage_to_wgs84(point.x, point.y)
    return Location(
        point=point,
        latitude=latitude,
        longitude=longitude,
        accuracy_m=None,
        source=LocationSource.UNPLACED,
    )


def location_checked(
    jurisdiction: Jurisdiction, given: LocationInput, *, photo: PhotoPlace | None = None
) -> Location:
    """The location as a point in the storage CRS that the jurisdiction accepts.

    Coordinates win over a parcel key, that over an address, and where a photo was taken counts only where
    nothing else is given; the texts are kept as sent. Raises an `IssuesError` that says which of them is
    wrong and why.
    """
    problems = Problems()
    address_text, address_id, accuracy = "", "", None
    with problems.collect():
        address_text = text_checked(
            given.address_string, field="address_string", limit=field_length(Issue, "address_text")
        )
    with problems.collect():
        address_id = text_checked(
            given.address_id, field="address_id", limit=field_length(Issue, "address_id")
        )
    with problems.collect():
        accuracy = _accuracy(given.accuracy)
    found: tuple[Point, float, float, LocationSource] | None = None
    with problems.collect():
        if photo is not None and not _is_anything_given(given):
            found = _photo_accepted(jurisdiction, photo)
            if accuracy is None and photo.accuracy_m is not None:
                accuracy = min(photo.accuracy_m, ACCURACY_MAX_M)
        else:
            found = _found(jurisdiction, given, address_text, address_id)
    if problems or found is None:
        raise problems[0] if len(problems) == 1 else ReportInvalid(problems)
    point, latitude, longitude, source = found
    return Location(
        point=point,
        latitude=latitude,
        longitude=longitude,
        accuracy_m=accuracy,
        source=source,
        address_text=address_text,
        address_id=address_id,
    )


def _found(
    jurisdiction: Jurisdiction, given: LocationInput, address_text: str, address_id: str
) -> tuple[Point, float, float, LocationSource]:
    if _is_given(given.lat) or _is_given(given.long):
        latitude, longitude = _degrees(given)
        accepted = _accepted(jurisdiction, latitude, longitude)
        return accepted, latitude, longitude, LocationSource.COORDINATES
    point: Point | None
    if address_id:
        point, source = parcel_point(jurisdiction, address_id), LocationSource.PARCEL
    elif address_text:
        point, source = address_point(jurisdiction, address_text), LocationSource.ADDRESS
    else:
        raise LocationMissing(
            _(
                "A location is required: lat and long, or address_id, or address_string,"
                " or a photo that holds its position."
            ),
            field="lat",
        )
    if point is None:
        raise _address_unknown(jurisdiction, source)
    longitude, latitude = storage_to_wgs84(point.x, point.y)
    return point, latitude, longitude, source


def _photo_accepted(
    jurisdiction: Jurisdiction, photo: PhotoPlace
) -> tuple[Point, float, float, LocationSource]:
    point = _point_if_accepted(jurisdiction, photo.latitude, photo.longitude)
    if point is None:
        message = _("The photo was taken outside %(name)s. Give lat and long of what it shows.")
        raise LocationOutside(message % {"name": jurisdiction.name}, field="media")
    return point, photo.latitude, photo.longitude, LocationSource.PHOTO


def _address_unknown(jurisdiction: Jurisdiction, source: LocationSource) -> AddressUnknown:
    if source == LocationSource.PARCEL:
        message = _("address_id is not the key of a parcel in %(name)s.")
        return AddressUnknown(message % {"name": jurisdiction.name}, field="address_id")
    message = _(
        "The address was not found in %(name)s. Give street and house number, or lat and long."
    )
    return AddressUnknown(message % {"name": jurisdiction.name}, field="address_string")


def _is_anything_given(given: LocationInput) -> bool:
    places = (given.lat, given.long, given.address_id, given.address_string)
    return any(_is_given(one) for one in places)


def _is_given(value: float | str | None) -> bool:
    return value is not None and str(value).strip() != ""


def _says(value: float | str | None) -> bool:
    return str("" if value is None else value).strip().lower() not in _NOTHING


def _is_nowhere(given: LocationInput) -> bool:
    """Whether both degrees say nothing. A 0 beside a real degree is a mistake that has to be told."""
    return not any(_says(one) and not _is_zero(one) for one in (given.lat, given.long))


def _is_zero(value: float | str | None) -> bool:
    try:
        return _number(value) == 0
    except (ValueError, OverflowError):
        return False


def is_accuracy(value: str) -> bool:
    """Whether the text can be a radius: blank, or a number of metres from 0. Whether it is too large is told later."""
    try:
        return not _is_given(value) or _number(value) >= 0
    except (ValueError, OverflowError):
        return False


def _number(value: float | str | None) -> float:
    """The value as a finite number; raises ValueError."""
    if isinstance(value, bool) or value is None:
        raise ValueError
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise ValueError
        value = value.strip().replace(",", ".")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _degrees(given: LocationInput) -> tuple[float, float]:
    problems: list[IssuesError] = []
    degrees: list[float] = []
    for field, value, limit in (("lat", given.lat, 90), ("long", given.long, 180)):
        if not _is_given(value):
            problems.append(
                LocationMissing(_("%(field)s is missing.") % {"field": field}, field=field)
            )
            continue
        try:
            number = _number(value)
        except (ValueError, OverflowError):
            message = _("%(field)s must be a number of degrees such as 51.5503.") % {"field": field}
            problems.append(LocationNotANumber(message, field=field))
            continue
        if abs(number) > limit:
            message = _("%(field)s must lie between -%(limit)d and %(limit)d degrees.")
            problems.append(
                LocationOutOfRange(message % {"field": field, "limit": limit}, field=field)
            )
        degrees.append(number)
    if problems:
        raise problems[0] if len(problems) == 1 else ReportInvalid(problems)
    return degrees[0], degrees[1]


def _accuracy(value: float | str | None) -> float | None:
    if not _is_given(value):
        return None
    try:
        number = _number(value)
    except (ValueError, OverflowError):
        number = math.nan
    if not 0 <= number <= ACCURACY_MAX_M:
        raise AccuracyInvalid(
            _("accuracy must be a number of metres from 0 to 5000."), field="accuracy"
        )
    return number


def _accepted(jurisdiction: Jurisdiction, latitude: float, longitude: float) -> Point:
    """The point, if the jurisdiction accepts it; else the error says whether an exchange would help."""
    point = _point_if_accepted(jurisdiction, latitude, longitude)
    if point is not None:
        return point
    error: type[LocationOutside] = LocationOutside
    message = _("lat %(lat)s and long %(long)s lie outside %(name)s.")
    if _point_if_accepted(jurisdiction, longitude, latitude) is not None:
        error = LocationSwapped
        message = _(
            "lat %(lat)s and long %(long)s lie outside %(name)s; they seem to be swapped:"
            " exchanged they lie inside."
        )
    values = {"lat": latitude, "long": longitude, "name": jurisdiction.name}
    raise error(message % values, field="lat")


def _point_if_accepted(
    jurisdiction: Jurisdiction, latitude: float, longitude: float
) -> Point | None:
    if abs(latitude) > 90:
        return None
    try:
        point = point_from_wgs84(latitude=latitude, longitude=longitude)
    except CoordinateError:
        return None  # so far away that the storage CRS has no coordinates for it
    accepted = jurisdiction_accepts(jurisdiction, point)
    if accepted is None:
        raise _boundary_missing(jurisdiction)
    return point if accepted else None


def _boundary_missing(jurisdiction: Jurisdiction) -> GeodataMissing:
    message = _("%(name)s has no boundary loaded yet, so no location can be accepted.")
    return GeodataMissing(message % {"name": jurisdiction.name})
