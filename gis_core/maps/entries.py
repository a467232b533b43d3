"""Entries of the registry, held in each process, so that a kept picture costs no statement.

A file (setting MAP_REGISTRY_MARK) is touched when the registry or the active geodata change; all processes look at it
with each request, so that a change holds at once. What was written without this module holds after HELD_S seconds.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from gis_core.enums import EditionStatus
from gis_core.models import Edition, MapService

logger = logging.getLogger(__name__)

HELD_S: Final = 10.0


@dataclass(frozen=True)
class Entry:
    """`geodata`: names the state that the own map server draws; empty for what foreign services draw."""

    service: MapService
    geodata: str


# By short name: the mark's time when it was read, when it has to be read anew (time.monotonic), and the entry.
_held: dict[str, tuple[int, float, Entry]] = {}


def entry_named(slug: str) -> Entry | None:
    """The entry of this short name."""
    mark, now = _mark(), time.monotonic()
    found = _held.get(slug)
    if found and mark == found[0] and now < found[1]:
        return found[2]
    service = MapService.objects.filter(slug=slug).first()
    if service is None:
        return None
    entry = entry_of(service)
    if mark is not None:
        _held[slug] = (mark, now + HELD_S, entry)
    return entry


def entry_of(service: MapService) -> Entry:
    geodata = ""
    if service.url == settings.MAPSERVER_URL:
        active = Edition.objects.filter(status=EditionStatus.ACTIVE)
        geodata = str(active.aggregate(last=Max("pk"), at=Max("activated_at")))
    return Entry(service, geodata)


def entries_changed() -> None:
    """Tells all processes that registry or geodata changed, once the change is committed."""
    transaction.on_commit(_mark_touch)


def _mark() -> int | None:
    """When the last change was; None where nobody can tell, so that nothing is held."""
    try:
        return _path().stat().st_mtime_ns
    except FileNotFoundError:
        _mark_touch()
    except OSError:
        logger.debug("There is no place for %s.", _path())
    return None


def _mark_touch() -> None:
    try:
        _path().parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        _path().touch()
    except OSError as error:
        logger.warning("A change of map services holds only after %s s: %s", HELD_S, error)


def _path() -> Path:
    return Path(settings.MAP_REGISTRY_MARK)
