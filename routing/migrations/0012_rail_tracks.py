"""The tracks of railways and trams: a dataset of their own."""

from __future__ import annotations

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import gis_core.srids


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0005_datasets_of_the_apps"),
        ("routing", "0011_texts_in_languages"),
    ]

    operations = [
        migrations.CreateModel(
            name="RailTrack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64, verbose_name="key")),
                ("content_hash", models.BinaryField(max_length=16)),
                (
                    "kind",
                    models.CharField(
                        choices=[("rail", "railway"), ("tram", "tram")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "geometry",
                    django.contrib.gis.db.models.fields.MultiLineStringField(
                        spatial_index=False, srid=gis_core.srids.storage_srid()
                    ),
                ),
                (
                    "edition_from",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="gis_core.edition",
                    ),
                ),
                (
                    "edition_to",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="gis_core.edition",
                    ),
                ),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="gis_core.jurisdiction",
                    ),
                ),
            ],
            options={
                "verbose_name": "track",
                "verbose_name_plural": "tracks",
                "abstract": False,
                "indexes": [
                    models.Index(fields=["edition_from"], name="railtrack_from"),
                    django.contrib.postgres.indexes.GistIndex(
                        fields=["geometry"], name="railtrack_gist"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("edition_to__isnull", True)),
                        fields=("jurisdiction", "key"),
                        name="railtrack_one_active_per_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("edition_to__isnull", True),
                            models.Q(("edition_to", models.F("edition_from")), _negated=True),
                            _connector="OR",
                        ),
                        name="railtrack_interval_not_empty",
                    ),
                ],
            },
        ),
    ]
