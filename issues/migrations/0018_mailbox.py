"""Mails of the mailbox, and notes that nobody of the house wrote.

Going back drops the table and the notes that came by mail.
"""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

STATES = [
    ("reading", "being read"),
    ("issue", "taken in as a report"),
    ("answer", "put to a report as an answer"),
    ("bounce", "told that a message did not arrive"),
    ("repeat", "came before"),
    ("aside", "set aside"),
    ("dismissed", "looked at, no report"),
]
REASONS = [
    ("program", "A program sent it, nobody wrote it."),
    ("list", "It went to many at once, or over a mailing list."),
    ("own", "It comes from our own address."),
    ("large", "It is too large."),
    ("empty", "Nothing stands in it."),
    ("unreadable", "It cannot be read."),
    ("refused", "No report can be made of it."),
]
SETTLED = ["issue", "answer", "bounce", "aside", "dismissed"]
NOTES_OF_NOBODY_DROP = "DELETE FROM issues_note WHERE by_id IS NULL"


def _person() -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=django.db.models.deletion.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0017_queue"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField("note", "by", _person()),
        migrations.RunSQL(migrations.RunSQL.noop, NOTES_OF_NOBODY_DROP),
        migrations.CreateModel(
            "InboxMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid_validity", models.BigIntegerField()),
                ("uid", models.BigIntegerField()),
                ("message_id", models.CharField(blank=True, max_length=300)),
                ("digest", models.BinaryField(max_length=32, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=STATES, default="reading", max_length=10, verbose_name="state"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, choices=REASONS, max_length=10, verbose_name="reason"
                    ),
                ),
                ("told", models.TextField(blank=True, verbose_name="details")),
                ("sender", models.CharField(blank=True, max_length=300, verbose_name="sender")),
                ("subject", models.CharField(blank=True, max_length=300, verbose_name="subject")),
                (
                    "file",
                    models.FileField(blank=True, upload_to="mails/", verbose_name="mail"),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(default=0, verbose_name="attempts"),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                ("by", _person()),
                (
                    "issue",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="mails",
                        to="issues.issue",
                    ),
                ),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="gis_core.jurisdiction",
                    ),
                ),
            ],
            options={
                "verbose_name": "mail of the mailbox",
                "verbose_name_plural": "mails of the mailbox",
                "ordering": ["-at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=Q(state="aside"),
                        fields=["jurisdiction", "-at"],
                        name="inboxmail_aside",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("uid_validity", "uid"), name="inboxmail_uid_once"
                    ),
                    models.UniqueConstraint(
                        condition=Q(state__in=SETTLED),
                        fields=("digest",),
                        name="inboxmail_read_once",
                    ),
                    models.CheckConstraint(
                        condition=Q(state__in=[state for state, _name in STATES]),
                        name="inboxmail_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=~Q(state="aside")
                        | Q(reason__in=[reason for reason, _name in REASONS]),
                        name="inboxmail_aside_has_reason",
                    ),
                ],
            },
        ),
    ]
