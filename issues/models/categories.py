"""Categories and what the reporter of each is asked."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from gis_core.models import Jurisdiction
from issues.enums import (
    AttributeType,
    RoadPart,
)


class Category(models.Model):
    """What a report is about: an Open311 service. `code` is the matrix's category, e.g. ROAD_SURFACE."""

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="categories"
    )
    code = models.CharField(_("code"), max_length=40)
    name_de = models.CharField(_("name (German)"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=100)
    description_de = models.TextField(_("description (German)"), blank=True)
    description_en = models.TextField(_("description (English)"), blank=True)
    group_de = models.CharField(_("group (German)"), max_length=100, blank=True)
    group_en = models.CharField(_("group (English)"), max_length=100, blank=True)
    keywords = models.CharField(_("keywords, comma-separated"), max_length=300, blank=True)
    part = models.CharField(_("part of the road"), max_length=15, choices=RoadPart, blank=True)
    asset_kinds = models.JSONField(_("kinds of assets"), default=list, blank=True)
    is_public = models.BooleanField(_("may be shown to the public"), default=True)
    is_emergency = models.BooleanField(
        _("danger to life: show the emergency numbers"), default=False
    )
    is_active = models.BooleanField(pgettext_lazy("state", "active"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "code"], name="category_code_once"),
            models.CheckConstraint(
                condition=Q(part="") | Q(part__in=RoadPart.values), name="category_part_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_de

    @property
    def description(self) -> str:
        return self.description_en if get_language() == "en" else self.description_de

    @property
    def group(self) -> str:
        return self.group_en if get_language() == "en" else self.group_de


class CategoryAttribute(models.Model):
    """A question of a category (Open311 attribute). `values` is a list of {key, name_de, name_en}."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="attributes")
    code = models.CharField(_("code"), max_length=40)
    datatype = models.CharField(_("type"), max_length=20, choices=AttributeType)
    is_variable = models.BooleanField(_("asks (otherwise: information only)"), default=True)
    is_required = models.BooleanField(_("required"), default=False)
    description_de = models.CharField(_("question (German)"), max_length=300)
    description_en = models.CharField(_("question (English)"), max_length=300)
    datatype_description_de = models.CharField(_("hint (German)"), max_length=300, blank=True)
    datatype_description_en = models.CharField(_("hint (English)"), max_length=300, blank=True)
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
