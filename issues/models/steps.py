"""What a person did to one issue or to many at once, so that it can be taken back for a while."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.models import Jurisdiction
from issues.enums import StepState
from issues.models.issues import Issue


class Step(models.Model):
    """One verb on one or many issues. What leaves the house because of it is held until `holds_until`.

    `data` is what the verb was given (JSON). `taken_back_at`: a person undid it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+")
    verb = models.CharField(pgettext_lazy("step", "verb"), max_length=20)
    data = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    holds_until = models.DateTimeField(pgettext_lazy("step", "held until"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    taken_back_at = models.DateTimeField(pgettext_lazy("step", "taken back"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("step", "step")
        verbose_name_plural = pgettext_lazy("step", "steps")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(finished_at__isnull=True), name="step_unfinished"
            ),
            models.Index(fields=["by", "-id"], name="step_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%Y-%m-%d %H:%M}"


class StepIssue(models.Model):
    """What a step did to one issue: `before` is what undoing needs (JSON), `event_id` the last event it appended.

    `told` says why the issue was left alone, or why it could not be taken back.
    """

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="issues")
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(
        pgettext_lazy("status", "state"),
        max_length=10,
        choices=StepState,
        default=StepState.WAITING,
    )
    before = models.JSONField(default=dict, blank=True)
    event_id = models.BigIntegerField(null=True, blank=True)
    told = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("step", "issue of a step")
        verbose_name_plural = pgettext_lazy("step", "issues of a step")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["step", "issue"], name="stepissue_once"),
            models.CheckConstraint(
                condition=Q(state__in=StepState.values), name="stepissue_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step_id}: {self.issue_id}"
