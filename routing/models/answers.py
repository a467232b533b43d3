"""What map services told about the place of an issue."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from gis_core.messages import told_text
from gis_core.models import MapService
from gis_core.srids import storage_srid
from issues.models import Issue
from parcels.enums import OwnerClass


class ServiceAnswer(models.Model):
    """An evidence service's answer about the place that an issue had then. Appended, never edited.

    `objects_told`: of each object at the place the pairs (attribute, value) that the service's profile keeps; nothing
    else of the answer is stored. `owner_class`: what they mean, else UNKNOWN. `problem`: a message, where there was
    no answer. `source` is the service's title at that time.
    """

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="service_answers")
    service = models.ForeignKey(MapService, on_delete=models.SET_NULL, null=True, related_name="+")
    source = models.CharField(_("map service"), max_length=100)
    point = models.PointField(_("location"), srid=storage_srid(), spatial_index=False)
    asked_at = models.DateTimeField(_("asked"))
    objects_told = models.JSONField(_("answer"), default=list)
    owner_class = models.CharField(_("owner class"), max_length=10, choices=OwnerClass)
    problem = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("answer of a map service")
        verbose_name_plural = _("answers of map services")
        ordering = ["asked_at", "pk"]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.source}"

    @property
    def problem_text(self) -> str:
        """Why there was no answer, in the active language."""
        return told_text(self.problem) if self.problem else ""
