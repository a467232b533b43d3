"""Which parcel is here, and which one is meant. Points are in the storage CRS.

Look-ups ask the active state; `parcels_vanished_search` finds parcels that are not in it any more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.gis.db.models.functions import Area, Distance
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db import connection
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from gis_core.models import Jurisdiction
from parcels.addresses import address_parse, address_search_text, street_search_text
from parcels.enums import DistrictKind, Usage
from parcels.errors import ParcelKeyError
from parcels.keys import ParcelReference, parcel_key_parse, parcel_reference_parse
from parcels.models import Address, CadastralDistrict, LandUse, Parcel

# In a slit between parcels the nearest one within this distance stands in.
GAP_M: Final = 5.0
ROAD_USES: Final = (Usage.ROAD, Usage.PATH, Usage.SQUARE)
SEARCH_LIMIT: Final = 20
# Several house numbers may lie on one parcel.
ADDRESS_LIMIT: Final = 100
# "Hauptstr. 5" and "Hauptstraße 5" are one address.
_STREET: Final = re.compile(r"(?<=[\w-])(str\.?|strasse)$", re.IGNORECASE)

# The parcel of each address: the one at its place, in a slit between parcels the nearest.
_HERE: Final = f"""
    SELECT here.id
    FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS wanted (id, place)
    JOIN {Address._meta.db_table} a USING (id)
    CROSS JOIN LATERAL (
        SELECT p.id FROM {Parcel._meta.db_table} p
        WHERE p.edition_to_id IS NULL AND p.jurisdiction_id = %(jurisdiction)s
          AND ST_DWithin(p.geometry, a.geometry, %(gap)s)
        ORDER BY ST_Distance(p.geometry, a.geometry), p.key LIMIT 1
    ) here
    ORDER BY wanted.place
"""  # noqa: S608 - table names of our own models


@dataclass(frozen=True)
class ParcelHit:
    """A parcel at a point; `distance_m` is 0 where the parcel covers it."""

    parcel: Parcel
    usage: str
    distance_m: float


def parcels_at_point(*, jurisdiction: Jurisdiction, point: Point) -> list[ParcelHit]:
    """The parcels that cover the point, best first: none, one, or on a common border several.

    Tie-break: use as road, path or square first, then the smaller area, then the parcel key. A point in a gap
    gets the nearest parcel within GAP_M, a point further away none.
    """
    active = Parcel.objects.active().filter(jurisdiction=jurisdiction)
    # The planner takes `covers` alone for a thousandth of all rows, whatever the statistics say: with very many
    # parcels it then reads another index beside the spatial one, or starts workers.
    here = active.filter(geometry__bboverlaps=point, geometry__covers=point)
    covering = _annotated(here, jurisdiction, point)
    hits = list(covering.order_by(_road_last("usage_here"), "area", "key"))
    if not hits:
        near = active.filter(geometry__dwithin=(point, D(m=GAP_M)))
        hits = list(_annotated(near, jurisdiction, point).order_by("distance", "key")[:1])
    return [ParcelHit(hit, hit.usage_here or Usage.UNKNOWN.value, hit.distance.m) for hit in hits]


def _annotated(parcels: Any, jurisdiction: Jurisdiction, point: Point) -> Any:
    """Adds area, distance and the use at the point: the parcel's own where uses are cut by parcel."""
    uses = (
        LandUse.objects.active()
        .filter(
            Q(parcel_key=OuterRef("key")) | Q(parcel_key=""),
            jurisdiction=jurisdiction,
            geometry__dwithin=(point, D(m=GAP_M)),
        )
        .annotate(
            distance=Distance("geometry", point),
            foreign=Case(When(parcel_key=OuterRef("key"), then=Value(0)), default=Value(1)),
        )
        .order_by("distance", "foreign", _road_last("usage"), "key")
    )
    return parcels.annotate(
        area=Area("geometry"),
        distance=Distance("geometry", point),
        usage_here=Subquery(uses.values("usage")[:1]),
    )


