"""The registry of map services: where they are and what they said, and what of them our maps show."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.contrib.gis.db import models
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.enums import ServiceKind, Visibility
from gis_core.messages import told_text

MAX_ZOOM = 20


class MapSource(models.Model):
    """A service at an address, as it described itself when it last answered.

    `layers`: its layers in document order, each with the fields of `LayerDescription` as JSON. `notes`: messages about
    what was odd. `ordered_at`: since when a worker should ask it, null when there is nothing to do. `failing_since` and
    `problem` (a message): since when it does not answer, and how it failed last.
    """

    url = models.CharField(_("address"), max_length=500, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=ServiceKind, blank=True)
    version = models.CharField(_("version"), max_length=20, blank=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    provider = models.CharField(_("provider"), max_length=200, blank=True)
    licence = models.TextField(_("licence"), blank=True)
    formats = models.JSONField(default=list, blank=True)
    info_formats = models.JSONField(default=list, blank=True)
    layers = models.JSONField(default=list, blank=True)
    notes = models.JSONField(default=list, blank=True)
    ordered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    problem = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("source of map services")
        verbose_name_plural = _("sources of map services")
        ordering = ["title", "url"]

    def __str__(self) -> str:
        return self.title or self.url

    @property
    def is_waiting(self) -> bool:
        return self.ordered_at is not None

    @property
    def problem_text(self) -> str:
        """How it failed last, in the active language."""
        return told_text(self.problem) if self.problem else ""

    @property
    def note_texts(self) -> list[str]:
        return [told_text(note) for note in self.notes]

    def layer_named(self, name: str) -> dict[str, Any] | None:
        return next((layer for layer in self.layers if layer["name"] == name), None)


class MapService(models.Model):
    """What of a service our maps show: one or several of its layers, drawn as one picture.

    Browsers reach it through this installation only. `url` is the service's address or that of a tile with its
    `matrices` (see LayerDescription), `crs` what the service is asked in. `roles`: who sees it, where
    `visibility` is ROLES. `opacity` in percent. `keep_days`: how long a picture is shown without asking the service
    again, where the service does not say it. `box`: the layers' extent when they were picked, west, south, east, north
    in WGS84 degrees, or null. `vanished_since`, `moved_since`: since when the source has no such layer any more, or
    another extent. `checks`: messages with their severities, of `checked_at`. `is_on_sheets`: it lies below the map of
    the evidence sheets; one at most. `evidence_profile`: a table that says what its answers about a place mean; empty
    where they are no evidence. What can be meant is known to the apps above.
    """

    slug = models.SlugField(_("short name"), unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=ServiceKind, default=ServiceKind.WMS)
    crs = models.CharField(_("coordinate reference system"), max_length=20, default="EPSG:3857")
    matrices = models.JSONField(default=list, blank=True)
    source = models.ForeignKey(
        MapSource, on_delete=models.PROTECT, null=True, blank=True, related_name="services"
    )
    title = models.CharField(_("title"), max_length=100)
    group = models.CharField(pgettext_lazy("of map services", "group"), max_length=60, blank=True)
    url = models.URLField(_("address"), max_length=500)
    layers = models.CharField(_("layers"), max_length=300)
    style = models.CharField(_("style"), max_length=100, blank=True)
    version = models.CharField(
        _("WMS version"),
        max_length=5,
        choices=[("1.1.1", "1.1.1"), ("1.3.0", "1.3.0")],
        default="1.3.0",
    )
    image_format = models.CharField(_("image format"), max_length=30, default="image/png")
    attribution = models.CharField(_("attribution"), max_length=300, blank=True)
    licence = models.CharField(_("licence"), max_length=300, blank=True)
    is_background = models.BooleanField(_("background map"), default=False)
    is_on_sheets = models.BooleanField(_("background of the evidence sheets"), default=False)
    visibility = models.CharField(
        _("who sees it"), max_length=20, choices=Visibility, default=Visibility.PUBLIC
    )
    roles = models.ManyToManyField(Group, verbose_name=_("roles"), blank=True)
    is_active = models.BooleanField(pgettext_lazy("state", "active"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    opacity = models.PositiveSmallIntegerField(
        _("opacity"), default=100, validators=[MaxValueValidator(100)]
    )
    min_zoom = models.PositiveSmallIntegerField(_("from zoom"), default=0)
    max_zoom = models.PositiveSmallIntegerField(_("to zoom"), default=MAX_ZOOM)
    keep_days = models.PositiveSmallIntegerField(
        _("days"), default=1, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    box = models.JSONField(null=True, blank=True)
    evidence_profile = models.TextField(_("evidence"), blank=True, default="")
    vanished_since = models.DateTimeField(null=True, blank=True)
    moved_since = models.DateTimeField(null=True, blank=True)
    checks = models.JSONField(default=list, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("map service")
        verbose_name_plural = _("map services")
        ordering = ["order", "slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_on_sheets"],
                condition=models.Q(is_on_sheets=True),
                name="mapservice_one_on_sheets",
                violation_error_message=_(
                    "Another map service is the background of the evidence sheets already."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(opacity__lte=100), name="mapservice_opacity_percent"
            ),
            models.CheckConstraint(
                condition=models.Q(min_zoom__lte=models.F("max_zoom")),
                name="mapservice_zooms_ordered",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def failing_since(self) -> Any:
        """Since when its source does not answer, or null."""
        return self.source.failing_since if self.source else None

    @property
    def check_texts(self) -> list[tuple[str, str]]:
        """Severity and words of each check, in the active language."""
        return [(check["severity"], told_text(check["told"])) for check in self.checks]
