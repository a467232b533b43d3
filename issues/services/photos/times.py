"""When a photo was taken, as the camera noted it."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone

from issues.services.photos.metadata import taken_read


def photo_taken_at(exif: bytes) -> datetime | None:
    """The moment noted in an Exif block, in local time where no offset is noted; None where none can be read.

    A clock that is set wrong tells a wrong moment: what lies ahead counts as not noted.
    """
    taken, offset = taken_read(exif)
    try:
        if offset:
            moment = datetime.strptime(f"{taken}{offset}", "%Y:%m:%d %H:%M:%S%z")
        else:
            local = timezone.get_current_timezone()
            moment = datetime.strptime(taken, "%Y:%m:%d %H:%M:%S").replace(tzinfo=local)
        moment = moment.astimezone(UTC)
        return moment if moment <= timezone.now() else None
    except (ValueError, OverflowError):
        return None
