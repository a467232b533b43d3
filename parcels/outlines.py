"""Parcels as maps draw them: the outline of one, the numbers of those in view."""

from __future__ import annotations

import json
from typing import Any, Final

from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.contrib.gis.geos import Polygon
from django.db import connection

from gis_core.srids import WGS84, storage_srid
from parcels.models import Parcel

LABEL_LIMIT: Final = 600


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
