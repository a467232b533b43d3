"""Which channels there are is no matter of the database any more."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routing", "0027_delivery_links")]

    operations = [
        migrations.AlterField(
            "authoritycontact",
            "channel",
            models.CharField(max_length=20, verbose_name="channel"),
        )
    ]