def _road_last(name: str) -> Case:
    """0 for uses as a road, 1 for others: sorts the road first."""
    return Case(When(**{f"{name}__in": ROAD_USES}, then=Value(0)), default=Value(1))


def parcel_find_by_key(*, jurisdiction: Jurisdiction, key: str) -> Parcel | None:
    """The active parcel with this key in any of its spellings; ParcelKeyError when it is no key at all."""
    normalised = str(parcel_key_parse(key))
    return Parcel.objects.active().filter(jurisdiction=jurisdiction, key=normalised).first()


def parcels_search(*, jurisdiction: Jurisdiction, text: str) -> list[Parcel]:
    """Active parcels that the text may mean: a key, Gemarkung-Flur-number, an address, or a part of the location text.

    At most SEARCH_LIMIT, by key, those of addresses first: where a house number is known, only its parcel is meant.
    A reference that means no parcel is read as an address.
    """
    active = Parcel.objects.active().filter(jurisdiction=jurisdiction)
    meant = list(_meant(active, jurisdiction, text)[:SEARCH_LIMIT])
    # "Brunnenstraße 33 1/3" and "Hauptstr. 12-14" read like a Gemarkung with Flur and number.
    if _names_parcel(text):
        if meant:
            return meant
        meant = list(_at_address(active, text).order_by("key")[:SEARCH_LIMIT])
    found = parcels_at_address(jurisdiction, text)
    wanted = address_parse(text)
    if found and wanted is not None and wanted.number:
        return found
    return list({parcel.pk: parcel for parcel in (*found, *meant)}.values())[:SEARCH_LIMIT]


def _names_parcel(text: str) -> bool:
    """Whether the text is a parcel's number in one of its spellings."""
    try:
        parcel_reference_parse(text)
    except ParcelKeyError:
        return False
    return True


def addresses_search(*, jurisdiction: Jurisdiction, text: str) -> QuerySet[Any]:
    """Active addresses that the text names: the house number as a whole, without one all of streets that begin so."""
    addresses = Address.objects.active().filter(jurisdiction=jurisdiction)
    wanted = address_parse(text)
    if wanted is None:
        return addresses.none()
    if wanted.number:
        whole = address_search_text(wanted.street, wanted.number)
        return addresses.filter(search_text=whole).order_by("search_text", "key")
    begins = street_search_text(wanted.street)
    return addresses.filter(search_text__startswith=begins).order_by("search_text", "key")


def addresses_on(parcel: Parcel) -> QuerySet[Any]:
    """The active addresses on a parcel, by street and number."""
    addresses = Address.objects.active().filter(jurisdiction=parcel.jurisdiction_id)
    return addresses.filter(geometry__coveredby=parcel.geometry).order_by("street", "number", "key")


def parcels_at_address(jurisdiction: Jurisdiction, text: str) -> list[Parcel]:
    """The parcels where these addresses are, in the order of the addresses; at most SEARCH_LIMIT."""
    addresses = addresses_search(jurisdiction=jurisdiction, text=text)
    ids = list(addresses.values_list("pk", flat=True)[:ADDRESS_LIMIT])
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_HERE, {"ids": ids, "jurisdiction": jurisdiction.pk, "gap": GAP_M})
        keys = dict.fromkeys(row[0] for row in cursor.fetchall())
    found = Parcel.objects.in_bulk(keys)
    return [found[key] for key in keys][:SEARCH_LIMIT]


def parcels_vanished_search(*, jurisdiction: Jurisdiction, text: str) -> list[Parcel]:
    """The last versions of parcels that are no longer active and that the text may mean, as `parcels_search`."""
    past = Parcel.objects.filter(jurisdiction=jurisdiction, edition_to__isnull=False)
    same = Parcel.objects.filter(jurisdiction=jurisdiction, key=OuterRef("key"))
    last = same.order_by("-edition_from__activated_at", "-pk").values("pk")[:1]
    vanished = past.filter(~Exists(same.filter(edition_to__isnull=True)), pk=Subquery(last))
    return list(_meant(vanished, jurisdiction, text)[:SEARCH_LIMIT])


