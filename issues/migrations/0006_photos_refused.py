"""A photo that a worker has is known to be with it, so that each sender has one there at a time."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issues", "0005_photo_positions")]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="is_claimed",
            field=models.BooleanField(default=False, verbose_name="being fetched"),
        ),
    ]
