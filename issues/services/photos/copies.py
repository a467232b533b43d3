"""The copy of a photo that the public gets: made when the photo is released, deleted when it is taken back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from issues.errors import ReleaseRefused
from issues.models import Photo
from issues.services.photos.drawing import photo_redraw
from issues.types import Box

if TYPE_CHECKING:
    from django.db.models.fields.files import FieldFile

COPY_FIELDS: Final = ["is_released", "released_at", "copy", "copy_id"]


def copy_draw(photo: Photo, *, with_boxes: bool = True) -> bytes:
    """The photo as its copy is or would be, a JPEG; without its boxes for whoever sets them. Raises `OSError`."""
    with photo.file.open("rb") as file:
        content: bytes = file.read()
    boxes = [Box(*one) for one in photo.boxes] if with_boxes else []
    if not photo.turned and not boxes:
        return content
    return photo_redraw(content, turned=photo.turned, boxes=boxes)


def copy_make(photo: Photo) -> FieldFile:
    """Writes the copy under a name that nobody can guess; the row is the caller's. Raises `ReleaseRefused`."""
    try:
        content = copy_draw(photo)
    except OSError as error:
        raise ReleaseRefused(_("The file of the photo is missing."), field="photos") from error
    photo.copy_id, photo.is_released, photo.released_at = uuid.uuid4(), True, timezone.now()
    photo.copy.save(f"{photo.copy_id}.jpg", ContentFile(content), save=False)
    return photo.copy


def copy_drop(photo: Photo) -> None:
    """Takes the photo back; its copy is deleted with the commit. The row is the caller's."""
    file_drop(photo.copy)
    photo.copy, photo.copy_id, photo.is_released, photo.released_at = "", None, False, None


def file_drop(file: FieldFile) -> None:
    """Deletes a file with the commit."""
    transaction.on_commit(partial(file.storage.delete, str(file)))


@contextmanager
def copies_undone() -> Iterator[list[FieldFile]]:
    """Files to delete again if what comes after they were written fails."""
    made: list[FieldFile] = []
    try:
        yield made
    except BaseException:
        for file in made:
            file.storage.delete(str(file))
        raise
