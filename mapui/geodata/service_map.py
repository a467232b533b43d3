"""The picture by which an administrator sees what a map service draws."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from gis_core.maps.probing import SIDE, check_request, place_known
from gis_core.models import MapService
from gis_core.srids import WEB_MERCATOR


def preview_address(service: MapService) -> str:
    """The address of a picture of a place in the municipality; empty where no boundary has been loaded."""
    place = place_known()
    if place is None:
        return ""
    wanted = check_request(service, place)
    query = {
        "REQUEST": "GetMap",
        "CRS": f"EPSG:{WEB_MERCATOR}",
        "BBOX": ",".join(f"{value:.4f}" for value in wanted.bounds),
        "WIDTH": SIDE,
        "HEIGHT": SIDE,
    }
    return f"{reverse('map_image', args=[service.slug])}?{urlencode(query, safe=',:')}"
