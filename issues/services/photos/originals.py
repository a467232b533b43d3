"""Originals of photos do not stay for ever: some time after their report was closed they are erased."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from issues.enums import EventKind, IssueStatus, PhotoStatus
from issues.models import Issue, Photo
from issues.services.photos.copies import copies_undone, file_drop
from issues.services.workflow import issue_event_append

CLOSED: Final = [status for status in IssueStatus if status.is_closed]


def photos_originals_erase() -> int:
    """Erases the originals of photos whose issues were closed PHOTO_ORIGINAL_DAYS ago or earlier; returns how many.

    Of a released photo its copy takes the place of the original. A photo that is not released is erased as a whole.
    """
    if not settings.PHOTO_ORIGINAL_DAYS:
        return 0
    return sum(_erase(*one) for one in list(_due().values_list("issue_id", "pk")))


def _due() -> QuerySet[Photo]:
    until = timezone.now() - timedelta(days=settings.PHOTO_ORIGINAL_DAYS)
    closed = Photo.objects.filter(
        status=PhotoStatus.STORED,
        issue__status__in=CLOSED,
        issue__status_changed_at__lte=until,
    )
    # Where the copy shows the same as the original, nothing is to be erased.
    return closed.exclude(is_released=True, turned=0, boxes=[])


def _erase(issue_id: int, photo_id: int) -> bool:
    with copies_undone() as made, transaction.atomic():
        issue = Issue.objects.select_for_update().get(pk=issue_id)
        # Somebody may have taken the issue up again, or released the photo, since it was found.
        photo = _due().select_for_update(of=("self",)).filter(pk=photo_id).first()
        if photo is None:
            return False
        file_drop(photo.file)
        if photo.is_released:
            with photo.copy.open("rb") as copy:
                photo.file.save(f"{uuid.uuid4()}.jpg", ContentFile(copy.read()), save=False)
            made.append(photo.file)
            photo.width, photo.height = photo.size
        else:
            photo.file, photo.status = "", PhotoStatus.ERASED
        photo.turned, photo.boxes = 0, []
        photo.save(update_fields=["file", "status", "width", "height", "turned", "boxes"])
        detail = {"photo": str(photo.public_id), "copy_stays": photo.is_released}
        issue_event_append(issue=issue, kind=EventKind.PHOTO_ERASED, detail=detail)
    return True
