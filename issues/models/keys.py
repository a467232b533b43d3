"""Keys of senders."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
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
    accuracy_m = models.FloatField(
        _("accuracy of coordinates that say nothing of it (m)"),
        null=True,
        blank=True,
        help_text=_("Radius in metres. Empty: what is assumed of every sender."),
        validators=[MinValueValidator(0), MaxValueValidator(5000)],
    )
    accuracy_confidence = models.FloatField(
        _("share of the places within the accuracy"),
        null=True,
        blank=True,
        help_text=_(
            "What the sender's accuracy means: 0.68 (Android), 0.95 (browsers). Empty: 0.95."
        ),
        validators=[MinValueValidator(0.1), MaxValueValidator(0.999)],
    )
    confirms_reporters = models.BooleanField(
        _("confirms who reports"),
        default=False,
        help_text=_(
            "The sender's program knows who reports as well as the city's own pages do. Without it the sender cannot"
            " report what needs a confirmed e-mail address or an account."
        ),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.CheckConstraint(
                condition=Q(accuracy_m__isnull=True) | Q(accuracy_m__gte=0, accuracy_m__lte=5000),
                name="api_key_accuracy_in_range",
            ),
            # 0 and 1 would have no standard deviation.
            models.CheckConstraint(
                condition=Q(accuracy_confidence__isnull=True)
                | Q(accuracy_confidence__gte=0.1, accuracy_confidence__lte=0.999),
                name="api_key_confidence_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name
