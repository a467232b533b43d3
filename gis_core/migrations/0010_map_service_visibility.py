"""Who sees a map service is one of three, and an entry says how long its pictures are kept."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models


def visibility_fill(apps: Any, schema_editor: Any) -> None:
    services = apps.get_model("gis_core", "MapService").objects
    services.filter(staff_only=True).update(visibility="staff")


def staff_only_fill(apps: Any, schema_editor: Any) -> None:
    """What certain roles see is for staff again: never for more people than before."""
    services = apps.get_model("gis_core", "MapService").objects
    services.exclude(visibility="public").update(staff_only=True)


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0009_evidence_profiles"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.AddField(
            "mapservice",
            "visibility",
            models.CharField(
                choices=[
                    ("public", "everybody"),
                    ("staff", "staff"),
                    ("roles", "certain roles"),
                ],
                default="public",
                max_length=20,
                verbose_name="who sees it",
            ),
        ),
        migrations.AddField(
            "mapservice",
            "roles",
            models.ManyToManyField(blank=True, to="auth.group", verbose_name="roles"),
        ),
        migrations.AddField(
            "mapservice",
            "keep_days",
            models.PositiveSmallIntegerField(
                default=1,
                validators=[MinValueValidator(1), MaxValueValidator(365)],
                verbose_name="days",
            ),
        ),
        migrations.RunPython(visibility_fill, staff_only_fill),
        migrations.RemoveField("mapservice", "staff_only"),
    ]
