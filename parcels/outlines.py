"""The outline of a parcel as maps draw it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON, Transform

from gis_core.srids import WGS84
from parcels.models import Parcel


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
