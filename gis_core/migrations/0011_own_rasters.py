"""Rasters of this installation are map services that are drawn here."""

from __future__ import annotations

import django.db.models.deletion
from django.core.validators import MaxValueValidator
from django.db import migrations, models

STATES = ["waiting", "working", "ready", "failed"]
KINDS = [
    ("wms", "WMS"),
    ("wmts", "WMTS"),
    ("wfs", "WFS"),
    ("ogc_maps", "OGC API Maps"),
    ("ogc_features", "OGC API Features"),
    ("xyz", "XYZ"),
    ("raster", "own raster"),
]


class Migration(migrations.Migration):
    dependencies = [("gis_core", "0010_map_service_visibility")]

    operations = [
        migrations.AlterField(
            "mapservice",
            "kind",
            models.CharField(choices=KINDS, default="wms", max_length=20, verbose_name="kind"),
        ),
        migrations.AlterField(
            "mapsource",
            "kind",
            models.CharField(blank=True, choices=KINDS, max_length=20, verbose_name="kind"),
        ),
        migrations.CreateModel(
            "OwnRaster",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=500, verbose_name="file")),
                (
                    "crs",
                    models.CharField(max_length=200, verbose_name="coordinate reference system"),
                ),
                ("bands", models.PositiveSmallIntegerField(verbose_name="bands")),
                ("dtype", models.CharField(max_length=20, verbose_name="type of values")),
                ("width", models.PositiveIntegerField(verbose_name="width")),
                ("height", models.PositiveIntegerField(verbose_name="height")),
                ("is_classes", models.BooleanField(default=False, verbose_name="classes")),
                (
                    "classes",
                    models.JSONField(blank=True, default=dict, verbose_name="names of the classes"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("working", "being prepared"),
                            ("ready", "ready"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "progress",
                    models.PositiveSmallIntegerField(
                        default=0, validators=[MaxValueValidator(100)], verbose_name="progress"
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("notes", models.JSONField(blank=True, default=list)),
                ("problem", models.JSONField(blank=True, default=dict)),
                ("ordered_at", models.DateTimeField(auto_now_add=True)),
                (
                    "service",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="raster",
                        to="gis_core.mapservice",
                    ),
                ),
            ],
            options={
                "verbose_name": "own raster",
                "verbose_name_plural": "own rasters",
                "ordering": ["-ordered_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(progress__lte=100), name="ownraster_progress_percent"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(state__in=STATES), name="ownraster_state_known"
                    ),
                ],
            },
        ),
    ]
