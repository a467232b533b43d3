"""Reports that nobody has placed yet are never public; what fits no question is kept aside."""

from django.db import migrations, models
from django.db.models.functions import Greatest


class Migration(migrations.Migration):
    dependencies = [("issues", "0007_public_view")]

    operations = [
        migrations.AddField(
            model_name="issue",
            name="set_aside",
            field=models.JSONField(blank=True, default=dict, verbose_name="not to be used"),
        ),
        migrations.AlterField(
            model_name="issue",
            name="location_source",
            field=models.CharField(
                choices=[
                    ("coordinates", "coordinates"),
                    ("address", "address"),
                    ("parcel", "parcel key"),
                    ("photo", "photo"),
                    ("unplaced", "not placed yet"),
                ],
                default="coordinates",
                max_length=12,
                verbose_name="location from",
            ),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(
                models.F("jurisdiction"),
                models.OrderBy(Greatest("status_changed_at", "released_at"), descending=True),
                name="issue_changed",
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(("location_source", "unplaced"), _negated=True)
                | models.Q(accuracy_m__isnull=True, released_at__isnull=True),
                name="issue_unplaced_is_not_public",
            ),
        ),
    ]
