"""Legends of registered map services: pictures that the services name or draw, kept as those of the maps are."""

from __future__ import annotations

import hashlib
import time
from urllib.parse import urlsplit

from django.conf import settings

from gis_core.enums import ServiceKind
from gis_core.maps.addresses import address_with
from gis_core.maps.entries import Entry
from gis_core.maps.images import MapServiceUnavailable, image_decoded, image_fetch, usual_seconds
from gis_core.maps.politeness import HostBusy, thread_place
from gis_core.maps.rasters import is_sampled, raster_legend
from gis_core.maps.store import MapImage, picture_keep, picture_kept
from gis_core.models import MapService


def has_legend(service: MapService) -> bool:
    """Whether there is a legend to ask for; of own rasters, classes have one."""
    if service.kind == ServiceKind.RASTER:
        return is_sampled(service)
    return bool(legend_address(service))


def legend_address(service: MapService) -> str:
    """Where the service has its legend: what it names for the style, else GetLegendGraphic of a WMS; empty if neither.

    A legend on another host than the service's is not asked for: only registered hosts are.
    """
    # What the own map server draws stands in the legend of the map.
    if service.url == settings.MAPSERVER_URL:
        return ""
    layer = service.source.layer_named(service.layers) if service.source else None
    styles = layer["styles"] if layer else []
    wanted = [style for style in styles if not service.style or style["name"] == service.style]
    named = wanted[0]["legend_url"] if wanted else ""
    if named and urlsplit(named).netloc == urlsplit(service.url).netloc:
        return str(named)
    return _drawn_address(service) if service.kind == ServiceKind.WMS else ""


def _drawn_address(service: MapService) -> str:
    query = {
        "SERVICE": "WMS",
        "VERSION": service.version,
        "REQUEST": "GetLegendGraphic",
        "SLD_VERSION": "1.1.0",
        "LAYER": service.layers.partition(",")[0],
        "STYLE": service.style,
        "FORMAT": "image/png",
    }
    return address_with(service.url, query)


def legend_fetch(entry: Entry) -> MapImage:
    """The legend, from the disk or from the service. Raises MapServiceUnavailable, also for one that is HTML."""
    if entry.service.kind == ServiceKind.RASTER and has_legend(entry.service):
        return raster_legend(entry.service)
    address = legend_address(entry.service)
    if not address:
        raise MapServiceUnavailable(f"{entry.service.slug} has no legend.")
    named = f"legend|{entry.geodata}|{address}"
    key = hashlib.blake2b(named.encode(), digest_size=24).hexdigest()
    kept = picture_kept(key)
    if kept and time.time() < kept.fresh_until:
        return kept
    try:
        with thread_place(entry.service.url):
            image = image_fetch(address, usual_s=usual_seconds(entry.service), known=kept)
    except HostBusy as error:
        raise MapServiceUnavailable(str(error)) from error
    image_decoded(image)
    if image.is_kept:
        picture_keep(key, image)
    return image
