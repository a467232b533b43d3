"""Departments, the roles that people have, what they chose for themselves, and who changed any of it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.languages import TextsField, text_in
from gis_core.models import Jurisdiction
from issues.enums import ROLES_OF_ISSUES, Density, PeopleEventKind, Role
from issues.models.categories import Category


class Department(models.Model):
    """A part of a municipality's administration and the categories that are its own.

    `is_clearing`: it decides where several bodies have refused an issue; one of a jurisdiction at most.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="departments"
    )
    names = TextsField(_("name"), length_max=100)
    mail = models.EmailField(_("e-mail"), blank=True)
    categories = models.ManyToManyField(
        Category, blank=True, related_name="departments", verbose_name=_("categories")
    )
    is_clearing = models.BooleanField(
        pgettext_lazy("department", "clearing unit"), default=False, db_default=False
    )

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction"],
                condition=Q(is_clearing=True),
                name="department_one_clearing",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return text_in(self.names)


class Grant(models.Model):
    """A person has a role in a jurisdiction; with a department for the issues of its categories alone.

    A department belongs to the same jurisdiction: a foreign key over both columns (migration 0014) holds that.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants"
    )
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=12, choices=Role)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="grants"
    )

    class Meta:
        verbose_name = _("role of a person")
        verbose_name_plural = _("roles of persons")
        ordering = ["role", "pk"]
        permissions = [("manage_people", _("Can invite people and give them roles"))]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "jurisdiction", "role", "department"],
                nulls_distinct=False,
                name="grant_once",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_is_known"),
            models.CheckConstraint(
                condition=Q(department__isnull=True) | Q(role__in=ROLES_OF_ISSUES),
                name="grant_department_is_about_issues",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()}"


class Profile(models.Model):
    """What a person chose for the pages of the staff; who chose nothing has no row."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="profile"
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    density = models.CharField(
        _("density"), max_length=12, choices=Density, default=Density.COMPACT
    )
    has_single_keys = models.BooleanField(_("single keys"), default=True)
    has_digest = models.BooleanField(
        pgettext_lazy("digest", "weekly mail about open reports"), default=True, db_default=True
    )

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints = [
            models.CheckConstraint(
                condition=Q(density__in=Density.values), name="profile_density_is_known"
            )
        ]

    def __str__(self) -> str:
        return str(self.person)


class PeopleEvent(models.Model):
    """Who did what to whom, and when. Appended, never edited. `detail` is JSON: role, jurisdiction, department …"""

    kind = models.CharField(_("kind"), max_length=20, choices=PeopleEventKind)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    class Meta:
        verbose_name = _("event about people")
        verbose_name_plural = _("events about people")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=PeopleEventKind.values), name="peopleevent_kind_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
