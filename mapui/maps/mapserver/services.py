"""Registering what the own map server draws."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from gis_core.maps.registry import map_service_register
from gis_core.models import MapService


def own_map_services_register() -> list[MapService]:
    """The own map server's background map and overlays; the server must be running.

    Raises gis_core.maps.services.MapServiceError.
    """
    # Titles are data and stand in the installation's own language.
    with override(settings.LANGUAGE_CODE):
        attribution = _("Own geodata of this installation")
        return [
            map_service_register(
                slug="background",
                url=settings.MAPSERVER_URL,
                layers=["background"],
                title=_("Background map"),
                attribution=attribution,
                is_background=True,
                order=10,
            ),
            map_service_register(
                slug="parcels",
                url=settings.MAPSERVER_URL,
                layers=["parcels"],
                title=_("Parcel map (WMS)"),
                attribution=attribution,
                staff_only=True,
                order=20,
            ),
            map_service_register(
                slug="road-classes",
                url=settings.MAPSERVER_URL,
                layers=["road_classes"],
                title=_("Classified roads (WMS)"),
                attribution=attribution,
                staff_only=True,
                order=30,
            ),
        ]
