"""A place as anybody writes it: coordinates, a lamp's number, a parcel, a road's station, an address, a street."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final

from django.contrib.gis.db.models import Collect
from django.contrib.gis.db.models.functions import PointOnSurface
from django.contrib.gis.geos import GEOSGeometry, Point
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from gis_core.coordinates import storage_to_wgs84
from gis_core.errors import CoordinateError
from gis_core.models import Jurisdiction
from issues.enums import LocationSource
from issues.errors import AddressUnknown, IssuesError, LocationOutOfRange
from issues.services.addresses import addresses_named, parcels_located, parcels_named
from issues.services.location import ACCURACY_MAX_M
from issues.types import LocationInput
from parcels.addresses import AddressText, address_parse, street_search_text
from parcels.keys import parcel_label
from parcels.models import Address, Parcel
from parcels.places import place_parse
from parcels.selectors import addresses_search, parcels_search
from routing.enums import RoadClass
from routing.evidence.stations import StationFound, stations_find
from routing.models import Asset, RoadSection
from routing.road_signs import SIGN, road_title, sign_class

CHOICES_MAX: Final = 20
OFFERED_MAX: Final = 8
# Of a street so many numbers are offered in place of one that it has not.
NUMBERS_NEAR: Final = 4
TEXT_MAX: Final = 200
# A street is known no better than this.
STREET_M: Final = 20.0
_ROAD: Final = re.compile(SIGN, re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d+")
_POSTCODE: Final = re.compile(r"[\s,]+\d{5}\b.*$", re.ASCII)


@dataclass(frozen=True)
class PlaceMeant:
    """One place that a text may mean; `text` says which, and means only this one. `source` is how it says so.

    `point` in the storage CRS; `accuracy_m`, where it is known: the radius in metres. `address` is what the report says
    of the place in words.
    """

    text: str
    label: str
    point: Point
    source: LocationSource = LocationSource.COORDINATES
    accuracy_m: float | None = None
    address: str = ""

    @property
    def latitude(self) -> float:
        return round(storage_to_wgs84(self.point.x, self.point.y)[1], 7)

    @property
    def longitude(self) -> float:
        return round(storage_to_wgs84(self.point.x, self.point.y)[0], 7)

    @property
    def given(self) -> LocationInput:
        """The place as a report gives it."""
        if self.source is LocationSource.PARCEL:
            return LocationInput(address_id=self.text)
        longitude, latitude = storage_to_wgs84(self.point.x, self.point.y)
        return LocationInput(
            lat=latitude,
            long=longitude,
            accuracy=self.accuracy_m,
            address_string=self.address,
        )


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
    found = places_meant(jurisdiction, text)
    if len(found) > 1:
        raise PlacesSeveral(found)
    if not found:
        message = _("“%(text)s” was not found in %(name)s.")
        values = {"text": text, "name": jurisdiction.name}
        raise AddressUnknown(message % values, field="place")
    return found[0]


def places_meant(jurisdiction: Jurisdiction, text: str) -> list[PlaceMeant]:
    """What the text means, of the surest kind that finds anything, at most CHOICES_MAX and one; [] for nothing.

    Raises LocationOutOfRange for coordinates that lie nowhere.
    """
    text = " ".join(text.replace("\0", "").split())
    try:
        point = place_parse(text)
    except CoordinateError as error:
        raise LocationOutOfRange(_("There is no such place."), field="place") from error
    if point is not None:
        return [PlaceMeant(text, text, point)]
    for written in dict.fromkeys((text, _without_town(jurisdiction, text))):
        if found := _first(jurisdiction, written, (*_named(), _located)):
            return found
    return []


def places_offered(jurisdiction: Jurisdiction, text: str) -> list[PlaceMeant]:
    """What a field for a place offers while somebody types: what the text means, or begins. At most OFFERED_MAX."""
    text = " ".join(text.replace("\0", "").split())
    if not 2 <= len(text) <= TEXT_MAX:
        return []
    text = _without_town(jurisdiction, text)
    # The number of a road is no street that begins with its letter.
    if roads := list(islice(_roads_begun(jurisdiction, text), OFFERED_MAX)):
        return roads
    found = [
        *_first(jurisdiction, text, _named()),
        *_streets_begun(jurisdiction, text),
        *_assets_begun(jurisdiction, text),
    ] or _first(jurisdiction, text, (_located,))
    return list({one.point.coords: one for one in found}.values())[:OFFERED_MAX]


_Kind = Callable[[Jurisdiction, str], Iterable[PlaceMeant]]


def _named() -> tuple[_Kind, ...]:
    """The ways in which a text names a place, the surest first."""
    return _stations, _assets, _parcels_named, _addresses, _roads, _streets


def _first(jurisdiction: Jurisdiction, text: str, kinds: Iterable[_Kind]) -> list[PlaceMeant]:
    """What the first kind finds that finds anything."""
    for kind in kinds:
        if found := list(islice(kind(jurisdiction, text), CHOICES_MAX + 1)):
            return found
    return []


def _without_town(jurisdiction: Jurisdiction, text: str) -> str:
    """The text without postcode and town behind it, also where no comma stands before them."""
    text = _POSTCODE.sub("", text)
    town = rf"[\s,]+(?:in\s+)?{re.escape(jurisdiction.name)}\s*$"
    return re.sub(town, "", text, flags=re.IGNORECASE)


def _stations(jurisdiction: Jurisdiction, text: str) -> Iterator[PlaceMeant]:
    return map(_station, stations_find(jurisdiction=jurisdiction, text=text))


def _station(found: StationFound) -> PlaceMeant:
    station = number_format(round(found.station), use_l10n=True, force_grouping=True)
    label = _("%(road)s, section %(key)s, station %(station)s m") % {
        "road": found.road,
        "key": found.section_key,
        "station": station,
    }
    if found.district:
        label = f"{label} ({found.district})"
    text = f"{found.section_key} {round(found.station)} m"
    return PlaceMeant(text, label, found.point)


def _assets(jurisdiction: Jurisdiction, text: str) -> Iterator[PlaceMeant]:
    assets = Asset.objects.active().filter(jurisdiction=jurisdiction, number__iexact=text)
    return _assets_told(assets.order_by("kind", "key"))


def _assets_begun(jurisdiction: Jurisdiction, text: str) -> Iterator[PlaceMeant]:
    assets = Asset.objects.active().filter(jurisdiction=jurisdiction, number__istartswith=text)
    is_number = any(character.isdigit() for character in text)
    return _assets_told(assets.order_by("number", "key")[:OFFERED_MAX]) if is_number else iter(())


def _assets_told(assets: Iterable[Asset]) -> Iterator[PlaceMeant]:
    for asset in assets:
        label = f"{asset.number} ({asset.kind})"
        at = asset.geometry
        yield PlaceMeant(asset.number, label, at, LocationSource.ADDRESS, address=asset.number)


def _parcels_named(jurisdiction: Jurisdiction, text: str) -> Iterable[PlaceMeant]:
    return _parcels(parcels_named(jurisdiction, text), LocationSource.PARCEL)


def _addresses(jurisdiction: Jurisdiction, text: str) -> Iterator[PlaceMeant]:
    addresses = addresses_named(jurisdiction, text)
    for address in addresses:
        yield _address(address, text if len(addresses) == 1 else "")


def _address(address: Address, text: str) -> PlaceMeant:
    """`text` is what means only this one; where it is empty, the coordinates do."""
    longitude, latitude = storage_to_wgs84(address.geometry.x, address.geometry.y)
    at = f"{latitude:.7f}, {longitude:.7f}"
    town = f"{address.postcode} {address.place}".strip()
    label = f"{address.text}, {town or at}" if town or not text else address.text
    source = LocationSource.ADDRESS
    return PlaceMeant(text or at, label, address.geometry, source, address=address.text)


def _roads(jurisdiction: Jurisdiction, text: str) -> Iterator[PlaceMeant]:
    match = _ROAD.fullmatch(text)
    if match is None:
        return
    road_class, number = sign_class(match["letters"]), match["number"]
    sections = RoadSection.objects.active().filter(
        jurisdiction=jurisdiction, road_class=road_class, road_number__iexact=number
    )
    yield from _along(_road_title(road_class, number, jurisdiction), sections)


def _roads_begun(jurisdiction: Jurisdiction, text: str) -> Iterator[PlaceMeant]:
    """The roads whose number the text is, or begins; the one that it is comes first."""
    match = _ROAD.fullmatch(text)
    if match is None:
        return
    road_class = sign_class(match["letters"])
    begun = RoadSection.objects.active().filter(
        jurisdiction=jurisdiction, road_class=road_class, road_number__istartswith=match["number"]
    )
    numbers = begun.values_list("road_number", flat=True).distinct()
    for number in sorted(numbers, key=lambda one: (len(one), one))[:OFFERED_MAX]:
        title = _road_title(road_class, number, jurisdiction)
        yield from _along(title, begun.filter(road_number=number))


def _road_title(road_class: RoadClass, number: str, jurisdiction: Jurisdiction) -> str:
    return road_title(road_class, number, "", jurisdiction.municipality_key)


def _streets(jurisdiction: Jurisdiction, text: str) -> Iterator[PlaceMeant]:
    wanted = address_parse(text)
    if wanted is None or wanted.number or not (name := street_search_text(wanted.street)):
        return
    for street in _street_names(jurisdiction, wanted.street):
        if street_search_text(street) == name:
            yield from _street(jurisdiction, street)
            return
    addresses = Address.objects.active().filter(
        jurisdiction=jurisdiction, search_text__startswith=f"{name} "
    )
    if first := addresses.order_by("street").first():
        yield from _along(first.street, addresses)


def _streets_begun(jurisdiction: Jurisdiction, text: str) -> Iterator[PlaceMeant]:
    wanted = address_parse(text)
    if wanted is None:
        return
    if wanted.number:
        addresses = list(addresses_search(jurisdiction=jurisdiction, text=text)[:OFFERED_MAX])
        yield from (_address(address, address.text) for address in addresses)
        if addresses:
            return
        yield from _numbers_near(jurisdiction, wanted)
    # A house number that nobody knows: the street is.
    name = street_search_text(wanted.street)
    begun = (
        street
        for street in _street_names(jurisdiction, wanted.street)
        if street_search_text(street).startswith(name)
    )
    for street in islice(begun, OFFERED_MAX):
        yield from _street(jurisdiction, street)


def _numbers_near(jurisdiction: Jurisdiction, wanted: AddressText) -> Iterator[PlaceMeant]:
    """The addresses of the street whose numbers are nearest to one that nobody knows."""
    addresses = Address.objects.active().filter(
        jurisdiction=jurisdiction, search_text__startswith=f"{street_search_text(wanted.street)} "
    )
    number = _number(wanted.number)
    near = sorted(addresses, key=lambda one: (abs(_number(one.number) - number), one.search_text))
    return (_address(one, one.text) for one in near[:NUMBERS_NEAR])


def _number(text: str) -> int:
    """The house number without what follows it."""
    match = _DIGITS.match(text)
    return int(match[0]) if match else 0


def _street_names(jurisdiction: Jurisdiction, begins: str) -> Iterable[str]:
    """The streets of the network that may begin so; two letters keep the list short and are spelled alike."""
    sections = RoadSection.objects.active().filter(jurisdiction=jurisdiction)
    named = sections.filter(name__istartswith=begins[:2]).exclude(name="")
    return named.order_by("name").values_list("name", flat=True).distinct()


def _street(jurisdiction: Jurisdiction, name: str) -> Iterator[PlaceMeant]:
    sections = RoadSection.objects.active().filter(jurisdiction=jurisdiction, name=name)
    return _along(name, sections)


def road_called(jurisdiction: Jurisdiction, text: str) -> str:
    """The road or street of the network that the text is, as the network calls it; "" where there is none."""
    found = chain(_roads(jurisdiction, text), _streets(jurisdiction, text))
    return next((place.text for place in found), "")


def _along(name: str, shapes: Any) -> Iterator[PlaceMeant]:
    """The middle of what has this name, and how far it reaches from there."""
    whole: GEOSGeometry | None = shapes.aggregate(whole=Collect("geometry"))["whole"]
    if whole is None:
        return
    west, south, east, north = whole.extent
    middle = whole.point_on_surface
    reach = max(
        middle.distance(Point(x, y, srid=middle.srid)) for x in (west, east) for y in (south, north)
    )
    accuracy = round(min(max(reach, STREET_M), ACCURACY_MAX_M))
    yield PlaceMeant(name, name, middle, LocationSource.ADDRESS, accuracy, name)


def _located(jurisdiction: Jurisdiction, text: str) -> Iterable[PlaceMeant]:
    """Where no addresses are loaded: parcels whose location text names the address."""
    located = islice(parcels_located(jurisdiction, text), CHOICES_MAX + 1)
    parcels = list(located) or parcels_search(jurisdiction=jurisdiction, text=text)
    return _parcels(parcels, LocationSource.ADDRESS)


def _parcels(parcels: list[Parcel], source: LocationSource) -> list[PlaceMeant]:
    inside = dict(
        Parcel.objects.filter(pk__in=[parcel.pk for parcel in parcels])
        .annotate(inside=PointOnSurface("geometry"))
        .values_list("pk", "inside")
    )
    return [
        PlaceMeant(
            parcel.key,
            ", ".join(
                filter(
                    None, (parcel.location_text, parcel_label(parcel.key, parcel.gemarkung_name))
                )
            ),
            inside[parcel.pk],
            source,
            address=parcel.location_text,
        )
        for parcel in parcels
    ]
