"""Categories and what the reporter of each is asked."""

from __future__ import annotations

from typing import Final

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.languages import TextsField, text_in
from gis_core.models import Jurisdiction
from issues.enums import (
    AttributeType,
    Pictogram,
    ReporterCheck,
    RoadPart,
)

# Unless a city says otherwise.
DEADLINE_DAYS: Final = 10


class Category(models.Model):
    """What a report is about: an Open311 service. `code` is the matrix's category, e.g. ROAD_SURFACE.

    `deadline_days`: within so many of the city's working days an issue is to be done; null: no clock runs.
    `hold_minutes`: so long a decided report waits before it leaves the house; emergencies never wait.
    `notice_months`: so long after a notice was put up the law has the city wait (`StatutoryPeriod`), by `notice_law`;
    null: no law does. `notice_remind_days` before the end somebody is reminded.
    `reporter_check`: whether a report on the public pages needs a confirmed mail address or an account.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="categories"
    )
    code = models.CharField(_("code"), max_length=40)
    names = TextsField(_("name"), length_max=100)
    descriptions = TextsField(_("description"), blank=True)
    groups = TextsField(_("group"), length_max=100, blank=True)
    keywords = models.CharField(_("keywords, comma-separated"), max_length=300, blank=True)
    pictogram = models.CharField(
        _("pictogram"), max_length=12, choices=Pictogram, blank=True, default=""
    )
    part = models.CharField(_("part of the road"), max_length=15, choices=RoadPart, blank=True)
    asset_kinds = models.JSONField(_("kinds of assets"), default=list, blank=True)
    is_public = models.BooleanField(_("may be shown to the public"), default=True)
    is_emergency = models.BooleanField(
        _("danger to life: show the emergency numbers"), default=False
    )
    is_active = models.BooleanField(pgettext_lazy("state", "active"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    deadline_days = models.PositiveSmallIntegerField(
        pgettext_lazy("category", "to be done within working days"),
        null=True,
        blank=True,
        default=DEADLINE_DAYS,
        db_default=DEADLINE_DAYS,
    )
    hold_minutes = models.PositiveSmallIntegerField(
        pgettext_lazy("category", "minutes before a report is passed on by itself"),
        default=0,
        db_default=0,
    )
    notice_months = models.PositiveSmallIntegerField(
        pgettext_lazy("category", "months after a notice was put up"), null=True, blank=True
    )
    notice_law = models.CharField(
        pgettext_lazy("category", "law that asks for the notice"),
        max_length=100,
        blank=True,
        default="",
        db_default="",
    )
    notice_remind_days = models.PositiveSmallIntegerField(
        pgettext_lazy("category", "days before the end of it that somebody is reminded"),
        default=3,
        db_default=3,
    )
    reporter_check = models.CharField(
        pgettext_lazy("category", "who may report on the public pages"),
        max_length=10,
        choices=ReporterCheck,
        default=ReporterCheck.NOBODY,
        db_default=ReporterCheck.NOBODY,
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "code"], name="category_code_once"),
            models.CheckConstraint(
                condition=Q(part="") | Q(part__in=RoadPart.values), name="category_part_is_known"
            ),
            models.CheckConstraint(
                condition=Q(pictogram="") | Q(pictogram__in=Pictogram.values),
                name="category_pictogram_is_known",
            ),
            models.CheckConstraint(
                condition=Q(reporter_check__in=ReporterCheck.values),
                name="category_reporter_check_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return text_in(self.names)

    @property
    def description(self) -> str:
        return text_in(self.descriptions)

    @property
    def group(self) -> str:
        return text_in(self.groups)

    @property
    def warnings(self) -> list[str]:
        """What the reporter has to know before reporting, whom to call for instance; read with the questions."""
        told = (one for one in self.attributes.all() if not one.is_variable)
        return [text_in(one.descriptions) for one in told]


class CategoryAttribute(models.Model):
    """A question of a category (Open311 attribute). `values` is a list of {key, names}."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="attributes")
    code = models.CharField(_("code"), max_length=40)
    datatype = models.CharField(_("type"), max_length=20, choices=AttributeType)
    is_variable = models.BooleanField(_("asks (otherwise: information only)"), default=True)
    is_required = models.BooleanField(_("required"), default=False)
    descriptions = TextsField(_("question"), length_max=300)
    datatype_descriptions = TextsField(_("hint"), length_max=300, blank=True)
    values = models.JSONField(_("answers"), default=list, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=1)

    class Meta:
        verbose_name = _("question of a category")
        verbose_name_plural = _("questions of categories")
        ordering = ["order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["category", "code"], name="categoryattribute_code_once")
        ]

    def __str__(self) -> str:
        return self.code
