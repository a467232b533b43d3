"""The registry of map services: what of their sources our maps show, and how."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils.text import slugify

from gis_core.enums import ServiceKind, Visibility
from gis_core.errors import CodedError
from gis_core.maps.capabilities import ServiceDescription
from gis_core.maps.capabilities.ows import SCALE_AT_ZOOM_0
from gis_core.maps.entries import entries_changed
from gis_core.maps.harvest import ServiceUnknown, service_read
from gis_core.maps.pictures import OTHER_SYSTEMS
from gis_core.maps.presets import preset_of
from gis_core.maps.services import MapServiceError
from gis_core.maps.sources import box_of, source_keep
from gis_core.messages import Message
from gis_core.models import MapService, MapSource
from gis_core.models.map_services import MAX_ZOOM
from gis_core.srids import WEB_MERCATOR

MERCATOR: Final = f"EPSG:{WEB_MERCATOR}"


class PickRefused(CodedError):
    """A layer cannot be shown; the message says which and why."""


@dataclass(frozen=True)
class Shown:
    """How picked layers are shown."""

    group: str = ""
    visibility: Visibility = Visibility.STAFF
    is_background: bool = False
    attribution: str = ""
    licence: str = ""
    keep_days: int = 1


def map_service_register(
    *,
    slug: str,
    url: str,
    layers: list[str],
    title: str = "",
    attribution: str = "",
    is_background: bool = False,
    visibility: Visibility = Visibility.PUBLIC,
    order: int = 0,
) -> MapService:
    """Registers a WMS after reading its capabilities, or brings the entry of this short name up to date.

    The layers must exist and be offered in EPSG:3857. Layers, attribution and licence default to those of the preset,
    title, attribution and licence to the service's own.
    Raises MapServiceError; nothing is stored then.
    """
    known = preset_of(url)
    layers = layers or (known.layers.split() if known else [])
    _lengths_check(slug=slug, url=url, layers=",".join(layers))
    try:
        url, service = service_read(url)
    except ServiceUnknown as error:
        raise MapServiceError(str(error)) from error
    if service.kind != ServiceKind.WMS:
        raise MapServiceError(f"{url} is a {service.kind.label}, no WMS.")
    _layers_check(service, layers)
    source = source_keep(url=url, described=service)
    attribution = attribution or (known.attribution if known else service.provider)
    registered, _created = MapService.objects.update_or_create(
        slug=slug,
        defaults={
            "source": source,
            "url": url,
            "layers": ",".join(layers),
            "version": service.version,
            "crs": crs_chosen(_systems_of_all(service, layers)),
            "title": (title or service.title or slug)[:100],
            "attribution": attribution[:300],
            "licence": (known.licence if known else service.licence)[:300],
            "image_format": format_chosen(service.formats, is_background=is_background),
            "box": box_of(service.layers, layers),
            "is_background": is_background,
            "visibility": visibility,
            "order": order,
            "is_active": True,
        },
    )
    entries_changed()
    return registered


def _lengths_check(**values: str) -> None:
    for name, value in values.items():
        if len(value) > _length(name):
            raise MapServiceError(
                f"{name} has {len(value)} characters; at most {_length(name)} are possible."
            )


def _length(name: str) -> int:
    """How many characters the column holds."""
    return int(getattr(MapService._meta.get_field(name), "max_length", 0))


def _layers_check(service: ServiceDescription, layers: list[str]) -> None:
    offered = ", ".join(sorted(service.layer_names())[:20])
    if not layers:
        raise MapServiceError(f"Name at least one layer; the service offers: {offered}.")
    for layer in layers:
        if layer not in service.layer_names():
            raise MapServiceError(f"There is no layer {layer!r}; the service offers: {offered}.")
    if not _systems_of_all(service, layers):
        raise MapServiceError(f"The layers {layers} are together offered in no system known here.")


def _systems_of_all(service: ServiceDescription, layers: list[str]) -> frozenset[str]:
    """The systems that we could ask in and in which all these layers are offered."""
    useful = frozenset({MERCATOR, *OTHER_SYSTEMS})
    return useful.intersection(*(service.layer_crs(layer) for layer in layers))


def format_chosen(formats: Iterable[str], *, is_background: bool) -> str:
    """PNG, as only it is transparent everywhere; a background may be JPEG where there is no PNG.

    A kind of the format (`image/png; mode=8bit`) does where the service does not offer it plainly.
    """
    offers = list(formats)
    wanted = ["image/png", "image/webp", *(["image/jpeg"] if is_background else [])]
    for image_format in wanted:
        kinds = [
            offered
            for offered in offers
            if offered.partition(";")[0].strip().lower() == image_format
            and len(offered) <= _length("image_format")
        ]
        if kinds:
            return min(kinds, key=len)
    raise MapServiceError(f"The service offers none of the formats {', '.join(wanted)}.")


@transaction.atomic
def layers_pick(*, source: MapSource, names: list[str], shown: Shown) -> list[MapService]:
    """An entry for each of these layers, inactive until somebody looked at it. Raises PickRefused.

    A layer that was picked already keeps its entry.
    """
    if not names:
        raise PickRefused("pick_nothing")
    picked = []
    for name in names:
        layer = source.layer_named(name)
        if layer is None:
            raise PickRefused("pick_unknown", layer=name)
        if reason := layer_unfit(source, layer):
            raise PickRefused(reason)
        known = source.services.filter(layers=name).first()
        try:
            picked.append(known or _picked(source, layer, shown))
        except MapServiceError as error:
            raise PickRefused("pick_format") from error
    return picked


def layer_unfit(source: MapSource, layer: dict[str, Any]) -> Message | None:
    """Why the layer cannot be shown on our maps; None when it can."""
    params = {"layer": layer["name"] or layer["title"]}
    if source.kind in {ServiceKind.WFS, ServiceKind.OGC_FEATURES}:
        return Message("pick_objects", params)
    if not layer["name"]:
        return Message("pick_group", params)
    if "," in layer["name"] or len(layer["name"]) > 300:
        return Message("pick_name", params)
    if source.kind != ServiceKind.WMS:
        fits = 0 < len(layer["address"]) <= 500
        return None if fits else Message("pick_tiles", {**params, "crs": MERCATOR})
    if not layer["crs"]:
        systems = [MERCATOR, *OTHER_SYSTEMS]
        return Message("pick_crs", {**params, "crs": systems})
    return None


def _picked(source: MapSource, layer: dict[str, Any], shown: Shown) -> MapService:
    min_zoom, max_zoom = zooms_of(layer["min_scale"], layer["max_scale"])
    attribution = shown.attribution or layer["attribution"] or source.provider
    return MapService.objects.create(
        slug=slug_free(layer["title"] or layer["name"]),
        source=source,
        title=layer["title"][:100] or layer["name"][:100],
        group=shown.group,
        kind=source.kind,
        url=layer["address"] or source.url,
        layers=layer["name"],
        crs=crs_chosen(layer["crs"]),
        matrices=layer["matrices"],
        **_spoken(source, shown),
        attribution=attribution[:300],
        licence=(shown.licence or source.licence)[:300],
        is_background=shown.is_background,
        visibility=shown.visibility,
        keep_days=shown.keep_days,
        is_active=False,
        order=50,
        min_zoom=min_zoom,
        max_zoom=max_zoom,
        box=list(layer["box"]) if layer["box"] else None,
    )


def _spoken(source: MapSource, shown: Shown) -> dict[str, str]:
    """Version and format of a WMS; the others need neither."""
    if source.kind != ServiceKind.WMS:
        return {}
    image_format = format_chosen(source.formats, is_background=shown.is_background)
    return {"version": source.version, "image_format": image_format}


def crs_chosen(offered: Iterable[str]) -> str:
    """In which system a layer is asked: that of the map, else the one that fits it best."""
    systems = set(offered)
    return next((one for one in (MERCATOR, *OTHER_SYSTEMS) if one in systems), MERCATOR)


def slug_free(title: str) -> str:
    """A short name of the title that no entry has yet."""
    stem = slugify(title)[:40] or "layer"
    taken = set(MapService.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    names = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def zooms_of(min_scale: float | None, max_scale: float | None) -> tuple[int, int]:
    """The first and last zoom whose scale lies between the limits, at 51 degrees north."""

    def zoom(scale: float) -> float:
        return math.log2(SCALE_AT_ZOOM_0 * math.cos(math.radians(51)) / scale)

    first = math.ceil(zoom(max_scale) - 0.01) if max_scale else 0
    last = math.floor(zoom(min_scale) + 0.01) if min_scale else MAX_ZOOM
    first, last = max(0, min(first, MAX_ZOOM)), max(0, min(last, MAX_ZOOM))
    return (first, last) if first <= last else (0, MAX_ZOOM)


@transaction.atomic
def service_change(*, service: MapService, **values: Any) -> MapService:
    """Changes how an entry is shown: `values` are fields of MapService, `roles` (groups) among them."""
    roles = values.pop("roles", None)
    for name, value in values.items():
        setattr(service, name, value)
    service.save(update_fields=list(values))
    if roles is not None:
        service.roles.set(roles)
    entries_changed()
    return service


def service_remove(*, service: MapService) -> None:
    """Takes an entry off the maps and out of the registry; its source stays."""
    service.delete()
    entries_changed()


def extent_accept(*, service: MapService) -> None:
    """A person has seen that the layer has another extent: from now on this one is its own."""
    layer = service.source.layer_named(service.layers) if service.source else None
    service.box = list(layer["box"]) if layer and layer["box"] else None
    service.moved_since = None
    service.save(update_fields=["box", "moved_since"])
