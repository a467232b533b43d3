"""Sources of map services: asked what they offer, and asked again whether it is still so."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from gis_core.maps.addresses import address_of_service
from gis_core.maps.capabilities import LayerDescription, ServiceDescription
from gis_core.maps.harvest import ServiceUnknown, service_read
from gis_core.maps.pictures import MERCATOR, OTHER_SYSTEMS
from gis_core.messages import Told
from gis_core.models import MapService, MapSource

logger = logging.getLogger(__name__)

# What a page can show of one service, and a person can choose from.
LAYERS_MAX: Final = 2000
# An order that no worker took: its process was killed, or the broker was down.
WAITING: Final = timedelta(minutes=2)
# An extent has moved when a side did by more than this part of its width.
MOVED_SHARE: Final = 0.05
_TEXT_LENGTHS: Final = {"title": 200, "provider": 200, "version": 20}


def source_order(*, pasted: str) -> MapSource:
    """Notes that the service at this address is to be asked. Raises ServiceUnknown for text that is no address."""
    try:
        url = address_of_service(pasted)
    except ValueError as error:
        raise ServiceUnknown("service_no_address", url=pasted, cause=str(error)) from error
    if len(url) > 500 or not url.startswith(("http://", "https://")) or "\0" in url:
        raise ServiceUnknown("address_scheme", url=repr(url[:100]))
    source, _created = MapSource.objects.get_or_create(url=url)
    MapSource.objects.filter(pk=source.pk).update(ordered_at=timezone.now())
    source.refresh_from_db()
    return source


def source_remove(*, source: MapSource) -> None:
    """Forgets a source. Raises django.db.models.ProtectedError while something of it is in the registry."""
    source.delete()


def source_harvest(*, source: MapSource) -> None:
    """Asks the service and keeps what it says, or since when and how it fails. Looks after what was picked of it."""
    try:
        _url, described = service_read(source.url)
    except ServiceUnknown as error:
        logger.warning("map service %s: %s", source.url, error)
        source.problem = error.told.as_json()
        source.failing_since = source.failing_since or timezone.now()
        source.ordered_at = None
        source.save(update_fields=["problem", "failing_since", "ordered_at"])
        return
    source_keep(url=source.url, described=described)


@transaction.atomic
def source_keep(*, url: str, described: ServiceDescription) -> MapSource:
    """Keeps a description, and notes which picked layers vanished or moved."""
    texts = {name: getattr(described, name)[:most] for name, most in _TEXT_LENGTHS.items()}
    values = {
        **texts,
        "kind": described.kind,
        "licence": described.licence,
        "formats": list(described.formats),
        "info_formats": list(described.info_formats),
        "layers": [_layer_json(layer) for layer in described.layers[:LAYERS_MAX]],
        "notes": [Told(note).as_json() for note in described.notes],
        "ordered_at": None,
        "read_at": timezone.now(),
        "failing_since": None,
        "problem": {},
    }
    source, _created = MapSource.objects.update_or_create(url=url, defaults=values)
    for service in source.services.all():
        _look_after(service, described)
    return source


def _layer_json(layer: LayerDescription) -> dict[str, Any]:
    """The layer without the thousands of systems that nobody here would ask for."""
    useful = {MERCATOR, *OTHER_SYSTEMS}
    return {**asdict(layer), "crs": sorted(layer.crs & useful)}


def _look_after(service: MapService, described: ServiceDescription) -> None:
    """Since when a picked layer is gone, and since when its extent is another one."""
    now, names = timezone.now(), service.layers.split(",")
    is_gone = not set(names) <= set(described.layer_names())
    box = box_of(described.layers, names)
    has_moved = not is_gone and is_moved(service.box, box)
    service.vanished_since = _since(service.vanished_since, now, holds=is_gone)
    service.moved_since = _since(service.moved_since, now, holds=has_moved)
    service.save(update_fields=["vanished_since", "moved_since"])


def _since(before: datetime | None, now: datetime, *, holds: bool) -> datetime | None:
    return (before or now) if holds else None


def box_of(layers: Iterable[LayerDescription], names: Iterable[str]) -> list[float] | None:
    """The extent that all these layers have together; None where one has none."""
    wanted = set(names)
    boxes = [layer.box for layer in layers if layer.name in wanted]
    known = [box for box in boxes if box]
    if not known or len(known) < len(boxes):
        return None
    west, south, east, north = zip(*known, strict=True)
    return [min(west), min(south), max(east), max(north)]


def is_moved(before: list[float] | None, now: list[float] | None) -> bool:
    """Whether a side of the extent moved by more than a twentieth of its width or height."""
    if not before or not now:
        return False
    margins = [
        MOVED_SHARE * max(before[2] - before[0], 1e-6),
        MOVED_SHARE * max(before[3] - before[1], 1e-6),
    ]
    return any(
        abs(one - other) > margins[side % 2]
        for side, (one, other) in enumerate(zip(before, now, strict=True))
    )


def sources_due(*, all_of_them: bool = False) -> list[int]:
    """Sources whose order no worker took; or all of which something was picked, for the nightly harvest."""
    if all_of_them:
        sources = MapSource.objects.filter(services__isnull=False).distinct()
    else:
        sources = MapSource.objects.filter(ordered_at__lt=timezone.now() - WAITING)
    return list(sources.order_by("pk").values_list("pk", flat=True))
