"""Keys of senders."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.models import Jurisdiction


class ApiKey(models.Model):
    """A sender's key for POST requests; only its SHA-256 is kept."""

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="api_keys"
    )
    name = models.CharField(_("sender"), max_length=100)
    key_hash = models.CharField(max_length=64, unique=True)
    is_active = models.BooleanField(pgettext_lazy("state", "active"), default=True)
    reports_per_minute = models.PositiveIntegerField(_("reports accepted per minute"), default=60)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return self.name
