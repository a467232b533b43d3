"""Photos are turned and blackened, and the public gets a copy of its own of each released one."""

import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.db import migrations, models
from django.db.models import Q

KINDS = [
    ("received", "received"),
    ("photo_added", "photo added"),
    ("photo_refused", "photo refused"),
    ("decided", "responsibility decided"),
    ("forwarded", "passed on"),
    ("released", "released"),
    ("withdrawn", "release withdrawn"),
    ("status_changed", "status changed"),
    ("moved", "place changed"),
    ("recategorised", "category changed"),
    ("answered", "answers changed"),
    ("assigned", "given to somebody"),
    ("priority", "priority changed"),
    ("follow_up", "follow-up changed"),
    ("noted", "note written"),
    ("ticked", "checklist changed"),
    ("attached", "file attached"),
    ("replied", "reporter told"),
    ("asked", "reporter asked"),
    ("heard", "reporter answered"),
    ("merged", "put to another report"),
    ("unmerged", "taken from the other report"),
    ("split", "split"),
    ("contact_seen", "contact looked at"),
    ("undone", "step taken back"),
]
NEW_KINDS = [
    ("photo_edited", "photo turned or blackened"),
    ("photo_erased", "original of a photo erased"),
]


def kinds_check(kinds: list[tuple[str, str]]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(kind__in=[name for name, _label in kinds]), name="issueevent_kind_is_known"
    )


def copies_make(apps: Any, _schema_editor: Any) -> None:
    """Gives each released photo its copy; one whose file is gone is no longer released."""
    for photo in apps.get_model("issues", "Photo").objects.filter(is_released=True).iterator():
        try:
            with photo.file.open("rb") as file:
                content = ContentFile(file.read())
        except OSError:
            photo.is_released = False
        else:
            photo.copy_id = uuid.uuid4()
            photo.copy.save(f"{photo.copy_id}.jpg", content, save=False)
        photo.save(update_fields=["is_released", "copy", "copy_id"])


def copies_delete(apps: Any, _schema_editor: Any) -> None:
    """Boxes are not known to the former program: what has some is not released."""
    photos = apps.get_model("issues", "Photo").objects
    photos.filter(is_released=True).exclude(turned=0, boxes=[]).update(is_released=False)
    for photo in photos.exclude(copy="").iterator():
        photo.copy.delete(save=False)
    photos.exclude(copy="").update(copy="", copy_id=None)
    photos.filter(status="erased").update(status="refused")
    events = apps.get_model("issues", "IssueEvent").objects
    events.filter(kind__in=[name for name, _label in NEW_KINDS]).delete()


class Migration(migrations.Migration):
    dependencies = [("issues", "0014_life")]

    operations = [
        migrations.AddField(
            "photo",
            "copy",
            models.FileField(
                blank=True, upload_to="photos/released/%Y/%m", verbose_name="released copy"
            ),
        ),
        migrations.AddField(
            "photo", "copy_id", models.UUIDField(editable=False, null=True, unique=True)
        ),
        migrations.AddField(
            "photo",
            "turned",
            models.PositiveSmallIntegerField(default=0, verbose_name="turned"),
        ),
        migrations.AddField(
            "photo",
            "boxes",
            models.JSONField(blank=True, default=list, verbose_name="black boxes"),
        ),
        migrations.AlterField(
            "photo",
            "status",
            models.CharField(
                choices=[
                    ("pending", "to be fetched"),
                    ("stored", "stored"),
                    ("refused", "refused"),
                    ("erased", "erased"),
                ],
                max_length=8,
                verbose_name="status",
            ),
        ),
        migrations.RemoveConstraint("issueevent", "issueevent_kind_is_known"),
        migrations.AlterField(
            "issueevent",
            "kind",
            models.CharField(choices=[*KINDS, *NEW_KINDS], max_length=15, verbose_name="kind"),
        ),
        migrations.AddConstraint("issueevent", kinds_check([*KINDS, *NEW_KINDS])),
        migrations.RunPython(copies_make, copies_delete),
        migrations.AddConstraint(
            "photo",
            models.CheckConstraint(
                condition=Q(is_released=False, copy="", copy_id__isnull=True)
                | (Q(is_released=True, copy_id__isnull=False) & ~Q(copy="")),
                name="photo_released_has_copy",
            ),
        ),
        migrations.AddConstraint(
            "photo",
            models.CheckConstraint(
                condition=Q(turned__in=(0, 90, 180, 270)), name="photo_turned_by_quarters"
            ),
        ),
    ]
