"""What staff see of a parcel: card, outline, label. The owner appears as a class, never as a person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.contrib.gis.geos import Polygon
from django.db import connection
from django.utils.translation import gettext as _

from gis_core.coordinates import point_from_wgs84
from gis_core.models import Jurisdiction
from gis_core.srids import WGS84, storage_srid
from parcels.enums import OwnerClass, Usage
from parcels.histories import ParcelHistory, parcel_history
from parcels.models import LandUse, Ownership, Parcel
from parcels.places import place_parse
from parcels.selectors import (
    ADDRESS_LIMIT,
    SEARCH_LIMIT,
    addresses_on,
    parcels_at_point,
    parcels_search,
    parcels_vanished_search,
)

LABEL_LIMIT: Final = 600


@dataclass(frozen=True)
class UseShown:
    """A land use on the parcel with its area there in m²."""

    usage: str
    use_type: str
    description: str
    area: float


@dataclass(frozen=True)
class ParcelCard:
    parcel: Parcel
    owner: str
    uses: tuple[UseShown, ...]
    history: ParcelHistory
    addresses: tuple[str, ...]


def parcel_card(parcel: Parcel) -> ParcelCard:
    """A parcel with its land uses, largest first, its owner class, its history and the house numbers on it."""
    ownership = Ownership.objects.active().filter(
        jurisdiction=parcel.jurisdiction_id, key=parcel.key
    )
    owner = ownership.values_list("owner_class", flat=True).first()
    return ParcelCard(
        parcel=parcel,
        owner=str(OwnerClass(owner or OwnerClass.UNKNOWN).label),
        uses=tuple(_uses(parcel)),
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


def _uses(parcel: Parcel) -> list[UseShown]:
    """By geometry, not by the key in the source: not every source clips land use by parcel."""
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
            UseShown(str(Usage(usage).label), use_type, description, area)
            for usage, use_type, description, area in cursor.fetchall()
        ]


def parcel_outline(key: str) -> dict[str, Any] | None:
    """The active parcel as a GeoJSON feature (WGS84), None if there is none with this key."""
    parcels = (
        Parcel.objects.active()
        .filter(key=key)
        .annotate(outline=AsGeoJSON(Transform("geometry", WGS84), precision=7))
    )
    parcel = parcels.order_by("pk").first()
    if parcel is None:
        return None
    geometry = json.loads(parcel.outline)
    return {
        "type": "Feature",
        "id": key,
        "geometry": geometry,
        "properties": {"number": parcel.number},
    }


def labels_in(bbox: Polygon) -> tuple[list[dict[str, Any]], bool]:
    """Numbers of the parcels in a WGS84 box, largest first, at most LABEL_LIMIT, and whether there are more.

    A label stands on the visible part of its parcel: a road parcel of a kilometre would else be nameless
    nearly everywhere.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH view AS MATERIALIZED (
                SELECT ST_Transform(ST_GeomFromEWKB(%s), %s) AS box
            ), visible AS (
                SELECT p.key, p.numerator, p.denominator,
                       CASE WHEN ST_CoveredBy(p.geometry, box) THEN p.geometry
                            ELSE ST_Intersection(p.geometry, box) END AS shape
                FROM view JOIN {Parcel._meta.db_table} p
                  ON p.edition_to_id IS NULL AND p.geometry && box AND ST_Intersects(p.geometry, box)
            )
            SELECT key, numerator, denominator, ST_X(place), ST_Y(place) FROM (
                SELECT *, ST_Transform(ST_PointOnSurface(shape), {WGS84}) AS place, ST_Area(shape) AS area
                FROM visible WHERE ST_Dimension(shape) = 2
            ) placed ORDER BY area DESC, key LIMIT {LABEL_LIMIT + 1}
            """,  # noqa: S608 - table names and numbers of our own
            [bytes(bbox.ewkb), storage_srid()],
        )
        rows = cursor.fetchall()
    return [_label(*row) for row in rows[:LABEL_LIMIT]], len(rows) > LABEL_LIMIT


def _label(
    key: str, numerator: int, denominator: int | None, longitude: float, latitude: float
) -> dict[str, Any]:
    number = f"{numerator}/{denominator}" if denominator else str(numerator)
    geometry = {"type": "Point", "coordinates": [round(longitude, 7), round(latitude, 7)]}
    return {"type": "Feature", "id": key, "geometry": geometry, "properties": {"number": number}}
