"""What happened to an issue."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from issues.enums import (
    CHANGES,
    STEPS,
    EventKind,
)
from issues.models.issues import Issue


class IssueEvent(models.Model):
    """What happened to an issue, when and by whom. Appended, never edited."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("kind"), max_length=15, choices=EventKind)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]
        indexes = [
            # Few of all events: the sweep looks for changes that nobody has decided on.
            models.Index(
                fields=["issue"], condition=Q(kind__in=CHANGES), name="issueevent_changes"
            ),
            # What programs ask for by its time.
            models.Index(fields=["at"], condition=Q(kind__in=STEPS), name="issueevent_steps"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EventKind.values), name="issueevent_kind_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class PublicChange(models.Model):
    """Something that the public sees of issues changed. Triggers write it, so that nothing is missed (ADR 29).

    The latest tell the state of what is public (`issues.selectors.public_version`); older ones are taken away.
    """

    def __str__(self) -> str:
        return str(self.pk)
