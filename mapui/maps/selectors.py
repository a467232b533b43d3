"""Where a map looks, and which services it offers."""

from __future__ import annotations

from typing import Final

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Transform
from django.db.models import (
    QuerySet,
)

from gis_core.models import Jurisdiction, MapService
from gis_core.srids import WGS84
from mapui.maps.mapserver.services import OWN_LAYERS
from mapui.site.enums import MapName
from mapui.site.types import Bounds

# What a map shows where no boundary has been loaded: Germany.
EVERYWHERE: Final[Bounds] = ((47.2, 5.8), (55.1, 15.1))


def bounds_shown(jurisdiction: Jurisdiction | None) -> Bounds:
    """The boundary's bounds in WGS84 degrees."""
    if jurisdiction is None or not jurisdiction.boundary:
        return EVERYWHERE
    boundary = Jurisdiction.objects.filter(pk=jurisdiction.pk)
    extent = boundary.annotate(degrees=Transform("boundary", WGS84)).aggregate(e=Extent("degrees"))[
        "e"
    ]
    west, south, east, north = (round(value, 5) for value in extent)
    return ((south, west), (north, east))


def map_services_shown(name: MapName) -> QuerySet[MapService]:
    """Those of the own map server are left out where the vector map draws the same."""
    services = MapService.objects.select_related("source").filter(is_active=True)
    if name is MapName.TRIAGE:
        return services.exclude(slug__in=OWN_LAYERS.values())
    return services.filter(staff_only=False)
