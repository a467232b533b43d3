"""Followers, what they follow, opinions of everybody, and the order of feeds.

Going back drops followers and opinions, and the events that tell of doubts.
"""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models

from gis_core.srids import storage_srid

DOUBTS_DROP = "DELETE FROM issues_issueevent WHERE kind = 'doubted'; SET CONSTRAINTS ALL IMMEDIATE"


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0013_public_data"),
        ("issues", "0025_photos_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Follower",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
            ],
            options={
                "verbose_name": "follower",
                "verbose_name_plural": "followers",
            },
        ),
        migrations.CreateModel(
            name="FollowLetter",
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
                            ("confirm", "confirming"),
                            ("news", "news"),
                            ("list", "link to what is followed"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("content", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "to be sent"), ("sending", "being handed over")],
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("due_at", models.DateTimeField(db_index=True, verbose_name="due")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
            ],
            options={
                "verbose_name": "letter to a follower",
                "verbose_name_plural": "letters to followers",
            },
        ),
        migrations.CreateModel(
            name="FollowTold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("until", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "what a follower was told",
                "verbose_name_plural": "what followers were told",
            },
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("voter", models.UUIDField()),
                ("is_done", models.BooleanField(verbose_name="is done")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "opinion of somebody",
                "verbose_name_plural": "opinions of everybody",
            },
        ),
        migrations.CreateModel(
            name="Subscription",
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
                            ("issue", "one report"),
                            ("street", "a street"),
                            ("area", "an area"),
                            ("parcel", "a parcel"),
                            ("category", "a category"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("key", models.CharField(max_length=80)),
                ("name", models.CharField(max_length=300, verbose_name="name")),
                ("street", models.CharField(blank=True, max_length=200, verbose_name="street")),
                (
                    "area",
                    django.contrib.gis.db.models.fields.GeometryField(
                        null=True, spatial_index=False, srid=storage_srid(), verbose_name="area"
                    ),
                ),
                (
                    "frequency",
                    models.CharField(
                        choices=[
                            ("at_once", "at once"),
                            ("daily", "once a day"),
                            ("weekly", "once a week"),
                        ],
                        max_length=10,
                        verbose_name="how often",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="confirmed")),
                ("told_until", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "subscription",
                "verbose_name_plural": "subscriptions",
                "ordering": ["pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="issueevent",
            name="issueevent_kind_is_known",
        ),
        migrations.AddField(
            model_name="issue",
            name="public_hour",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.Case(
                        models.When(
                            models.Q(
                                ("is_sheltered", True),
                                ("status__in", ("received", "triage", "forwarded", "accepted")),
                            ),
                            then=django.db.models.functions.comparison.Coalesce(
                                "released_at", "received_at"
                            ),
                        ),
                        default=django.db.models.functions.comparison.Greatest(
                            "status_changed_at", "released_at"
                        ),
                    ),
                    output_field=models.DateTimeField(),
                    template="(date_trunc('hour', %(expressions)s AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')",
                ),
                output_field=models.DateTimeField(),
            ),
        ),
        migrations.AlterField(
            model_name="issueevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("received", "received"),
                    ("photo_added", "photo added"),
                    ("photo_refused", "photo refused"),
                    ("decided", "responsibility decided"),
                    ("forwarded", "passed on"),
                    ("released", "released"),
                    ("withdrawn", "release withdrawn"),
                    ("status_changed", "status changed"),
                    ("moved", "place changed"),
                    ("recategorised", "category changed"),
                    ("answered", "answers changed"),
                    ("assigned", "given to somebody"),
                    ("priority", "priority changed"),
                    ("follow_up", "follow-up changed"),
                    ("noted", "note written"),
                    ("ticked", "checklist changed"),
                    ("attached", "file attached"),
                    ("replied", "reporter told"),
                    ("asked", "reporter asked"),
                    ("heard", "reporter answered"),
                    ("merged", "put to another report"),
                    ("unmerged", "taken from the other report"),
                    ("split", "split"),
                    ("contact_seen", "contact looked at"),
                    ("undone", "step taken back"),
                    ("photo_edited", "photo turned or blackened"),
                    ("photo_erased", "original of a photo erased"),
                    ("doubted", "several people say that it is not done"),
                ],
                max_length=15,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(
                models.F("jurisdiction"),
                models.OrderBy(models.F("public_hour"), descending=True),
                models.OrderBy(models.F("number"), descending=True),
                condition=models.Q(("released_at__isnull", False)),
                name="issue_public_hour",
            ),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("public_text"), name="gin_trgm_ops"
                ),
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("public_address"), name="gin_trgm_ops"
                ),
                django.contrib.postgres.indexes.OpClass(
                    models.F("public_address"), name="gin_trgm_ops"
                ),
                condition=models.Q(("released_at__isnull", False)),
                name="issue_public_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="issueevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "received",
                            "photo_added",
                            "photo_refused",
                            "decided",
                            "forwarded",
                            "released",
                            "withdrawn",
                            "status_changed",
                            "moved",
                            "recategorised",
                            "answered",
                            "assigned",
                            "priority",
                            "follow_up",
                            "noted",
                            "ticked",
                            "attached",
                            "replied",
                            "asked",
                            "heard",
                            "merged",
                            "unmerged",
                            "split",
                            "contact_seen",
                            "undone",
                            "photo_edited",
                            "photo_erased",
                            "doubted",
                        ],
                    )
                ),
                name="issueevent_kind_is_known",
            ),
        ),
        migrations.AddField(
            model_name="follower",
            name="jurisdiction",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="gis_core.jurisdiction",
            ),
        ),
        migrations.AddField(
            model_name="followletter",
            name="follower",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="letters",
                to="issues.follower",
            ),
        ),
        migrations.AddField(
            model_name="followtold",
            name="follower",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="told",
                to="issues.follower",
            ),
        ),
        migrations.AddField(
            model_name="followtold",
            name="issue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="issues.issue"
            ),
        ),
        migrations.AddField(
            model_name="opinion",
            name="issue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="opinions",
                to="issues.issue",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="category",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="issues.category",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="follower",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="subscriptions",
                to="issues.follower",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="issue",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="issues.issue",
            ),
        ),
        migrations.AddField(
            model_name="followletter",
            name="subscription",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="letters",
                to="issues.subscription",
            ),
        ),
        migrations.AddConstraint(
            model_name="follower",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "email"), name="follower_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="followtold",
            constraint=models.UniqueConstraint(
                fields=("follower", "issue"), name="followtold_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.UniqueConstraint(fields=("issue", "voter"), name="opinion_once"),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("confirmed_at__isnull", False)),
                fields=["frequency", "due_at"],
                name="subscription_due",
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("confirmed_at__isnull", True)),
                fields=["created_at"],
                name="subscription_unconfirmed",
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=django.contrib.postgres.indexes.GistIndex(
                fields=["area"], name="subscription_area_gist"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                fields=("follower", "key"), name="subscription_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_at__isnull", True), ("told_until__isnull", False), _connector="OR"
                ),
                name="subscription_confirmed_has_begun",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("issue__isnull", False), ("kind", "issue")),
                    models.Q(("category__isnull", False), ("kind", "category")),
                    models.Q(("kind", "street"), models.Q(("street", ""), _negated=True)),
                    models.Q(("area__isnull", False), ("kind__in", ["area", "parcel"])),
                    _connector="OR",
                ),
                name="subscription_has_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="followletter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "confirm"), _negated=True),
                    ("subscription__isnull", False),
                    _connector="OR",
                ),
                name="followletter_confirms_something",
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, DOUBTS_DROP),
    ]
