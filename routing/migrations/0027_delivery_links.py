"""Links to the partner page can be revoked, delivery by delivery."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routing", "0026_outbox")]

    operations = [
        migrations.AddField(
            "delivery",
            "link_version",
            models.PositiveSmallIntegerField(db_default=1, default=1, editable=False),
        )
    ]
