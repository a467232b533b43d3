"""The decision: who must act, why, on which evidence."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from gis_core.languages import TextsField, text_in
from issues.models import Issue
from routing.enums import DecisionCause, Outcome
from routing.models.authorities import Authority
from routing.models.rules import RuleSet


class Decision(models.Model):
    """Who must act for an issue. Appended, never edited but for `is_current`: the latest of an issue counts.

    A person's decision carries the `reason` given and no rule set; what the engine proposed stands in the
    decisions before it. `candidates`, `trace` and `evidence` are JSON of the types in `routing.types`;
    `editions` maps each dataset to the id of the edition that was active.
    """

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    is_current = models.BooleanField(_("counts"), default=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    area_code = models.CharField(_("area"), max_length=40, blank=True)
    rule_set = models.ForeignKey(
        RuleSet, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    rule_id = models.CharField(_("rule"), max_length=20, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    probability = models.FloatField(_("probability"))
    sentences = TextsField(_("reason"))
    notify = models.JSONField(_("for information"), default=list, blank=True)
    candidates = models.JSONField(_("candidates"), default=list)
    trace = models.JSONField(_("rules tried"), default=list)
    evidence = models.JSONField(_("evidence"), default=dict)
    editions = models.JSONField(_("editions"), default=dict)
    parcel_key = models.CharField(_("parcel"), max_length=20, blank=True)
    road = models.CharField(_("road"), max_length=200, blank=True)
    cause = models.CharField(
        _("cause"), max_length=10, choices=DecisionCause, default=DecisionCause.RECEIVED
    )
    reason = models.TextField(_("reason of a person"), blank=True)
    decided_at = models.DateTimeField(_("decided"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["issue", "number"]
        indexes = [
            # Lists of whom the issues are assigned to read these alone; what is unclear stands with the issue.
            models.Index(
                fields=["authority", "issue"],
                condition=Q(is_current=True, outcome=Outcome.ASSIGNED),
                name="decision_current_assigned",
            ),
            models.Index(
                fields=["issue"],
                condition=Q(is_current=True, outcome=Outcome.ASSIGNED),
                name="decision_assigned_issue",
            ),
            # The filters of the queue.
            models.Index(
                OpClass(Upper("road"), name="text_pattern_ops"),
                condition=Q(is_current=True) & ~Q(road=""),
                name="decision_current_road",
            ),
            models.Index(
                fields=["parcel_key"], condition=Q(is_current=True), name="decision_current_parcel"
            ),
            # From the least certain on; the issue comes along, so that nothing else is read.
            models.Index(
                F("probability"),
                F("issue").desc(),
                condition=Q(is_current=True),
                name="decision_current_certainty",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["issue", "number"], name="decision_number_once"),
            models.UniqueConstraint(
                fields=["issue"], condition=Q(is_current=True), name="decision_one_current"
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=[Outcome.ASSIGNED, Outcome.PROPOSED])
                | Q(authority__isnull=False),
                name="decision_assigned_has_authority",
            ),
            models.CheckConstraint(
                condition=~Q(cause=DecisionCause.OVERRULED)
                | (~Q(reason="") & Q(decided_by__isnull=False)),
                name="decision_overruled_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}/{self.number}"

    @property
    def sentence(self) -> str:
        return text_in(self.sentences)
