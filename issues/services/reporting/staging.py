"""The photos of a draft: taken as soon as they are chosen, so that sending the report costs no decoding."""

from __future__ import annotations

import hashlib
import logging
import uuid
from contextlib import suppress
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from issues.errors import PhotoRefused
from issues.models import StagedPhoto
from issues.services.photos.drawing import photo_redraw
from issues.services.photos.metadata import metadata_split
from issues.services.photos.places import photo_place
from issues.services.photos.stored import PHOTOS_PER_REPORT, photo_prepare
from issues.services.photos.times import photo_taken_at
from issues.types import PreparedPhoto

logger = logging.getLogger(__name__)

# A draft that nobody goes on with loses its photos.
DRAFT_KEPT: Final = timedelta(days=1)


def photos_staged(entry: UUID) -> QuerySet[StagedPhoto]:
    """The photos of a draft in the order in which they came."""
    return StagedPhoto.objects.filter(entry=entry, expires_at__gt=timezone.now())


def photo_stage(*, entry: UUID, content: bytes, head: bytes = b"") -> StagedPhoto:
    """Decodes a photo and keeps it for the draft. Raises `PhotoRefused`; then nothing is kept.

    `head` is the beginning of the file as the camera wrote it, where the browser has made `content` smaller: only place
    and time are read from it. A photo that the draft has already is given back as it is.
    """
    digest = hashlib.sha256(content + head).digest()
    if (known := photos_staged(entry).filter(digest=digest).first()) is not None:
        return known
    if photos_staged(entry).count() >= PHOTOS_PER_REPORT:
        message = pgettext("report", "At most %(limit)d photos are possible.")
        raise PhotoRefused(message % {"limit": PHOTOS_PER_REPORT})
    prepared = photo_prepare(content)
    exif = metadata_split(head).exif
    place = prepared.place or photo_place(exif)
    photo = StagedPhoto(
        public_id=uuid.uuid4(),
        entry=entry,
        digest=digest,
        width=prepared.width,
        height=prepared.height,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        accuracy_m=place.accuracy_m if place else None,
        taken_at=prepared.taken_at or photo_taken_at(exif),
        expires_at=timezone.now() + DRAFT_KEPT,
    )
    try:
        photo.file.save(f"{photo.public_id}.jpg", ContentFile(prepared.jpeg), save=False)
    except OSError as error:
        logger.error(  # noqa: TRY400 - one line: it is the same for each photo until there is room
            "a photo of a draft could not be written: %s", error
        )
        raise PhotoRefused(_("There is no room to store the photo.")) from error
    photo.save()
    return photo


def photo_unstage(*, entry: UUID, public_id: UUID) -> None:
    """Takes a photo out of the draft; nothing where it is not in it."""
    for photo in photos_staged(entry).filter(public_id=public_id):
        _drop(photo)


def photo_turn(*, entry: UUID, public_id: UUID) -> None:
    """Turns a photo of the draft clockwise by 90 degrees; it has another name then. Nothing where it is not in it."""
    with transaction.atomic():
        photo = photos_staged(entry).select_for_update().filter(public_id=public_id).first()
        if photo is None:
            return
        former, storage = str(photo.file.name), photo.file.storage
        try:
            with photo.file.open("rb") as file:
                turned = photo_redraw(file.read(), turned=90, boxes=[])
        except FileNotFoundError:
            return
        photo.public_id = uuid.uuid4()
        photo.width, photo.height = photo.height, photo.width
        photo.file.save(f"{photo.public_id}.jpg", ContentFile(turned), save=False)
        photo.save(update_fields=["public_id", "width", "height", "file"])
        transaction.on_commit(lambda: storage.delete(former))


def photos_prepared(entry: UUID) -> list[PreparedPhoto]:
    """The draft's photos as an intake takes them, without the places; one whose file is gone is left out."""
    prepared = []
    for photo in photos_staged(entry):
        with suppress(FileNotFoundError), photo.file.open("rb") as file:
            prepared.append(
                PreparedPhoto(
                    jpeg=file.read(),
                    width=photo.width,
                    height=photo.height,
                    taken_at=photo.taken_at,
                )
            )
    return prepared


def draft_drop(entry: UUID) -> None:
    """Erases the photos of a draft that is sent; their files once the transaction is committed."""
    for photo in StagedPhoto.objects.filter(entry=entry):
        _drop(photo)


def drafts_erase() -> int:
    """Erases the photos of drafts whose time is over; returns how many."""
    over = list(StagedPhoto.objects.filter(expires_at__lte=timezone.now())[:1000])
    for photo in over:
        _drop(photo)
    return len(over)


def _drop(photo: StagedPhoto) -> None:
    file = photo.file
    with transaction.atomic():
        photo.delete()
        transaction.on_commit(lambda: file.delete(save=False))
