"""Own rasters: checked when they are given, prepared by a worker, then shown by an entry of the registry.

The row in the database is the truth; who prepares a raster holds its lock. A killed worker's lock is gone, so that a
sweep begins its raster anew, three times at most.
"""

from __future__ import annotations

import csv
import logging
import shutil
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gis_core.enums import RasterState, ServiceKind, Visibility
from gis_core.maps.entries import entries_changed
from gis_core.maps.raster_files import RasterFacts, RasterRefused, raster_check
from gis_core.maps.raster_making import Tell, raster_make
from gis_core.maps.rasters import raster_path, raster_root
from gis_core.maps.registry import service_remove, slug_free
from gis_core.messages import Message, Told
from gis_core.models import MapService, OwnRaster
from gis_core.services.jobs import job_order
from gis_core.services.locks import session_lock
from gis_core.services.uploads import upload_remove

logger = logging.getLogger(__name__)

ATTEMPTS_MAX: Final = 3
# A raster that nobody began to prepare after this time was ordered while the broker was down.
WAITING: Final = timedelta(minutes=1)
# The made file, its overviews and the opacity need no more than so much of the pixels' bytes.
DISK_SHARE: Final = 1.4
CLASS_COLUMNS: Final = ["value", "name"]
_REPEAT_SECONDS: Final = 1
_LOCK: Final = "gis_core.raster"


def raster_order(
    *,
    path: Path,
    title: str,
    attribution: str = "",
    licence: str = "",
    visibility: Visibility = Visibility.PUBLIC,
    classes: str = "",
) -> OwnRaster:
    """Checks the file and puts it into the registry; a worker prepares it. `classes` as classes_parse() reads them.

    Raises RasterRefused; nothing is stored then.
    """
    names = classes_parse(classes)
    facts = raster_check(path, has_classes=bool(names))
    _room_check(facts, path)
    with transaction.atomic():
        service = MapService.objects.create(
            slug=slug_free(title),
            kind=ServiceKind.RASTER,
            title=title,
            layers=f"{uuid.uuid4().hex}.tif",
            attribution=attribution,
            licence=licence,
            visibility=visibility,
            keep_days=30,
            is_active=False,
            order=50,
            box=list(facts.box),
        )
        return OwnRaster.objects.create(
            service=service,
            source=str(path.resolve()),
            crs=facts.crs,
            bands=facts.bands,
            dtype=facts.dtype,
            width=facts.width,
            height=facts.height,
            is_classes=bool(names),
            classes=names,
            notes=[] if names else [note.as_json() for note in facts.notes],
        )


def classes_parse(text: str) -> dict[str, str]:
    """Names by value from CSV with semicolons and the columns `value` and `name`; empty for none.

    Raises RasterRefused.
    """
    rows = list(csv.reader((line for line in text.splitlines() if line.strip()), delimiter=";"))
    if not rows:
        return {}
    if [cell.strip() for cell in rows[0]] != CLASS_COLUMNS:
        raise RasterRefused("raster_class_columns", columns=";".join(CLASS_COLUMNS))
    names: dict[str, str] = {}
    for number, row in enumerate(rows[1:], start=2):
        cells = [cell.strip() for cell in row]
        is_value = cells[0].isascii() and cells[0].isdigit() and int(cells[0]) <= 255
        if len(cells) != len(CLASS_COLUMNS) or not is_value or not cells[1]:
            raise RasterRefused("raster_class_line", line=number)
        names[str(int(cells[0]))] = cells[1][:100]
    if not names:
        raise RasterRefused("raster_class_line", line=2)
    return names


def _room_check(facts: RasterFacts, path: Path) -> None:
    needed = facts.width * facts.height * 4 * DISK_SHARE
    free = shutil.disk_usage(raster_root()).free
    if needed > free:
        raise RasterRefused(
            "raster_disk",
            file=path.name,
            megabytes=round(needed / 1024**2),
            free=round(free / 1024**2),
        )


def raster_nudge(raster: OwnRaster) -> bool:
    """Tells a worker; False when the broker cannot be reached, and a sweep begins later."""
    return job_order("geodata_raster_make", raster.pk)


def raster_remove(*, service: MapService) -> None:
    """Takes an own raster off the maps, and its files away; a worker that is at it leaves none."""
    source, made = Path(service.raster.source), raster_path(service)
    service_remove(service=service)
    _files_remove(made)
    upload_remove(source)


def rasters_waiting() -> list[int]:
    """Rasters that no worker has begun, and those of workers that may have been killed."""
    ordered = Q(state=RasterState.WAITING, ordered_at__lt=timezone.now() - WAITING)
    waiting = OwnRaster.objects.filter(ordered | Q(state=RasterState.WORKING))
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def _nobody_told(percent: int) -> None:
    """Nobody wants to know."""


def raster_prepare(*, raster: OwnRaster, tell: Tell = _nobody_told) -> None:
    """Makes the file that the maps are drawn from, and puts the entry on the maps; a failure is kept with its message.

    `tell` is told how many percent are done. Does nothing while another process is at it, or when it is done.
    """
    with session_lock(_LOCK, str(raster.pk)) as is_free:
        known = OwnRaster.objects.select_related("service").filter(pk=raster.pk).first()
        if not is_free or known is None or not known.is_under_way:
            return
        if known.attempts >= ATTEMPTS_MAX:
            often = Message("raster_attempts", {"most": ATTEMPTS_MAX})
            _end(known, RasterState.FAILED, Told(often))
            return
        _rows(known).update(state=RasterState.WORKING, attempts=known.attempts + 1, progress=0)
        try:
            _make(known, tell)
        except RasterRefused as error:
            logger.warning("raster %s: %s", known.pk, error)
            _end(known, RasterState.FAILED, error.told)
        else:
            _end(known, RasterState.READY)


def _make(raster: OwnRaster, tell: Tell) -> None:
    """The file is put in place in one step; a half one is removed, or overwritten by the next attempt."""
    told = 0.0

    def tell_all(percent: int) -> None:
        nonlocal told
        tell(percent)
        if time.monotonic() - told > _REPEAT_SECONDS:
            told = time.monotonic()
            _rows(raster).update(progress=percent)

    source, target = Path(raster.source), raster_path(raster.service)
    half = _half(target)
    try:
        facts = raster_check(source, has_classes=raster.is_classes)
        raster_make(source, half, facts, raster.classes, tell_all)
        half.replace(target)
    except OSError as error:
        raise RasterRefused("raster_unwritable", file=source.name, cause=str(error)) from error
    finally:
        half.unlink(missing_ok=True)


def _half(made: Path) -> Path:
    """Where the file is while it is written."""
    return made.with_name(f".{made.name}")


def _files_remove(made: Path) -> None:
    for path in (made, _half(made)):
        path.unlink(missing_ok=True)


def _end(raster: OwnRaster, state: RasterState, problem: Told | None = None) -> None:
    """Keeps how it ended. A raster that was removed in the meantime leaves no file."""
    with transaction.atomic():
        values: dict[str, Any] = {"state": state, "problem": problem.as_json() if problem else {}}
        if state == RasterState.READY:
            values["progress"] = 100
            MapService.objects.filter(pk=raster.service_id).update(is_active=True)
        is_there = _rows(raster).update(**values)
        entries_changed()
    if not is_there or state == RasterState.FAILED:
        _files_remove(raster_path(raster.service))
    upload_remove(Path(raster.source))


def _rows(raster: OwnRaster) -> Any:
    return OwnRaster.objects.filter(pk=raster.pk)
