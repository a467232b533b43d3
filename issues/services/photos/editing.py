"""Turning a photo and setting black boxes on it. The original stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from issues.enums import EventKind, PhotoStatus
from issues.errors import PhotoEditRefused, ReleaseOutdated
from issues.models import Issue, Photo
from issues.services.photos.copies import COPY_FIELDS, copy_drop
from issues.services.photos.drawing import boxes_turned, boxes_within
from issues.services.workflow import issue_event_append
from issues.types import Box

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Four fields of a form each; a form may have a thousand.
BOXES_MAX: Final = 200


def photo_edit(
    *, photo: Photo, boxes: Iterable[Box], turn: int = 0, seen: str, by: User | None = None
) -> Photo:
    """Replaces the boxes of the photo, then turns it clockwise by `turn` degrees (0, 90, 180 or 270).

    The boxes are in pixels of the photo as it was turned before; what lies outside of it is cut off. A released photo
    is released no longer: nobody has looked at it as it is now. `seen` is `Photo.edits` as it was looked at. The same
    again changes nothing.

    Raises `ReleaseOutdated` when somebody else has edited the photo since, `PhotoEditRefused` for a photo that is
    not stored and for more than BOXES_MAX boxes. Then nothing is changed. Returns the photo as stored.
    """
    with transaction.atomic():
        # In the order in which a release locks.
        issue = Issue.objects.select_for_update().get(pk=photo.issue_id)
        stored = Photo.objects.select_for_update().get(pk=photo.pk)
        if stored.status != PhotoStatus.STORED:
            raise PhotoEditRefused(_("This photo is not there any more."))
        if stored.edits != seen:
            raise ReleaseOutdated(
                _("Somebody else has edited this photo since. Please look at it again.")
            )
        kept = boxes_within(boxes, *stored.size)
        if len(kept) > BOXES_MAX:
            raise PhotoEditRefused(
                _("A photo can have %(limit)d black boxes at most.") % {"limit": BOXES_MAX}
            )
        stored.boxes = [list(one) for one in boxes_turned(kept, *stored.size, turn)]
        stored.turned = (stored.turned + turn) % 360
        if stored.edits == seen:
            return stored
        detail = {
            "photo": str(stored.public_id),
            "turned": stored.turned,
            "boxes": len(stored.boxes),
            "taken_back": stored.is_released,
        }
        if stored.is_released:
            copy_drop(stored)
        stored.save(update_fields=["boxes", "turned", *COPY_FIELDS])
        issue_event_append(issue=issue, kind=EventKind.PHOTO_EDITED, by=by, detail=detail)
    return stored
