"""Fetching photos that were sent as media_url: by the worker, never in a request."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import httpx
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from gis_core.enums import Visibility
from gis_core.models import MapService
from gis_core.net import outgoing
from issues.enums import PhotoStatus
from issues.errors import PhotoRefused
from issues.models import Photo
from issues.services.photos.stored import photo_event, photo_fill, photo_prepare, photo_refuse

logger = logging.getLogger(__name__)

# How long to wait after the first, second … failure; after the last one the photo is refused.
RETRY_AFTER: Final = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
ATTEMPTS_MAX: Final = len(RETRY_AFTER) + 1
# A worker that was killed while fetching leaves its photo to the others after this time.
LEASE: Final = timedelta(minutes=5)
DEADLINE_S: Final = 30.0
_PASSING_STATUS: Final = frozenset({408, 425, 429})
_FINAL: Final = (
    PhotoRefused,
    outgoing.OutgoingError,
    httpx.InvalidURL,
    httpx.TooManyRedirects,
    httpx.UnsupportedProtocol,
)
# Workers choose one by one: two at once would both take a photo of the same sender.
_CHOOSING: Final = "SELECT pg_advisory_xact_lock(hashtextextended('issues.photos_claim_due', 0))"


def photos_claim_due(*, limit: int) -> Sequence[Photo]:
    """Up to `limit` photos whose turn it is, taken for this worker: another one skips them for the lease.

    Of each sender (API key; all reports without one count as one sender) a single photo is with a worker at a time,
    so that a slow server of one holds up no other. A photo with which the last worker died is refused.
    """
    now = timezone.now()
    pending = Photo.objects.filter(status=PhotoStatus.PENDING).annotate(
        sender=Coalesce("issue__api_key_id", 0)
    )
    claimed: list[Photo] = []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_CHOOSING)
        busy = pending.filter(is_claimed=True, due_at__gt=now).values("sender")
        turn = Window(RowNumber(), partition_by="sender", order_by=["due_at", "pk"])
        due = pending.filter(due_at__lte=now).exclude(sender__in=busy).annotate(turn=turn)
        for photo in due.filter(turn=1).select_related("issue").order_by("due_at", "pk")[:limit]:
            if photo.attempts >= ATTEMPTS_MAX:
                _finish(photo_refuse(photo, _("The photo could not be fetched.")))
                continue
            photo.attempts, photo.due_at, photo.is_claimed = photo.attempts + 1, now + LEASE, True
            photo.save(update_fields=["attempts", "due_at", "is_claimed"])
            claimed.append(photo)
    return claimed


def photo_fetch(photo: Photo) -> Photo:
    """Fetches a claimed photo and stores it, or plans the next attempt, or refuses it for good.

    What cannot pass by waiting (a forbidden network, "not found", no photo) is refused at once. The issue
    stays as it is in every case. Returns the photo as stored.
    """
    try:
        fetched = outgoing.fetch(
            photo.source_url,
            purpose=outgoing.Purpose.PHOTO,
            max_bytes=settings.PHOTO_MAX_BYTES,
            deadline_s=DEADLINE_S,
            closed=_closed(),
        )
        photo_fill(photo, photo_prepare(fetched.content))
    except Exception as error:  # noqa: BLE001 - a border; `_reason` logs what nobody foresaw
        # Whatever a stranger's server sends costs its photo alone, and never the sweep (ADR 13).
        reason = _reason(photo, error)
        if _may_pass(error) and photo.attempts < ATTEMPTS_MAX:
            return _try_later(photo)
        photo_refuse(photo, reason)
    return _finish(photo)


def _closed() -> list[str]:
    """Map services that not everybody may see: their servers trust this one, and a stranger must not ask through it."""
    hidden = MapService.objects.exclude(visibility=Visibility.PUBLIC).values_list("url", flat=True)
    return [settings.MAPSERVER_URL, *hidden]


def _may_pass(error: Exception) -> bool:
    """Whether trying again may help: the server is down, slow or asks to wait, or something is wrong here."""
    if isinstance(error, httpx.HTTPStatusError):
        status = error.response.status_code
        return status >= 500 or status in _PASSING_STATUS
    return isinstance(error, outgoing.AnswerTooSlow) or not isinstance(error, _FINAL)


def _reason(photo: Photo, error: Exception) -> str:
    """What to tell a person; what nobody foresaw is told to the log by its class."""
    if isinstance(error, httpx.HTTPStatusError):
        return _("The server that holds the photo answered %(status)d.") % {
            "status": error.response.status_code
        }
    if isinstance(error, outgoing.OutgoingError):
        return error.shown()
    if isinstance(error, httpx.HTTPError):
        return _("The server that holds the photo could not be reached.")
    if isinstance(error, _FINAL):
        return str(error)
    logger.error("photo %s could not be taken: %s: %s", photo.pk, type(error).__name__, error)
    return _("The photo could not be taken (%(kind)s).") % {"kind": type(error).__name__}


def _try_later(photo: Photo) -> Photo:
    photo.due_at = timezone.now() + RETRY_AFTER[photo.attempts - 1]
    photo.is_claimed = False
    photo.save(update_fields=["due_at", "is_claimed"])
    return photo


def _finish(photo: Photo) -> Photo:
    """Stores the outcome, unless another worker was quicker after this one's lease had run out."""
    stored = False
    try:
        with transaction.atomic():
            pending = Photo.objects.select_for_update().filter(
                pk=photo.pk, status=PhotoStatus.PENDING
            )
            if pending.exists():
                photo.is_claimed = False
                photo.save()
                photo_event(photo, timezone.now()).save()
                stored = True
    finally:
        if not stored and photo.file:
            photo.file.delete(save=False)
    return photo
