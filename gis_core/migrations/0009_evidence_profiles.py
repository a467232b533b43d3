"""Map services whose answers are evidence: which attributes are kept, and what they say."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gis_core", "0008_map_service_kinds")]

    operations = [
        migrations.AddField(
            "mapservice",
            "evidence_profile",
            models.TextField(blank=True, default="", verbose_name="evidence"),
        ),
    ]
