"""What deliveries of the cadastre say of streets and house numbers, kept for the updates that follow."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0016_outbox"),
    ]

    operations = [
        migrations.CreateModel(
            name="EditionLocations",
            fields=[
                (
                    "edition",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="locations",
                        serialize=False,
                        to="gis_core.edition",
                    ),
                ),
                ("streets", models.JSONField(default=dict, verbose_name="streets")),
                ("places", models.JSONField(default=dict, verbose_name="locations")),
            ],
            options={
                "verbose_name": "locations of an edition",
                "verbose_name_plural": "locations of editions",
            },
        ),
    ]
