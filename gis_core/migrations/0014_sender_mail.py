"""The address that mails to citizens come from. Going back drops it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0013_public_data"),
    ]

    operations = [
        migrations.AddField(
            model_name="jurisdiction",
            name="sender_mail",
            field=models.EmailField(
                blank=True, max_length=254, verbose_name="address that mails to citizens come from"
            ),
        ),
    ]