def _meant(parcels: QuerySet[Any], jurisdiction: Jurisdiction, text: str) -> QuerySet[Any]:
    try:
        reference = parcel_reference_parse(text)
    except ParcelKeyError:
        return _at_address(parcels, text).order_by("key")
    found = parcels.filter(numerator=reference.numerator)
    if reference.gemarkung is not None or reference.gemarkung_name:
        found = found.filter(gemarkung_key__in=_gemarkung_keys(jurisdiction, reference))
    if reference.flur is not None:
        found = found.filter(flur=reference.flur)
    # "123" may mean 123 as well as 123/4: the plain number comes first, the others behind it.
    if reference.denominator is not None:
        found = found.filter(denominator=reference.denominator)
    return found.order_by(F("denominator").asc(nulls_first=True), "key")


def _at_address(parcels: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Every word must occur; a number as a whole, so that 5 does not find 15."""
    words = text.replace(",", " ").split()
    if not words:
        return parcels.none()
    for word in words:
        if word[0].isdigit():
            parcels = parcels.filter(location_text__iregex=rf"\m{re.escape(word)}\M")
        elif street := _STREET.sub("", word) if _STREET.search(word) else "":
            parcels = parcels.filter(location_text__iregex=rf"{re.escape(street)}[ -]?str")
        else:
            parcels = parcels.filter(location_text__icontains=word)
    return parcels


def _gemarkung_keys(jurisdiction: Jurisdiction, reference: ParcelReference) -> list[str]:
    """Keys of the Gemarkungen that a reference can mean, from the districts or else from the parcels themselves."""
    if reference.gemarkung is not None and reference.land is not None:
        return [f"{reference.land:02}{reference.gemarkung:04}"]
    if reference.gemarkung is not None:
        wanted = {"key__endswith": f"{reference.gemarkung:04}"}
        wanted_parcel = {"gemarkung_key__endswith": f"{reference.gemarkung:04}"}
    else:
        wanted = {"name__iexact": reference.gemarkung_name}
        wanted_parcel = {"gemarkung_name__iexact": reference.gemarkung_name}
    districts = CadastralDistrict.objects.active().filter(
        jurisdiction=jurisdiction, kind=DistrictKind.GEMARKUNG, **wanted
    )
    parcels = Parcel.objects.filter(jurisdiction=jurisdiction, **wanted_parcel)
    return list(districts.values_list("key", flat=True)) or list(
        parcels.values_list("gemarkung_key", flat=True).distinct()
    )


@dataclass(frozen=True)
class UseOnParcel:
    """A land use on a parcel with its area there in m²."""

    usage: Usage
    use_type: str
    description: str
    area: float


def uses_on(parcel: Parcel) -> list[UseOnParcel]:
    """The land uses on a parcel, the largest first.

    By geometry, not by the key in the source: not every source clips land use by parcel.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT u.usage, u.use_type, u.description, sum(ST_Area(ST_Intersection(u.geometry, p.geometry)))
            FROM {Parcel._meta.db_table} p
            JOIN {LandUse._meta.db_table} u ON u.edition_to_id IS NULL AND ST_Intersects(u.geometry, p.geometry)
            WHERE p.id = %s
            GROUP BY 1, 2, 3
            HAVING sum(ST_Area(ST_Intersection(u.geometry, p.geometry))) > least(1, 0.5 * max(ST_Area(p.geometry)))
            ORDER BY 4 DESC, 2
            """,  # noqa: S608 - table names of our own models
            [parcel.pk],
        )
        return [
            UseOnParcel(Usage(usage), use_type, description, area)
            for usage, use_type, description, area in cursor.fetchall()
        ]


def districts_named(jurisdiction: Jurisdiction) -> list[tuple[str, str]]:
    """Key (6 digits) and name of each active Gemarkung, by name."""
    found = CadastralDistrict.objects.active().filter(
        jurisdiction=jurisdiction, kind=DistrictKind.GEMARKUNG
    )
    return list(found.order_by("name").values_list("key", "name"))
