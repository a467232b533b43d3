"""What maps of the own geodata say of where these come from: all sources in use."""

from __future__ import annotations

from django.conf import settings

from gis_core.models import MapService
from gis_core.selectors import editions_active, editions_origin


def attribution_own() -> str:
    """The attributions of all active editions, each once; "" where none names any."""
    longest = MapService._meta.get_field("attribution").max_length or 0
    told = editions_origin(editions_active()).attribution
    return told if len(told) <= longest else f"{told[: longest - 1]}…"


def attribution_refresh() -> None:
    """Writes it to what the own map server draws; what stands there stays where the editions name nobody."""
    if told := attribution_own():
        MapService.objects.filter(url=settings.MAPSERVER_URL).update(attribution=told)
