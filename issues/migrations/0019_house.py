"""The log of the master data, and the role of whoever keeps it.

Going back drops the log; roles `house` have to be taken away before.
"""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

FORMER_ROLES = [
    ("triage", "Triage"),
    ("casework", "Casework"),
    ("release", "Release"),
    ("decision", "Decision"),
    ("information", "Information (looks only)"),
    ("geodata", "Geodata"),
    ("rules", "Rules"),
    ("people", "Personnel"),
]
ROLES = [*FORMER_ROLES, ("house", "Master data")]
PARTS = [
    ("category", "category"),
    ("question", "question"),
    ("closing_reason", "reason for closing"),
    ("reply", "text to reporters"),
    ("checklist", "item of a checklist"),
    ("closed_day", "closed day"),
]
ACTIONS = [("added", "added"), ("changed", "changed"), ("removed", "removed")]


def _codes(choices: list[tuple[str, str]]) -> list[str]:
    return [code for code, _name in choices]


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0018_mailbox"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            "grant",
            "role",
            models.CharField(choices=ROLES, max_length=12, verbose_name="role"),
        ),
        migrations.RemoveConstraint("grant", "grant_role_is_known"),
        migrations.AddConstraint(
            "grant",
            models.CheckConstraint(condition=Q(role__in=_codes(ROLES)), name="grant_role_is_known"),
        ),
        migrations.CreateModel(
            "HouseEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("part", models.CharField(choices=PARTS, max_length=20, verbose_name="part")),
                (
                    "action",
                    models.CharField(choices=ACTIONS, max_length=10, verbose_name="action"),
                ),
                ("entry", models.BigIntegerField(verbose_name="key of the entry")),
                ("name", models.CharField(max_length=300, verbose_name="name")),
                (
                    "changes",
                    models.JSONField(blank=True, default=dict, verbose_name="changes"),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "verbose_name": "event about master data",
                "verbose_name_plural": "events about master data",
                "ordering": ["-at", "-pk"],
                "permissions": [("manage_house", "Can edit the master data of the city")],
                "indexes": [
                    models.Index(fields=["jurisdiction", "-at"], name="houseevent_latest"),
                    models.Index(fields=["part", "entry", "-at"], name="houseevent_of_entry"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(part__in=_codes(PARTS), action__in=_codes(ACTIONS)),
                        name="houseevent_is_known",
                    )
                ],
            },
        ),
    ]
