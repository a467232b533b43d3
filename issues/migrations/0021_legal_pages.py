"""The pages that the law wants; the jurisdictions that are there begin with the templates."""

from typing import Any

import django.db.models.deletion
import gis_core.languages
from django.conf import settings
from django.db import migrations, models
from issues.importers.defaults import legal_texts


def pages_make(apps: Any, _schema_editor: Any) -> None:
    pages = apps.get_model("issues", "LegalPage")
    for city in apps.get_model("gis_core", "Jurisdiction").objects.only("pk"):
        for kind in ("imprint", "privacy", "accessibility"):
            pages.objects.create(jurisdiction=city, kind=kind, texts=legal_texts(kind))


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0012_sheet_background"),
        ("issues", "0020_departments_and_photo_times"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LegalPage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("imprint", "Imprint"),
                            ("privacy", "Privacy"),
                            ("accessibility", "Accessibility"),
                        ],
                        max_length=14,
                        verbose_name="page",
                    ),
                ),
                ("texts", gis_core.languages.TextsField(default=dict, verbose_name="text")),
                ("is_checked", models.BooleanField(default=False, verbose_name="checked")),
                (
                    "feedback_mail",
                    models.EmailField(blank=True, max_length=254, verbose_name="feedback goes to"),
                ),
            ],
            options={
                "verbose_name": "legal page",
                "verbose_name_plural": "legal pages",
                "ordering": ["pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="houseevent",
            name="houseevent_is_known",
        ),
        migrations.AlterField(
            model_name="houseevent",
            name="part",
            field=models.CharField(
                choices=[
                    ("category", "category"),
                    ("question", "question"),
                    ("closing_reason", "reason for closing"),
                    ("reply", "text to reporters"),
                    ("checklist", "item of a checklist"),
                    ("closed_day", "closed day"),
                    ("legal", "legal page"),
                ],
                max_length=20,
                verbose_name="part",
            ),
        ),
        migrations.AddConstraint(
            model_name="houseevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("action__in", ["added", "changed", "removed"]),
                    (
                        "part__in",
                        [
                            "category",
                            "question",
                            "closing_reason",
                            "reply",
                            "checklist",
                            "closed_day",
                            "legal",
                        ],
                    ),
                ),
                name="houseevent_is_known",
            ),
        ),
        migrations.AddField(
            model_name="legalpage",
            name="jurisdiction",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="legal_pages",
                to="gis_core.jurisdiction",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalpage",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "kind"), name="legalpage_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="legalpage",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["imprint", "privacy", "accessibility"])),
                name="legalpage_kind_is_known",
            ),
        ),
        migrations.RunPython(pages_make, migrations.RunPython.noop),
    ]
