"""Where a map looks, and which services it offers."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Transform

from gis_core.models import Jurisdiction, MapService
from gis_core.srids import WGS84
from mapui.site.permissions import service_visible
from mapui.site.types import Bounds

# What a map shows where no boundary has been loaded: Germany.
EVERYWHERE: Final[Bounds] = ((47.2, 5.8), (55.1, 15.1))


def bounds_shown(jurisdiction: Jurisdiction | None) -> Bounds:
    """The boundary's bounds in WGS84 degrees; EVERYWHERE where none was loaded."""
    if jurisdiction is None:
        return EVERYWHERE
    boundary = Jurisdiction.objects.filter(pk=jurisdiction.pk)
    extent = boundary.annotate(degrees=Transform("boundary", WGS84)).aggregate(e=Extent("degrees"))[
        "e"
    ]
    if extent is None:
        return EVERYWHERE
    west, south, east, north = (round(value, 5) for value in extent)
    return ((south, west), (north, east))


def map_services_shown(user: AbstractBaseUser | AnonymousUser) -> list[MapService]:
    """What is on the map and this person may see, in the order of the layer list."""
    services = MapService.objects.select_related("source", "raster").filter(is_active=True)
    return [service for service in services if service_visible(service, user)]
