"""Accounts of citizens. Going back drops them; what wanted an account wants a confirmed mail address then."""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.db import migrations, models

CHECKS_BACK = "UPDATE issues_category SET reporter_check = 'mail' WHERE reporter_check = 'account'"


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0015_hosts_and_looks"),
        ("issues", "0028_road"),
    ]

    operations = [
        migrations.CreateModel(
            name="Citizen",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("subject", models.CharField(blank=True, max_length=500)),
                ("session_mark", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=100, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=100, verbose_name="last name"),
                ),
                ("phone", models.CharField(blank=True, max_length=50, verbose_name="telephone")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("used_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "account of a citizen",
                "verbose_name_plural": "accounts of citizens",
            },
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("credential_id", models.BinaryField(max_length=1023, unique=True)),
                ("data", models.BinaryField()),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "passkey",
                "verbose_name_plural": "passkeys",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="SignInCode",
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
                ("tries", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "verbose_name": "code to sign in",
                "verbose_name_plural": "codes to sign in",
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="category",
            name="category_reporter_check_is_known",
        ),
        migrations.AlterField(
            model_name="category",
            name="reporter_check",
            field=models.CharField(
                choices=[
                    ("nobody", "anybody, also without a name"),
                    ("mail", "with a confirmed e-mail address"),
                    ("account", "with an account"),
                ],
                db_default="nobody",
                default="nobody",
                max_length=10,
                verbose_name="who may report on the public pages",
            ),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(("reporter_check__in", ["nobody", "mail", "account"])),
                name="category_reporter_check_is_known",
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, CHECKS_BACK),
        migrations.AddField(
            model_name="citizen",
            name="jurisdiction",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="gis_core.jurisdiction",
            ),
        ),
        migrations.AddField(
            model_name="reporter",
            name="citizen",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="reports",
                to="issues.citizen",
            ),
        ),
        migrations.AddField(
            model_name="passkey",
            name="citizen",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="passkeys",
                to="issues.citizen",
            ),
        ),
        migrations.AddField(
            model_name="signincode",
            name="jurisdiction",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="gis_core.jurisdiction",
            ),
        ),
        migrations.AddConstraint(
            model_name="citizen",
            constraint=models.UniqueConstraint(
                condition=models.Q(("email", ""), _negated=True),
                fields=("jurisdiction", "email"),
                name="citizen_email_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="citizen",
            constraint=models.UniqueConstraint(
                condition=models.Q(("subject", ""), _negated=True),
                fields=("jurisdiction", "subject"),
                name="citizen_subject_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="citizen",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("email", ""), _negated=True),
                    models.Q(("subject", ""), _negated=True),
                    _connector="OR",
                ),
                name="citizen_is_known_by_something",
            ),
        ),
        migrations.AddIndex(
            model_name="signincode",
            index=models.Index(
                condition=models.Q(("state", "queued")), fields=["due_at"], name="signincode_due"
            ),
        ),
    ]
