"""Photos of what was done: after their release everybody sees them, and the reporter in the mail too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import pgettext

from issues.enums import PhotoOrigin
from issues.errors import PhotoRefused
from issues.models import Issue, Photo
from issues.selectors import work_photos_released
from issues.services.photos.drawing import photo_small
from issues.services.photos.stored import photo_event, photo_new, photo_prepare
from issues.services.workflow import issue_touched

if TYPE_CHECKING:
    from django.contrib.auth.models import User

WORK_PHOTOS_MAX: Final = 5
# In a mail.
SIDE_MAX: Final = 800
BYTES_MAX: Final = 200_000


def work_photo_add(*, issue: Issue, content: bytes, by: User | None) -> Photo:
    """Adds a photo of what was done, to be released like any other. Raises `PhotoRefused`; then nothing is stored."""
    prepared = photo_prepare(content)
    with transaction.atomic():
        stored = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        if stored.photos.filter(origin=PhotoOrigin.STAFF).count() >= WORK_PHOTOS_MAX:
            message = pgettext("report", "At most %(limit)d photos are possible.")
            raise PhotoRefused(message % {"limit": WORK_PHOTOS_MAX}, field="file")
        photo = photo_new(stored, prepared)
        if photo.refused_because:
            raise PhotoRefused(photo.refused_because, field="file")
        photo.origin = PhotoOrigin.STAFF
        photo.save()
        photo_event(photo, timezone.now(), by).save()
        issue_touched(stored)
    return photo


def work_photo_small(issue: Issue) -> bytes | None:
    """The latest photo of what was done that everybody may see, small enough for a mail, as a JPEG.

    None where there is none, or the issue is not public.
    """
    if issue.released_at is None or not issue.category.is_public:
        return None
    photo = work_photos_released(issue).last()
    if photo is None:
        return None
    try:
        with photo.copy.open("rb") as file:
            return photo_small(file.read(), side_max=SIDE_MAX, bytes_max=BYTES_MAX)
    except FileNotFoundError:
        return None
