"""Photos of what was done, and whether a message to a reporter takes one along."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0029_citizens"),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="is_of_work",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="shows what was done"
            ),
        ),
        migrations.AddField(
            model_name="reply",
            name="shows_work",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="with the photo of what was done"
            ),
        ),
    ]
