"""One column for each text in all languages, instead of one for each language."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from gis_core.languages import TextsField


CATEGORIES = {"name": "names", "description": "descriptions", "group": "groups"}
QUESTIONS = {"description": "descriptions", "datatype_description": "datatype_descriptions"}
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"


def texts_join(apps: Any, schema_editor: Any) -> None:
    for name, texts in (("Category", CATEGORIES), ("CategoryAttribute", QUESTIONS)):
        for row in apps.get_model("issues", name).objects.all():
            for text, field in texts.items():
                told = {one: getattr(row, f"{text}_{one}") for one in ("de", "en")}
                setattr(row, field, {one: value for one, value in told.items() if value})
            if name == "CategoryAttribute":
                row.values = [
                    {"key": one["key"], "names": {"de": one["name_de"], "en": one["name_en"]}}
                    for one in row.values
                ]
            row.save()


def texts_part(apps: Any, schema_editor: Any) -> None:
    for name, texts in (("Category", CATEGORIES), ("CategoryAttribute", QUESTIONS)):
        for row in apps.get_model("issues", name).objects.all():
            for text, field in texts.items():
                for one in ("de", "en"):
                    setattr(row, f"{text}_{one}", getattr(row, field).get(one, ""))
            if name == "CategoryAttribute":
                row.values = [
                    {
                        "key": one["key"],
                        "name_de": one["names"].get("de", ""),
                        "name_en": one["names"].get("en", ""),
                    }
                    for one in row.values
                ]
            row.save()


class Migration(migrations.Migration):
    dependencies = [("issues", "0008_unplaced_and_set_aside")]

    operations = [
        migrations.AddField(
            "category",
            "names",
            TextsField(default=dict, verbose_name="name"),
        ),
        migrations.AddField(
            "category",
            "descriptions",
            TextsField(blank=True, default=dict, verbose_name="description"),
        ),
        migrations.AddField(
            "category",
            "groups",
            TextsField(blank=True, default=dict, verbose_name="group"),
        ),
        migrations.AddField(
            "categoryattribute",
            "descriptions",
            TextsField(default=dict, verbose_name="question"),
        ),
        migrations.AddField(
            "categoryattribute",
            "datatype_descriptions",
            TextsField(blank=True, default=dict, verbose_name="hint"),
        ),
        # Tables whose rows have just changed are altered next: on the way, and on the way back.
        migrations.RunSQL(CHECK_NOW, CHECK_NOW),
        migrations.RunPython(texts_join, texts_part),
        migrations.RunSQL(CHECK_NOW, CHECK_NOW),
        # With a default the columns can come back on the way back.
        migrations.AlterField("category", "name_de", models.CharField(default="", max_length=100)),
        migrations.RemoveField("category", "name_de"),
        migrations.AlterField("category", "name_en", models.CharField(default="", max_length=100)),
        migrations.RemoveField("category", "name_en"),
        migrations.RemoveField("category", "description_de"),
        migrations.RemoveField("category", "description_en"),
        migrations.RemoveField("category", "group_de"),
        migrations.RemoveField("category", "group_en"),
        migrations.AlterField(
            "categoryattribute", "description_de", models.CharField(default="", max_length=300)
        ),
        migrations.RemoveField("categoryattribute", "description_de"),
        migrations.AlterField(
            "categoryattribute", "description_en", models.CharField(default="", max_length=300)
        ),
        migrations.RemoveField("categoryattribute", "description_en"),
        migrations.RemoveField("categoryattribute", "datatype_description_de"),
        migrations.RemoveField("categoryattribute", "datatype_description_en"),
    ]
