"""Decisions that count by how certain they are: the queue is sorted and filtered by that."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("routing", "0019_queue")]

    operations = [
        migrations.AddIndex(
            "decision",
            models.Index(
                F("probability"),
                F("issue").desc(),
                condition=Q(is_current=True),
                name="decision_current_certainty",
            ),
        ),
    ]
