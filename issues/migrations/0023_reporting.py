"""What citizens leave on the way to a report, and who may report.

Going back drops drafts, reports that wait to be confirmed, and who has seen an issue too.
"""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0012_sheet_background"),
        ("issues", "0022_queue_orders"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sighting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entry", models.UUIDField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "sighting",
                "verbose_name_plural": "sightings",
            },
        ),
        migrations.CreateModel(
            name="StagedPhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("entry", models.UUIDField()),
                ("file", models.FileField(upload_to="staged", verbose_name="file")),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("latitude", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
                ("accuracy_m", models.FloatField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "photo of a draft",
                "verbose_name_plural": "photos of drafts",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="WaitingReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("entry", models.UUIDField(unique=True)),
                ("data", models.JSONField()),
                ("email", models.EmailField(max_length=254)),
                ("language", models.CharField(max_length=10)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "to be sent"),
                            ("sent", "sent"),
                            ("failed", "not sent"),
                            ("cancelled", "taken back"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "report to be confirmed",
                "verbose_name_plural": "reports to be confirmed",
            },
        ),
        migrations.AddField(
            model_name="category",
            name="reporter_check",
            field=models.CharField(
                choices=[
                    ("nobody", "anybody, also without a name"),
                    ("mail", "with a confirmed e-mail address"),
                ],
                db_default="nobody",
                default="nobody",
                max_length=10,
                verbose_name="who may report on the public pages",
            ),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(("reporter_check__in", ["nobody", "mail"])),
                name="category_reporter_check_is_known",
            ),
        ),
        migrations.AddField(
            model_name="sighting",
            name="issue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sightings",
                to="issues.issue",
            ),
        ),
        migrations.AddIndex(
            model_name="stagedphoto",
            index=models.Index(fields=["entry"], name="stagedphoto_entry"),
        ),
        migrations.AddField(
            model_name="waitingreport",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="issues.category"
            ),
        ),
        migrations.AddConstraint(
            model_name="sighting",
            constraint=models.UniqueConstraint(fields=("issue", "entry"), name="sighting_once"),
        ),
        migrations.AddIndex(
            model_name="waitingreport",
            index=models.Index(
                condition=models.Q(("state", "queued")), fields=["due_at"], name="waitingreport_due"
            ),
        ),
    ]
