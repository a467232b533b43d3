"""Trying before it counts: trial runs of rule sets and editions, and golden cases."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.models import Edition, Jurisdiction
from gis_core.srids import storage_srid
from issues.models import Category, Issue
from routing.enums import Outcome, TrialState
from routing.models.authorities import Authority
from routing.models.rules import RuleSet


class Trial(models.Model):
    """A rule set, or an edition of geodata, run against stored issues; nothing of it ever counts.

    Each issue is decided as its jurisdiction's present rules and data do it, and as the tried ones would;
    `issue_limit` takes the newest so many issues, none takes all. The work lies in `chunks`, so that several
    workers share it and a killed one loses no more than its own. `editions` (dataset to edition id) are those that were
    active at the start: a trial through which they change compares nothing and fails, saying so.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="trials")
    rule_set = models.ForeignKey(
        RuleSet, on_delete=models.CASCADE, null=True, blank=True, related_name="trials"
    )
    # The draft's revision that was tried: a draft edited since has not been tried.
    revision = models.PositiveIntegerField(default=0)
    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    # The rules that counted at the start: what the tried ones are compared with.
    compared_with = models.ForeignKey(
        RuleSet, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    editions = models.JSONField(_("editions"), default=dict)
    issue_limit = models.PositiveIntegerField(_("newest issues"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=TrialState, default=TrialState.WAITING
    )
    issues_total = models.PositiveIntegerField(default=0)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("trial run")
        verbose_name_plural = _("trial runs")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rule_set__isnull=False) ^ Q(edition__isnull=False),
                name="trial_of_rules_or_edition",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_set or self.edition} {self.created_at:%Y-%m-%d %H:%M}"


class TrialChunk(models.Model):
    """Issues that one worker tries at a time: neighbours, so that what lies around them is read once for all."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField()
    issue_ids = ArrayField(models.BigIntegerField())
    issues_done = models.PositiveIntegerField(default=0)
    is_done = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["trial", "position"], name="trialchunk_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position}"


class TrialChange(models.Model):
    """An issue that the tried rules or data decide otherwise. Explanations are made anew when they are looked at.

    An authority in an area (a neighbouring municipality) stands as `NEIGH/05916000`. `to_explained` keeps what a tried
    edition says (sentences, confidence, legal_basis): to make that anew it would have to be rehearsed.
    """

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="changes")
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="+")
    from_body = models.CharField(_("from"), max_length=30, blank=True)
    from_rule = models.CharField(_("by rule"), max_length=20, blank=True)
    from_outcome = models.CharField(max_length=10, choices=Outcome)
    to_body = models.CharField(_("to"), max_length=30, blank=True)
    to_rule = models.CharField(_("by rule"), max_length=20, blank=True)
    to_outcome = models.CharField(max_length=10, choices=Outcome)
    to_explained = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["issue_id"]
        constraints = [
            models.UniqueConstraint(fields=["trial", "issue"], name="trialchange_once"),
        ]

    def __str__(self) -> str:
        return f"{self.from_body} → {self.to_body}"


class GoldenCase(models.Model):
    """A place and category whose authority is settled: no rule set and no edition should decide it otherwise.

    `point` in the storage CRS. `authority` none: it is intended that a person decides. `issue` is the one it
    was pinned from, if any; nothing of the reporter is kept here.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="golden_cases"
    )
    name = models.CharField(_("name"), max_length=200)
    issue = models.ForeignKey(
        Issue, on_delete=models.SET_NULL, null=True, blank=True, related_name="golden_cases"
    )
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    point = models.PointField(_("location"), srid=storage_srid(), spatial_index=False)
    accuracy_m = models.FloatField(_("accuracy (m)"), null=True, blank=True)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(_("reason"))
    is_active = models.BooleanField(pgettext_lazy("state", "active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("golden case")
        verbose_name_plural = _("golden cases")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue"], condition=Q(is_active=True), name="goldencase_once_per_issue"
            ),
        ]

    def __str__(self) -> str:
        return self.name
