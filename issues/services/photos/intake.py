"""The photos of a report that comes in: which are taken, and why the others are not. None costs the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from issues.errors import IssuesError, PhotoRefused
from issues.models import ApiKey
from issues.selectors import photos_pending
from issues.services.photos.stored import PHOTOS_PER_REPORT, photo_prepare
from issues.services.texts import media_url_checked
from issues.types import LostPhoto, PreparedPhoto

# More photos than this that wait to be fetched mean that a sender's server does not answer.
PENDING_PER_SENDER: Final = 1000


def photos_checked(
    photos: Sequence[bytes | PreparedPhoto],
) -> tuple[list[PreparedPhoto], list[LostPhoto]]:
    """The files that are photos, and a reason for each of the others; those decoded before are taken as they are.

    Of too many photos the first are taken.
    """
    prepared, lost = list[PreparedPhoto](), list[LostPhoto]()
    for place, content in enumerate(photos, start=1):
        if place > PHOTOS_PER_REPORT:
            lost.append(_too_many(len(photos) - PHOTOS_PER_REPORT))
            break
        try:
            prepared.append(photo_prepare(content) if isinstance(content, bytes) else content)
        except PhotoRefused as error:
            lost.append(LostPhoto(error.message))
    return prepared, lost


def urls_checked(
    urls: Sequence[str], room: int, sender: ApiKey | None
) -> tuple[list[str], list[LostPhoto]]:
    """The addresses to fetch photos from, and why the others are not fetched."""
    taken, lost = list[str](), list[LostPhoto]()
    is_full = bool(urls) and photos_pending(sender) >= PENDING_PER_SENDER
    for place, url in enumerate(urls):
        if len(taken) == room or place == PHOTOS_PER_REPORT:
            lost.append(_too_many(len(urls) - place))
            break
        try:
            usable = media_url_checked(url)
        except IssuesError as error:
            lost.append(LostPhoto(error.message))
            continue
        if is_full:
            reason = _("Too many photos of this sender still wait to be fetched.")
            lost.append(LostPhoto(reason, usable))
        else:
            taken.append(usable)
    return taken, lost


def _too_many(count: int) -> LostPhoto:
    return LostPhoto(
        _("At most %(limit)d photos are taken with a report; sent besides: %(count)d.")
        % {"limit": PHOTOS_PER_REPORT, "count": count}
    )
