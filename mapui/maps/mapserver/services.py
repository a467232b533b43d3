"""Registering what the own map server draws."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from gis_core.enums import Visibility
from gis_core.maps.attribution import attribution_own
from gis_core.maps.registry import map_service_register
from gis_core.models import MapService
from mapui.maps.mapserver.style import GROUP_NAMES
from mapui.maps.style.colours import Variant
from mapui.maps.style.layers import Group

# The short name in the registry of each variant's and group's picture.
OWN_LAYERS: Final = {
    Variant.MAP: "background",
    Variant.GREY: "background-grey",
    Variant.PRINT: "background-print",
    Group.PARCELS: "parcels",
    Group.OWNERS: "owners",
    Group.DUTIES: "road-classes",
    Group.STRETCHES: "stretches",
}


def own_map_services_register() -> list[MapService]:
    """The own map server's pictures: the base map for everybody, the rest for staff.

    Raises gis_core.maps.services.MapServiceError; the server must be running.
    """
    # Titles are data and stand in the installation's own language.
    with override(settings.LANGUAGE_CODE):
        titles = {
            Variant.MAP: _("Background map"),
            Variant.GREY: _("Background map, grey"),
            Variant.PRINT: _("Background map for print"),
            Group.PARCELS: _("Parcel map (WMS)"),
            Group.OWNERS: _("Ownership classes (WMS)"),
            Group.DUTIES: _("Roads by maintenance duty (WMS)"),
            Group.STRETCHES: _("Through-road stretches (WMS)"),
        }
        return [
            map_service_register(
                slug=slug,
                url=settings.MAPSERVER_URL,
                layers=[GROUP_NAMES[drawn]],
                title=titles[drawn],
                attribution=attribution_own() or _("Own geodata of this installation"),
                is_background=isinstance(drawn, Variant),
                visibility=Visibility.PUBLIC
                if drawn in {Variant.MAP, Variant.GREY}
                else Visibility.STAFF,
                order=10 * number,
            )
            for number, (drawn, slug) in enumerate(OWN_LAYERS.items(), start=1)
        ]
