"""Which streets and house numbers a parcel refers to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parcels", "0006_asked_ownership"),
    ]

    operations = [
        migrations.AddField(
            model_name="parcel",
            name="location_ids",
            field=models.JSONField(
                blank=True, default=list, verbose_name="objects of the location"
            ),
        ),
    ]
