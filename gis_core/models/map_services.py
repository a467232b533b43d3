"""The registry of map services."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
    is_active = models.BooleanField(pgettext_lazy("state", "active"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("map service")
        verbose_name_plural = _("map services")
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return self.title
