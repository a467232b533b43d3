"""Rule sets: the decision matrix as dated data."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.models import Jurisdiction
from routing.enums import RuleSetStatus
from routing.types import PRIOR_MAX, PRIOR_MIN


class RuleSet(models.Model):
    """One version of a jurisdiction's rules. Once active it is never edited, so decisions can be replayed.

    It counts from `valid_from` (a day in local time) until a later one does; of two from the same day the
    higher version. `revision` counts the edits of a draft, so that two editors notice each other.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="rule_sets"
    )
    version = models.PositiveIntegerField(pgettext_lazy("rule set", "version"))
    source = models.CharField(_("source"), max_length=300)
    status = models.CharField(
        _("status"), max_length=10, choices=RuleSetStatus, default=RuleSetStatus.DRAFT
    )
    assign_from = models.DecimalField(
        _("sent by itself from this probability"),
        max_digits=3,
        decimal_places=2,
        default=Decimal("0.90"),
    )
    assign_margin = models.DecimalField(
        _("and this lead over the next"), max_digits=3, decimal_places=2, default=Decimal("0.30")
    )
    note = models.TextField(_("note"), blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)
    drafted_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    activated_at = models.DateTimeField(_("activated"), null=True, blank=True)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    retired_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        ordering = ["-version"]
        permissions = [
            ("edit_rules", _("Can edit and try rule sets")),
            ("activate_rules", _("Can activate rule sets")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "version"], name="ruleset_version_once"
            ),
            models.CheckConstraint(
                condition=~Q(status=RuleSetStatus.ACTIVE) | Q(valid_from__isnull=False),
                name="ruleset_active_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction_id}/{self.version}"


class Rule(models.Model):
    """A row of the decision matrix, columns as there; `*` matches anything, `|` separates alternatives.

    With `precision_from` the rule only proposes until its measured precision has reached that (shadow mode).
    """

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="rules")
    rule_id = models.CharField(_("rule"), max_length=20)
    priority = models.PositiveSmallIntegerField(_("priority"))
    category = models.CharField(_("category"), max_length=300)
    road_class = models.CharField(_("class"), max_length=30)
    through_road = models.CharField(_("through-road"), max_length=20)
    part = models.CharField(_("part"), max_length=100)
    usage = models.CharField(_("land use"), max_length=100)
    owner = models.CharField(_("owner"), max_length=100)
    condition = models.CharField(_("condition"), max_length=200, blank=True)
    body = models.CharField(_("authority"), max_length=30)
    notify = models.CharField(_("for information"), max_length=30, blank=True)
    confidence = models.DecimalField(_("confidence"), max_digits=3, decimal_places=2)
    legal_basis = models.CharField(_("legal basis"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    precision_from = models.DecimalField(
        _("proposes only, until this precision"),
        max_digits=3,
        decimal_places=2,
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["priority", "rule_id"]
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "rule_id"], name="rule_id_once_per_set"),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="rule_confidence_in_range"
            ),
        ]

    def __str__(self) -> str:
        return self.rule_id


class Threshold(models.Model):
    """From which probability on a report is sent by itself, for a category and an authority (codes, `*` is any).

    The narrowest one counts: category and authority, then authority, then category, then the rule set's own. An
    authority with `is_proposed_only` only ever gets what a person confirmed.
    """

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="thresholds")
    category = models.CharField(_("category"), max_length=40, default="*")
    body = models.CharField(_("authority"), max_length=30, default="*")
    assign_from = models.DecimalField(
        _("sent by itself from this probability"), max_digits=3, decimal_places=2
    )
    assign_margin = models.DecimalField(
        _("and this lead over the next"), max_digits=3, decimal_places=2
    )
    is_proposed_only = models.BooleanField(_("only ever proposed"), default=False)

    class Meta:
        verbose_name = _("threshold")
        verbose_name_plural = _("thresholds")
        ordering = ["category", "body"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set", "category", "body"], name="threshold_once_per_set"
            ),
            models.CheckConstraint(
                condition=Q(assign_from__range=(0, 1), assign_margin__range=(0, 1)),
                name="threshold_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category}/{self.body}"


class Prior(models.Model):
    """How often reports of a category come from a kind of ground, per square metre and relative to other ground.

    Columns as in `routing.engine.priors.PriorRow`: `*` is any, `|` separates alternatives. `settled` is null for an
    expert's value.
    """

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="priors")
    category = models.CharField(_("category"), max_length=300)
    road_class = models.CharField(_("class"), max_length=30, default="*")
    usage = models.CharField(_("land use"), max_length=100, default="*")
    part = models.CharField(_("part"), max_length=100, default="*")
    built_up = models.CharField(_("built-up area"), max_length=20, default="*")
    weight = models.FloatField(_("weight"))
    settled = models.PositiveIntegerField(_("settled issues"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("rule set", "prior")
        verbose_name_plural = pgettext_lazy("rule set", "priors")
        ordering = ["category", "usage", "part", "road_class", "built_up"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set", "category", "road_class", "usage", "part", "built_up"],
                name="prior_once_per_set",
            ),
            models.CheckConstraint(
                condition=Q(weight__range=(PRIOR_MIN, PRIOR_MAX)), name="prior_weight_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category}/{self.road_class}/{self.usage}/{self.part}/{self.built_up}"
