"""One column for each text in all languages, instead of one for each language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import migrations, models

from gis_core.languages import TextsField

COLUMNS = [
    ("routing_authority", "name", "names"),
    ("routing_authority", "public_name", "public_names"),
    ("routing_clarification", "text", "texts"),
    ("routing_decision", "sentence", "sentences"),
    ("routing_proposal", "sentence", "sentences"),
]
JOIN = [
    f"UPDATE {table} SET {field} = jsonb_build_object('de', {text}_de, 'en', {text}_en)"  # noqa: S608 - names of our own tables
    for table, text, field in COLUMNS
]
PART = [
    f"UPDATE {table} SET {text}_de = {field}->>'de', {text}_en = coalesce({field}->>'en', {field}->>'de')"  # noqa: S608
    for table, text, field in COLUMNS
]
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"


def stored_join(apps: Any, schema_editor: Any) -> None:
    _stored(apps, _joined)


def stored_part(apps: Any, schema_editor: Any) -> None:
    _stored(apps, _parted)


def _joined(one: dict[str, Any], name: str) -> dict[str, Any]:
    """`label_de` and `label_en` become `labels`."""
    if f"{name}_de" not in one:
        return one
    texts = {language: one[f"{name}_{language}"] for language in ("de", "en")}
    rest = {key: value for key, value in one.items() if key not in {f"{name}_de", f"{name}_en"}}
    return {**rest, f"{name}s": texts}


def _parted(one: dict[str, Any], name: str) -> dict[str, Any]:
    if f"{name}s" not in one:
        return one
    texts = one[f"{name}s"]
    parted = {f"{name}_{language}": texts.get(language, "") for language in ("de", "en")}
    return {**{key: value for key, value in one.items() if key != f"{name}s"}, **parted}


def _stored(apps: Any, change: Callable[[dict[str, Any], str], dict[str, Any]]) -> None:
    """Answers to choose from, reasons kept with trials, and what editions would change."""
    for row in apps.get_model("routing", "Clarification").objects.iterator():
        row.options = [change(one, "label") for one in row.options]
        row.save(update_fields=["options"])
    changed = apps.get_model("routing", "TrialChange").objects.exclude(to_explained={})
    for row in changed.iterator():
        row.to_explained = change(row.to_explained, "sentence")
        row.save(update_fields=["to_explained"])
    editions = apps.get_model("gis_core", "Edition").objects.filter(report__has_key="impact")
    for row in editions.iterator():
        row.report["impact"] = [change(one, "sentence") for one in row.report["impact"] or []]
        row.save(update_fields=["report"])


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0005_datasets_of_the_apps"),
        ("routing", "0010_current_decisions"),
    ]

    operations = [
        migrations.AddField(
            "authority",
            "names",
            TextsField(default=dict, verbose_name="name"),
        ),
        migrations.AddField(
            "authority",
            "public_names",
            TextsField(default=dict, verbose_name="name for the public"),
        ),
        migrations.AddField(
            "clarification",
            "texts",
            TextsField(default=dict, verbose_name="question"),
        ),
        migrations.AddField(
            "decision",
            "sentences",
            TextsField(default=dict, verbose_name="reason"),
        ),
        migrations.AddField(
            "proposal",
            "sentences",
            TextsField(default=dict, verbose_name="reason"),
        ),
        # Tables whose rows have just changed are altered next: on the way, and on the way back.
        migrations.RunSQL(CHECK_NOW, CHECK_NOW),
        migrations.RunSQL(JOIN, PART),
        migrations.RunPython(stored_join, stored_part),
        migrations.RunSQL(CHECK_NOW, CHECK_NOW),
        # With a default the columns can come back on the way back.
        migrations.AlterField("authority", "name_de", models.CharField(default="", max_length=200)),
        migrations.RemoveField("authority", "name_de"),
        migrations.AlterField("authority", "name_en", models.CharField(default="", max_length=200)),
        migrations.RemoveField("authority", "name_en"),
        migrations.AlterField(
            "authority", "public_name_de", models.CharField(default="", max_length=200)
        ),
        migrations.RemoveField("authority", "public_name_de"),
        migrations.AlterField(
            "authority", "public_name_en", models.CharField(default="", max_length=200)
        ),
        migrations.RemoveField("authority", "public_name_en"),
        migrations.AlterField(
            "clarification", "text_de", models.CharField(default="", max_length=300)
        ),
        migrations.RemoveField("clarification", "text_de"),
        migrations.AlterField(
            "clarification", "text_en", models.CharField(default="", max_length=300)
        ),
        migrations.RemoveField("clarification", "text_en"),
        migrations.AlterField("decision", "sentence_de", models.TextField(default="")),
        migrations.RemoveField("decision", "sentence_de"),
        migrations.AlterField("decision", "sentence_en", models.TextField(default="")),
        migrations.RemoveField("decision", "sentence_en"),
        migrations.AlterField("proposal", "sentence_de", models.TextField(default="")),
        migrations.RemoveField("proposal", "sentence_de"),
        migrations.AlterField("proposal", "sentence_en", models.TextField(default="")),
        migrations.RemoveField("proposal", "sentence_en"),
    ]
