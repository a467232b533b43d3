"""From an address or a parcel key to a point, by the loaded cadastre alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from django.contrib.gis.db.models.functions import PointOnSurface
from django.contrib.gis.geos import Point

from gis_core.models import Jurisdiction
from parcels.addresses import address_parse
from parcels.errors import ParcelKeyError
from parcels.keys import parcel_reference_parse
from parcels.models import Address, Parcel
from parcels.selectors import addresses_search, parcel_find_by_key, parcels_search

_POSTCODE = re.compile(r"\b\d{5}\b.*$", re.ASCII)
_LETTERS = re.compile(r"[^\W\d_]+")


def parcel_point(jurisdiction: Jurisdiction, text: str) -> Point | None:
    """A point inside the parcel with this key, in any usual writing; None if no parcel is meant, or not just one."""
    found = parcels_named(jurisdiction, text)
    return _point_inside(found[0].pk) if len(found) == 1 else None


def parcels_named(jurisdiction: Jurisdiction, text: str) -> list[Parcel]:
    """The parcels with this key, in any usual writing: several where Gemarkungen share a name or none is named."""
    try:
        found = parcel_find_by_key(jurisdiction=jurisdiction, key=text)
    except ParcelKeyError:
        return list(_parcels_meant(jurisdiction, text))
    return [found] if found else []


def _parcels_meant(jurisdiction: Jurisdiction, text: str) -> Iterator[Parcel]:
    try:
        reference = parcel_reference_parse(text)
    except ParcelKeyError:
        return
    for parcel in parcels_search(jurisdiction=jurisdiction, text=text):
        # The search is made for typing and shows 123/4 for 123 too, and addresses; here only the number itself counts.
        number = (parcel.numerator, parcel.denominator)
        if number == (reference.numerator, reference.denominator):
            yield parcel


def address_point(jurisdiction: Jurisdiction, text: str) -> Point | None:
    """Where this street and house number are: at the address, else inside a parcel whose location text names it.

    Written forms are made equal (case, "Straße" and "Str.", blanks); postcode and town are left out. Of
    several with the address the one with the lowest key is taken; None where there is none.
    """
    address = next(iter(addresses_named(jurisdiction, text)), None)
    if address is not None:
        point: Point = address.geometry
        return point
    parcel = next(parcels_located(jurisdiction, text), None)
    return _point_inside(parcel.pk) if parcel else None


def addresses_named(jurisdiction: Jurisdiction, text: str) -> list[Address]:
    """The addresses with this street and house number, by key; of those at one and the same place the first."""
    known = address_parse(text)
    if known is None or not known.number:
        return []
    found: dict[tuple[float, float], Address] = {}
    for address in addresses_search(jurisdiction=jurisdiction, text=text):
        found.setdefault(address.geometry.coords, address)
    return list(found.values())


def parcels_located(jurisdiction: Jurisdiction, text: str) -> Iterator[Parcel]:
    """The parcels whose location text names this street and house number, by key."""
    known = address_parse(text)
    wanted = _normalised(
        f"{known.street}{known.number}"
        if known and known.number
        else _POSTCODE.sub("", text.partition(",")[0])
    )
    word = _LETTERS.search(known.street if known else text)
    if word is None or not re.search(r"\d", wanted):
        return
    candidates = (
        Parcel.objects.active()
        .filter(jurisdiction=jurisdiction, location_text__icontains=word[0][:4])
        .order_by("key")
    )
    for parcel in candidates.iterator():
        if wanted in _addresses(parcel.location_text):
            yield parcel


def _point_inside(pk: int) -> Point:
    point: Point = (
        Parcel.objects.annotate(inside=PointOnSurface("geometry"))
        .values_list("inside", flat=True)
        .get(pk=pk)
    )
    return point


def _addresses(location_text: str) -> Iterator[str]:
    """The addresses of a parcel: "Am Markt 1, 3; Ringstr. 7" has three."""
    street = ""
    for part in re.split(r"[;,|]", location_text):
        name = re.match(r"\D*", part.strip())
        if name and name[0].strip():
            street = name[0]
            yield _normalised(part)
        else:
            yield _normalised(street + part)


def _normalised(address: str) -> str:
    folded = unicodedata.normalize("NFC", address).casefold().replace("strasse", "str")
    return "".join(character for character in folded if character.isalnum())
