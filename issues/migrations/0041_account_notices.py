"""Owners of accounts are told before these are erased; going back drops the notices and their period."""

from __future__ import annotations

import uuid
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

KINDS = ["unconfirmed", "contact", "original", "account", "notice", "unreleased", "report"]
BACK = "DELETE FROM issues_retentionperiod WHERE kind = 'notice'"


def periods_make(apps: Any, _schema_editor: Any) -> None:
    periods = apps.get_model("issues", "RetentionPeriod")
    for city in apps.get_model("gis_core", "Jurisdiction").objects.only("pk"):
        periods.objects.get_or_create(jurisdiction=city, kind="notice", defaults={"days": 30})


def kind_known(model: str, field: str, values: list[str], name: str) -> list[Any]:
    return [
        migrations.RemoveConstraint(model, name),
        migrations.AddConstraint(
            model,
            models.CheckConstraint(condition=models.Q((f"{field}__in", values)), name=name),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("issues", "0040_whose_photos_and_words")]

    operations = [
        migrations.CreateModel(
            name="AccountNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
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
                (
                    "citizen",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notice",
                        to="issues.citizen",
                    ),
                ),
            ],
            options={
                "verbose_name": "notice before an account is erased",
                "verbose_name_plural": "notices before accounts are erased",
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["due_at"],
                        name="accountnotice_due",
                    )
                ],
            },
        ),
        migrations.AlterField(
            "retentionperiod",
            "kind",
            models.CharField(
                choices=[
                    ("unconfirmed", "reports that nobody confirmed"),
                    ("contact", "contact, after the report was closed"),
                    ("original", "originals of photos, after their release"),
                    ("account", "accounts, after their last use"),
                    ("notice", "e-mail to the owner, before an account is erased"),
                    ("unreleased", "photos that nobody released, after the report was closed"),
                    ("report", "texts and photos, after the report was closed"),
                ],
                max_length=12,
                verbose_name="what is erased",
            ),
        ),
        *kind_known("retentionperiod", "kind", KINDS, "retentionperiod_kind_is_known"),
        *kind_known("deletion", "rule", [*KINDS, "asked"], "deletion_rule_is_known"),
        migrations.RunSQL(migrations.RunSQL.noop, BACK),
        migrations.RunPython(periods_make, migrations.RunPython.noop),
    ]
