"""Where map services are and what they said; how each is shown."""

from __future__ import annotations

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

KINDS = [
    ("wms", "WMS"),
    ("wmts", "WMTS"),
    ("wfs", "WFS"),
    ("ogc_maps", "OGC API Maps"),
    ("ogc_features", "OGC API Features"),
    ("xyz", "XYZ"),
]


def add(name: str, field: models.Field) -> migrations.AddField:
    return migrations.AddField("mapservice", name, field)


class Migration(migrations.Migration):
    dependencies = [("gis_core", "0006_public_names")]

    operations = [
        migrations.CreateModel(
            name="MapSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.CharField(max_length=500, unique=True, verbose_name="address")),
                (
                    "kind",
                    models.CharField(blank=True, choices=KINDS, max_length=20, verbose_name="kind"),
                ),
                ("version", models.CharField(blank=True, max_length=20, verbose_name="version")),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="title")),
                ("provider", models.CharField(blank=True, max_length=200, verbose_name="provider")),
                ("licence", models.TextField(blank=True, verbose_name="licence")),
                ("formats", models.JSONField(blank=True, default=list)),
                ("info_formats", models.JSONField(blank=True, default=list)),
                ("layers", models.JSONField(blank=True, default=list)),
                ("notes", models.JSONField(blank=True, default=list)),
                ("ordered_at", models.DateTimeField(blank=True, null=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("failing_since", models.DateTimeField(blank=True, null=True)),
                ("problem", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "verbose_name": "source of map services",
                "verbose_name_plural": "sources of map services",
                "ordering": ["title", "url"],
            },
        ),
        add(
            "source",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="services",
                to="gis_core.mapsource",
            ),
        ),
        add("group", models.CharField(blank=True, max_length=60, verbose_name="group")),
        add("style", models.CharField(blank=True, max_length=100, verbose_name="style")),
        add(
            "licence",
            models.CharField(blank=True, max_length=300, verbose_name="licence"),
        ),
        add(
            "opacity",
            models.PositiveSmallIntegerField(
                default=100,
                validators=[django.core.validators.MaxValueValidator(100)],
                verbose_name="opacity",
            ),
        ),
        add("min_zoom", models.PositiveSmallIntegerField(default=0, verbose_name="from zoom")),
        add("max_zoom", models.PositiveSmallIntegerField(default=20, verbose_name="to zoom")),
        add("box", models.JSONField(blank=True, null=True)),
        add("vanished_since", models.DateTimeField(blank=True, null=True)),
        add("moved_since", models.DateTimeField(blank=True, null=True)),
        add("checks", models.JSONField(blank=True, default=list)),
        add("checked_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            "mapservice",
            models.CheckConstraint(
                condition=models.Q(("opacity__lte", 100)), name="mapservice_opacity_percent"
            ),
        ),
        migrations.AddConstraint(
            "mapservice",
            models.CheckConstraint(
                condition=models.Q(("min_zoom__lte", models.F("max_zoom"))),
                name="mapservice_zooms_ordered",
            ),
        ),
    ]
