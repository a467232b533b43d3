"""A place as anybody writes it: coordinates, a parcel, a road and its station, an address."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.contrib.gis.db.models.functions import PointOnSurface
from django.contrib.gis.geos import Point
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from gis_core.coordinates import storage_to_wgs84
from gis_core.errors import CoordinateError
from gis_core.models import Jurisdiction
from issues.enums import LocationSource
from issues.errors import AddressUnknown, IssuesError, LocationOutOfRange
from issues.services.addresses import addresses_named, parcels_located, parcels_named
from parcels.keys import parcel_label
from parcels.models import Address, Parcel
from parcels.places import place_parse
from parcels.selectors import parcels_search
from routing.evidence.stations import StationFound, stations_find

CHOICES_MAX: Final = 20
TEXT_MAX: Final = 200


@dataclass(frozen=True)
class PlaceMeant:
    """One place that a text may mean; `text` says which, and means only this one. `source` is how it says so."""

    text: str
    label: str
    latitude: float
    longitude: float
    source: LocationSource = LocationSource.COORDINATES


class PlacesSeveral(IssuesError):
    """The text fits several places; `choices` are these, at most CHOICES_MAX. The message says where there are more."""

    def __init__(self, choices: list[PlaceMeant]) -> None:
        message = _("This fits several places. Please choose one.")
        if len(choices) > CHOICES_MAX:
            more = _("There are more than the %(limit)d shown here; please write more of it.")
            message = f"{message} {more % {'limit': CHOICES_MAX}}"
        super().__init__(message, field="place")
        self.choices = choices[:CHOICES_MAX]


def place_meant(*, jurisdiction: Jurisdiction, text: str) -> PlaceMeant:
    """The one place that the text means.

    Raises AddressUnknown where nothing fits, PlacesSeveral where several do, LocationOutOfRange for
    coordinates that lie nowhere. No owner is ever part of it.
    """
    text = " ".join(text.split())
    if len(text) > TEXT_MAX:
        raise AddressUnknown(_("This is too long for a place."), field="place")
    try:
        point = place_parse(text)
    except CoordinateError as error:
        raise LocationOutOfRange(_("There is no such place."), field="place") from error
    if point is not None:
        return _meant(text, text, point)
    stations = stations_find(jurisdiction=jurisdiction, text=text)
    if stations:
        return _one([_station(found) for found in stations])
    if parcels := parcels_named(jurisdiction, text):
        return _one(_parcels(parcels, LocationSource.PARCEL))
    if addresses := addresses_named(jurisdiction, text):
        several = len(addresses) > 1
        return _one([_address(one, "" if several else text) for one in addresses])
    located = islice(parcels_located(jurisdiction, text), CHOICES_MAX + 1)
    if parcels := list(located) or parcels_search(jurisdiction=jurisdiction, text=text):
        return _one(_parcels(parcels, LocationSource.ADDRESS))
    message = _("“%(text)s” was not found in %(name)s.")
    raise AddressUnknown(message % {"text": text, "name": jurisdiction.name}, field="place")


def _one(choices: list[PlaceMeant]) -> PlaceMeant:
    if len(choices) > 1:
        raise PlacesSeveral(choices)
    return choices[0]


def _meant(
    text: str, label: str, point: Point, source: LocationSource = LocationSource.COORDINATES
) -> PlaceMeant:
    longitude, latitude = storage_to_wgs84(point.x, point.y)
    return PlaceMeant(text, label, round(latitude, 7), round(longitude, 7), source)


def _station(found: StationFound) -> PlaceMeant:
    station = number_format(round(found.station), use_l10n=True, force_grouping=True)
    label = _("%(road)s, section %(key)s, station %(station)s m") % {
        "road": found.road,
        "key": found.section_key,
        "station": station,
    }
    if found.district:
        label = f"{label} ({found.district})"
    return _meant(f"{found.section_key} {round(found.station)} m", label, found.point)


def _address(address: Address, text: str) -> PlaceMeant:
    """`text` is what means only this one; where it is empty, the coordinates do."""
    longitude, latitude = storage_to_wgs84(address.geometry.x, address.geometry.y)
    at = f"{latitude:.7f}, {longitude:.7f}"
    town = f"{address.postcode} {address.place}".strip()
    label = text or f"{address.text}, {town or at}"
    return _meant(text or at, label, address.geometry, LocationSource.ADDRESS)


def _parcels(parcels: list[Parcel], source: LocationSource) -> list[PlaceMeant]:
    inside = dict(
        Parcel.objects.filter(pk__in=[parcel.pk for parcel in parcels])
        .annotate(inside=PointOnSurface("geometry"))
        .values_list("pk", "inside")
    )
    return [
        _meant(
            parcel.key,
            ", ".join(
                filter(
                    None, (parcel.location_text, parcel_label(parcel.key, parcel.gemarkung_name))
                )
            ),
            inside[parcel.pk],
            source,
        )
        for parcel in parcels
    ]
