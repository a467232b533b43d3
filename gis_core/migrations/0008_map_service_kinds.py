"""Map services of other kinds than WMS, and in other systems than EPSG:3857."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gis_core", "0007_map_sources")]

    operations = [
        migrations.AddField(
            "mapservice",
            "kind",
            models.CharField(
                choices=[
                    ("wms", "WMS"),
                    ("wmts", "WMTS"),
                    ("wfs", "WFS"),
                    ("ogc_maps", "OGC API Maps"),
                    ("ogc_features", "OGC API Features"),
                    ("xyz", "XYZ"),
                ],
                default="wms",
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            "mapservice",
            "crs",
            models.CharField(
                default="EPSG:3857", max_length=20, verbose_name="coordinate reference system"
            ),
        ),
        migrations.AddField("mapservice", "matrices", models.JSONField(blank=True, default=list)),
    ]
