"""Views of the queue that somebody has saved."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gis_core.models import Jurisdiction


class SavedView(models.Model):
    """A filter of the queue under a name; shared ones are there for all staff, and only their owner removes them.

    `query` is the query of the queue's address: what a filter means is the pages' matter.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    query = models.CharField(max_length=2000, blank=True)
    is_shared = models.BooleanField(_("for all staff"), default=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "owner", "name"], name="savedview_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
