"""Answers of map services about the place of an issue, and decisions made anew because of one."""

from __future__ import annotations

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models

from gis_core.srids import storage_srid

CLASSES = [
    ("CITY", "city"),
    ("KREIS", "county"),
    ("LAND", "state"),
    ("BUND_STR", "federal roads"),
    ("BUND_WSV", "federal waterways"),
    ("DB", "railway"),
    ("EG", "water association"),
    ("RVR", "regional association"),
    ("CHURCH", "church"),
    ("PRIV", "private"),
    ("UNKNOWN", "unknown"),
]
CAUSES = [
    ("received", "issue received"),
    ("renewed", "decided anew"),
    ("moved", "place changed"),
    ("category", "category changed"),
    ("answered", "question answered"),
    ("told", "a map service answered"),
    ("overruled", "decided by a person"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0009_evidence_profiles"),
        ("issues", "0012_places_set_by_staff"),
        ("routing", "0017_kinds_of_authorities"),
    ]

    operations = [
        migrations.CreateModel(
            name="ServiceAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=100, verbose_name="map service")),
                (
                    "point",
                    django.contrib.gis.db.models.fields.PointField(
                        spatial_index=False, srid=storage_srid(), verbose_name="location"
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("objects_told", models.JSONField(default=list, verbose_name="answer")),
                (
                    "owner_class",
                    models.CharField(choices=CLASSES, max_length=10, verbose_name="owner class"),
                ),
                ("problem", models.JSONField(blank=True, default=dict)),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="service_answers",
                        to="issues.issue",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="gis_core.mapservice",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer of a map service",
                "verbose_name_plural": "answers of map services",
                "ordering": ["asked_at", "pk"],
            },
        ),
        migrations.AlterField(
            "decision",
            "cause",
            models.CharField(
                choices=CAUSES, default="received", max_length=10, verbose_name="cause"
            ),
        ),
        migrations.AlterField(
            "proposal",
            "cause",
            models.CharField(blank=True, choices=CAUSES, max_length=10, verbose_name="cause"),
        ),
    ]
