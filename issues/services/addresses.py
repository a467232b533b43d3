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
from parcels.models import Parcel
from parcels.selectors import addresses_search, parcel_find_by_key, parcels_search

_POSTCODE = re.compile(r"\b\d{5}\b.*$", re.ASCII)
_LETTERS = re.compile(r"[^\W\d_]+")


def parcel_point(jurisdiction: Jurisdiction, text: str) -> Point | None:
    """A point inside the parcel with this key, in any usual writing; None if there is no such parcel.

    A writing that fits several parcels (a name that two Gemarkungen share) means the lowest key.
    """
    try:
        found = [parcel_find_by_key(jurisdiction=jurisdiction, key=text)]
    except ParcelKeyError:
        found = list(_parcels_meant(jurisdiction, text))
    return _point_inside(found[0].pk) if found and found[0] else None


def _parcels_meant(jurisdiction: Jurisdiction, text: str) -> Iterator[Parcel]:
    try:
        reference = parcel_reference_parse(text)
    except ParcelKeyError:
        return
    for parcel in parcels_search(jurisdiction=jurisdiction, text=text):
        # The search is made for typing and shows 123/4 for 123 too; here only the number itself counts.
        if parcel.denominator == reference.denominator:
            yield parcel


def address_point(jurisdiction: Jurisdiction, text: str) -> Point | None:
    """Where this street and house number are: at the address, else inside a parcel whose location text names it.

    Written forms are made equal (case, "Straße" and "Str.", blanks); postcode and town are left out. Of
    several with the address the one with the lowest key is taken; None where there is none.
    """
    known = address_parse(text)
    if known is not None and known.number:
        address = addresses_search(jurisdiction=jurisdiction, text=text).first()
        if address is not None:
            point: Point = address.geometry
            return point
    wanted = _normalised(_POSTCODE.sub("", text.partition(",")[0]))
    word = _LETTERS.search(text)
    if word is None or not re.search(r"\d", wanted):
        return None
    candidates = (
        Parcel.objects.active()
        .filter(jurisdiction=jurisdiction, location_text__icontains=word[0][:4])
        .order_by("key")
        .values_list("pk", "location_text")
    )
    for pk, location_text in candidates.iterator():
        if wanted in _addresses(location_text):
            return _point_inside(pk)
    return None


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
