"""The one field for the place: coordinates, the number of a lamp or stop, a parcel or an address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.contrib.gis.geos import Point

from gis_core.coordinates import storage_to_wgs84
from gis_core.errors import CoordinateError
from gis_core.models import Jurisdiction
from issues.errors import IssuesError
from issues.rights import Person
from issues.services.addresses import addresses_named, parcels_named
from issues.services.location import location_checked
from issues.types import LocationInput
from mapui.triage.search import suggestions
from parcels.keys import parcel_label
from parcels.places import place_parse
from routing.models import Asset

OFFERED_MAX: Final = 12


@dataclass(frozen=True)
class PlaceFound:
    """A place that the text may mean: `label` leads to it alone, `point` in the storage CRS."""

    label: str
    given: LocationInput
    point: Point


def places_found(jurisdiction: Jurisdiction, text: str) -> list[PlaceFound]:
    """What the text means, of the surest kind that finds anything; [] for a place that nobody knows.

    Raises an `IssuesError` for coordinates outside the jurisdiction.
    """
    try:
        point = place_parse(text)
    except CoordinateError:
        point = None
    if point is not None:
        given = _degrees(point, "")
        return [PlaceFound(text, given, location_checked(jurisdiction, given).point)]
    for kind in (_assets, _parcels, _addresses, _located):
        if found := list(islice(kind(jurisdiction, text), OFFERED_MAX)):
            return found
    return []


def places_offered(person: Person, jurisdiction: Jurisdiction, text: str) -> list[str]:
    """What the field offers while somebody types: streets, addresses and parcels as in the map's search, and numbers
    of lamps and stops that begin so."""
    found = [one.label for one in suggestions(person, jurisdiction, text) if not _opens(one.url)]
    numbers = Asset.objects.active().filter(jurisdiction=jurisdiction, number__istartswith=text)
    if any(character.isdigit() for character in text):
        found += numbers.order_by("number").values_list("number", flat=True)[:OFFERED_MAX]
    return list(dict.fromkeys(found))[:OFFERED_MAX]


def _opens(url: str) -> bool:
    """Whether a suggestion is a report, which is no place to report at."""
    return "/issues/" in url


def _assets(jurisdiction: Jurisdiction, text: str) -> Iterator[PlaceFound]:
    assets = Asset.objects.active().filter(jurisdiction=jurisdiction, number__iexact=text)
    for asset in assets.order_by("kind", "key")[:OFFERED_MAX]:
        yield PlaceFound(
            f"{asset.number} ({asset.kind})",
            _degrees(asset.geometry, asset.number),
            asset.geometry,
        )


def _parcels(jurisdiction: Jurisdiction, text: str) -> Iterator[PlaceFound]:
    for parcel in parcels_named(jurisdiction, text):
        given = LocationInput(address_id=parcel.key)
        label = parcel_label(parcel.key, parcel.gemarkung_name)
        yield PlaceFound(label, given, location_checked(jurisdiction, given).point)


def _addresses(jurisdiction: Jurisdiction, text: str) -> Iterator[PlaceFound]:
    for address in addresses_named(jurisdiction, text):
        given = _degrees(address.geometry, address.text)
        label = " ".join(filter(None, [f"{address.text},", address.postcode, address.place]))
        yield PlaceFound(label.rstrip(","), given, address.geometry)


def _located(jurisdiction: Jurisdiction, text: str) -> Iterator[PlaceFound]:
    """Where no addresses are loaded: a parcel whose location text names the address."""
    given = LocationInput(address_string=text)
    try:
        yield PlaceFound(text, given, location_checked(jurisdiction, given).point)
    except IssuesError:
        return


def _degrees(point: Point, text: str) -> LocationInput:
    longitude, latitude = storage_to_wgs84(point.x, point.y)
    return LocationInput(lat=latitude, long=longitude, address_string=text)
