"""Owner classes that map services told, beside those of the cadastre."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

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


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0009_evidence_profiles"),
        ("parcels", "0005_spatial_indexes_of_all_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="AskedOwnership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64, verbose_name="key")),
                (
                    "owner_class",
                    models.CharField(choices=CLASSES, max_length=10, verbose_name="owner class"),
                ),
                ("source", models.CharField(max_length=100, verbose_name="map service")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="gis_core.jurisdiction",
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
                "verbose_name": "asked ownership class",
                "verbose_name_plural": "asked ownership classes",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("jurisdiction", "key"), name="askedownership_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("owner_class__in", [code for code, _name in CLASSES])),
                        name="askedownership_class_is_known",
                    ),
                ],
            },
        ),
    ]
