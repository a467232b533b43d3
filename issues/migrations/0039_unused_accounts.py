"""Accounts that nobody uses are erased after a period of the city; going back drops the period and its log."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

KINDS = ["unconfirmed", "contact", "original", "account", "unreleased", "report"]
ERASED = ["report", "contact", "mail", "original", "photo", "text", "file", "account", "words"]
BACK = """
DELETE FROM issues_deletion WHERE rule = 'account' OR kind = 'account';
DELETE FROM issues_retentionperiod WHERE kind = 'account';
"""


def periods_make(apps: Any, _schema_editor: Any) -> None:
    periods = apps.get_model("issues", "RetentionPeriod")
    for city in apps.get_model("gis_core", "Jurisdiction").objects.only("pk"):
        periods.objects.get_or_create(jurisdiction=city, kind="account", defaults={"days": 730})


def kind_known(model: str, field: str, values: list[str], name: str) -> list[Any]:
    return [
        migrations.RemoveConstraint(model, name),
        migrations.AddConstraint(
            model,
            models.CheckConstraint(condition=models.Q((f"{field}__in", values)), name=name),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("issues", "0038_keys_that_confirm")]

    operations = [
        migrations.AlterField(
            "deletion",
            "kind",
            models.CharField(
                choices=[
                    ("report", "unconfirmed report"),
                    ("contact", "contact"),
                    ("mail", "message"),
                    ("original", "original of a photo"),
                    ("photo", "photo"),
                    ("text", "text"),
                    ("file", "file of the house"),
                    ("account", "account"),
                    ("words", "words of an authority"),
                ],
                max_length=10,
                verbose_name="what",
            ),
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
                    ("unreleased", "photos that nobody released, after the report was closed"),
                    ("report", "texts and photos, after the report was closed"),
                ],
                max_length=12,
                verbose_name="what is erased",
            ),
        ),
        *kind_known("retentionperiod", "kind", KINDS, "retentionperiod_kind_is_known"),
        *kind_known("deletion", "kind", ERASED, "deletion_kind_is_known"),
        *kind_known("deletion", "rule", [*KINDS, "asked"], "deletion_rule_is_known"),
        migrations.RunSQL(migrations.RunSQL.noop, BACK),
        migrations.RunPython(periods_make, migrations.RunPython.noop),
    ]
