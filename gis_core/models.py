"""Jurisdictions, dated editions of geodata and the registry of map services."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gis_core.enums import Dataset, EditionStatus
from gis_core.srids import storage_srid


class Jurisdiction(models.Model):
    """A municipality that uses this installation.

    The boundary is kept in the storage CRS. Reports up to `acceptance_margin_m` metres outside it are
    accepted and passed to the neighbour; those further out are refused.
    """

    identifier = models.CharField(
        _("identifier"),
        max_length=100,
        unique=True,
        help_text=_("As in Open311: castrop-rauxel.de"),
    )
    name = models.CharField(_("name"), max_length=100)
    municipality_key = models.CharField(_("official municipality key (AGS)"), max_length=8)
    issue_prefix = models.CharField(_("prefix of issue numbers"), max_length=8)
    boundary = models.MultiPolygonField(
        _("boundary"), srid=storage_srid(), null=True, blank=True, spatial_index=False
    )
    acceptance_margin_m = models.PositiveIntegerField(
        _("margin outside the boundary in which reports are accepted (m)"), default=3000
    )
    bears_through_roads = models.BooleanField(
        _("bears the duty for through-road stretches"),
        default=False,
        help_text=_(
            "More than 80,000 inhabitants, or opted in (FStrG § 5 (2), (2a), StrWG NRW § 44)."
        ),
    )

    class Meta:
        verbose_name = _("jurisdiction")
        verbose_name_plural = _("jurisdictions")
        indexes = [GistIndex(fields=["boundary"], name="jurisdiction_boundary_gist")]

    def __str__(self) -> str:
        return self.name


class Edition(models.Model):
    """One load of one dataset: what, from where, as of when, by whom, under which licence.

    Activating an edition opens its new rows and closes those it replaces in one transaction.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="editions"
    )
    dataset = models.CharField(_("dataset"), max_length=30, choices=Dataset)
    status = models.CharField(
        _("status"), max_length=12, choices=EditionStatus, default=EditionStatus.STAGED
    )
    source = models.CharField(_("source"), max_length=500)
    profile = models.CharField(_("profile"), max_length=50)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    licence = models.CharField(_("licence"), max_length=100, blank=True)
    attribution = models.CharField(_("attribution"), max_length=300, blank=True)
    report = models.JSONField(_("report"), default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    activated_at = models.DateTimeField(_("activated"), null=True, blank=True)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "dataset"],
                condition=Q(status=EditionStatus.ACTIVE),
                name="edition_one_active_per_dataset",
            ),
            models.CheckConstraint(
                condition=Q(status__in=EditionStatus.values), name="edition_status_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=EditionStatus.ACTIVE) | Q(activated_at__isnull=False),
                name="edition_active_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_dataset_display()} {self.as_of or self.created_at:%Y-%m-%d}"


class EditionedQuerySet(models.QuerySet[Any]):
    def active(self) -> EditionedQuerySet:
        """Rows of the active state."""
        return self.filter(edition_to__isnull=True)


class EditionedModel(models.Model):
    """A row that is valid from the activation of one edition until that of another.

    `edition_to` is null for rows of the active state. `content_hash` (16 bytes) is of everything the
    source says about the object, so that an unchanged object is recognised and not rewritten.
    """

    # Without an index of its own: the planner would read it whole beside the spatial index of a look-up.
    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.CharField(_("key"), max_length=64)
    content_hash = models.BinaryField(max_length=16)
    edition_from = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    edition_to = models.ForeignKey(
        Edition, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = EditionedQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["edition_from"], name="%(class)s_from")]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "key"],
                condition=Q(edition_to__isnull=True),
                name="%(class)s_one_active_per_key",
            ),
            models.CheckConstraint(
                condition=Q(edition_to__isnull=True) | ~Q(edition_to=F("edition_from")),
                name="%(class)s_interval_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.key


def active_gist(name: str, field: str = "geometry") -> GistIndex:
    """A named spatial index over the active state only: that is what every look-up asks."""
    return GistIndex(fields=[field], name=name, condition=Q(edition_to__isnull=True))


class MapService(models.Model):
    """A WMS that the maps may show; browsers reach it through this installation only."""

    slug = models.SlugField(_("short name"), unique=True)
    title = models.CharField(_("title"), max_length=100)
    url = models.URLField(_("address"), max_length=500)
    layers = models.CharField(_("layers"), max_length=300)
    version = models.CharField(
        _("WMS version"),
        max_length=5,
        choices=[("1.1.1", "1.1.1"), ("1.3.0", "1.3.0")],
        default="1.3.0",
    )
    image_format = models.CharField(_("image format"), max_length=30, default="image/png")
    attribution = models.CharField(_("attribution"), max_length=300, blank=True)
    is_background = models.BooleanField(_("background map"), default=False)
    staff_only = models.BooleanField(_("for staff only"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("map service")
        verbose_name_plural = _("map services")
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return self.title
