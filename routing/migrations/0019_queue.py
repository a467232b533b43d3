"""Decisions that count, by road and by parcel: what the queue is filtered by."""

from __future__ import annotations

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("routing", "0018_service_answers")]

    operations = [
        migrations.AddIndex(
            "decision",
            models.Index(
                OpClass(Upper("road"), name="text_pattern_ops"),
                condition=Q(is_current=True) & ~Q(road=""),
                name="decision_current_road",
            ),
        ),
        migrations.AddIndex(
            "decision",
            models.Index(
                fields=["parcel_key"], condition=Q(is_current=True), name="decision_current_parcel"
            ),
        ),
    ]
