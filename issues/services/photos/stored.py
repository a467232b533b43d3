"""Photos: checked, turned upright and written anew, so that nothing of the sent file survives but the picture."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from issues.enums import EventKind, PhotoStatus
from issues.errors import PhotoRefused
from issues.models import Issue, IssueEvent, Photo
from issues.services.photos.pixels import photo_decode
from issues.services.texts import XML_FORBIDDEN
from issues.types import PreparedPhoto

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

PHOTOS_PER_REPORT: Final = 5
REASON_MAX: Final = 300


def photo_prepare(content: bytes) -> PreparedPhoto:
    """Decodes a photo and writes it anew as JPEG in sRGB without any metadata, at most 2,048 pixels a side.

    JPEG, PNG, WebP, AVIF and HEIC are taken, whatever the file's name says. The size in pixels is read from the
    header and refused before anything is decoded. Where it was taken is returned beside the picture.
    Raises `PhotoRefused`.
    """
    if not content:
        raise PhotoRefused(_("The file of the photo is empty."))
    if len(content) > settings.PHOTO_MAX_BYTES:
        raise PhotoRefused(
            _("The photo has more than %(limit)d MB.")
            % {"limit": settings.PHOTO_MAX_BYTES // 1024**2}
        )
    return photo_decode(content)


def photo_fill(photo: Photo, prepared: PreparedPhoto) -> Photo:
    """Puts a prepared picture into an unsaved or pending photo and writes its file; the row is the caller's.

    Raises `OSError` where the file cannot be written; then nothing of it is left, and the photo is as it was.
    """
    name = f"{photo.public_id}.jpg"
    try:
        photo.file.save(name, ContentFile(prepared.jpeg), save=False)
    except OSError:
        # A disk that ran full keeps what went on it before.
        with suppress(OSError):
            photo.file.storage.delete(photo.file.field.generate_filename(photo, name))
        photo.file = ""
        raise
    photo.status = PhotoStatus.STORED
    photo.width, photo.height = prepared.width, prepared.height
    photo.taken_at = prepared.taken_at
    photo.due_at = None
    return photo


def photo_new(issue: Issue, prepared: PreparedPhoto) -> Photo:
    """An unsaved photo of the issue whose file is written, or that is refused because it cannot be."""
    photo = Photo(issue=issue)
    try:
        return photo_fill(photo, prepared)
    except OSError as error:
        logger.error(  # noqa: TRY400 - one line: it is the same for each photo until there is room
            "a photo of %s could not be written: %s", issue.number, error
        )
        return photo_refuse(photo, _("There is no room to store the photo."))


def photo_refuse(photo: Photo, reason: str) -> Photo:
    """Marks an unsaved or pending photo as one that was not taken, and says why."""
    photo.status, photo.due_at = PhotoStatus.REFUSED, None
    photo.refused_because = XML_FORBIDDEN.sub("", reason)[:REASON_MAX]
    return photo


def photo_event(photo: Photo, at: datetime, by: User | None = None) -> IssueEvent:
    """The unsaved event of a photo's issue that says what became of it; `by` is who of the house added it."""
    kind = EventKind.PHOTO_ADDED if photo.status == PhotoStatus.STORED else EventKind.PHOTO_REFUSED
    detail = {"photo": str(photo.public_id), "reason": photo.refused_because}
    return IssueEvent(issue=photo.issue, kind=kind, at=at, by=by, detail=detail)
