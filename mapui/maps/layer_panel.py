"""The list of layers: groups, opacity and legend of each map service, and who made it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import Any, Final

import folium
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from folium.map import CustomPane, Layer
from folium.raster_layers import WmsTileLayer
from folium.template import Template

from gis_core.maps.legends import has_legend
from gis_core.models import MapService
from mapui.maps.elements import MapTool
from mapui.maps.mapserver.services import OWN_LAYERS

TILE_SIZE: Final = 512
# The pane of what lies upon the vector map.
OVERLAYS: Final = "overlays"
# Where the usual licences stand; one that is an address leads there itself.
LICENCES: Final = {
    "dl-de/zero-2-0": "https://www.govdata.de/dl-de/zero-2-0",
    "dl-de/by-2-0": "https://www.govdata.de/dl-de/by-2-0",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/deed.de",
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/deed.de",
}


class ServiceLayer(WmsTileLayer):
    """A map service through our proxy; Leaflet writes the attribution as HTML, so it is escaped here."""

    def __init__(self, service: MapService, *, show: bool, **options: Any) -> None:
        super().__init__(
            url=reverse("map_image", args=[service.slug]),
            layers=service.slug,
            name=service.slug,
            fmt=service.image_format,
            transparent=not service.is_background,
            version="1.3.0",
            attr=escape(service.attribution),
            overlay=not service.is_background,
            show=show,
            tile_size=TILE_SIZE,
            min_zoom=service.min_zoom,
            max_zoom=service.max_zoom,
            opacity=service.opacity / 100,
            update_when_zooming=False,
            **options,
        )
        # Folium's template of the layer is found by the class's own name.
        self._name = "ServiceLayer"
        self.about = service_about(service)


class LayerPanel(MapTool):
    """The list of the map's layers (`mapui/js/tools/layers.js`); comes behind all of them. Options: states, texts."""

    factory = "layerPanel"
    _template = Template(
        "{% macro script(this, kwargs) %}"
        "flurpost.layerPanel({{ this._parent.get_name() }}, ["
        "{% for layer, about in this.entries() %}"
        "{ layer: {{ layer }}, about: {{ about|tojson }} },"
        "{% endfor %}"
        "], {{ this.options|tojson }});"
        "{% endmacro %}"
    )

    def entries(self) -> list[tuple[str, dict[str, Any]]]:
        """Each layer's name in the script, and what the list tells of it."""
        parent: Any = self._parent
        return [
            (item.get_name(), getattr(item, "about", None) or _own_about(item))
            for item in parent._children.values()
            if isinstance(item, Layer) and item.control
        ]


def services_add(built: folium.Map, services: Iterable[MapService]) -> None:
    """Every map service through our proxy; the first background and no overlay is shown at the start."""
    background_shown = False
    for service in services:
        show = service.is_background and not background_shown
        background_shown |= show
        ServiceLayer(service, show=show).add_to(built)


def services_add_to_vector(built: folium.Map, services: Iterable[MapService]) -> None:
    """Map services beside the vector map: backgrounds below it, overlays upon it; none is shown at the start.

    Those of the own map server are left out: the vector map draws the same.
    """
    CustomPane(OVERLAYS, z_index=300).add_to(built)
    for service in services:
        if service.slug not in OWN_LAYERS.values():
            pane = {} if service.is_background else {"pane": OVERLAYS}
            ServiceLayer(service, show=False, **pane).add_to(built)


def layers_add(built: folium.Map) -> None:
    """The list of the layers that the map has so far."""
    LayerPanel(states=reverse("map_service_states"), texts=_texts()).add_to(built)


def service_about(service: MapService) -> dict[str, Any]:
    """What the list of layers tells of a service; texts are set as text there."""
    return {
        "slug": service.slug,
        "name": service.title,
        "group": service.group,
        "background": service.is_background,
        "opacity": service.opacity,
        "legend": reverse("map_legend", args=[service.slug]) if has_legend(service) else "",
        "attribution": service.attribution,
        "licence": service.licence,
        "licenceUrl": _licence_address(service.licence),
        "note": failure_told(service.failing_since) if service.failing_since else "",
        "zoomNote": _("Visible from zoom %(zoom)s on.") % {"zoom": service.min_zoom},
    }


def failure_told(since: datetime) -> str:
    """“Kartendienst antwortet seit 10:42 nicht.”, with the day where it is not today's."""
    local = timezone.localtime(since)
    is_today = local.date() == timezone.localdate()
    shown = date_format(local, "TIME_FORMAT" if is_today else "SHORT_DATETIME_FORMAT")
    return _("Map service has not answered since %(since)s.") % {"since": shown}


def _own_about(layer: Layer) -> dict[str, Any]:
    return {"name": layer.layer_name, "group": "", "background": not layer.overlay}


def _licence_address(licence: str) -> str:
    if licence.startswith(("https://", "http://")) and " " not in licence:
        return licence
    return LICENCES.get(licence, "")


def _texts() -> dict[str, str]:
    return {
        "layers": _("Choose layers"),
        "background": _("Background"),
        "own": pgettext("group of layers", "Map content"),
        "services": _("Map services"),
        "opacity": _("Opacity"),
        "legend": _("Legend"),
        "noLegend": _("The service has no legend that is a picture."),
        "licence": _("Licence"),
        "holes": _("Some pictures of this service are missing."),
    }
