"""A refused photo says why; a photo that a worker has is known to be with it."""

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
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=~models.Q(("status", "refused")) | ~models.Q(("refused_because", "")),
                name="photo_refused_says_why",
            ),
        ),
    ]
