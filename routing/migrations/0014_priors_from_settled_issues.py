"""Priors say from how many settled issues they were proposed."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routing", "0013_probabilities")]

    operations = [
        migrations.AddField(
            "prior",
            "settled",
            models.PositiveIntegerField(blank=True, null=True, verbose_name="settled issues"),
        ),
    ]
