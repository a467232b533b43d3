"""Departments, roles of people, their profiles, and the log of who gave whom what.

Going back drops all four tables.
"""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import gis_core.languages

ROLES = [
    ("triage", "Triage"),
    ("casework", "Casework"),
    ("release", "Release"),
    ("decision", "Decision"),
    ("information", "Information (looks only)"),
    ("geodata", "Geodata"),
    ("rules", "Rules"),
    ("people", "Personnel"),
]
ROLES_OF_ISSUES = ("triage", "casework", "release", "decision", "information")
DENSITIES = [("compact", "compact"), ("comfortable", "comfortable")]
KINDS = [
    ("invited", "invited"),
    ("joined", "followed the invitation"),
    ("role_given", "role given"),
    ("role_taken", "role taken away"),
    ("deactivated", "account switched off"),
    ("activated", "account switched on"),
    ("department_stored", "department stored"),
    ("department_removed", "department removed"),
]


def _key() -> models.BigAutoField:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def _person(on_delete: object, *, name: str = "+", is_null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=on_delete,
        related_name=name,
        null=is_null,
        blank=is_null,
    )


def _jurisdiction(*, name: str = "+", is_null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        "gis_core.jurisdiction",
        on_delete=django.db.models.deletion.PROTECT,
        related_name=name,
        null=is_null,
        blank=is_null,
    )


DEPARTMENT_IS_OF_THE_JURISDICTION = """
    ALTER TABLE issues_department ADD CONSTRAINT department_of_jurisdiction UNIQUE (id, jurisdiction_id);
    ALTER TABLE issues_grant ADD CONSTRAINT grant_department_is_of_the_jurisdiction
        FOREIGN KEY (department_id, jurisdiction_id) REFERENCES issues_department (id, jurisdiction_id)
        DEFERRABLE INITIALLY DEFERRED;
"""
AND_BACK = """
    ALTER TABLE issues_grant DROP CONSTRAINT grant_department_is_of_the_jurisdiction;
    ALTER TABLE issues_department DROP CONSTRAINT department_of_jurisdiction;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0015_photos"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            "issue",
            {
                "ordering": ["-received_at", "-pk"],
                "permissions": [
                    ("triage_issue", "Can triage issues"),
                    ("see_issue", "Can see issues"),
                    ("work_issue", "Can work on issues"),
                    ("decide_issue", "Can decide who is responsible"),
                    ("answer_issue", "Can answer reporters"),
                    ("release_issue", "Can release issues to the public"),
                ],
                "verbose_name": "issue",
                "verbose_name_plural": "issues",
            },
        ),
        migrations.CreateModel(
            "Department",
            fields=[
                ("id", _key()),
                (
                    "names",
                    gis_core.languages.TextsField(
                        default=dict, length_max=100, verbose_name="name"
                    ),
                ),
                ("mail", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("jurisdiction", _jurisdiction(name="departments")),
                (
                    "categories",
                    models.ManyToManyField(
                        blank=True,
                        related_name="departments",
                        to="issues.category",
                        verbose_name="categories",
                    ),
                ),
            ],
            options={
                "verbose_name": "department",
                "verbose_name_plural": "departments",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            "Grant",
            fields=[
                ("id", _key()),
                ("person", _person(django.db.models.deletion.CASCADE, name="grants")),
                ("jurisdiction", _jurisdiction()),
                ("role", models.CharField(choices=ROLES, max_length=12, verbose_name="role")),
                (
                    "department",
                    models.ForeignKey(
                        "issues.department",
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                    ),
                ),
            ],
            options={
                "verbose_name": "role of a person",
                "verbose_name_plural": "roles of persons",
                "ordering": ["role", "pk"],
                "permissions": [("manage_people", "Can invite people and give them roles")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["person", "jurisdiction", "role", "department"],
                        nulls_distinct=False,
                        name="grant_once",
                    ),
                    models.CheckConstraint(
                        condition=Q(role__in=[one for one, _name in ROLES]),
                        name="grant_role_is_known",
                    ),
                    models.CheckConstraint(
                        condition=Q(department__isnull=True) | Q(role__in=ROLES_OF_ISSUES),
                        name="grant_department_is_about_issues",
                    ),
                ],
            },
        ),
        migrations.RunSQL(DEPARTMENT_IS_OF_THE_JURISDICTION, AND_BACK),
        migrations.CreateModel(
            "Profile",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        settings.AUTH_USER_MODEL,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="profile",
                        serialize=False,
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=settings.LANGUAGES, max_length=10, verbose_name="language"
                    ),
                ),
                (
                    "density",
                    models.CharField(
                        choices=DENSITIES,
                        default="compact",
                        max_length=12,
                        verbose_name="density",
                    ),
                ),
                (
                    "has_single_keys",
                    models.BooleanField(default=True, verbose_name="single keys"),
                ),
            ],
            options={
                "verbose_name": "profile",
                "verbose_name_plural": "profiles",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(density__in=[one for one, _name in DENSITIES]),
                        name="profile_density_is_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            "PeopleEvent",
            fields=[
                ("id", _key()),
                ("kind", models.CharField(choices=KINDS, max_length=20, verbose_name="kind")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                ("by", _person(django.db.models.deletion.PROTECT, is_null=True)),
                ("person", _person(django.db.models.deletion.PROTECT, is_null=True)),
                ("jurisdiction", _jurisdiction(is_null=True)),
                (
                    "detail",
                    models.JSONField(blank=True, default=dict, verbose_name="detail"),
                ),
            ],
            options={
                "verbose_name": "event about people",
                "verbose_name_plural": "events about people",
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(kind__in=[one for one, _name in KINDS]),
                        name="peopleevent_kind_is_known",
                    )
                ],
            },
        ),
    ]
