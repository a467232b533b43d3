"""Fetching photos that were sent as media_url: by the worker, never in a request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import httpx
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gis_core import outgoing
from issues.enums import EventKind, PhotoStatus
from issues.errors import PhotoRefused
from issues.models import Photo
from issues.services.photos import photo_fill, photo_prepare
from issues.services.workflow import issue_event_append

# How long to wait after the first, second … failure; after the last one the photo is refused.
RETRY_AFTER: Final = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
# A worker that was killed while fetching leaves its photo to the others after this time.
LEASE: Final = timedelta(minutes=5)
DEADLINE_S: Final = 30.0
_PASSING_STATUS: Final = frozenset({408, 425, 429})


def photos_claim_due(*, limit: int) -> Sequence[Photo]:
    """Up to `limit` photos whose turn it is, taken for this worker: another one skips them for the lease."""
    now = timezone.now()
    with transaction.atomic():
        due = list(
            Photo.objects.select_for_update(skip_locked=True)
            .filter(status=PhotoStatus.PENDING, due_at__lte=now)
            .order_by("due_at", "pk")[:limit]
        )
        for photo in due:
            photo.attempts += 1
            photo.due_at = now + LEASE
        Photo.objects.bulk_update(due, ["attempts", "due_at"])
    return due


def photo_fetch(photo: Photo) -> Photo:
    """Fetches a claimed photo and stores it, or plans the next attempt, or refuses it for good.

    What cannot pass by waiting (a forbidden network, "not found", no photo) is refused at once. The issue
    stays as it is in every case. Returns the photo as stored.
    """
    try:
        fetched = outgoing.fetch(
            photo.source_url, max_bytes=settings.PHOTO_MAX_BYTES, deadline_s=DEADLINE_S
        )
        prepared = photo_prepare(fetched.content)
    except (PhotoRefused, outgoing.OutgoingError, httpx.HTTPError) as error:
        reason = _reason(error)
        return _try_later(photo, reason) if _may_pass(error) else _refuse(photo, reason)
    photo_fill(photo, prepared)
    return _finish(photo, EventKind.PHOTO_ADDED)


def _may_pass(error: Exception) -> bool:
    """Whether trying again may help: the server is down, slow or asks to wait."""
    if isinstance(error, httpx.HTTPStatusError):
        status = error.response.status_code
        return status >= 500 or status in _PASSING_STATUS
    if isinstance(error, (httpx.TooManyRedirects, httpx.UnsupportedProtocol)):
        return False
    return isinstance(error, (httpx.HTTPError, outgoing.AnswerTooSlow))


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return _("The server that holds the photo answered %(status)d.") % {
            "status": error.response.status_code
        }
    return str(error) or type(error).__name__


def _try_later(photo: Photo, reason: str) -> Photo:
    if photo.attempts > len(RETRY_AFTER):
        return _refuse(photo, reason)
    photo.due_at = timezone.now() + RETRY_AFTER[photo.attempts - 1]
    photo.save(update_fields=["due_at"])
    return photo


def _refuse(photo: Photo, reason: str) -> Photo:
    photo.status, photo.due_at, photo.refused_because = PhotoStatus.REFUSED, None, reason[:300]
    return _finish(photo, EventKind.PHOTO_REFUSED)


def _finish(photo: Photo, kind: EventKind) -> Photo:
    """Stores the outcome, unless another worker was quicker after this one's lease had run out."""
    stored = False
    try:
        with transaction.atomic():
            pending = Photo.objects.select_for_update().filter(
                pk=photo.pk, status=PhotoStatus.PENDING
            )
            if pending.exists():
                photo.save()
                detail = {"photo": str(photo.public_id), "reason": photo.refused_because}
                issue_event_append(issue=photo.issue, kind=kind, detail=detail)
                stored = True
    finally:
        if not stored and photo.file:
            photo.file.delete(save=False)
    return photo
