"""Plain values that go in and out of the services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from issues.enums import LocationSource

if TYPE_CHECKING:
    from django.contrib.gis.geos import Point

    from issues.models import Issue

Answers = dict[str, str | list[str]]


@dataclass(frozen=True, kw_only=True)
class LocationInput:
    """A location as sent. One form is needed; coordinates win over a parcel key, that over an address.

    `lat`, `long`: WGS84 degrees, as numbers or as text (a decimal comma is accepted). `address_id`: a
    parcel key in any usual writing. `accuracy`: radius in metres (0 to 5000) of what is known of the place.
    """

    lat: float | str | None = None
    long: float | str | None = None
    address_id: str = ""
    address_string: str = ""
    accuracy: float | str | None = None


@dataclass(frozen=True, kw_only=True)
class ReporterInput:
    """Who reports; everything is optional and kept apart from the issue. `language` is the code of one of LANGUAGES."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    device_id: str = ""
    account_id: str = ""
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Location:
    """A location that was checked: `point` in the storage CRS, `latitude` and `longitude` in WGS84."""

    point: Point
    latitude: float
    longitude: float
    accuracy_m: float | None
    source: LocationSource
    address_text: str = ""
    address_id: str = ""


# From and to, the end included in whole hours; None: until now.
Span = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Window:
    """Which issues a list covers: by the time of receipt, of the last change, or both; None does not limit."""

    received: Span | None
    changed: Span | None


class PhotoPlace(NamedTuple):
    """Where a photo says it was taken: WGS84 degrees, and the radius in metres if it says so."""

    latitude: float
    longitude: float
    accuracy_m: float | None


class Box(NamedTuple):
    """What is blackened of a photo: pixels from the upper left corner of the photo as it is turned."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class PreparedPhoto:
    """A photo that was decoded, turned upright and written anew as JPEG without any metadata.

    `place` and `taken_at` are what its metadata said: the first serves a report that says nothing else of its place.
    """

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    place: PhotoPlace | None = field(default=None, repr=False)
    taken_at: datetime | None = field(default=None, repr=False)


class LostPhoto(NamedTuple):
    """A photo that was sent and could not be taken: why, and its address if it came as one that can be kept."""

    reason: str
    source_url: str = ""


class Received(NamedTuple):
    """What came of an intake: the issue, and whether it is new or a repeat of one already stored."""

    issue: Issue
    is_new: bool
