"""The text search of the queue, and saved views of it.

The configuration `flurpost` is PostgreSQL's German one without accents: "Mühle" and "Muhle" are one word. Going back
drops what was added; the extensions stay, others may use them.
"""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.contrib.postgres.search import SearchVector
from django.db import migrations, models

CONFIGURATION = """
CREATE TEXT SEARCH CONFIGURATION flurpost (COPY = pg_catalog.german);
ALTER TEXT SEARCH CONFIGURATION flurpost
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, german_stem;
"""


class Kept(TrigramExtension):
    """Creates an extension and never drops it."""

    def database_backwards(self, *_given: object) -> None:
        pass


class KeptUnaccent(UnaccentExtension):
    """Creates an extension and never drops it."""

    def database_backwards(self, *_given: object) -> None:
        pass


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0016_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Kept(),
        KeptUnaccent(),
        migrations.RunSQL(CONFIGURATION, "DROP TEXT SEARCH CONFIGURATION flurpost"),
        migrations.AddIndex(
            "issue",
            GinIndex(
                SearchVector("address_text", "description", config="flurpost"), name="issue_words"
            ),
        ),
        migrations.AddIndex(
            "issue",
            GinIndex(
                fields=["number", "address_text", "description"],
                opclasses=["gin_trgm_ops", "gin_trgm_ops", "gin_trgm_ops"],
                name="issue_trigrams",
            ),
        ),
        migrations.AddIndex(
            "issue",
            models.Index(
                fields=["jurisdiction", "-received_at"],
                condition=models.Q(location_source="unplaced"),
                name="issue_unplaced",
            ),
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("query", models.CharField(max_length=2000, blank=True)),
                ("is_shared", models.BooleanField(default=False, verbose_name="for all staff")),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="gis_core.jurisdiction",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
                "ordering": ["name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["jurisdiction", "owner", "name"], name="savedview_name_once"
                    )
                ],
            },
        ),
    ]
