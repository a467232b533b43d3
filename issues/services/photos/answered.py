"""Photos that an authority sends with its answer: the house's own until a clerk releases them."""

from __future__ import annotations

from typing import Final

from django.utils import timezone
from django.utils.translation import pgettext

from issues.enums import PhotoOrigin, PhotoStatus
from issues.errors import IssuesError, PhotoRefused
from issues.models import Issue, Photo
from issues.services.photos.stored import photo_event, photo_new
from issues.services.texts import media_url_checked
from issues.types import PreparedPhoto

# Of all authorities together.
PHOTOS_OF_AUTHORITIES: Final = 10


def authority_photo_await(*, issue: Issue, url: str) -> bool:
    """A photo that a worker fetches from this address as it does those of reports; False where it will not.

    The issue is locked; call it in the transaction of the answer.
    """
    if _is_full(issue):
        return False
    try:
        checked = media_url_checked(url)
    except IssuesError:
        return False
    Photo.objects.create(
        issue=issue,
        origin=PhotoOrigin.AUTHORITY,
        status=PhotoStatus.PENDING,
        source_url=checked,
        due_at=timezone.now(),
    )
    return True


def authority_photo_store(*, issue: Issue, prepared: PreparedPhoto) -> Photo:
    """Stores a photo with a locked issue, in the transaction of the answer. Raises `PhotoRefused`."""
    if _is_full(issue):
        told = pgettext("partner", "There are %(limit)d photos with the answers already.")
        raise PhotoRefused(told % {"limit": PHOTOS_OF_AUTHORITIES})
    photo = photo_new(issue, prepared)
    if photo.refused_because:
        raise PhotoRefused(photo.refused_because)
    photo.origin = PhotoOrigin.AUTHORITY
    photo.save()
    photo_event(photo, timezone.now()).save()
    return photo


def _is_full(issue: Issue) -> bool:
    return issue.photos.filter(origin=PhotoOrigin.AUTHORITY).count() >= PHOTOS_OF_AUTHORITIES
