"""Errors and findings are kept as a code with parameters; those of before keep their words."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gis_core", "0003_buildings_and_addresses")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE gis_core_edition ALTER COLUMN error TYPE jsonb USING"
            " CASE WHEN error = '' THEN '{}'::jsonb ELSE jsonb_build_object('text', error) END",
            "ALTER TABLE gis_core_edition ALTER COLUMN error TYPE text USING coalesce(error ->> 'text', '')",
            state_operations=[
                migrations.AlterField(
                    model_name="edition",
                    name="error",
                    field=models.JSONField(blank=True, default=dict, verbose_name="error"),
                )
            ],
        ),
        migrations.RunSQL(
            "ALTER TABLE gis_core_editioncheck ALTER COLUMN message TYPE jsonb USING"
            " jsonb_build_object('text', message)",
            "ALTER TABLE gis_core_editioncheck ALTER COLUMN message TYPE text USING"
            " coalesce(message ->> 'text', code)",
            state_operations=[
                migrations.AlterField(
                    model_name="editioncheck",
                    name="message",
                    field=models.JSONField(blank=True, default=dict, verbose_name="parameters"),
                )
            ],
        ),
        migrations.RenameField("editioncheck", "message", "params"),
    ]
