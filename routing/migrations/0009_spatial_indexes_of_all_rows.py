"""Only the record of the indexes changes: PostGIS' part of Django never gave them the condition that they named."""

from __future__ import annotations

from django.contrib.postgres.indexes import GistIndex
from django.db import migrations

MODELS = (
    "agreement",
    "area",
    "asset",
    "roadpartarea",
    "roadsection",
    "throughroad",
)


class Migration(migrations.Migration):
    dependencies = [("routing", "0008_trial_chunks_of_neighbours")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                operation
                for model in MODELS
                for operation in (
                    migrations.RemoveIndex(model, f"{model}_gist"),
                    migrations.AddIndex(
                        model, GistIndex(fields=["geometry"], name=f"{model}_gist")
                    ),
                )
            ]
        )
    ]
