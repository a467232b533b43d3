"""What staff see of a parcel. The owner appears as a class, never as a person."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from gis_core.coordinates import point_from_wgs84
from gis_core.models import Jurisdiction
from parcels.asked_owners import asked_ownership_of
from parcels.enums import OwnerClass
from parcels.histories import ParcelHistory, parcel_history
from parcels.models import AskedOwnership, Ownership, Parcel
from parcels.places import place_parse
from parcels.selectors import (
    ADDRESS_LIMIT,
    SEARCH_LIMIT,
    UseOnParcel,
    addresses_on,
    parcels_at_point,
    parcels_search,
    parcels_vanished_search,
    uses_on,
)


@dataclass(frozen=True)
class ParcelCard:
    """`asked`: what a map service told of the owner, where the cadastre tells nothing."""

    parcel: Parcel
    owner: str
    asked: AskedOwnership | None
    uses: tuple[UseOnParcel, ...]
    history: ParcelHistory
    addresses: tuple[str, ...]


def parcel_card(parcel: Parcel) -> ParcelCard:
    """A parcel with its land uses, largest first, its owner class, its history and the house numbers on it."""
    ownership = Ownership.objects.active().filter(
        jurisdiction=parcel.jurisdiction_id, key=parcel.key
    )
    owner = ownership.values_list("owner_class", flat=True).first() or OwnerClass.UNKNOWN
    asked = None
    if owner == OwnerClass.UNKNOWN:
        asked = asked_ownership_of(parcel)
    return ParcelCard(
        parcel=parcel,
        owner=str(OwnerClass(asked.owner_class if asked else owner).label),
        asked=asked,
        uses=tuple(uses_on(parcel)),
        history=parcel_history(parcel),
        addresses=tuple(_addresses(parcel)),
    )


def _addresses(parcel: Parcel) -> list[str]:
    found = [address.text for address in addresses_on(parcel)[: ADDRESS_LIMIT + 1]]
    if len(found) > ADDRESS_LIMIT:
        found[ADDRESS_LIMIT] = _("and more")
    return found


@dataclass(frozen=True)
class ParcelsFound:
    """Active parcels, at a place the one that counts first; `vanished` ones when no active one was found.

    `limit` is the number of parcels at which a search by text ends, where it was reached.
    `distances`: metres from the place by primary key, empty for a search by text.
    """

    parcels: list[Parcel]
    vanished: list[Parcel]
    distances: dict[int, float]
    limit: int | None = None


def parcels_chosen(
    *, jurisdiction: Jurisdiction, q: str, lat: float | None, lon: float | None
) -> ParcelsFound:
    """Parcels by number, key, address or coordinates as people write them, or at a place in WGS84 degrees."""
    place = place_parse(q) if q else None
    if place is None and not q and lat is not None and lon is not None:
        place = point_from_wgs84(latitude=lat, longitude=lon)
    if place is not None:
        hits = parcels_at_point(jurisdiction=jurisdiction, point=place)
        distances = {hit.parcel.pk: hit.distance_m for hit in hits}
        return ParcelsFound([hit.parcel for hit in hits], [], distances)
    active = parcels_search(jurisdiction=jurisdiction, text=q)
    vanished = [] if active else parcels_vanished_search(jurisdiction=jurisdiction, text=q)
    is_full = SEARCH_LIMIT in (len(active), len(vanished))
    return ParcelsFound(active, vanished, {}, limit=SEARCH_LIMIT if is_full else None)
