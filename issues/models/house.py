"""The log of the master data (Stammdaten): who changed categories, reasons, texts, checklists or closed days."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.models import Jurisdiction
from issues.enums import HouseAction, HousePart


class HouseEvent(models.Model):
    """Who changed what of the master data, and when. Appended, never edited.

    `name` is the entry's name at that time. `changes` is JSON: field → [before, after]; before is null of what is new.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(pgettext_lazy("house", "part"), max_length=20, choices=HousePart)
    action = models.CharField(pgettext_lazy("house", "action"), max_length=10, choices=HouseAction)
    entry = models.BigIntegerField(pgettext_lazy("house", "key of the entry"))
    name = models.CharField(_("name"), max_length=300)
    changes = models.JSONField(pgettext_lazy("house", "changes"), default=dict, blank=True)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = pgettext_lazy("house", "event about master data")
        verbose_name_plural = pgettext_lazy("house", "events about master data")
        ordering = ["-at", "-pk"]
        permissions = [("manage_house", _("Can edit the master data of the city"))]
        indexes = [
            models.Index(fields=["jurisdiction", "-at"], name="houseevent_latest"),
            models.Index(fields=["part", "entry", "-at"], name="houseevent_of_entry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(part__in=HousePart.values, action__in=HouseAction.values),
                name="houseevent_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.action} {self.name}"
