"""What an authority answered is an event of its issue. Going back drops these events."""

from django.conf import settings
from django.db import migrations, models


ANSWERS_DROP = (
    "DELETE FROM issues_issueevent WHERE kind = 'responded'; SET CONSTRAINTS ALL IMMEDIATE"
)


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0030_work_photos"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, ANSWERS_DROP),
        migrations.RemoveConstraint(
            model_name="issueevent",
            name="issueevent_kind_is_known",
        ),
        migrations.AlterField(
            model_name="issueevent",
            name="kind",
            field=models.CharField(
                choices=[
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
                    ("photo_edited", "photo turned or blackened"),
                    ("photo_erased", "original of a photo erased"),
                    ("doubted", "several people say that it is not done"),
                    ("rated", "reporter rated"),
                    ("call_changed", "consent to calls changed"),
                    ("contact_erased", "contact erased"),
                    ("anonymised", "texts and photos erased"),
                    ("held", "erasing stopped"),
                    ("hold_ended", "erasing allowed again"),
                    ("responded", "authority answered"),
                ],
                max_length=15,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="issueevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "received",
                            "photo_added",
                            "photo_refused",
                            "decided",
                            "forwarded",
                            "released",
                            "withdrawn",
                            "status_changed",
                            "moved",
                            "recategorised",
                            "answered",
                            "assigned",
                            "priority",
                            "follow_up",
                            "noted",
                            "ticked",
                            "attached",
                            "replied",
                            "asked",
                            "heard",
                            "merged",
                            "unmerged",
                            "split",
                            "contact_seen",
                            "undone",
                            "photo_edited",
                            "photo_erased",
                            "doubted",
                            "rated",
                            "call_changed",
                            "contact_erased",
                            "anonymised",
                            "held",
                            "hold_ended",
                            "responded",
                        ],
                    )
                ),
                name="issueevent_kind_is_known",
            ),
        ),
    ]
