"""How the public calls a municipality, and how it reaches it."""

from __future__ import annotations

from django.db import migrations, models

from gis_core.languages import TextsField


class Migration(migrations.Migration):
    dependencies = [("gis_core", "0005_datasets_of_the_apps")]

    operations = [
        migrations.AddField(
            "jurisdiction",
            "public_names",
            TextsField(blank=True, default=dict, verbose_name="name for the public"),
        ),
        migrations.AddField(
            "jurisdiction", "website", models.URLField(blank=True, verbose_name="website")
        ),
        migrations.AddField(
            "jurisdiction",
            "phone",
            models.CharField(blank=True, max_length=50, verbose_name="telephone for the public"),
        ),
        migrations.AddField(
            "jurisdiction",
            "public_mail",
            models.EmailField(blank=True, max_length=254, verbose_name="e-mail for the public"),
        ),
    ]
