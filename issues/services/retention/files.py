"""Deleting files for good, whatever ends the process between the change and the deletion."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.core.files.storage import default_storage
from django.db import transaction

from issues.models import DoomedFile

if TYPE_CHECKING:
    from django.db.models.fields.files import FieldFile


def file_doom(file: FieldFile) -> None:
    """Notes the file with the change that no longer names it; it is deleted with the commit. Nothing for no file."""
    if file:
        doomed = DoomedFile.objects.create(name=str(file))
        transaction.on_commit(partial(_delete, doomed))


def files_delete_left() -> int:
    """Deletes what a process that was killed has left; returns how many files that were."""
    left = list(DoomedFile.objects.order_by("pk"))
    for doomed in left:
        _delete(doomed)
    return len(left)


def _delete(doomed: DoomedFile) -> None:
    """A file that is gone already is no error; one that cannot be deleted stays noted."""
    default_storage.delete(doomed.name)
    DoomedFile.objects.filter(pk=doomed.pk).delete()
