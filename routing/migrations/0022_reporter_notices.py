"""Mails to authorities about whoever reported. Going back drops what was to be sent and what was."""

from __future__ import annotations

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0021_unclear"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReporterNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("call", "may be phoned"),
                            ("no_call", "may no longer be phoned"),
                            ("erased", "contact erased"),
                            ("withdrawn", "report withdrawn"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
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
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="routing.delivery",
                    ),
                ),
            ],
            options={
                "verbose_name": "notice about a reporter",
                "verbose_name_plural": "notices about reporters",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["due_at"],
                        name="reporternotice_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["call", "no_call", "erased", "withdrawn"]),
                            ("state__in", ["queued", "sent", "failed", "cancelled"]),
                        ),
                        name="reporternotice_is_known",
                    )
                ],
            },
        ),
    ]
