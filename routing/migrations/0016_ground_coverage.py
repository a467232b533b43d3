"""Coverage on the ground as a stored result."""

from __future__ import annotations

import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gis_core.srids


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("routing", "0015_city_works"),
    ]

    operations = [
        migrations.CreateModel(
            name="GroundCoverage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=0)),
                ("editions", models.JSONField(default=dict, verbose_name="editions")),
                ("places_per_kind", models.PositiveIntegerField()),
                ("seed", models.PositiveIntegerField()),
                ("places", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("seconds", models.FloatField(default=0.0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("error", models.TextField(blank=True, verbose_name="error")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rule_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ground_coverages",
                        to="routing.ruleset",
                    ),
                ),
            ],
            options={
                "verbose_name": "coverage on the ground",
                "verbose_name_plural": "coverages on the ground",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rule_set",),
                        condition=models.Q(("state__in", ["waiting", "running"])),
                        name="groundcoverage_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GroundRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("category", models.CharField(max_length=40, verbose_name="category")),
                ("road_class", models.CharField(max_length=30, verbose_name="class")),
                ("through_road", models.CharField(max_length=20, verbose_name="through-road")),
                ("part", models.CharField(blank=True, max_length=100, verbose_name="part")),
                ("usage", models.CharField(max_length=100, verbose_name="land use")),
                ("owner", models.CharField(max_length=100, verbose_name="owner")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("clear", "clear"),
                            ("doubt", "doubt"),
                            ("person", "a person on purpose"),
                            ("nobody", "nobody"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "bodies",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), blank=True, size=None
                    ),
                ),
                ("share", models.FloatField()),
                ("places", models.PositiveIntegerField()),
                (
                    "examples",
                    django.contrib.gis.db.models.fields.MultiPointField(
                        spatial_index=False, srid=gis_core.srids.storage_srid()
                    ),
                ),
                (
                    "coverage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="routing.groundcoverage",
                    ),
                ),
            ],
            options={
                "ordering": ["-share", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("share__gt", 0), ("share__lte", 1)),
                        name="groundrow_share_in_range",
                    ),
                ],
            },
        ),
    ]
