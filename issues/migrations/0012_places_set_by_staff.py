"""Coordinates that staff gave are told from those that a sender gave."""

from django.db import migrations, models

SOURCES = [
    ("coordinates", "coordinates"),
    ("address", "address"),
    ("parcel", "parcel key"),
    ("photo", "photo"),
    ("map", "set by staff on the map"),
    ("unplaced", "not placed yet"),
]


class Migration(migrations.Migration):
    dependencies = [("issues", "0011_sheltered_issues")]

    operations = [
        migrations.AlterField(
            model_name="issue",
            name="location_source",
            field=models.CharField(
                choices=SOURCES,
                default="coordinates",
                max_length=12,
                verbose_name="location from",
            ),
        ),
    ]
